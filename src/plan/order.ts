import { DownpourError } from '../errors.ts'
import type { TableModel } from '../model/table.ts'

/**
 * Parents before children, otherwise in the order given. A table may refer to itself.
 *
 * @throws DownpourError `PLAN_CYCLE` when tables refer to each other in a circle
 * @example
 * orderTables([posts, users]).map((table) => table.key) // ['users', 'posts']
 */
export function orderTables(tables: readonly TableModel[]): readonly TableModel[] {
  const ordered: TableModel[] = []
  const rest = [...tables]
  while (rest.length > 0) {
    const next = rest.findIndex((table) => parentsOf(table).every((key) => isPlaced(ordered, key)))
    if (next < 0) throw cycleError(rest)
    ordered.push(...rest.splice(next, 1))
  }
  return ordered
}

function parentsOf(table: TableModel): readonly string[] {
  return table.foreignKeys.map(({ parent }) => parent).filter((parent) => parent !== table.key)
}

function isPlaced(ordered: readonly TableModel[], key: string): boolean {
  return ordered.some((table) => table.key === key)
}

function cycleError(rest: readonly TableModel[]): DownpourError {
  const keys = rest.map((table) => table.key)
  const circle: string[] = []
  let key = keys[0]!
  while (!circle.includes(key)) {
    circle.push(key)
    const table = rest.find((candidate) => candidate.key === key)!
    key = parentsOf(table).find((parent) => keys.includes(parent))!
  }
  const around = [...circle.slice(circle.indexOf(key)), key]
  return new DownpourError({
    code: 'PLAN_CYCLE',
    message: `Cannot order the tables ${[...new Set(around)].join(', ')}`,
    why: `Their foreign keys go round in a circle: ${around.join(' → ')}.`,
    fix: 'Leave one of these tables out of the schema module that is seeded.',
    table: key,
  })
}
