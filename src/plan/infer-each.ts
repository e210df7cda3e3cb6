import type { ForeignKeyModel, TableModel } from '../model/table.ts'
import { each } from './refinement.ts'
import type { Refinements } from './refinement.ts'

/** Foreign keys of one table that share some of their columns, not all of either. */
export interface SharedKeys {
  readonly columns: readonly string[]
  /** At least two, none of them to the table itself. */
  readonly foreignKeys: readonly ForeignKeyModel[]
}

/**
 * The foreign keys that have to agree: those to members and to projects that both name the tenant.
 */
export function sharedKeys(table: TableModel): readonly SharedKeys[] {
  const composite = table.foreignKeys.filter(
    ({ columns, parent }) => columns.length > 1 && parent !== table.key,
  )
  const families = new Map<string, ForeignKeyModel[]>()
  for (const key of composite) {
    for (const other of composite) {
      const common = key.columns.filter((name) => other.columns.includes(name))
      if (other === key || common.length === 0) continue
      if (common.length === Math.min(key.columns.length, other.columns.length)) continue
      const family = families.get(JSON.stringify(common)) ?? []
      families.set(JSON.stringify(common), family.includes(key) ? family : [...family, key])
    }
  }
  return [...families].map(([columns, foreignKeys]) => ({
    columns: JSON.parse(columns) as string[],
    foreignKeys,
  }))
}

/**
 * Counts the rows of tables per row of what they have in common, where others refer to several of
 * them at once: so the members of a tenant are found by counting.
 */
export function withInferredEach(
  tables: readonly TableModel[],
  refinements: Refinements,
): Refinements {
  const added: Record<string, Refinements[string]> = { ...refinements }
  for (const table of tables) {
    for (const { columns, foreignKeys } of sharedKeys(table)) {
      for (const { parent: key, columns: own, parentColumns } of foreignKeys) {
        const parent = tables.find((candidate) => candidate.key === key)!
        const names = columns.map((name) => parentColumns[own.indexOf(name)]!)
        const toGrandparent = parent.foreignKeys.find(
          (candidate) =>
            candidate.columns.length === names.length &&
            names.every((name) => candidate.columns.includes(name)),
        )
        const given = added[key] ?? {}
        if (!toGrandparent || given.each || given.rows) continue
        const property = parent.columns.find(({ name }) => name === names[0])!.property
        const shared = each(toGrandparent.parent, 1, { column: property })
        added[key] = { ...given, each: { ...shared, isInferred: true } }
      }
    }
  }
  return added
}
