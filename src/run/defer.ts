import type { Ledger } from '../ledger/ledger.ts'
import type { RunTable } from '../ledger/runs.ts'
import { readDefinitions } from '../postgres/definitions.ts'
import type { Definition, KeptDefinition } from '../postgres/definitions.ts'
import { quoteTable } from '../postgres/identifiers.ts'
import type { Session } from '../postgres/session.ts'
import { circularTables, refuseCircles } from './circles.ts'
import type { RunOptions } from './options.ts'
import { planRebuild } from './plan-rebuild.ts'
import { readTableOrder } from './table-order.ts'
import { tablesToDefer } from './tables-to-defer.ts'

export interface Deferral {
  readonly tables: readonly RunTable[]
  readonly options: RunOptions
  /** Of this step, counted from 1. */
  readonly attempt: number
}

/** Attempts to lock the tables, after which `auto` leaves their indexes alone. */
const patientAttempts = 5

/**
 * Drops indexes, keys and foreign keys of tables that are empty and will be large, and plans how
 * they are put back: in the transaction that is open, in which their definitions are written down
 * as well.
 *
 * @returns what was kept and why, in sentences
 * @throws the server's error when a table cannot be locked soon: nothing is dropped then
 * @throws DownpourError `PLAN_CYCLE` where a circle of foreign keys could not be dropped
 */
export async function deferIndexes(
  session: Session,
  ledger: Ledger,
  deferral: Deferral,
): Promise<readonly string[]> {
  const notes = await dropIndexes(session, ledger, deferral)
  // Its tables would wait for one another for ever.
  await refuseCircles(session, deferral.tables, 'may not drop')
  return notes
}

async function dropIndexes(
  session: Session,
  ledger: Ledger,
  { tables, options, attempt }: Deferral,
): Promise<readonly string[]> {
  const isPatient = options.indexes !== 'auto' || attempt <= patientAttempts
  if (!isPatient && circularTables(tables).length === 0) {
    return ['Indexes and foreign keys stay: other sessions are at work on the tables']
  }
  const { chosen, ...before } = await findDroppable(session, { tables, options, isEmptied: false })
  if (chosen.length === 0) return []
  // Those apart that the role may not lock, because they are not its own.
  const lockable = chosen.filter(({ schema, name }) =>
    before.definitions.some(
      (definition) => definition.schema === schema && definition.table === name,
    ),
  )
  if (lockable.length === 0) return notesOn(before.kept)
  // Whoever reads the tables queues behind a lock that is waited for, so it is waited for briefly and
  // asked for again later.
  await session.query(`set local lock_timeout = '1s'`)
  await session.query(`lock table ${lockable.map(nameOf).join(', ')} in access exclusive mode`)
  // Once more: it may have changed before it was locked.
  const { definitions, kept } = await readDroppable(session, lockable, options)
  for (const { drop } of definitions) await session.query(drop)
  await session.query('set local lock_timeout to default')
  await ledger.recordDropped(session, definitions)
  await ledger.addSteps(session, planRebuild(definitions))
  await ledger.setOrder(session, await readTableOrder(session, tables))
  const others = before.kept.filter(
    (one) => !lockable.some(({ schema, name }) => one.schema === schema && one.table === name),
  )
  return notesOn([...others, ...kept])
}

/** In sentences: the reason is often the same for all of a table. */
export function notesOn(kept: readonly KeptDefinition[]): readonly string[] {
  const reasons = new Map<string, string[]>()
  for (const { table, name, why } of kept) {
    const names = reasons.get(`${table}: ${why}`) ?? []
    reasons.set(`${table}: ${why}`, [...names, name])
  }
  return [...reasons].map(([reason, names]) => `Kept ${names.join(', ')} of ${reason}`)
}

/** What a run would drop, and of which tables; what it would keep, and why. */
export interface Droppable {
  readonly chosen: readonly RunTable[]
  readonly definitions: readonly Definition[]
  readonly kept: readonly KeptDefinition[]
}

/**
 * Looks what a run would drop, and changes nothing.
 *
 * @param load - `isEmptied`: whether the tables are emptied first, whatever they hold now
 */
export async function findDroppable(
  session: Session,
  load: {
    readonly tables: readonly RunTable[]
    readonly options: RunOptions
    readonly isEmptied: boolean
  },
): Promise<Droppable> {
  const { tables, options, isEmptied } = load
  const empty: RunTable[] = []
  for (const table of tables) {
    if (isEmptied || (await isEmpty(session, table))) empty.push(table)
  }
  const order = await readTableOrder(session, tables)
  const chosen = tablesToDefer(empty, order, options.indexes)
  if (chosen.length === 0) return { chosen, definitions: [], kept: [] }
  return { chosen, ...(await readDroppable(session, chosen, options)) }
}

async function isEmpty(session: Session, table: RunTable): Promise<boolean> {
  const [row] = await session.query<{ empty: boolean }>(
    `select not exists (select 1 from ${nameOf(table)}) as empty`,
  )
  return row!.empty
}

/** Rows that break a key are found only while it is in force. */
async function readDroppable(
  session: Session,
  tables: readonly RunTable[],
  { onError }: RunOptions,
): Promise<Omit<Droppable, 'chosen'>> {
  const { droppable, kept } = await readDefinitions(session, tables)
  const definitions =
    onError === 'stop'
      ? droppable
      : droppable.filter(
          ({ kind, build }) => kind === 'index' && !build!.startsWith('CREATE UNIQUE'),
        )
  return { definitions, kept }
}

function nameOf({ schema, name }: RunTable): string {
  return quoteTable(schema, name)
}
