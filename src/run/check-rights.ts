import { DownpourError } from '../errors.ts'
import { loadedTables } from '../plan/plan.ts'
import type { Plan } from '../plan/plan.ts'
import { summariesOf } from '../plan/summaries.ts'
import type { TableName } from '../postgres/catalog.ts'
import { quoteTable } from '../postgres/identifiers.ts'
import type { Session } from '../postgres/session.ts'
import type { RunOptions } from './options.ts'

/** A right on a table, besides those that every load needs. */
export interface NeededRight {
  readonly table: TableName & { readonly key: string }
  readonly right: 'DELETE' | 'TRUNCATE' | 'UPDATE'
}

/**
 * Finds rights that the role lacks before anything is written. Tables that are not there are left to
 * whoever looks for them.
 *
 * @param action - e.g. `seed`, for messages
 * @throws DownpourError `TARGET_NO_RIGHT`, naming the first table
 */
export async function checkRights(
  session: Session,
  action: string,
  needed: readonly NeededRight[],
): Promise<void> {
  if (needed.length === 0) return
  const lacking = await session.query<{ number: number }>(
    `select number::int as number
     from json_to_recordset($1::text::json)
       as wanted(number int, schema text, name text, "right" text)
     join pg_namespace n on n.nspname = wanted.schema
     join pg_class c on c.relnamespace = n.oid and c.relname = wanted.name
     where not has_table_privilege(c.oid, "right")
     order by number`,
    [
      JSON.stringify(
        needed.map(({ table: { schema, name }, right }, number) => ({
          number,
          schema,
          name,
          right,
        })),
      ),
    ],
  )
  const [first] = lacking
  if (!first) return
  const { table, right } = needed[first.number]!
  const name = `${right} ON ${quoteTable(table.schema, table.name)}`
  throw new DownpourError({
    code: 'TARGET_NO_RIGHT',
    message: `Cannot ${action} "${table.key}": the role lacks a right`,
    why: `It lacks ${name}.`,
    fix: `Grant it what it lacks, or use another role: GRANT ${name} TO the role.`,
    table: table.key,
  })
}

/**
 * What a run does to tables besides adding rows: it empties them under `--reset`, and brings sums up to
 * date in parents that it does not load itself.
 */
export function rightsForRun(
  plan: Plan,
  { existing }: Pick<RunOptions, 'existing'>,
): readonly NeededRight[] {
  const emptied = existing === 'reset' ? loadedTables(plan) : []
  const summed = summariesOf(plan).filter(
    ({ parent, child }) =>
      child.isLoaded &&
      child.toLoad.count > 0 &&
      (!parent.isLoaded || parent.toLoad.first > parent.rows.first),
  )
  return [
    ...emptied.map(({ model }) => ({ table: model, right: 'TRUNCATE' as const })),
    ...summed.map(({ parent }) => ({ table: parent.model, right: 'UPDATE' as const })),
  ]
}
