import type {
  BenchReport,
  Estimate,
  ExperimentReport,
  MachineFacts,
  Measurement,
  ServerSettings,
  Warning,
} from './report.ts'
import { canDiffer, estimateRatio, isDifference, median, scaleEstimate } from './statistics.ts'

/** What has changed from one report to another, as plain data. */
export interface Comparison {
  /** A slowdown counts as a regression where it is surely above this, e.g. 0.1 for 10 %. */
  readonly threshold: number
  /** Those that are in both reports, in the order of the later one. */
  readonly experiments: readonly ExperimentComparison[]
  /** Names of experiments that are only in the earlier report. */
  readonly onlyBefore: readonly string[]
  readonly onlyAfter: readonly string[]
  /** Why the two should not be compared, or not as they are. */
  readonly warnings: readonly Warning[]
  /** How many verdicts are `regression`. */
  readonly regressions: number
}

export interface ExperimentComparison {
  readonly name: string
  /** Those that are in both reports, in the order of the later one. */
  readonly measurements: readonly MeasurementComparison[]
  /** Names of measurements that are only in the earlier report. */
  readonly onlyBefore: readonly string[]
  readonly onlyAfter: readonly string[]
}

/**
 * `unknown` where so few repetitions cannot show a difference; `regression` where the whole interval
 * lies beyond the threshold, on the slow side.
 */
export type Verdict = 'faster' | 'slower' | 'regression' | 'no difference' | 'unknown'

export interface MeasurementComparison {
  readonly name: string
  readonly verdict: Verdict
  /**
   * How many times as long it takes now: above 1 is slower. Of the seconds; of the seconds per row
   * where the rows are others.
   */
  readonly slowdown: Estimate
  readonly rows: { readonly before: number; readonly after: number }
  readonly seconds: { readonly before: Estimate; readonly after: Estimate }
  readonly peakRssBytes: Change
  /** Of a repetition, the median; `null` where a server did not tell. */
  readonly walBytes: Change | null
}

export interface Change {
  readonly before: number
  readonly after: number
  /** After divided by before; `null` where there was nothing before. */
  readonly ratio: number | null
}

/**
 * Tells what has changed between two reports, measurement by measurement.
 *
 * @param options - the threshold is a share of the time: 0.1 lets 10 % pass
 * @throws RangeError when the threshold is no number, 0 or above
 * @example
 * const comparison = compareReports(before, after, { threshold: 0.1 })
 * comparison.experiments[0]!.measurements[0]!.verdict // 'no difference'
 */
export function compareReports(
  before: BenchReport,
  after: BenchReport,
  { threshold }: { readonly threshold: number },
): Comparison {
  if (!(threshold >= 0)) throw new RangeError(`A threshold is 0 or above, not ${threshold}`)
  const matched = match(before.experiments, after.experiments)
  const experiments = matched.both.map((pair) => compareExperiments(pair, threshold))
  const found = experiments.flatMap(({ measurements }) => measurements)
  return {
    threshold,
    experiments,
    onlyBefore: matched.onlyBefore,
    onlyAfter: matched.onlyAfter,
    warnings: [
      nothingInCommon(found),
      otherMachine(before.machine, after.machine),
      otherServer(before.server, after.server),
      otherRows(experiments),
      tooFewRepetitions(experiments),
    ].filter((warning) => warning !== null),
    regressions: found.filter(({ verdict }) => verdict === 'regression').length,
  }
}

interface Pair<T> {
  readonly before: T
  readonly after: T
}

interface Matched<T> {
  readonly both: readonly Pair<T>[]
  readonly onlyBefore: readonly string[]
  readonly onlyAfter: readonly string[]
}

function match<T extends { readonly name: string }>(
  before: readonly T[],
  after: readonly T[],
): Matched<T> {
  const earlier = new Map(before.map((one) => [one.name, one]))
  const later = new Set(after.map(({ name }) => name))
  return {
    both: after.flatMap((one) => {
      const other = earlier.get(one.name)
      return other ? [{ before: other, after: one }] : []
    }),
    onlyBefore: before.map(({ name }) => name).filter((name) => !later.has(name)),
    onlyAfter: after.map(({ name }) => name).filter((name) => !earlier.has(name)),
  }
}

function compareExperiments(
  { before, after }: Pair<ExperimentReport>,
  threshold: number,
): ExperimentComparison {
  const { both, onlyBefore, onlyAfter } = match(before.measurements, after.measurements)
  return {
    name: after.name,
    measurements: both.map((pair) => compareMeasurements(pair, threshold)),
    onlyBefore,
    onlyAfter,
  }
}

function compareMeasurements(
  { before, after }: Pair<Measurement>,
  threshold: number,
): MeasurementComparison {
  const ratio = estimateRatio(secondsOf(after), secondsOf(before))
  const slowdown = scaleEstimate(ratio, before.rows / after.rows)
  const isEnough = canDiffer(before.samples.length, after.samples.length)
  const wal = { before: walOf(before), after: walOf(after) }
  return {
    name: after.name,
    verdict: isEnough ? verdictOf(slowdown, threshold) : 'unknown',
    slowdown,
    rows: { before: before.rows, after: after.rows },
    seconds: { before: before.summary.seconds, after: after.summary.seconds },
    peakRssBytes: changeOf(before.peakRssBytes, after.peakRssBytes),
    walBytes: wal.before === null || wal.after === null ? null : changeOf(wal.before, wal.after),
  }
}

function verdictOf(slowdown: Estimate, threshold: number): Verdict {
  if (!isDifference(slowdown)) return 'no difference'
  if (slowdown.high < 1) return 'faster'
  return slowdown.low > 1 + threshold ? 'regression' : 'slower'
}

function secondsOf({ samples }: Measurement): number[] {
  return samples.map(({ seconds }) => seconds)
}

function walOf({ samples }: Measurement): number | null {
  const told = samples
    .map(({ server }) => server?.walBytes ?? null)
    .filter((bytes) => bytes !== null)
  return told.length > 0 ? median(told) : null
}

function changeOf(before: number, after: number): Change {
  return { before, after, ratio: before > 0 ? after / before : null }
}

function nothingInCommon(found: readonly MeasurementComparison[]): Warning | null {
  if (found.length > 0) return null
  return {
    code: 'NOTHING_IN_COMMON',
    message: 'No measurement is in both reports.',
    remedy: 'Compare two reports of the same experiments.',
  }
}

function otherMachine(before: MachineFacts, after: MachineFacts): Warning | null {
  const differences = [
    ...differencesOf(
      { processor: before.processor, cores: before.cores, platform: before.platform },
      { processor: after.processor, cores: after.cores, platform: after.platform },
    ),
    // A virtual machine's memory differs by some pages from one start to the next.
    ...(Math.abs(after.memoryBytes / before.memoryBytes - 1) > 0.02
      ? [`memory ${gibibytes(before.memoryBytes)} / ${gibibytes(after.memoryBytes)}`]
      : []),
    ...differencesOf({ 'Node.js': before.node }, { 'Node.js': after.node }),
  ]
  if (differences.length === 0) return null
  return {
    code: 'OTHER_MACHINE',
    message: `The reports come from different machines (before / after): ${differences.join(', ')}.`,
    remedy: 'Measure both on the same machine, or read the changes as those of the machines.',
  }
}

function otherServer(before: ServerSettings, after: ServerSettings): Warning | null {
  const differences = [
    ...differencesOf(
      { server: before.name, place: before.place, connection: before.connection },
      { server: after.name, place: after.place, connection: after.connection },
    ),
    ...differencesOf(before.settings, after.settings),
  ]
  if (differences.length === 0) return null
  return {
    code: 'OTHER_SERVER',
    message: `The servers or their settings differ (before / after): ${differences.join(', ')}.`,
    remedy: 'Measure both on the same server, or read the changes as those of its settings.',
  }
}

function otherRows(experiments: readonly ExperimentComparison[]): Warning | null {
  const names = namesWhere(experiments, ({ rows }) => rows.before !== rows.after)
  if (names === '') return null
  return {
    code: 'OTHER_ROWS',
    message: `Rows per second are compared where the number of rows differs: ${names}.`,
    remedy: 'Measure both with the same rows: --rows, and a --time-limit that they fit into.',
  }
}

function tooFewRepetitions(experiments: readonly ExperimentComparison[]): Warning | null {
  const names = namesWhere(experiments, ({ verdict }) => verdict === 'unknown')
  if (names === '') return null
  return {
    code: 'FEW_REPETITIONS',
    message: `There are too few repetitions to tell a change from chance: ${names}.`,
    remedy: 'Measure both at least 5 times, better 7 or more: --repeat 7.',
  }
}

function namesWhere(
  experiments: readonly ExperimentComparison[],
  isMeant: (measurement: MeasurementComparison) => boolean,
): string {
  return experiments
    .flatMap(({ name, measurements }) =>
      measurements.filter(isMeant).map((measurement) => `"${name}: ${measurement.name}"`),
    )
    .join(', ')
}

type Facts = Readonly<Record<string, string | number>>

function differencesOf(before: Facts, after: Facts): string[] {
  return [...new Set([...Object.keys(before), ...Object.keys(after)])]
    .filter((name) => before[name] !== after[name])
    .map((name) => `${name} ${before[name] ?? 'not told'} / ${after[name] ?? 'not told'}`)
}

function gibibytes(bytes: number): string {
  return `${(bytes / 2 ** 30).toFixed(1)} GiB`
}
