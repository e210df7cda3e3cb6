import type { ForeignKeyModel, TableModel } from '../model/table.ts'

/**
 * Parents before children, otherwise in the order given. A table may refer to itself. Where foreign
 * keys go round in a circle, one that may be NULL is passed over, else any: a key follows from the row
 * number, so a row can refer to one that comes later.
 *
 * @example
 * orderTables([posts, users]).map((table) => table.key) // ['users', 'posts']
 */
export function orderTables(tables: readonly TableModel[]): readonly TableModel[] {
  const ordered: TableModel[] = []
  const rest = [...tables]
  while (rest.length > 0) {
    const missing = rest.map((table) => missingParents(table, ordered))
    const free = missing.findIndex((keys) => keys.length === 0)
    const next = free >= 0 ? free : breakingPoint(rest, missing)
    ordered.push(...rest.splice(next, 1))
  }
  return ordered
}

/** The foreign keys of a table to others that are not placed yet. */
function missingParents(
  table: TableModel,
  ordered: readonly TableModel[],
): readonly ForeignKeyModel[] {
  return table.foreignKeys.filter(
    ({ parent }) => parent !== table.key && !ordered.some(({ key }) => key === parent),
  )
}

/** The first table of a circle, not of what only leads to one, that needs none of the others at once. */
function breakingPoint(
  rest: readonly TableModel[],
  missing: readonly (readonly ForeignKeyModel[])[],
): number {
  const circular = rest.map((table) => isReachedFrom(table.key, table.key, rest))
  const optional = rest.findIndex(
    (table, index) => circular[index] && missing[index]!.every((key) => mayBeNull(table, key)),
  )
  return optional >= 0 ? optional : circular.indexOf(true)
}

function isReachedFrom(from: string, to: string, tables: readonly TableModel[]): boolean {
  const seen = new Set<string>()
  const open = [from]
  for (let key = open.pop(); key !== undefined; key = open.pop()) {
    for (const { parent } of tables.find((table) => table.key === key)?.foreignKeys ?? []) {
      if (parent === to && key !== to) return true
      if (!seen.has(parent) && parent !== key) open.push(parent)
      seen.add(parent)
    }
  }
  return false
}

function mayBeNull(table: TableModel, { columns }: ForeignKeyModel): boolean {
  return table.columns.some(({ name, notNull }) => columns.includes(name) && !notNull)
}
