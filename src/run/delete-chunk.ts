import type { RunTable } from '../ledger/runs.ts'
import type { RowRange } from '../plan/plan.ts'
import { quoteIdentifier, quoteTable } from '../postgres/identifiers.ts'
import type { Session } from '../postgres/session.ts'
import { keysOf } from './references.ts'
import type { Summary } from './summaries.ts'

export interface ChunkOfRows {
  readonly table: RunTable
  /** All of the run's. */
  readonly tables: readonly RunTable[]
  readonly rows: RowRange
  /** Whether the rows are locked before they are looked at: then nobody can refer to them any more. */
  readonly isLocked: boolean
}

/**
 * Deletes rows that a run has loaded, and lowers what sums them up in parents that the run did not
 * load: in whatever transaction is open.
 *
 * @param check - asked before, once they are locked
 * @returns how many rows were there
 */
export async function deleteChunk(
  session: Session,
  chunk: ChunkOfRows,
  check: () => Promise<void>,
): Promise<number> {
  const { table, rows, isLocked } = chunk
  const name = quoteTable(table.schema, table.name)
  const keys = keysOf(table, 'child', rows)
  if (isLocked) {
    await session.query(
      `select count(*) from (select 1 from ${name} as child where ${keys} for update) as locked`,
    )
    await check()
  }
  const lowered = lowerSummaries(chunk)
  const statement = `delete from ${name} as child where ${keys}`
  if (lowered.length === 0) return (await session.query(statement)).count
  const updates = lowered.map((update, index) => `, lowered_${index} as (${update})`)
  const [deleted] = await session.query<{ rows: number }>(
    `with deleted as (${statement} returning ${summarised(table)}) ${updates.join('')}
     select count(*)::float8 as rows from deleted`,
  )
  return deleted!.rows
}

/** The columns that sums are made of. */
function summarised({ summaries }: RunTable): string {
  const names = summaries.flatMap(({ childKey, childColumn }) => [...childKey, childColumn])
  return [...new Set(names)].map((name) => `child.${quoteIdentifier(name)}`).join(', ')
}

/** One update a parent table: a statement must not change a row twice. */
function lowerSummaries({ table, tables }: ChunkOfRows): readonly string[] {
  const byParent = new Map<string, Summary[]>()
  for (const summary of table.summaries) {
    const parent = tables.find(({ schema, name }) => isTable(summary, schema, name))
    if (parent?.isEmptied) continue
    const place = quoteTable(summary.schema, summary.table)
    byParent.set(place, [...(byParent.get(place) ?? []), summary])
  }
  return [...byParent.values()].map((summaries) => lower(summaries, tables))
}

/** @param summaries - of one parent; children are counted by one of their foreign keys */
function lower(summaries: readonly Summary[], tables: readonly RunTable[]): string {
  const { schema, table, key, childKey } = summaries[0]!
  const loaded = tables.find(
    (each) => isTable({ schema, table }, each.schema, each.name) && each.rowCount > 0,
  )
  const changed = summaries.map(({ column }, index) => {
    const name = quoteIdentifier(column)
    return `${name} = parent.${name} - totals.total_${index}`
  })
  const sums = summaries.map(
    ({ childColumn }, index) =>
      `coalesce(sum(${quoteIdentifier(childColumn)}), 0) as total_${index}`,
  )
  const columns = childKey.map(quoteIdentifier).join(', ')
  const matches = key.map(
    (name, index) =>
      `parent.${quoteIdentifier(name)} = totals.${quoteIdentifier(childKey[index]!)}`,
  )
  return `update ${quoteTable(schema, table)} as parent set ${changed.join(', ')}
    from (select ${columns}, ${sums.join(', ')} from deleted group by ${columns}) as totals
    where ${matches.join(' and ')}${loaded ? ` and (${keysOf(loaded, 'parent')}) is not true` : ''}`
}

function isTable(
  summary: Pick<Summary, 'schema' | 'table'>,
  schema: string,
  name: string,
): boolean {
  return summary.schema === schema && summary.table === name
}
