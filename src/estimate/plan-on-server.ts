import { availableParallelism } from 'node:os'
import { DownpourError } from '../errors.ts'
import { ledgerVersion, readLedgerVersion } from '../ledger/install.ts'
import { listRuns } from '../ledger/runs.ts'
import type { RunRecord } from '../ledger/runs.ts'
import { declaredShapes } from './declared-shapes.ts'
import { leftToServer } from '../plan/plan.ts'
import { readServerFacts } from '../postgres/catalog.ts'
import type { ServerFacts } from '../postgres/catalog.ts'
import { engineName } from '../postgres/engine.ts'
import type { Engine } from '../postgres/engine.ts'
import { readTableTraits } from '../postgres/table-traits.ts'
import type { TableTraits } from '../postgres/table-traits.ts'
import { unwrapError } from '../postgres/server-error.ts'
import { withSession } from '../postgres/session.ts'
import type { Session } from '../postgres/session.ts'
import { mayHaveTemporaryTables } from '../run/check-samples.ts'
import { distributionNotes } from '../run/check-distribution.ts'
import { chooseLanes, workloadOf } from '../run/choose-lanes.ts'
import { createClock } from '../run/clock.ts'
import { connectedNotes } from '../run/connect.ts'
import { checkEngine, engineNotes, explainOnEngine } from '../run/engine-rules.ts'
import { findDroppable, notesOn } from '../run/defer.ts'
import type { Droppable } from '../run/defer.ts'
import { readFreeDisk } from '../run/measure-server.ts'
import { findPendingMigrations } from '../run/migrate.ts'
import { planNewRun } from '../run/new-run.ts'
import { checkOptions, optionDifferences } from '../run/options.ts'
import { prepareRecorded, runDiffers } from '../run/prepare-run.ts'
import type { PreparedRun } from '../run/prepare-run.ts'
import type { RunOptions } from '../run/options.ts'
import { guardSeed, nothingToResume, unfinishedRun, unmigrated } from '../run/seed.ts'
import type { SeedRequest } from '../run/seed.ts'
import { strategies } from '../write/choose-strategy.ts'
import type { StrategyName } from '../write/strategy.ts'
import { describeLoad } from './describe-load.ts'
import type { TableToLoad } from './describe-load.ts'
import type { LoadPlan } from './load-plan.ts'
import { loadTime } from './load-time.ts'
import { leftNotes, planOffline } from './plan-offline.ts'
import { lookAtServer } from './server-look.ts'
import { tryLoad } from './trial.ts'
import type { TriedTable } from './trial.ts'
import { warningsOf } from './warnings.ts'

/** As `seed` is asked. */
export type ServerRequest = Pick<
  SeedRequest,
  | 'project'
  | 'database'
  | 'options'
  | 'wishes'
  | 'unfinished'
  | 'ledger'
  | 'lanes'
  | 'confirm'
  | 'environment'
  | 'signal'
>

/**
 * Plans a run as `seed` would begin it now, and asks the server what it will take. Nothing is
 * written: what is tried is tried in temporary tables and rolled back.
 *
 * @throws DownpourError what `seed` refuses before its first write
 */
export async function planOnServer(request: ServerRequest): Promise<LoadPlan> {
  checkOptions(request.options)
  const { url } = request.database
  return withSession({ url }, async (session) => {
    const cancel = () => void session.cancel()
    request.signal.addEventListener('abort', cancel)
    try {
      return await planOver(session, request)
    } catch (error) {
      request.signal.throwIfAborted()
      // Drizzle's own error holds SQL and every parameter.
      throw await explainOnEngine(session, unwrapError(error))
    } finally {
      request.signal.removeEventListener('abort', cancel)
    }
  })
}

async function planOver(session: Session, request: ServerRequest): Promise<LoadPlan> {
  const { signal } = request
  const { server, consent } = await askGuard(session, request)
  const { engine } = server
  checkEngine(engine, request)
  const database = {
    server: engineName(engine),
    version: server.version,
    name: server.database,
  }
  const freeDiskBytes = (server.isLocal ? await readFreeDisk(session) : undefined) ?? null
  const pending = await countPending(session, request)
  if (pending > 0) {
    const migrations = pending === 1 ? '1 migration' : `${pending} migrations`
    const note = `seed applies ${migrations} first; until then the server cannot tell more of these tables`
    const offline = await planOffline(request)
    return { ...offline, database, freeDiskBytes, notes: [...offline.notes, note] }
  }
  const { prepared, options, continued, unfinished } = await prepare(session, request)
  signal.throwIfAborted()
  const { plan, targets, tables } = prepared
  const models = targets.map(({ table }) => table.model)
  const traits = (await readTableTraits(session, models)).map((found) => found!)
  const isEmptied = options.existing === 'reset'
  const droppable = await findDroppable(session, { tables, options, isEmptied })
  const look = await lookAtServer(session, models)
  const lanes = request.lanes ?? (await chooseLanes(session, workloadOf(tables, options)))
  const toLoad = tables.map((_table, n) =>
    tableToLoad(prepared, n, { traits: traits[n]!, droppable, continued }),
  )
  const figures = await describeLoad({
    plan,
    lanes,
    options,
    tables: toLoad,
    wal: look.wal,
    signal,
  })
  const seen = tables.map(({ key, rowCount }, n) => ({ key, rows: rowCount, traits: traits[n]! }))
  const trial = await tryIfPossible(session, engine, { plan, tables: toLoad, signal })
  return {
    ...figures,
    database,
    freeDiskBytes,
    lanes,
    time: trial.tables
      ? loadTime(trial.tables, { tables: toLoad, lanes, cores: availableParallelism() })
      : null,
    dropped: droppable.definitions.map(({ schema, table, name, kind }) => ({
      schema,
      table,
      name,
      kind,
    })),
    warnings: [
      ...consent,
      ...unfinished,
      ...trial.refusals,
      ...warningsOf({
        figures: { ...figures, freeDiskBytes },
        look,
        tables: seen,
        isEmptied: request.options.existing === 'reset',
      }),
    ],
    notes: [
      ...engineNotes(engine, tables),
      ...(await distributionNotes(
        session,
        plan.tables.map(({ model }) => model),
      )),
      ...leftNotes(leftToServer(plan)),
      ...connectedNotes(plan, options),
      ...notesOn(droppable.kept),
      ...trial.notes,
    ],
  }
}

/** What only consent is missing for is said, and not refused: to plan changes nothing. */
async function askGuard(
  session: Session,
  request: ServerRequest,
): Promise<{ readonly server: ServerFacts; readonly consent: readonly string[] }> {
  try {
    return { server: await guardSeed(session, { ...request, join: undefined }), consent: [] }
  } catch (error) {
    const isConsent =
      error instanceof DownpourError &&
      error.code.startsWith('REFUSED_') &&
      !['REFUSED_READ_ONLY', 'REFUSED_PRODUCTION'].includes(error.code)
    if (!isConsent) throw error
    const { message, fix } = error
    return { server: await readServerFacts(session), consent: [`${message}. ${fix}`] }
  }
}

/** @throws DownpourError `REFUSED_UNMIGRATED` on a server that the project does not own */
async function countPending(
  session: Session,
  { project, database }: ServerRequest,
): Promise<number> {
  if (project.isFree) return 0
  const { migrationsFolder, migrationsTable } = project
  const { length } = await findPendingMigrations(session, migrationsFolder, migrationsTable)
  if (length > 0 && !database.isEmbedded) throw unmigrated(length)
  return length
}

interface Prepared {
  readonly prepared: PreparedRun
  readonly options: RunOptions
  /** A run that is to be continued. */
  readonly continued: boolean
  /** What is to be said of a run that is not finished. */
  readonly unfinished: readonly string[]
}

async function prepare(session: Session, request: ServerRequest): Promise<Prepared> {
  const { project, unfinished, wishes, signal } = request
  const isAlone = request.ledger === 'no ledger' || request.options.transaction === 'run'
  const { run, ledger } = await findUnfinished(session, request)
  if (run && unfinished !== 'restart' && request.options.existing !== 'reset') {
    if (isAlone) throw unfinishedRun(run.id)
    const differences = optionDifferences(run.options, wishes)
    if (differences.length > 0) throw runDiffers(run, differences)
    return {
      prepared: await prepareRecorded(session, project, run),
      options: run.options,
      continued: true,
      unfinished: [
        `Run ${run.id} is not finished: seed goes on with it, and what it has loaded is part of these figures`,
      ],
    }
  }
  if (!run && unfinished === 'resume') throw nothingToResume()
  const isThrownAway = run !== undefined && request.options.existing !== 'reset'
  const options: RunOptions = {
    ...request.options,
    // Without a ledger nothing would put indexes back after a crash.
    ...(request.ledger === 'no ledger' && { indexes: 'keep' }),
    // Then its rows are gone.
    ...(isThrownAway && { existing: 'reset' }),
  }
  const clock = createClock(signal)
  const { record, ...prepared } = await planNewRun(session, { project, options, ledger, clock })
  return {
    prepared,
    options: record.options,
    continued: false,
    unfinished: isThrownAway ? [`--restart throws run ${run.id} away, with its rows`] : [],
  }
}

/** @returns `ledger`: whether there is one that can be looked into */
async function findUnfinished(
  session: Session,
  { ledger }: ServerRequest,
): Promise<{ readonly run: RunRecord | undefined; readonly ledger: SeedRequest['ledger'] }> {
  const version = await readLedgerVersion(session).catch((error: unknown) => {
    const isHidden = error instanceof DownpourError && error.code === 'LEDGER_NO_RIGHT'
    if (ledger === 'ledger' || !isHidden) throw error
    return 0
  })
  // One of an earlier version is upgraded by the next run.
  if (version !== ledgerVersion) return { run: undefined, ledger: 'no ledger' }
  const [run] = await listRuns(session, ['running'])
  return { run, ledger }
}

function tableToLoad(
  { targets, tables }: PreparedRun,
  place: number,
  known: {
    readonly traits: TableTraits
    readonly droppable: Droppable
    readonly continued: boolean
  },
): TableToLoad {
  const target = targets[place]!
  const { traits, droppable, continued } = known
  const { model } = target.table
  const own = droppable.definitions.filter(
    ({ schema, table }) => schema === model.schema && table === model.name,
  )
  // Those that a run has dropped come back at its end.
  const missing = continued
    ? declaredShapes(model).filter(({ name }) => !traits.indexes.some((one) => one.name === name))
    : []
  return {
    target,
    strategy: strategies[tables[place]!.strategy as StrategyName],
    indexes: [...traits.indexes, ...missing],
    built: new Set([...own, ...missing].map(({ name }) => name)),
    keepsForeignKeys: !own.some(({ kind }) => kind === 'foreign key'),
    fillFactor: traits.fillFactor,
    mayMoveOut: traits.mayMoveOut,
    isUnlogged: traits.isUnlogged,
  }
}

/** About how long people wait gladly for an estimate of minutes. */
const trialSeconds = 2

async function tryIfPossible(
  session: Session,
  engine: Engine,
  load: Pick<Parameters<typeof tryLoad>[1], 'plan' | 'tables' | 'signal'>,
): Promise<{
  readonly tables: readonly TriedTable[] | undefined
  readonly refusals: readonly string[]
  readonly notes: readonly string[]
}> {
  if (engine.kind !== 'postgres') {
    const note = 'How long it takes is not known: temporary tables tell nothing of distributed ones'
    return { tables: undefined, refusals: [], notes: [note] }
  }
  if (!(await mayHaveTemporaryTables(session))) {
    const note = 'How long it takes is not known: the role may not make temporary tables to try it'
    return { tables: undefined, refusals: [], notes: [note] }
  }
  const { tables, refusals } = await tryLoad(session, { ...load, seconds: trialSeconds })
  return { tables: refusals.length === 0 ? tables : undefined, refusals, notes: [] }
}
