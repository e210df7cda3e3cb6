import { declaredIndexes } from './declared-indexes.ts'
import type { DeclaredIndex } from './declared-indexes.ts'
import type { TableModel } from '../model/table.ts'
import { quoteTable } from '../postgres/identifiers.ts'
import type { Session } from '../postgres/session.ts'
import type { Finding } from './finding.ts'

interface IndexRow {
  readonly place: number
  readonly name: string
  /** A JSON array; `null` for an index over expressions or some rows. */
  readonly columns: string | null
  readonly unique: boolean
  readonly primary: boolean
  readonly valid: boolean
}

interface ConstraintRow {
  readonly place: number
  readonly name: string
  readonly type: 'c' | 'f'
  /** A JSON array. */
  readonly columns: string
  readonly parent: string | null
  readonly validated: boolean
}

/**
 * Looks for what the schema declares of tables and the database does not have, or does not rely on:
 * keys, indexes, foreign keys and checks. Names count only where nothing else tells what is meant.
 *
 * @param tables - all of which are there
 * @param schema - every table, for the names of parents
 */
export async function checkDefinitions(
  session: Session,
  tables: readonly TableModel[],
  schema: readonly TableModel[],
): Promise<readonly Finding[]> {
  const names = JSON.stringify(tables.map((table) => quoteTable(table.schema, table.name)))
  const indexes = await session.query<IndexRow & Record<string, unknown>>(indexesQuery, [names])
  const constraints = await session.query<ConstraintRow & Record<string, unknown>>(
    constraintsQuery,
    [names],
  )
  return tables.flatMap((table, place) => [
    ...indexFindings(
      table,
      indexes.filter((index) => index.place === place),
    ),
    ...constraintFindings(
      table,
      constraints.filter((constraint) => constraint.place === place),
      schema,
    ),
  ])
}

const asked = `json_array_elements_text($1::text::json) with ordinality as listed(name, place)
  join pg_class c on c.oid = listed.name::regclass`

const indexesQuery = `
  select (place - 1)::float8 as place, i.relname as name, x.indisunique as unique,
    x.indisprimary as primary, x.indisvalid and x.indisready and x.indislive as valid,
    case when x.indexprs is null and x.indpred is null then
      (select json_agg(a.attname order by key.position)
         from unnest(x.indkey::int2[]) with ordinality as key(attnum, position)
         join pg_attribute a on a.attrelid = c.oid and a.attnum = key.attnum
         where key.position <= x.indnkeyatts)::text end as columns
  from ${asked} join pg_index x on x.indrelid = c.oid join pg_class i on i.oid = x.indexrelid
  order by place, i.relname`

/** A constraint that is not enforced (PostgreSQL 18) is not meant to be valid. */
const constraintsQuery = `
  select (place - 1)::float8 as place, k.conname as name, k.contype as type,
    (select coalesce(json_agg(a.attname order by key.position), '[]')
       from unnest(k.conkey) with ordinality as key(attnum, position)
       join pg_attribute a on a.attrelid = c.oid and a.attnum = key.attnum)::text as columns,
    (select format('%I.%I', n.nspname, p.relname) from pg_class p
       join pg_namespace n on n.oid = p.relnamespace where p.oid = k.confrelid) as parent,
    k.convalidated or coalesce(to_jsonb(k) ->> 'conenforced', 'true') = 'false' as validated
  from ${asked} join pg_constraint k on k.conrelid = c.oid and k.contype in ('c', 'f')
  order by place, k.conname`

function indexFindings(table: TableModel, found: readonly IndexRow[]): readonly Finding[] {
  const key: readonly DeclaredIndex[] =
    table.primaryKey.length === 0
      ? []
      : [{ name: undefined, columns: table.primaryKey, isUnique: true }]
  const missing = [...key, ...declaredIndexes(table)].filter(
    (declared) => !found.some((index) => isMeant(declared, index)),
  )
  return [
    ...missing.map(({ name, columns, isUnique }): Finding => ({
      kind: 'index missing',
      table: table.key,
      name:
        name ?? `${isUnique ? 'a unique one ' : ''}on (${columns?.join(', ') ?? 'expressions'})`,
    })),
    ...found
      .filter(({ valid }) => !valid)
      .map(({ name }): Finding => ({ kind: 'index invalid', table: table.key, name })),
  ]
}

function isMeant({ name, columns, isUnique }: DeclaredIndex, index: IndexRow): boolean {
  if (isUnique && !index.unique) return false
  if (name !== undefined && shortened(name) === index.name) return true
  if (columns === undefined || index.columns === null) return false
  const own = JSON.parse(index.columns) as readonly string[]
  // Which columns are unique together does not depend on their order.
  return isUnique
    ? own.length === columns.length && columns.every((column) => own.includes(column))
    : own.join('\0') === columns.join('\0')
}

function constraintFindings(
  table: TableModel,
  found: readonly ConstraintRow[],
  schema: readonly TableModel[],
): readonly Finding[] {
  const missing = [
    ...table.foreignKeys
      .filter(({ kind, columns, parent }) => {
        if (kind === 'relation') return false
        const model = schema.find(({ key }) => key === parent)!
        return !found.some(
          (one) =>
            one.type === 'f' &&
            isParent(one.parent, model) &&
            sameNames(JSON.parse(one.columns) as string[], columns),
        )
      })
      .map(({ name }) => name),
    ...table.checks
      .map(({ name }) => name)
      .filter((name) => !found.some((one) => one.type === 'c' && one.name === shortened(name))),
  ]
  return [
    ...missing.map((name): Finding => ({ kind: 'constraint missing', table: table.key, name })),
    ...found
      .filter(({ validated }) => !validated)
      .map(({ name }): Finding => ({ kind: 'constraint not validated', table: table.key, name })),
  ]
}

/** As `%I` writes it, which quotes only where that is needed. */
function isParent(written: string | null, { schema, name }: TableModel): boolean {
  const plain = (text: string) => text.replaceAll('"', '')
  return written !== null && plain(written) === plain(`${schema}.${name}`)
}

function sameNames(one: readonly string[], other: readonly string[]): boolean {
  return one.length === other.length && one.every((name) => other.includes(name))
}

/** The server cuts names to 63 bytes, between characters. */
function shortened(name: string): string {
  const bytes = Buffer.from(name)
  if (bytes.length <= 63) return name
  let end = 63
  while ((bytes[end]! & 0xc0) === 0x80) end--
  return bytes.toString('utf8', 0, end)
}
