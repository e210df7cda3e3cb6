import { parseSqlType } from '../model/sql-type.ts'
import type { CheckModel, ColumnModel, TableModel } from '../model/table.ts'
import { quoteIdentifier } from '../postgres/identifiers.ts'
import type { Session } from '../postgres/session.ts'

/**
 * Asks the server what domains are made of, which no Drizzle schema says: their base types, and their
 * checks as checks of the columns.
 */
export async function withDomains(
  session: Session,
  tables: readonly TableModel[],
): Promise<readonly TableModel[]> {
  const suspects = tables.filter(({ columns }) => columns.some(({ mode }) => mode === 'custom'))
  if (suspects.length === 0) return tables
  const domains = await session.query<DomainRow>(
    `with recursive asked as (
       select wanted.schema, wanted.name, c.oid as table_id
       from json_to_recordset($1::text::json) as wanted(schema text, name text)
       join pg_namespace n on n.nspname = wanted.schema
       join pg_class c on c.relnamespace = n.oid and c.relname = wanted.name),
     chain as (
       select asked.schema, asked.name, a.attname, t.oid as type_id, t.typbasetype as base_id, t.typtypmod as modifier,
         t.typnotnull as is_required
       from asked
       join pg_attribute a on a.attrelid = asked.table_id and a.attnum > 0 and not a.attisdropped
       join pg_type t on t.oid = a.atttypid and t.typtype = 'd'
       union all
       select chain.schema, chain.name, chain.attname, t.oid, t.typbasetype, t.typtypmod, t.typnotnull
       from chain join pg_type t on t.oid = chain.base_id and t.typtype = 'd')
     select chain.schema, chain.name, chain.attname as "column",
       max(format_type(chain.base_id, chain.modifier)) filter (where base.typtype <> 'd') as base,
       bool_or(chain.is_required) as "notNull",
       (json_agg(json_build_object('name', k.conname, 'expression', pg_get_expr(k.conbin, 0)))
         filter (where k.oid is not null))::text as checks
     from chain
     join pg_type base on base.oid = chain.base_id
     left join pg_constraint k on k.contypid = chain.type_id and k.contype = 'c'
     group by chain.schema, chain.name, chain.attname`,
    [JSON.stringify(suspects.map(({ schema, name }) => ({ schema, name })))],
  )
  if (domains.length === 0) return tables
  return tables.map((table) => {
    const own = domains.filter(({ schema, name }) => schema === table.schema && name === table.name)
    return own.length === 0 ? table : resolved(table, own)
  })
}

interface DomainRow extends Record<string, unknown> {
  readonly schema: string
  readonly name: string
  readonly column: string
  readonly base: string
  readonly notNull: boolean
  readonly checks: string | null
}

function resolved(table: TableModel, domains: readonly DomainRow[]): TableModel {
  const domainOf = (column: ColumnModel) => domains.find((one) => one.column === column.name)
  return {
    ...table,
    columns: table.columns.map((column) => {
      const domain = domainOf(column)
      if (!domain) return column
      const base = parseSqlType(domain.base)
      return { ...column, base, notNull: column.notNull || domain.notNull }
    }),
    checks: [
      ...table.checks,
      ...domains.flatMap(({ column, checks }): readonly CheckModel[] =>
        ((JSON.parse(checks ?? '[]') ?? []) as CheckModel[]).map(({ name, expression }) => ({
          name,
          expression: expression.replaceAll(/\bVALUE\b/g, quoteIdentifier(column)),
        })),
      ),
    ],
  }
}
