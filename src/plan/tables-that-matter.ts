import { loadedTables } from './plan.ts'
import type { Plan, PlannedColumn, PlannedTable } from './plan.ts'

/** A table, and those of its columns on which the loaded rows depend. */
export interface MatteringTable {
  readonly table: PlannedTable
  readonly columns: readonly PlannedColumn[]
}

/** What is loaded, and of other tables what loaded rows refer to or sum up. Parents come first. */
export function tablesThatMatter(plan: Plan): readonly MatteringTable[] {
  const loaded = loadedTables(plan)
  const summaries = loaded.flatMap(({ columns }) =>
    columns.flatMap(({ generator }) => generator.group.summary ?? []),
  )
  return plan.tables.flatMap((table): MatteringTable[] => {
    if (table.isLoaded) return [{ table, columns: table.columns }]
    const { key } = table.model
    const referredTo = columnsReferredTo(plan, key)
    const summed = summaries.flatMap(({ table: child, property }) =>
      child === key ? [property] : [],
    )
    if (referredTo.length + summed.length === 0) return []
    const counting = summed.length > 0 ? (table.enumeration?.foreignKey.columns ?? []) : []
    const names = new Set([...referredTo, ...counting])
    const columns = table.columns.filter(
      ({ model }) => names.has(model.name) || summed.includes(model.property),
    )
    return [{ table, columns }]
  })
}

/** The names of a table's columns that loaded tables refer to; some may come twice. */
export function columnsReferredTo(plan: Plan, key: string): readonly string[] {
  return loadedTables(plan).flatMap(({ model }) =>
    model.foreignKeys.flatMap(({ parent, parentColumns }) => (parent === key ? parentColumns : [])),
  )
}
