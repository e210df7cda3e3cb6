import type { StepTimes } from '../ledger/progress.ts'
import type { RunTable } from '../ledger/runs.ts'
import type { ServerFacts } from '../postgres/catalog.ts'
import { engineName } from '../postgres/engine.ts'
import type { Session } from '../postgres/session.ts'
import type { Clock } from './clock.ts'
import { readFreeDisk, readTableBytes, readWalPosition } from './measure-server.ts'

/** What a run did; `--json` prints it. */
export interface SeedReport {
  readonly run: string
  readonly profile: string
  readonly seed: number
  readonly database: { readonly server: string; readonly version: string; readonly name: string }
  readonly tables: readonly SeededTable[]
  readonly rows: number
  /** Rows that were left out under `--on-error skip`. */
  readonly rejected: number
  /** Of this process. */
  readonly lanes: number
  readonly seconds: number
  /** Seconds by phase. */
  readonly phases: Readonly<Record<string, number>>
  readonly peakRssBytes: number
  /** CPU time of this process so far, of all its threads. */
  readonly cpuSeconds: number
  /** What people should know of how it was done. */
  readonly notes: readonly string[]
  /** `undefined` where the server does not tell. */
  readonly walBytes: number | undefined
  readonly freeDiskBytes: number | undefined
}

export interface SeededTable {
  readonly table: string
  readonly rows: number
  readonly rejected: number
  /** The number of this run's first row: not 0 where rows were added to those there. */
  readonly firstRow: number
  /** The key of that row, the others count on from it; `null` where the key tells no row number. */
  readonly firstKey: number | null
  readonly strategy: string
  readonly chunks: number
  /** During which lanes were at it. */
  readonly seconds: number
  readonly rowsPerSecond: number
  /** On disk, with indexes, after the load; 0 on engines that keep rows in other ways. */
  readonly bytes: number
}

export interface RunOutcome {
  readonly run: string
  readonly profile: string
  readonly seed: number
  readonly tables: readonly RunTable[]
  readonly times: readonly StepTimes[]
  /** By the table's key. */
  readonly rejected: ReadonlyMap<string, number>
  readonly lanes: number
  readonly notes: readonly string[]
  /** Of the server, before the run. */
  readonly walBefore: number | undefined
}

/** Puts together what people are told at the end. */
export async function reportRun(
  session: Session,
  outcome: RunOutcome,
  { server, clock }: { readonly server: ServerFacts; readonly clock: Clock },
): Promise<SeedReport> {
  const { tables, times, rejected, lanes, walBefore } = outcome
  const walAfter = await readWalPosition(session)
  const bytes =
    server.engine.kind === 'postgres'
      ? await readTableBytes(session, tables)
      : new Map<string, number>()
  const seeded = tables
    .filter(({ rowCount }) => rowCount > 0)
    .map((table): SeededTable => {
      const { steps = 0, seconds = 0 } = timesOf(times, 'chunk', table.position) ?? {}
      const left = rejected.get(table.key) ?? 0
      const rows = table.rowCount - left
      return {
        table: table.key,
        rows,
        rejected: left,
        firstRow: table.firstRow,
        firstKey: table.keyStart === null ? null : table.keyStart + table.firstRow,
        strategy: table.strategy,
        chunks: steps,
        seconds: toMilliseconds(seconds),
        rowsPerSecond: Math.round(rows / Math.max(seconds, 1e-6)),
        bytes: bytes.get(table.key) ?? 0,
      }
    })
  return {
    run: outcome.run,
    profile: outcome.profile,
    seed: outcome.seed,
    database: {
      server: engineName(server.engine),
      version: server.version,
      name: server.database,
    },
    tables: seeded,
    rows: sum(seeded.map(({ rows }) => rows)),
    rejected: sum(seeded.map((table) => table.rejected)),
    lanes,
    seconds: toMilliseconds(clock.total()),
    phases: phasesOf(clock, times, lanes),
    notes: outcome.notes,
    peakRssBytes: process.resourceUsage().maxRSS * 1024,
    cpuSeconds: toMilliseconds(cpuSeconds()),
    walBytes: walBefore === undefined || walAfter === undefined ? undefined : walAfter - walBefore,
    freeDiskBytes: server.isLocal ? await readFreeDisk(session) : undefined,
  }
}

/** Lanes generate side by side; what is told is the share of the load's own time. */
function phasesOf(
  clock: Clock,
  times: readonly StepTimes[],
  lanes: number,
): Readonly<Record<string, number>> {
  const load = timesOf(times, 'chunk', 'all')
  const generate = (load?.generateSeconds ?? 0) / lanes
  const of = (kind: StepTimes['kind']) => timesOf(times, kind, 'all')?.seconds ?? 0
  const { load: _load, ...phases } = clock.phases
  return Object.fromEntries(
    Object.entries({
      ...phases,
      generate,
      write: Math.max(0, (load?.seconds ?? 0) - generate),
      indexes: of('drop') + of('rebuild'),
      finish: of('settle') + of('finish'),
    }).map(([phase, seconds]) => [phase, toMilliseconds(seconds)]),
  )
}

function timesOf(
  times: readonly StepTimes[],
  kind: StepTimes['kind'],
  position: StepTimes['position'],
): StepTimes | undefined {
  return times.find((each) => each.kind === kind && each.position === position)
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0)
}

function cpuSeconds(): number {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1e6
}

/** Seconds, with the digits that mean something. */
function toMilliseconds(seconds: number): number {
  return Math.round(seconds * 1000) / 1000
}
