import { DownpourError } from '../errors.ts'
import type { TableModel } from '../model/table.ts'
import type { ExistingRows } from './build-plan.ts'
import type { KnownRow, PlannedKey, PlannedTable } from './plan.ts'

/** Where the rows that a plan knows begin. */
export interface Placement {
  readonly first: number
  /** Which rows before `first` may be referred to. */
  readonly firstReferable: number
  /** How many of the plan's rows are there already. */
  readonly ours: number
}

/**
 * From row 0 where all that is there is the plan's own, else behind what is there.
 *
 * @throws DownpourError `PLAN_APPEND_KNOWN_ROWS`
 */
export function placeRows(input: {
  readonly model: TableModel
  readonly knownRows: readonly KnownRow[]
  readonly key: PlannedKey | undefined
  readonly existing: ExistingRows | undefined
  /** For tables that are enumerated per parent. */
  readonly parent: PlannedTable | undefined
}): Placement {
  const { model, knownRows, key, existing, parent } = input
  if (!existing || existing.rows === 0) return { first: 0, firstReferable: 0, ours: 0 }
  const { rows, smallestKey, ours } = existing
  const start = key?.start ?? 1
  // Whose children are there is known only as long as their parents are the plan's own.
  const isBehindOthers = parent !== undefined && parent.rows.first > 0
  if (ours && !isBehindOthers && !hasStrangeKeys({ key, existing, ours })) {
    return { first: 0, firstReferable: 0, ours }
  }
  const largestKey = key && existing.largestKey
  const first =
    largestKey === undefined ? rows : Math.max(rows, largestKey - start + 1, knownRows.length)
  // Keys that are no integers tell nothing of who wrote them; known rows are taken on trust there.
  const isOurs = largestKey === undefined ? knownRows.length > 0 : smallestKey === start
  const isDense = first === rows && isOurs
  if (knownRows.length > 0 && (!isDense || rows < knownRows.length)) {
    throw new DownpourError({
      code: 'PLAN_APPEND_KNOWN_ROWS',
      message: `Cannot append to "${model.key}"`,
      why: `It holds ${rows} rows of another origin where the seeder's ${knownRows.length} known rows belong.`,
      fix: 'Append to a database that was seeded by the same seeders, or empty it with --reset.',
      table: model.key,
    })
  }
  return { first, firstReferable: isDense ? 0 : first, ours: 0 }
}

/** Keys that somebody has changed may be those of rows to come. Some may be missing: rows are rejected. */
function hasStrangeKeys(of: {
  readonly key: PlannedKey | undefined
  readonly existing: ExistingRows
  readonly ours: number
}): boolean {
  const { key, existing, ours } = of
  if (!key || existing.smallestKey === undefined || existing.largestKey === undefined) return false
  return existing.smallestKey < key.start || existing.largestKey >= key.start + ours
}
