import { DownpourError } from '../errors.ts'
import { openTable } from '../generate/slices.ts'
import type { Slice } from '../generate/slices.ts'
import type { IndexShape } from '../model/index-shape.ts'
import type { Plan, RowRange } from '../plan/plan.ts'
import { quoteIdentifier, quoteTable } from '../postgres/identifiers.ts'
import { loadError, serverError } from '../postgres/server-error.ts'
import type { Session } from '../postgres/session.ts'
import type { Target } from '../write/target.ts'
import type { TableToLoad } from './describe-load.ts'

/** How fast some rows of a table were written. */
export interface TriedTable extends Timing {
  readonly table: string
  /** To build the indexes that are built after the load. */
  readonly buildSeconds: number
}

interface Timing {
  readonly rows: number
  /** Until the server had stored them; of that, what it took to compute them. */
  readonly seconds: number
  readonly generateSeconds: number
}

export interface Trial {
  readonly tables: readonly TriedTable[]
  /** Tables some of whose rows were refused, and why, in sentences. */
  readonly refusals: readonly string[]
}

/**
 * Writes rows of each table into a temporary copy of it, by its own strategy, builds its indexes and
 * rolls all of that back. The tables themselves are only looked at.
 *
 * @param load - `seconds`: about how long all of it may take
 */
export async function tryLoad(
  session: Session,
  load: {
    readonly plan: Plan
    readonly tables: readonly TableToLoad[]
    readonly seconds: number
    readonly signal: AbortSignal
  },
): Promise<Trial> {
  const { plan, tables, seconds, signal } = load
  const toTry = tables.filter(({ target }) => target.table.toLoad.count > 0)
  const all = toTry.reduce((sum, { target }) => sum + target.table.toLoad.count, 0)
  const tried: TriedTable[] = []
  const refusals: string[] = []
  for (const table of toTry) {
    // Large tables decide how long the load takes; the others need to be seen once.
    const share = 0.2 / toTry.length + (0.8 * table.target.table.toLoad.count) / all
    try {
      tried.push(await tryTable(session, { plan, table, seconds: seconds * share, signal }))
    } catch (error) {
      signal.throwIfAborted()
      if (!serverError(error) || session.closed) throw error
      const { key } = table.target.table.model
      const told = loadError({ error, table: key })
      const why = told instanceof DownpourError ? told.why : told.message
      refusals.push(`The server refused rows of ${key}: ${why}`)
    }
  }
  return { tables: tried, refusals }
}

interface TableTrial {
  readonly plan: Plan
  readonly table: TableToLoad
  readonly seconds: number
  readonly signal: AbortSignal
}

/** Rows to begin with; more follow while there is time. */
const firstRows = 500

async function tryTable(session: Session, trial: TableTrial): Promise<TriedTable> {
  const { plan, table, seconds, signal } = trial
  const { target, strategy, indexes, built } = table
  const { model, toLoad } = target.table
  const copy: Target = {
    ...target,
    table: { ...target.table, model: { ...model, schema: 'pg_temp', name: copyName } },
  }
  await session.begin()
  try {
    await session.query(
      `create temporary table ${copyName} (like ${quoteTable(model.schema, model.name)} including all excluding indexes) on commit drop`,
    )
    for (const index of indexes) {
      if (!built.has(index.name)) await buildIndex(session, index)
    }
    const source = await openTable(plan, target.table)
    const writer = strategy.open(copy, source)
    const timedWrite = async (range: RowRange): Promise<Timing> => {
      const clock = { generateSeconds: 0 }
      const started = performance.now()
      await writer.write(session, { range, slices: timed(source.slices(range), clock, signal) })
      const { generateSeconds } = clock
      return { rows: range.count, seconds: (performance.now() - started) / 1000, generateSeconds }
    }
    const end = toLoad.first + toLoad.count
    let count = Math.min(firstRows, toLoad.count)
    let next = toLoad.first
    let timing: Timing = { rows: 0, seconds: 0, generateSeconds: 0 }
    while (next < end && timing.seconds < seconds) {
      const range = { first: next, count: Math.min(count, end - next) }
      const latest = await timedWrite(range)
      // What is done once, such as to parse a statement, is no matter for millions of rows.
      timing = next === toLoad.first + firstRows ? latest : together(timing, latest)
      next += range.count
      const inTime = (range.count * (seconds - timing.seconds)) / latest.seconds
      count = Math.max(firstRows, Math.min(count * 2, Math.floor(inTime)))
    }
    const started = performance.now()
    for (const index of indexes) if (built.has(index.name)) await buildIndex(session, index)
    const buildSeconds = (performance.now() - started) / 1000
    return { table: model.key, ...timing, buildSeconds }
  } finally {
    await session.rollback()
  }
}

function together(one: Timing, other: Timing): Timing {
  return {
    rows: one.rows + other.rows,
    seconds: one.seconds + other.seconds,
    generateSeconds: one.generateSeconds + other.generateSeconds,
  }
}

const copyName = 'downpour_trial'

/** Others need an operator class, and are few. */
async function buildIndex(session: Session, { method, parts, where }: IndexShape): Promise<void> {
  if (method !== 'btree') return
  const keys = parts.map((part) =>
    'column' in part ? quoteIdentifier(part.column) : `(${part.sql})`,
  )
  // An expression may be spelled for its own table.
  const condition = where === undefined ? '' : ` where ${where}`
  const statement = `create index on pg_temp.${copyName} (${keys.join(', ')})${condition}`
  await session.query('savepoint downpour_index')
  try {
    await session.query(statement)
  } catch (error) {
    if (!serverError(error) || session.closed) throw error
    await session.query('rollback to savepoint downpour_index')
  }
}

function* timed(
  slices: Iterable<Slice>,
  clock: { generateSeconds: number },
  signal: AbortSignal,
): Iterable<Slice> {
  const iterator = slices[Symbol.iterator]()
  for (;;) {
    signal.throwIfAborted()
    const started = performance.now()
    const next = iterator.next()
    clock.generateSeconds += (performance.now() - started) / 1000
    if (next.done) return
    yield next.value
  }
}
