import { DownpourError } from '../errors.ts'
import type { TableRefinement } from './refinement.ts'

/** How many rows were asked for, by table key. */
export interface CountRequest {
  /** From `--count`: taken as they are. */
  readonly explicit: Readonly<Record<string, number>>
  /** From the profile: multiplied by `scale`. */
  readonly profile: Readonly<Record<string, number>>
  /** Multiplies what is not explicit. */
  readonly scale: number
  /** Rows of tables that nobody gives a number, known rows or parents to count by; scaled. */
  readonly otherwise?: number | undefined
}

/**
 * The rows asked for: `--count`, else the profile's, else the seeder's own, the latter two scaled.
 *
 * @returns `undefined` where nobody gave a number: known rows or parents decide
 * @throws DownpourError `PLAN_COUNT` when a count is no whole number from 0 to 2^53
 * @example
 * resolveCount('users', { count: 10 }, { explicit: {}, profile: {}, scale: 3 }) // 30
 */
export function resolveCount(
  table: string,
  refinement: TableRefinement,
  { explicit, profile, scale, otherwise }: CountRequest,
): number | undefined {
  const asked = explicit[table]
  const { each, rows } = refinement
  const follows = (each && !each.isInferred) || rows !== undefined
  const base = profile[table] ?? refinement.count ?? (follows ? undefined : otherwise)
  const count = asked ?? (base === undefined ? undefined : scaled(base, scale))
  if (count === undefined || (Number.isSafeInteger(count) && count >= 0)) return count
  throw new DownpourError({
    code: 'PLAN_COUNT',
    message: `Cannot seed "${table}" with ${count} rows`,
    why: 'A count is a whole number, 0 or above.',
    fix: `Give ${table} such a number.`,
    table,
  })
}

/** What was at least one row stays at least one. */
function scaled(count: number, scale: number): number {
  if (scale === 1 || !(count > 0)) return count
  return Math.max(Math.round(count * scale), 1)
}
