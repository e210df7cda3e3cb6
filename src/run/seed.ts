import { randomBytes } from 'node:crypto'
import type { Project } from '../config/load-project.ts'
import { DownpourError } from '../errors.ts'
import type { TableModel } from '../model/table.ts'
import { buildPlan } from '../plan/build-plan.ts'
import type { ExistingRows } from '../plan/build-plan.ts'
import { checkPlan } from '../plan/check-plan.ts'
import type { CountRequest } from '../plan/counts.ts'
import { loadedTables } from '../plan/plan.ts'
import type { Plan, PlannedTable } from '../plan/plan.ts'
import { readServerFacts } from '../postgres/catalog.ts'
import type { ServerFacts } from '../postgres/catalog.ts'
import { openSession } from '../postgres/session.ts'
import type { Session } from '../postgres/session.ts'
import { chooseStrategy } from '../write/choose-strategy.ts'
import type { StrategyChoice } from '../write/choose-strategy.ts'
import type { Target } from '../write/target.ts'
import { checkTargets } from './check-target.ts'
import { checkParentRows, readExistingRows, refuseExistingRows } from './existing-rows.ts'
import { finish, setSequences } from './finish.ts'
import { readFreeDisk, readTableBytes, readWalPosition } from './measure-server.ts'
import { guardDatabase, refuseProduction } from './guard.ts'
import { loadPlan } from './load.ts'
import type { LoadProgress, TableResult, TransactionExtent } from './load.ts'
import { applyMigrations, findPendingMigrations } from './migrate.ts'
import { underLock } from './under-lock.ts'
import type { Locked } from './under-lock.ts'

export interface SeedRequest {
  readonly project: Project
  readonly database: SeedDatabase
  readonly profile: string
  readonly seed: number
  readonly counts: CountRequest
  readonly only: readonly string[] | undefined
  readonly strategy: StrategyChoice
  /** Rows per chunk. */
  readonly chunkSize: number
  readonly transaction: TransactionExtent
  /** What to do with rows that are there: refuse them, add to them or empty the tables. */
  readonly existing: 'refuse' | 'append' | 'reset'
  /** The database's name, for servers that are not local. */
  readonly confirm: string | undefined
  readonly environment: string | undefined
  readonly signal: AbortSignal
  readonly onPlan: (plan: Plan) => void
  readonly onProgress: (progress: LoadProgress) => void
}

export interface SeedDatabase {
  readonly url: string
  /** Whether the project owns it: then pending migrations are applied without being asked for. */
  readonly isEmbedded: boolean
}

/** What a run did; `--json` prints it. */
export interface SeedReport {
  readonly run: string
  readonly profile: string
  readonly seed: number
  readonly database: { readonly server: string; readonly version: string; readonly name: string }
  readonly tables: readonly SeededTable[]
  readonly rows: number
  readonly seconds: number
  /** Seconds by phase. */
  readonly phases: Readonly<Record<string, number>>
  readonly peakRssBytes: number
  /** `undefined` where the server does not tell. */
  readonly walBytes: number | undefined
  readonly freeDiskBytes: number | undefined
}

export interface SeededTable {
  readonly table: string
  readonly rows: number
  /** The number of this run's first row: not 0 where rows were added to those there. */
  readonly firstRow: number
  /** The key of that row, the others count on from it; `null` where the key tells no row number. */
  readonly firstKey: number | null
  readonly strategy: string
  readonly chunks: number
  readonly seconds: number
  readonly rowsPerSecond: number
  /** On disk, with indexes, after the load. */
  readonly bytes: number
}

/**
 * The main job: plan, check, load, finish.
 *
 * @throws DownpourError exit code 2 before the first write, 4 once rows are being written
 */
export async function runSeed(request: SeedRequest): Promise<SeedReport> {
  refuseProduction('seed', request.environment)
  const clock = createClock(request.signal)
  const { url } = request.database
  const session = await clock.time('connect', () => openSession({ url }))
  try {
    const server = await readServerFacts(session)
    guardDatabase({ action: 'seed', server, confirm: request.confirm })
    return await underLock({ session, url, signal: request.signal }, (locked) =>
      seedLocked(request, { session, server, clock, locked }),
    )
  } finally {
    await session.close()
  }
}

interface Work {
  readonly session: Session
  readonly server: ServerFacts
  readonly clock: Clock
  readonly locked: Locked
}

async function seedLocked(request: SeedRequest, work: Work): Promise<SeedReport> {
  const { session, server, clock, locked } = work
  await clock.time('migrate', () => migrateFirst(request, session))
  const plan = await clock.time('plan', () => planRun(request, session))
  const targets = await clock.time('check', () => prepareTargets(request, session, plan))
  request.onPlan(plan)
  const walBefore = await readWalPosition(session)
  const results = await clock.time('load', () => load(request, work, plan, targets))
  const tables = targets.map(({ table }) => table)
  await clock.time('finish', () => finish(session, tables, locked))
  const walAfter = await readWalPosition(session)
  return reportOf(request, work, {
    results,
    tables,
    bytes: await readTableBytes(session, tables),
    walBytes: walBefore === undefined || walAfter === undefined ? undefined : walAfter - walBefore,
    freeDiskBytes: server.isLocal ? await readFreeDisk(session) : undefined,
  })
}

async function migrateFirst(request: SeedRequest, session: Session): Promise<void> {
  const { project, database } = request
  if (database.isEmbedded) {
    await applyMigrations(session, project.migrationsFolder)
    return
  }
  const pending = await findPendingMigrations(session, project.migrationsFolder)
  if (pending.length === 0) return
  throw new DownpourError({
    code: 'REFUSED_UNMIGRATED',
    message: `The database lacks ${pending.length} ${pending.length === 1 ? 'migration' : 'migrations'}`,
    why: 'Its tables are not those of the schema, and only your own command changes them.',
    fix: 'Run "npm run migrate" with the same --database-url, then seed again.',
  })
}

async function planRun(request: SeedRequest, session: Session): Promise<Plan> {
  const { project } = request
  const plan = await buildPlan({
    tables: project.tables,
    refinements: project.refinements,
    seed: request.seed,
    referenceDate: project.config.referenceDate,
    counts: request.counts,
    only: request.only,
    existing: request.existing === 'append' ? await readAllRows(session, project) : undefined,
  })
  await checkPlan(plan)
  return plan
}

async function readAllRows(
  session: Session,
  project: Project,
): Promise<ReadonlyMap<string, ExistingRows>> {
  const existing = new Map<string, ExistingRows>()
  for (const table of project.tables) {
    existing.set(table.key, await readExistingRows(session, table))
  }
  return existing
}

async function prepareTargets(
  request: SeedRequest,
  session: Session,
  plan: Plan,
): Promise<readonly Target[]> {
  const tables = loadedTables(plan)
  const targets = await checkTargets(session, tables)
  if (request.existing !== 'append') await checkParentRows(session, plan)
  if (request.existing === 'refuse') await refuseExistingRows(session, tables)
  return targets
}

async function load(
  request: SeedRequest,
  { session, locked }: Work,
  plan: Plan,
  targets: readonly Target[],
): Promise<readonly TableResult[]> {
  const { project, transaction } = request
  const { signal } = locked
  try {
    return await loadPlan(session, {
      plan,
      targets: targets.filter(({ table }) => table.rows.count > 0),
      reset:
        request.existing === 'reset'
          ? { tables: emptiedTables(request, targets), all: project.tables }
          : undefined,
      strategyFor: (target) =>
        chooseStrategy(request.strategy, target, project.config.copyThreshold),
      chunkSize: request.chunkSize,
      transaction,
      signal,
      onProgress: request.onProgress,
    })
  } catch (error) {
    // Chunks that are committed stay, and so must the sequences come after their keys.
    if (transaction !== 'run' && !session.closed && !locked.lock.lost.aborted) {
      await setSequencesSoon(session, targets).catch(() => {})
    }
    throw error
  }
}

/** Whoever stopped the run may have done so because a table is locked. */
async function setSequencesSoon(session: Session, targets: readonly Target[]): Promise<void> {
  await session.query(`set lock_timeout = '1s'`)
  await setSequences(
    session,
    targets.map(({ table }) => table),
  )
}

/** What is loaded, and what `--only` names though no seeder fills it. */
function emptiedTables(
  { project, only = [] }: SeedRequest,
  targets: readonly Target[],
): readonly TableModel[] {
  const loaded = targets.map(({ table }) => table.model)
  return [
    ...loaded,
    ...project.tables.filter((table) => only.includes(table.key) && !loaded.includes(table)),
  ]
}

interface Outcome {
  readonly results: readonly TableResult[]
  readonly tables: readonly PlannedTable[]
  readonly bytes: ReadonlyMap<string, number>
  readonly walBytes: number | undefined
  readonly freeDiskBytes: number | undefined
}

function reportOf(request: SeedRequest, { server, clock }: Work, outcome: Outcome): SeedReport {
  const { results, tables, bytes } = outcome
  const planned = new Map(tables.map((table) => [table.model.key, table]))
  const generate = results.reduce((sum, result) => sum + result.generateSeconds, 0)
  const { load: loading = 0, ...phases } = clock.phases
  return {
    run: randomBytes(4).toString('hex'),
    profile: request.profile,
    seed: request.seed,
    database: { server: 'PostgreSQL', version: server.version, name: server.database },
    tables: results.map(({ table, rows, strategy, chunks, seconds }) => ({
      table,
      rows,
      ...firstOf(planned.get(table)!),
      strategy,
      chunks,
      seconds: toMilliseconds(seconds),
      rowsPerSecond: Math.round(rows / Math.max(seconds, 1e-6)),
      bytes: bytes.get(table) ?? 0,
    })),
    rows: results.reduce((sum, { rows }) => sum + rows, 0),
    seconds: toMilliseconds(clock.total()),
    phases: Object.fromEntries(
      Object.entries({ ...phases, generate, write: Math.max(0, loading - generate) }).map(
        ([phase, seconds]) => [phase, toMilliseconds(seconds)],
      ),
    ),
    peakRssBytes: process.resourceUsage().maxRSS * 1024,
    walBytes: outcome.walBytes,
    freeDiskBytes: outcome.freeDiskBytes,
  }
}

function firstOf({ rows, key }: PlannedTable): Pick<SeededTable, 'firstRow' | 'firstKey'> {
  return { firstRow: rows.first, firstKey: key ? key.start + rows.first : null }
}

/** Seconds, with the digits that mean something. */
function toMilliseconds(seconds: number): number {
  return Math.round(seconds * 1000) / 1000
}

interface Clock {
  readonly phases: Record<string, number>
  /** Times a phase; none begins once the run is to stop. */
  time<T>(phase: string, work: () => Promise<T>): Promise<T>
  total(): number
}

function createClock(signal: AbortSignal): Clock {
  const started = performance.now()
  const phases: Record<string, number> = {}
  return {
    phases,
    async time(phase, work) {
      signal.throwIfAborted()
      const begun = performance.now()
      try {
        return await work()
      } finally {
        phases[phase] = (performance.now() - begun) / 1000
      }
    },
    total: () => (performance.now() - started) / 1000,
  }
}
