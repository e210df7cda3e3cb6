import type { RunDetails, RunSummary, StepProgress } from '../ledger/overview.ts'
import { formatClock, formatCount, formatShort } from './format.ts'
import { fittingTable } from './text-table.ts'
import type { TextColumn } from './text-table.ts'
import { wrap } from './wrap.ts'

/** What there is to be told of a run. */
export interface RunStatus extends RunSummary {
  /** Of unfinished runs. */
  readonly details?: RunDetails
}

export interface LedgerStatus {
  /** The latest first. */
  readonly runs: readonly RunStatus[]
  /** Who holds the lock on the database, e.g. `downpour (pid 4711 on shop-1)`. */
  readonly lockedBy: string | null
  /** What the database is marked as, e.g. `staging`. */
  readonly environment: string | null
}

const columns: readonly TextColumn[] = [
  { title: 'run', align: 'left' },
  { title: 'state', align: 'left' },
  { title: 'done', align: 'right' },
  { title: 'rows', align: 'right' },
  { title: 'started (UTC)', align: 'left' },
  { title: 'profile', align: 'left' },
  { title: 'by', align: 'left' },
]

/**
 * The runs, and below them what is left of unfinished ones and how to go on.
 *
 * @param width - characters a line; a narrow window gets fewer columns
 * @param asTyped - gives a text its commands as they are typed here
 */
export function formatStatus(
  { runs, lockedBy }: LedgerStatus,
  width: number,
  asTyped: (text: string) => string,
): string {
  if (runs.length === 0) return 'No run was written down yet.\n'
  const rows = runs.map((run) => [
    run.run,
    run.state,
    percentOf(run),
    `${formatCount(run.rows)} of ${formatCount(run.total)}`,
    run.startedAt,
    run.profile,
    run.startedBy,
  ])
  const lines = fittingTable(columns, rows, { width, least: 3 })
  const circumstances: Circumstances = { lockedBy, width, asTyped }
  for (const run of runs) {
    if (run.details) lines.push('', ...unfinished(run, run.details, circumstances))
    else if (run.state === 'undoing') lines.push('', ...undoing(run, circumstances))
    else if (runs.length === 1) lines.push(...ended(run, circumstances))
  }
  return [...lines, ''].join('\n')
}

interface Circumstances {
  readonly lockedBy: string | null
  readonly width: number
  asTyped(text: string): string
}

function unfinished(
  { run, rejected }: RunStatus,
  details: RunDetails,
  { lockedBy, width, asTyped }: Circumstances,
): readonly string[] {
  const { lanes, tables, rowsPerSecond, secondsLeft, dropped } = details
  const isBusy = lanes.length > 0
  const workers = isBusy ? `${lanes.join(', ')} ${lanes.length === 1 ? 'is' : 'are'}` : 'nobody is'
  const loaded = tables.filter(({ total }) => total > 0)
  const say = (text: string) => indented(asTyped(text), width)
  return [
    ...wrap(
      `Run ${run} is not finished, and ${workers} at work on it${!isBusy && lockedBy !== null ? `; ${lockedBy} holds the lock` : ''}.`,
      width,
    ),
    ...fittingTable(
      tableColumns,
      loaded.map((table) => [
        `  ${table.table}`,
        percentOf(table),
        `${formatCount(table.rows)} of ${formatCount(table.total)}`,
        table.rejected === 0 ? '' : `${formatCount(table.rejected)} left out`,
      ]),
      { width, least: 2 },
    ).slice(1),
    ...say(stepsLine(details.steps)),
    ...(rowsPerSecond === null
      ? []
      : say(
          `${formatShort(rowsPerSecond)} rows/s lately: ${formatClock(secondsLeft!)} for what is left to load`,
        )),
    ...(dropped.length === 0
      ? []
      : say(`Dropped: ${dropped.map(({ name, table }) => `${name} on ${table}`).join(', ')}`)),
    ...(rejected === 0 ? [] : say(rejectsLine(run))),
    ...(isBusy
      ? say(`To help: npx downpour seed --join ${run}`)
      : [
          ...say('To go on: npx downpour seed --resume'),
          ...(dropped.length === 0
            ? []
            : say('To put back what is dropped now: npx downpour restore')),
        ]),
  ]
}

const tableColumns: readonly TextColumn[] = [
  { title: '', align: 'left' },
  { title: '', align: 'right' },
  { title: '', align: 'right' },
  { title: '', align: 'left' },
]

function undoing(
  { run }: RunStatus,
  { lockedBy, width, asTyped }: Circumstances,
): readonly string[] {
  const holder = lockedBy === null ? 'nobody is at it' : `${lockedBy} holds the lock`
  return [
    ...wrap(`Run ${run} is half undone, and ${holder}.`, width),
    ...indented(asTyped(`To go on: npx downpour undo ${run}`), width),
  ]
}

function ended(
  { run, rejected, endedAt }: RunStatus,
  { width, asTyped }: Circumstances,
): readonly string[] {
  return [
    ...(endedAt === null ? [] : wrap(`It ended ${endedAt} (UTC).`, width)),
    ...(rejected === 0 ? [] : wrap(asTyped(rejectsLine(run)), width)),
  ]
}

function rejectsLine(run: string): string {
  return `Rows were left out: npx downpour rejects ${run}`
}

function stepsLine(steps: readonly StepProgress[]): string {
  const told = steps.map(({ kind, done, total }) =>
    total === 1
      ? `${names[kind].one} ${done === 1 ? 'done' : 'to be done'}`
      : `${names[kind].many} ${formatCount(done)} of ${formatCount(total)}`,
  )
  return `Steps: ${told.join(', ')}`
}

const names: Readonly<
  Record<StepProgress['kind'], { readonly one: string; readonly many: string }>
> = {
  reset: { one: 'emptying', many: 'emptying' },
  drop: { one: 'dropping', many: 'dropping' },
  chunk: { one: 'chunk', many: 'chunks' },
  rebuild: { one: 'index', many: 'indexes' },
  settle: { one: 'sequences', many: 'sequences' },
  finish: { one: 'sums', many: 'sums' },
}

function indented(text: string, width: number): readonly string[] {
  return wrap(text, width - 2).map((line) => `  ${line}`)
}

/** Never 100 % before it is so. */
function percentOf({ rows, total }: { readonly rows: number; readonly total: number }): string {
  return `${total === 0 ? 100 : Math.floor((100 * rows) / total)}%`
}
