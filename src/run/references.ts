import type { RunTable } from '../ledger/runs.ts'
import type { RowRange } from '../plan/plan.ts'
import { quoteIdentifier, quoteTable } from '../postgres/identifiers.ts'
import type { Session } from '../postgres/session.ts'

/** A foreign key by which rows refer to those of a run. */
export interface Reference {
  /** Of the table that has it. */
  readonly schema: string
  readonly table: string
  readonly constraint: string
  readonly columns: readonly string[]
  /** The table that it refers to, among the run's. */
  readonly parent: RunTable
  readonly parentColumns: readonly string[]
  /** The table that has it, where that is one of the run's too. */
  readonly child: RunTable | undefined
  /** `pg_constraint.confdeltype`. */
  readonly onDelete: string
}

/** Reads all foreign keys of the database that refer to some tables, or to partitions of theirs. */
export async function readReferences(
  session: Session,
  tables: readonly RunTable[],
): Promise<readonly Reference[]> {
  const rows = await session.query<ReferenceRow>(
    `select place::float8 as place, n.nspname as schema, c.relname as table, k.conname as constraint,
       (${columnNames('k.conrelid', 'k.conkey')})::text as columns,
       (${columnNames('k.confrelid', 'k.confkey')})::text as "parentColumns",
       k.confdeltype as "onDelete"
     from json_array_elements_text($1::text::json) with ordinality as listed(name, place)
     join pg_constraint k on k.contype = 'f' and k.conparentid = 0 and k.confrelid in
       (select name::regclass::oid union select relid from pg_partition_tree(name::regclass))
     join pg_class c on c.oid = k.conrelid join pg_namespace n on n.oid = c.relnamespace
     order by place, 2, 3, 4`,
    [JSON.stringify(tables.map(({ schema, name }) => quoteTable(schema, name)))],
  )
  return rows.map(({ place, columns, parentColumns, ...row }) => ({
    ...row,
    columns: JSON.parse(columns) as string[],
    parentColumns: JSON.parse(parentColumns) as string[],
    parent: tables[place - 1]!,
    child: tables.find(({ schema, name }) => schema === row.schema && name === row.table),
  }))
}

interface ReferenceRow {
  readonly place: number
  readonly schema: string
  readonly table: string
  readonly constraint: string
  readonly columns: string
  readonly parentColumns: string
  readonly onDelete: string
}

function columnNames(table: string, numbers: string): string {
  return `select json_agg(attname order by ordinality)
    from unnest(${numbers}) with ordinality as number(attnum, ordinality)
    join pg_attribute a using (attnum) where a.attrelid = ${table}`
}

/** More are not counted: one is enough to refuse. */
const mostCounted = 1000

/**
 * Counts rows that a run did not load and that refer to rows which it did.
 *
 * @param rows - of the parent's; all by default
 * @returns `isAll`: whether there are no more than were counted
 */
export async function countOutside(
  session: Session,
  reference: Reference,
  rows?: RowRange,
): Promise<{ readonly rows: number; readonly isAll: boolean }> {
  const { schema, table, columns, parent, parentColumns, child } = reference
  const matches = columns.map(
    (column, index) =>
      `child.${quoteIdentifier(column)} = parent.${quoteIdentifier(parentColumns[index]!)}`,
  )
  const isOutside = child ? `(${keysOf(child, 'child')}) is not true` : 'true'
  const [found] = await session.query<{ rows: number }>(
    `select count(*)::float8 as rows from (
       select from ${quoteTable(schema, table)} as child
       where ${isOutside} and exists (
         select from ${quoteTable(parent.schema, parent.name)} as parent
         where ${keysOf(parent, 'parent', rows)} and ${matches.join(' and ')})
       limit ${mostCounted + 1}) as found`,
  )
  return { rows: Math.min(found!.rows, mostCounted), isAll: found!.rows <= mostCounted }
}

/**
 * SQL for the rows of a table that a run has loaded, by their keys.
 *
 * @param rows - some of them; all by default
 * @example
 * keysOf(residents, 'parent') // 'parent."id" between 1000 and 1039'
 */
export function keysOf(
  { keyColumn, keyStart, firstRow, rowCount }: RunTable,
  alias: string,
  rows: RowRange = { first: firstRow, count: rowCount },
): string {
  const first = keyStart! + rows.first
  return `${alias}.${quoteIdentifier(keyColumn!)} between ${first} and ${first + rows.count - 1}`
}
