import { formatCount } from '../report/format.ts'
import type { Measurement, ServerSettings, Warning } from './report.ts'
import { estimateDeviation, median } from './statistics.ts'

/** What the figures of an experiment come from. */
export interface Evidence {
  readonly server: ServerSettings
  readonly measurements: readonly Pick<Measurement, 'name' | 'samples' | 'summary'>[]
  /** Whoever only reads commits nothing. */
  readonly work: 'writing' | 'reading'
  /** As asked for; a measurement that was cut short has fewer samples. */
  readonly repetitions: number
}

/**
 * Why the figures of an experiment should not be trusted as they are: one warning for each reason,
 * which names the measurements that it concerns.
 *
 * - `FSYNC_OFF`, `SYNCHRONOUS_COMMIT_OFF`: commits cost less than where data must survive
 * - `SAME_MACHINE`: the server shares its cores with what is measured
 * - `FEW_REPETITIONS`: fewer than 5
 * - `TOO_SHORT`: the median is below 5 ms
 * - `SLOW_FIRST`: the first repetition is an outlier among the others, on the slow side
 * - `OUTLIERS`: further from the median than 3.5 scaled median absolute deviations (Iglewicz and
 *   Hoaglin, "How to Detect and Handle Outliers", 1993) and than a quarter of it, so that jitter in a
 *   steady measurement is none
 * - `WIDE_SPREAD`: the interval is wider than half the median
 * - `CHECKPOINT`: one ran within a repetition
 */
export function warningsOf({
  server,
  measurements,
  repetitions,
  work,
}: Evidence): readonly Warning[] {
  const measured = measurements.filter(({ samples }) => samples.length > 0)
  return [
    work === 'writing' ? cheapCommits(server) : null,
    sameMachine(server),
    fewRepetitions(measured, repetitions),
    tooShort(measured),
    slowFirst(measured),
    outliers(measured),
    wideSpread(measured),
    checkpoints(measured, server),
  ].filter((warning) => warning !== null)
}

type Measured = Evidence['measurements'][number]

function cheapCommits({ settings }: ServerSettings): Warning | null {
  const isOff = (name: string) => settings[name] === 'off'
  // Without full_page_writes alone, commits cost what they cost there: some disks do without.
  if (!isOff('fsync') && !isOff('synchronous_commit')) return null
  const off = ['fsync', 'synchronous_commit', 'full_page_writes'].filter(isOff)
  return {
    code: isOff('fsync') ? 'FSYNC_OFF' : 'SYNCHRONOUS_COMMIT_OFF',
    message: `The server runs with ${listed(off)} off, so a commit does not wait for the disk: ways that commit often look better than where data must survive a crash.`,
    remedy: 'Measure on a server with the settings of the one that you will load: --database-url.',
  }
}

function sameMachine({ isLocal }: ServerSettings): Warning | null {
  if (!isLocal) return null
  return {
    code: 'SAME_MACHINE',
    message:
      'The server runs on the machine that measures: each takes processor time from the other, and no network lies between them.',
    remedy:
      'Measure against a server on another machine if yours will be on another: --database-url.',
  }
}

function fewRepetitions(measured: readonly Measured[], repetitions: number): Warning | null {
  const few = measured.filter(({ samples }) => samples.length < 5)
  const times = Math.max(...few.map(({ samples }) => samples.length))
  const shared = {
    code: 'FEW_REPETITIONS',
    remedy: 'Measure at least 5 times, better 7 or more: --repeat 7.',
  }
  if (repetitions === 1) {
    const message =
      'Each measurement was made only once: nothing tells how much it varies, and no difference is certain.'
    return warn(few, { ...shared, message })
  }
  const who = repetitions < 5 ? 'every measurement' : namesOf(few)
  const message = `With fewer than 5 repetitions an interval is hardly more than the range of what was seen; there are ${times === repetitions ? times : `at most ${times}`} of ${who}.`
  return warn(few, { ...shared, message })
}

function tooShort(measured: readonly Measured[]): Warning | null {
  const short = measured.filter(({ summary }) => summary.seconds.value < 0.005)
  return warn(short, {
    code: 'TOO_SHORT',
    message: `A repetition takes less than 5 ms, which cannot be timed well: ${namesOf(short)}.`,
    remedy: 'Measure more rows: --rows.',
  })
}

function slowFirst(measured: readonly Measured[]): Warning | null {
  const slow = measured.filter(hasSlowFirst)
  const worst = Math.max(
    ...slow.map(({ samples }) => samples[0]!.seconds / median(secondsOf(samples.slice(1)))),
  )
  return warn(slow, {
    code: 'SLOW_FIRST',
    message: `The first repetition took up to ${worst.toFixed(1)} times as long as those after it, so one warm-up was too little: ${namesOf(slow)}.`,
    remedy: 'Measure more rows, or repeat more often, so that it counts less: --rows, --repeat.',
  })
}

function outliers(measured: readonly Measured[]): Warning | null {
  return warnOfRepetitions(measured, countOutliers, (repetitions) => ({
    code: 'OUTLIERS',
    message: `Some repetitions took much more or much less time than the others: ${repetitions}.`,
    remedy: 'Stop what else runs on the client and on the server, and repeat more often: --repeat.',
  }))
}

function wideSpread(measured: readonly Measured[]): Warning | null {
  const wide = measured.filter(
    ({ summary: { seconds } }) => seconds.high - seconds.low > 0.5 * seconds.value,
  )
  return warn(wide, {
    code: 'WIDE_SPREAD',
    message: `The repetitions differ so much that only large differences show; the interval is wider than half the median: ${namesOf(wide)}.`,
    remedy:
      'Stop what else runs on the client and on the server, measure more rows, and repeat more often: --rows, --repeat.',
  })
}

function checkpoints(measured: readonly Measured[], { settings }: ServerSettings): Warning | null {
  const size = settings['max_wal_size']
  return warnOfRepetitions(measured, countCheckpoints, (repetitions) => ({
    code: 'CHECKPOINT',
    message: `The server made a checkpoint, which writes to the disk, in the middle of repetitions: ${repetitions}.`,
    remedy: `Raise max_wal_size${size === undefined ? '' : ` above ${size}`}, or measure fewer rows: --rows.`,
  }))
}

function countOutliers(measured: Measured): number {
  const seconds = secondsOf(measured.samples)
  const others = hasSlowFirst(measured) ? seconds.slice(1) : seconds
  return others.filter((one) => Math.abs(one - median(others)) > marginOf(others)).length
}

function hasSlowFirst({ samples }: Measured): boolean {
  const [first, ...others] = secondsOf(samples)
  return others.length > 1 && first! > median(others) + marginOf(others)
}

function countCheckpoints({ samples }: Measured): number {
  return samples.filter(({ server }) => (server?.checkpoints ?? 0) > 0).length
}

/** How far from the median is too far, in seconds. */
function marginOf(seconds: readonly number[]): number {
  return Math.max(3.5 * estimateDeviation(seconds), 0.25 * median(seconds))
}

function secondsOf(samples: Measured['samples']): number[] {
  return samples.map(({ seconds }) => seconds)
}

function warn(concerned: readonly Measured[], warning: Warning): Warning | null {
  return concerned.length > 0 ? warning : null
}

function warnOfRepetitions(
  measured: readonly Measured[],
  count: (measured: Measured) => number,
  warningOf: (repetitions: string) => Warning,
): Warning | null {
  const concerned = measured.filter((one) => count(one) > 0)
  const parts = concerned.map((one) => `${count(one)} of ${one.samples.length} of "${one.name}"`)
  return warn(concerned, warningOf(listed(parts)))
}

/** In quotes, for names may hold commas. */
function namesOf(measured: readonly Measured[]): string {
  return listed(measured.map(({ name }) => `"${name}"`))
}

/** The first few: nobody reads fifty. */
function listed(parts: readonly string[]): string {
  const shown =
    parts.length > 6 ? [...parts.slice(0, 5), `${formatCount(parts.length - 5)} more`] : parts
  return shown.length < 2 ? shown.join('') : `${shown.slice(0, -1).join(', ')} and ${shown.at(-1)!}`
}
