import { DownpourError } from '../errors.ts'
import type { TableOrder } from '../ledger/ledger.ts'
import type { RunTable } from '../ledger/runs.ts'
import { readForeignKeys } from '../postgres/foreign-keys.ts'
import type { ForeignKeyInForce } from '../postgres/foreign-keys.ts'
import type { Session } from '../postgres/session.ts'

/** Tables whose foreign keys go round in a circle. */
type Circle = readonly number[]

/** That a table refers to another, by their positions. */
type Edge = Pick<ForeignKeyInForce, 'child' | 'parent'>

/**
 * The tables, by position, that cannot be loaded one after the other: their foreign keys have to be
 * dropped for the load, however few their rows are.
 *
 * @example
 * circularTables([
 *   { position: 0, waitsFor: [1], isSequential: false },
 *   { position: 1, waitsFor: [0], isSequential: false },
 * ]) // [0, 1]
 */
export function circularTables(order: readonly TableOrder[]): readonly number[] {
  const edges = order.flatMap(({ position, waitsFor }) =>
    waitsFor.map((parent): Edge => ({ child: position, parent })),
  )
  return order.flatMap(({ position }) => (pathBack(position, edges) ? [position] : []))
}

/**
 * Refuses circles that cannot be loaded: no row could ever be inserted into tables that need one
 * another at once, and foreign keys that stay in force let none refer to what comes later.
 *
 * @param tables - with their order; the server is asked only where that has a circle
 * @param canDrop - whether the run may drop foreign keys of these tables
 * @throws DownpourError `PLAN_CYCLE`
 */
export async function refuseCircles(
  session: Session,
  tables: readonly RunTable[],
  canDrop: 'may drop' | 'may not drop',
): Promise<void> {
  if (circularTables(tables).length === 0) return
  const foreignKeys = await readForeignKeys(session, tables)
  const rigid = findCircle(foreignKeys.filter(({ isRigid }) => isRigid))
  const circle = rigid ?? (canDrop === 'may drop' ? undefined : findCircle(foreignKeys))
  if (!circle || !circle.some((position) => tables[position]!.rowCount > 0)) return
  const keys = circle.map((position) => tables[position]!.key)
  const loose = rigid && findLoose(rigid, foreignKeys)
  throw new DownpourError({
    code: 'PLAN_CYCLE',
    message: `Cannot load the tables ${keys.join(', ')}`,
    why: `Their foreign keys go round in a circle: ${[...keys, keys[0]!].join(' → ')}${rigid ? ', and none of them may be NULL or is deferrable' : ', and stay in force'}.`,
    fix: rigid
      ? `${loose ? `Let "${loose.couldBeNull}" of ${tables[loose.child]!.key} be NULL` : 'Let a column of one of these foreign keys be NULL'}, or make the key deferrable.`
      : 'Load these tables while they are empty, as their owner, without --indexes keep and --on-error skip: their foreign keys are then dropped for the load and put back.',
    table: loose ? tables[loose.child]!.key : keys[0]!,
    ...(loose && { column: loose.couldBeNull }),
  })
}

/** A foreign key on the way round that need not be rigid. */
function findLoose(
  circle: Circle,
  foreignKeys: readonly ForeignKeyInForce[],
): (ForeignKeyInForce & { readonly couldBeNull: string }) | undefined {
  for (const [index, child] of circle.entries()) {
    const parent = circle[(index + 1) % circle.length]
    const key = foreignKeys.find((one) => one.child === child && one.parent === parent)
    if (key && key.couldBeNull !== null) return { ...key, couldBeNull: key.couldBeNull }
  }
  return undefined
}

function findCircle(edges: readonly Edge[]): Circle | undefined {
  for (const { child } of edges) {
    const path = pathBack(child, edges)
    if (path) return path
  }
  return undefined
}

/** The way from a table over its parents back to itself, without tables that refer to themselves. */
function pathBack(start: number, edges: readonly Edge[]): Circle | undefined {
  const seen = new Set<number>()
  const paths: Circle[] = [[start]]
  for (let path = paths.shift(); path; path = paths.shift()) {
    const last = path.at(-1)!
    for (const { child, parent } of edges) {
      if (child !== last || parent === last) continue
      if (parent === start) return path
      if (!seen.has(parent)) paths.push([...path, parent])
      seen.add(parent)
    }
  }
  return undefined
}
