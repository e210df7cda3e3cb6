import type { ColumnModel, ForeignKeyModel } from '../model/table.ts'
import type { Plan, PlannedTable } from './plan.ts'

/** A column that is the sum of another one over a row's children. */
export interface PlannedSummary {
  readonly parent: PlannedTable
  readonly column: ColumnModel
  readonly child: PlannedTable
  readonly childColumn: ColumnModel
  /** The child's, by which its rows are counted per parent. */
  readonly foreignKey: ForeignKeyModel
}

/**
 * The columns of a plan that summarise children: what is there of them changes when children are
 * added or left out.
 *
 * @example
 * summariesOf(plan).map(({ parent, column }) => [parent.model.key, column.property])
 * // [['accounts', 'balance']]
 */
export function summariesOf(plan: Plan): readonly PlannedSummary[] {
  return plan.tables.flatMap((parent) =>
    parent.columns.flatMap(({ model: column, generator }): PlannedSummary[] => {
      const { summary } = generator.group
      const child = plan.tables.find(({ model }) => model.key === summary?.table)
      const childColumn = child?.model.columns.find(
        ({ property }) => property === summary?.property,
      )
      if (!childColumn || child?.enumeration?.parent !== parent.model.key) return []
      return [{ parent, column, child, childColumn, foreignKey: child.enumeration.foreignKey }]
    }),
  )
}
