import { DownpourError } from '../errors.ts'
import type { RunTable } from '../ledger/runs.ts'
import { readForeignKeys } from '../postgres/foreign-keys.ts'
import type { ForeignKeyInForce } from '../postgres/foreign-keys.ts'
import type { Session } from '../postgres/session.ts'

/** Tables whose foreign keys go round in a circle. */
type Circle = readonly number[]

/**
 * The tables, by position, that cannot be loaded one after the other: their foreign keys have to be
 * dropped for the load, however few their rows are.
 */
export function circularTables(foreignKeys: readonly ForeignKeyInForce[]): readonly number[] {
  const positions = new Set(foreignKeys.map(({ child }) => child))
  return [...positions].filter((position) => pathBack(position, foreignKeys) !== undefined)
}

/**
 * Refuses circles that cannot be loaded: no row could ever be inserted into tables that need one
 * another at once, and foreign keys that stay in force let none refer to what comes later.
 *
 * @param canDrop - whether the run may drop foreign keys of these tables
 * @throws DownpourError `PLAN_CYCLE`
 */
export async function refuseCircles(
  session: Session,
  tables: readonly Pick<RunTable, 'schema' | 'name' | 'key' | 'rowCount'>[],
  canDrop: 'may drop' | 'may not drop',
): Promise<void> {
  const foreignKeys = await readForeignKeys(session, tables)
  const rigid = foreignKeys.filter(({ isRigid }) => isRigid)
  const circle = findCircle(rigid) ?? (canDrop === 'may drop' ? undefined : findCircle(foreignKeys))
  if (!circle || !circle.some((position) => tables[position]!.rowCount > 0)) return
  const keys = circle.map((position) => tables[position]!.key)
  const isRigid = findCircle(rigid) !== undefined
  throw new DownpourError({
    code: 'PLAN_CYCLE',
    message: `Cannot load the tables ${keys.join(', ')}`,
    why: `Their foreign keys go round in a circle: ${[...keys, keys[0]!].join(' → ')}${isRigid ? ', and none of them may be NULL or is deferrable' : ', and stay in force'}.`,
    fix: isRigid
      ? 'Let a column of one of these foreign keys be NULL, or make the key deferrable.'
      : 'Load these tables while they are empty and without --indexes keep: their foreign keys are then dropped for the load and put back.',
    table: keys[0]!,
  })
}

function findCircle(foreignKeys: readonly ForeignKeyInForce[]): Circle | undefined {
  for (const { child } of foreignKeys) {
    const path = pathBack(child, foreignKeys)
    if (path) return path
  }
  return undefined
}

/** The way from a table over its parents back to itself, without tables that refer to themselves. */
function pathBack(start: number, foreignKeys: readonly ForeignKeyInForce[]): Circle | undefined {
  const seen = new Set<number>()
  const paths: Circle[] = [[start]]
  for (let path = paths.shift(); path; path = paths.shift()) {
    const last = path.at(-1)!
    for (const { child, parent } of foreignKeys) {
      if (child !== last || parent === last) continue
      if (parent === start) return path
      if (!seen.has(parent)) paths.push([...path, parent])
      seen.add(parent)
    }
  }
  return undefined
}
