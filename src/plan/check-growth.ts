import { DownpourError } from '../errors.ts'
import { digestColumns } from './column-digests.ts'
import type { Plan, RowRange } from './plan.ts'
import { tablesThatMatter } from './tables-that-matter.ts'

/** What is known of the rows that earlier runs have written to a table. */
export interface RecordedRows {
  readonly range: RowRange
  /** What `columnDigests` gave over that range. */
  readonly digests: Readonly<Record<string, string>>
}

/**
 * Checks that a larger plan would give the rows that are there just the values they have, so that
 * adding the missing ones leaves the same as one larger run. Sums over children pass: they follow
 * their children.
 *
 * @param recorded - by table key; tables of another origin are left out
 * @throws DownpourError `PLAN_NOT_PREFIX_STABLE` naming the first column that would differ
 */
export async function checkGrowth(
  plan: Plan,
  recorded: ReadonlyMap<string, RecordedRows>,
): Promise<void> {
  for (const { table, columns } of tablesThatMatter(plan)) {
    const earlier = recorded.get(table.model.key)
    // Behind rows of another origin nothing of what is there is planned.
    if (!earlier || table.rows.first > 0) continue
    const range = { first: 0, count: Math.min(earlier.range.count, table.rows.count) }
    const digests = await digestColumns({ plan, table, range, columns })
    for (const { model } of columns) {
      if (digests[model.property] !== earlier.digests[model.property]) {
        throw growthError(table.model.key, model.property)
      }
    }
    if (!table.isLoaded) continue
    const [gone] = Object.keys(earlier.digests).filter((property) => !(property in digests))
    if (gone !== undefined) throw growthError(table.model.key, gone)
  }
}

function growthError(table: string, column: string): DownpourError {
  return new DownpourError({
    code: 'PLAN_NOT_PREFIX_STABLE',
    message: `Cannot grow "${table}": column "${column}" would change in rows that are there`,
    why: 'Either its values depend on how many rows there are (a draw over a table that grows too, or children that are shared out to an exact count), or its seeder has been changed since.',
    fix: 'Leave that table or count as it was, or undo the change of the seeder; to have all rows anew use --reset.',
    table,
    column,
  })
}
