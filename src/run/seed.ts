import { availableParallelism } from 'node:os'
import type { Project } from '../config/load-project.ts'
import { DownpourError } from '../errors.ts'
import { ensureLedger, readLedgerVersion, upgradeLedger } from '../ledger/install.ts'
import { readNotes, readRejectCounts, readStepTimes } from '../ledger/progress.ts'
import { findRun, listRuns, recordRun, refuseOtherRuns } from '../ledger/runs.ts'
import type { RunRecord } from '../ledger/runs.ts'
import { markOnce } from '../ledger/mark.ts'
import type { TableModel } from '../model/table.ts'
import type { Plan } from '../plan/plan.ts'
import type { ServerFacts } from '../postgres/catalog.ts'
import { isConnectionLost, unwrapError } from '../postgres/server-error.ts'
import { openSession, withSession } from '../postgres/session.ts'
import type { Session } from '../postgres/session.ts'
import { checkNodes } from './check-nodes.ts'
import { chooseLanes, workloadOf } from './choose-lanes.ts'
import { connectedNotes } from './connect.ts'
import { createClock } from './clock.ts'
import type { Clock } from './clock.ts'
import { checkEngine, engineNotes, explainOnEngine } from './engine-rules.ts'
import { guardDatabase } from './guard.ts'
import type { Consent, GuardedAction } from './guard.ts'
import { environmentOf } from './guard-rules.ts'
import type { Surroundings } from './guard-rules.ts'
import { defaultPatience } from './lane.ts'
import type { Patience } from './lane.ts'
import { threadLanes } from './lane-thread.ts'
import type { LoadProgress } from './load-tracker.ts'
import { keepRunLock } from './lock.ts'
import { readWalPosition } from './measure-server.ts'
import { findPendingMigrations } from './migrate.ts'
import { findNamedRun, workOnNamedRun } from './named-run.ts'
import { planNewRun } from './new-run.ts'
import type { BeginningRun } from './new-run.ts'
import { aloneOption, checkOptions, optionDifferences } from './options.ts'
import type { RunOptions, RunWishes } from './options.ts'
import { prepareRecorded, runDiffers } from './prepare-run.ts'
import type { PreparedRun } from './prepare-run.ts'
import { workOnRun } from './recorded-run.ts'
import { runRecordedLane } from './recorded-lane.ts'
import { refuseProduction } from './refuse-production.ts'
import { reportRun } from './report-run.ts'
import type { RunOutcome, SeedReport } from './report-run.ts'
import { restoreAndMigrate } from './restore-and-migrate.ts'
import { runInOneTransaction, runWithoutLedger } from './single-run.ts'
import { spreadLanes } from './spread-lanes.ts'
import { throwAwayRun } from './throw-away.ts'
import { inTransaction } from './transaction.ts'
import { underLock } from './under-lock.ts'
import { watchConnection } from './watchdog.ts'

export interface SeedRequest extends Omit<Consent, 'isEmbedded'> {
  readonly project: Project
  readonly database: SeedDatabase
  readonly options: RunOptions
  /** Those of the options that were said: a run that is continued has to have them too. */
  readonly wishes: RunWishes
  /**
   * What becomes of an unfinished run: it is continued, and there has to be one (`resume`) or need
   * not, or it is thrown away.
   */
  readonly unfinished: 'continue' | 'resume' | 'restart'
  /** A run that other processes are at work on, or `latest`: this one helps. */
  readonly join: string | undefined
  /** The name of the run, which is begun where there is none of that name, and else helped with. */
  readonly name?: string | undefined
  readonly ledger: 'ledger' | 'no ledger'
  /** As many as pay when left out. */
  readonly lanes: number | undefined
  /**
   * How many threads the lanes have, this one included: the others load the project again. As many as
   * are needed when left out.
   */
  readonly threads: number | undefined
  /** As `SpreadOptions`. */
  readonly lookSeconds?: number
  readonly signal: AbortSignal
  readonly patience?: Patience
  readonly onPlan: (plan: Plan) => void
  /** Told while somebody else has the lock, perhaps to begin the run of that name. */
  readonly onWaiting?: (busy: DownpourError) => void
  /** Told before the load begins. */
  readonly onRun: (run: RunNews) => void
  readonly onProgress: (progress: LoadProgress) => void
}

export interface SeedDatabase {
  readonly url: string
  /** URLs for lanes that load rows, in turn. @defaultValue `url` alone */
  readonly nodes?: readonly string[]
  /** Whether the project owns it: then pending migrations are applied without being asked for. */
  readonly isEmbedded: boolean
}

/** How a run begins. */
export interface RunNews {
  readonly run: string
  readonly kind: 'new' | 'continued' | 'joined' | 'finished'
  readonly lanes: number
}

interface Work {
  readonly request: SeedRequest
  readonly session: Session
  readonly server: ServerFacts
  readonly clock: Clock
  /** That the database belongs to from now on, unless it is marked already. */
  readonly environment: string
  /** To be asked under the lock, before anything is emptied. */
  guardRows(): Promise<void>
}

/**
 * The main job: plan, check, load, finish; or what is left of that of an unfinished run.
 *
 * @throws DownpourError exit code 2 before the first write, 4 once rows are being written
 */
export async function runSeed(request: SeedRequest): Promise<SeedReport> {
  const { signal, database } = request
  const surroundings = surroundingsOf(request)
  refuseProduction('seed', surroundings)
  checkOptions(request.options)
  const clock = createClock(signal)
  const { url } = database
  const session = await clock.time('connect', () => openSession({ url }))
  const { silenceSeconds } = request.patience ?? defaultPatience
  const endWatch = watchConnection(session, url, silenceSeconds)
  try {
    const nodes = nodesApart(database)
    const { server, guardRows } = await guardRun(session, request, { nodes, silenceSeconds })
    checkEngine(server.engine, request)
    const work: Work = {
      request,
      session,
      server,
      clock,
      environment: environmentOf(surroundings),
      guardRows,
    }
    if (request.join !== undefined) return await joinRun(work, request.join)
    if (request.name !== undefined) return await seedNamed(work, request.name)
    const { ledger, options } = request
    const alone = aloneOption({ ledger, transaction: options.transaction })
    return await (alone === undefined ? seedRecorded(work) : seedAlone(work))
  } catch (error) {
    // Drizzle's own error holds SQL and every parameter.
    throw await explainOnEngine(session, unwrapError(error))
  } finally {
    endWatch()
    await session.close()
  }
}

/**
 * Asks the guard, before anything is written.
 *
 * @throws DownpourError as `guardDatabase`
 */
export async function guardSeed(session: Session, request: GuardedRun): Promise<ServerFacts> {
  const { server, guardRows } = await guardRun(session, request, {})
  await guardRows()
  return server
}

type GuardedRun = Pick<SeedRequest, 'project' | 'database' | 'options' | 'join' | 'name'> &
  Partial<Pick<SeedRequest, 'wishes' | 'unfinished' | 'ledger'>> &
  Consent

async function guardRun(
  session: Session,
  request: GuardedRun,
  atNodes: Pick<GuardedAction, 'nodes' | 'silenceSeconds'>,
): Promise<Pick<Work, 'server' | 'guardRows'>> {
  const { project, database, join } = request
  const options = await continuedOptions(session, request)
  const { server, guardRows } = await guardDatabase(session, {
    action: 'seed',
    ...request,
    ...surroundingsOf({ ...request, options }),
    isEmbedded: database.isEmbedded,
    ...atNodes,
  })
  const isReset = options.existing === 'reset' && join === undefined
  const emptied = isReset ? emptiedTables(project.tables, options) : []
  return { server, guardRows: () => guardRows(emptied) }
}

/** The nodes that are others than the one where all else is done. */
function nodesApart({ url, nodes = [] }: SeedDatabase): readonly string[] {
  return [...new Set(nodes)].filter((node) => node !== url)
}

/** Whoever goes on with a run, and names no profile, means that of the run. */
async function continuedOptions(
  session: Session,
  { options, wishes, unfinished, ledger, name }: GuardedRun,
): Promise<RunOptions> {
  const isNew = unfinished === 'restart' || options.existing === 'reset' || ledger === 'no ledger'
  if (isNew || wishes?.profile !== undefined || (await readLedgerVersion(session)) === 0) {
    return options
  }
  const run =
    name === undefined ? (await listRuns(session, ['running']))[0] : await findRun(session, name)
  return run ? { ...options, profile: run.options.profile } : options
}

function surroundingsOf({
  environment,
  options,
  project,
}: Pick<SeedRequest, 'environment' | 'options' | 'project'>): Surroundings {
  const { profile: name } = options
  const { environment: ofProfile } = project.config.profiles[name] ?? {}
  return { nodeEnvironment: environment, profile: { name, environment: ofProfile } }
}

/** What is loaded may be less: a table that no seeder fills is left as it is. */
function emptiedTables(tables: readonly TableModel[], { only }: RunOptions): readonly TableModel[] {
  return tables.filter(({ key }) => only?.includes(key) ?? true)
}

async function joinRun(work: Work, name: string): Promise<SeedReport> {
  const { session } = work
  const hasLedger = await upgradeLedger(session)
  const run = !hasLedger
    ? undefined
    : name === 'latest'
      ? (await listRuns(session, ['running']))[0]
      : await findRun(session, name)
  if (run?.state !== 'running') throw noSuchRun(name, run)
  return continueRun(work, run, 'joined')
}

async function seedNamed(work: Work, name: string): Promise<SeedReport> {
  const { signal, onWaiting } = work.request
  return workOnNamedRun(work.session, {
    name,
    signal,
    begin: () => seedRecorded(work),
    help: (run) => helpNamed(work, run),
    onWaiting,
  })
}

function helpNamed(work: Work, run: RunRecord): Promise<SeedReport> {
  return continueRun(work, run, run.state === 'finished' ? 'finished' : 'joined')
}

async function seedRecorded(work: Work): Promise<SeedReport> {
  const { request, session, clock } = work
  const { project, options, unfinished, name, signal } = request
  const release = await keepRunLock(request.database.url, request.patience?.silenceSeconds)
  const cancel = () => void session.cancel()
  signal.addEventListener('abort', cancel)
  try {
    await clock.time('migrate', () => migrateFirst(request, session))
    await ensureLedger(session)
    const named = name === undefined ? undefined : await findNamedRun(session, name)
    if (named) return await helpNamed(work, named)
    const running = await listRuns(session, ['running'])
    const [run] = running
    const isContinued = run && unfinished !== 'restart' && options.existing !== 'reset'
    if (isContinued && name !== undefined) throw unfinishedRun(run.id)
    if (isContinued) return await continueRun(work, run, 'continued')
    if (unfinished === 'resume') throw nothingToResume()
    await work.guardRows()
    if (run && options.existing !== 'reset') await throwAwayRun(session, run, project.tables)
    const begun = await planNewRun(session, { project, options, ledger: 'ledger', clock })
    request.onPlan(begun.plan)
    signal.throwIfAborted()
    const record = { ...begun.record, ...(name !== undefined && { id: name }) }
    await inTransaction(session, async () => {
      await refuseOtherRuns(session, running)
      await recordRun(session, { ...record, state: 'running' })
      await markOnce(session, work.environment)
    })
    const { id, options: recorded } = record
    return await doRun(work, { id, options: recorded, prepared: begun, kind: 'new' })
  } catch (error) {
    throw signal.aborted ? signal.reason : error
  } finally {
    signal.removeEventListener('abort', cancel)
    await release()
  }
}

async function continueRun(
  work: Work,
  run: RunRecord,
  kind: 'continued' | 'joined' | 'finished',
): Promise<SeedReport> {
  const { request, session, clock } = work
  const differences = optionDifferences(run.options, request.wishes)
  if (differences.length > 0) throw runDiffers(run, differences)
  const prepared = await clock.time('plan', () => prepareRecorded(session, request.project, run))
  request.onPlan(prepared.plan)
  return doRun(work, { id: run.id, options: run.options, prepared, kind })
}

interface RunInWork {
  readonly id: string
  readonly options: RunOptions
  readonly prepared: PreparedRun
  readonly kind: RunNews['kind']
}

async function doRun(
  { request, session, server, clock }: Work,
  run: RunInWork,
): Promise<SeedReport> {
  const { project, threads, lookSeconds, signal, patience = defaultPatience } = request
  const { url, nodes: named = [url] } = request.database
  const { id, options, prepared, kind } = run
  const { silenceSeconds } = patience
  const nodes = await checkNodes({ url, nodes: named, silenceSeconds, run: id, ...prepared })
  const lanes =
    kind === 'finished'
      ? 1
      : (request.lanes ?? (await chooseLanes(session, workloadOf(prepared.tables, options))))
  request.onRun({ run: id, kind, lanes })
  const walBefore = await readWalPosition(session)
  const work = {
    url,
    nodes,
    run: id,
    builders: { lanes, cores: server.isLocal ? availableParallelism() : undefined },
  }
  const host = spreadLanes({
    here: (start) => runRecordedLane({ ...start, ...work, options, project, prepared }),
    onThread: threadLanes({ ...work, configFile: project.configFile }),
    threads,
    lookSeconds,
  })
  const worked = await clock.time('load', () =>
    workOnRun(session, {
      run: id,
      url,
      prepared,
      lanes,
      host,
      signal,
      patience,
      onProgress: request.onProgress,
    }),
  )
  const report = async (reading: Session): Promise<SeedReport> => {
    const outcome: RunOutcome = {
      run: id,
      profile: options.profile,
      seed: options.seed,
      tables: prepared.tables,
      times: await readStepTimes(reading, id),
      rejected: await readRejectCounts(reading, id),
      lanes: worked.lanes,
      notes: [
        ...engineNotes(server.engine, prepared.tables),
        ...connectedNotes(prepared.plan, options),
        ...(await readNotes(reading, id)),
        ...worked.notes,
      ],
      walBefore,
    }
    return reportRun(reading, outcome, { server, clock })
  }
  try {
    return await report(session)
  } catch (error) {
    // The run is over; the connection it began with may have ended long ago.
    if (!isConnectionLost(error) && !session.closed) throw error
    return withSession({ url }, report)
  }
}

/** One process, one lane, the lock held throughout. */
async function seedAlone(work: Work): Promise<SeedReport> {
  const { request, session, clock } = work
  const { url } = request.database
  return underLock({ session, url, signal: request.signal }, async (locked) => {
    const { project, patience = defaultPatience } = request
    await clock.time('migrate', () => migrateFirst(request, session))
    const { ledger } = request
    if (ledger === 'ledger') await ensureLedger(session)
    const options = await aloneOptions(work)
    await work.guardRows()
    const run = await planNewRun(session, { project, options, ledger, clock })
    request.onPlan(run.plan)
    request.onRun({ run: run.record.id, kind: 'new', lanes: 1 })
    const walBefore = await readWalPosition(session)
    const single = {
      url,
      run,
      environment: work.environment,
      schemaTables: project.tables,
      locked,
      patience,
      onProgress: request.onProgress,
    }
    const done = await clock.time('load', () =>
      options.transaction === 'run'
        ? runInOneTransaction(session, single, ledger)
        : runWithoutLedger(single),
    )
    return reportRun(session, aloneOutcome(run, done, walBefore), work)
  })
}

function aloneOutcome(
  { record, plan, tables }: BeginningRun,
  { times, rejects, notes: said }: Awaited<ReturnType<typeof runWithoutLedger>>,
  walBefore: number | undefined,
): RunOutcome {
  const rejected = new Map<string, number>()
  for (const { tableKey } of rejects) rejected.set(tableKey, (rejected.get(tableKey) ?? 0) + 1)
  const { profile, seed } = record.options
  const notes = [...connectedNotes(plan, record.options), ...said]
  return { run: record.id, profile, seed, tables, times, rejected, lanes: 1, notes, walBefore }
}

/**
 * Without a ledger indexes stay: nothing would put them back after a crash.
 *
 * @throws DownpourError `REFUSED_UNFINISHED`
 */
async function aloneOptions({ request, session }: Work): Promise<RunOptions> {
  const { options, ledger, project } = request
  // A role that may not look into it has no run of its own there.
  const version = await readLedgerVersion(session).catch((error: unknown) => {
    const isHidden = error instanceof DownpourError && error.code === 'LEDGER_NO_RIGHT'
    if (ledger === 'ledger' || !isHidden) throw error
    return 0
  })
  const [run] = version > 0 ? await listRuns(session, ['running']) : []
  if (!run && request.unfinished === 'resume') throw nothingToResume()
  if (run && ledger === 'ledger' && request.unfinished === 'restart') {
    await throwAwayRun(session, run, project.tables)
  } else if (run && (ledger === 'no ledger' || options.existing !== 'reset')) {
    throw unfinishedRun(run.id)
  }
  return ledger === 'ledger' ? options : { ...options, indexes: 'keep' }
}

/** @param id - the run's */
export function unfinishedRun(id: string): DownpourError {
  return new DownpourError({
    code: 'REFUSED_UNFINISHED',
    message: `Run ${id} on this database is not finished`,
    why: 'Its tables are half loaded, and some of their indexes may be dropped.',
    fix: 'Finish it with "npx downpour seed --resume", or throw it away with --restart.',
  })
}

async function migrateFirst(request: SeedRequest, session: Session): Promise<void> {
  const { project, database } = request
  if (project.isFree) return
  const { migrationsFolder, migrationsTable } = project
  const pending = await findPendingMigrations(session, migrationsFolder, migrationsTable)
  if (pending.length === 0) return
  if (database.isEmbedded) {
    await restoreAndMigrate(session, migrationsFolder, migrationsTable)
    return
  }
  throw unmigrated(pending.length)
}

/** @param pending - how many migrations the database lacks */
export function unmigrated(pending: number): DownpourError {
  return new DownpourError({
    code: 'REFUSED_UNMIGRATED',
    message: `The database lacks ${pending} ${pending === 1 ? 'migration' : 'migrations'}`,
    why: 'Its tables are not those of the schema, and only your own command changes them.',
    fix: 'Run "npx downpour migrate" with the same --database-url, then seed again.',
  })
}

export function nothingToResume(): DownpourError {
  return new DownpourError({
    code: 'RUN_NONE',
    message: 'There is no unfinished run to resume',
    why: 'Every run of this database has ended.',
    fix: 'Leave out --resume; "npx downpour status" shows the runs.',
  })
}

function noSuchRun(name: string, run: RunRecord | undefined): DownpourError {
  return new DownpourError({
    code: 'RUN_NONE',
    message: name === 'latest' ? 'There is no run to join' : `There is no run ${name} to join`,
    why: run
      ? `It is ${run.state}.`
      : 'The ledger of this database does not know an unfinished one.',
    fix: 'Start one with "npx downpour seed", on the same database; "npx downpour status" shows the runs.',
  })
}
