import { openTable } from '../generate/slices.ts'
import type { TableSource } from '../generate/slices.ts'
import type { Plan, PlannedTable } from './plan.ts'

export type OpenTable = (table: PlannedTable) => Promise<TableSource>

/**
 * The tables of a plan, each prepared once for all that look at its first rows and for the first that
 * loads it: joining and encoding vocabularies takes longer than the rows that are looked at.
 */
export interface TableSources {
  /** The same source each time, for those that look one after the other. */
  readonly look: OpenTable
  /** A source of one's own: slices are refilled, so that no two lanes can share them. */
  readonly take: OpenTable
}

/**
 * @example
 * const { look, take } = tableSources(plan)
 * await checkPlan(plan, look) // prepares every table
 * const source = await take(table) // the one that was looked at; the next time a new one
 */
export function tableSources(plan: Plan): TableSources {
  const idle = new Map<PlannedTable, TableSource>()
  return {
    async look(table) {
      const source = idle.get(table) ?? (await openTable(plan, table))
      idle.set(table, source)
      return source
    },
    async take(table) {
      const source = idle.get(table)
      idle.delete(table)
      return source ?? openTable(plan, table)
    },
  }
}
