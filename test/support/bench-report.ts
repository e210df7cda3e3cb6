import { median, medianAbsoluteDeviation } from 'simple-statistics'
import type {
  BenchReport,
  ChartPoint,
  Estimate,
  ExperimentReport,
  Measurement,
  Sample,
  ServerFigures,
} from '../../src/bench/report.ts'
import { formatCount } from '../../src/report/format.ts'

/** What a measurement is invented from. */
interface Invention {
  readonly name: string
  readonly factors: Measurement['factors']
  readonly rows: number
  /** The median of its samples. */
  readonly seconds: number
  /** Where they went, as shares of them. */
  readonly shares?: Readonly<Record<string, number>>
  readonly peakMebibytes: number
  readonly baselineSeconds?: number
  /** How far the samples are apart. */
  readonly noise?: number
  readonly server?: 'all' | 'some' | 'none'
}

/** How far samples lie from their median, in units of their noise. */
const deviations = [0.4, -0.6, 0, 1.2, -0.2, 2.1, -0.9]

const somewhere: ServerFigures = {
  walBytes: 2_412_544,
  blocksHit: 21_310,
  blocksRead: 3,
  checkpoints: 0,
  relationBytes: 1_605_632,
  freeDiskBytesBefore: 48_318_382_080,
  freeDiskBytesAfter: 48_314_187_776,
}

const strategies = [
  { strategy: 'row', seconds: 18.2, peak: 98 },
  { strategy: 'row-tx', seconds: 8.04, peak: 99 },
  { strategy: 'pipeline', seconds: 2.21, peak: 112 },
  { strategy: 'batch', seconds: 1.78, peak: 131 },
  { strategy: 'values', seconds: 0.402, peak: 118 },
  { strategy: 'json', seconds: 0.331, peak: 109 },
  { strategy: 'unnest', seconds: 0.274, peak: 104 },
  { strategy: 'server', seconds: 0.112, peak: 84 },
  { strategy: 'copy-text', seconds: 0.0714, peak: 93 },
  { strategy: 'copy', seconds: 0.0612, peak: 91.5 },
] as const

/**
 * A report that nobody measured, of every shape there is: bars and lines, names, sizes and
 * logarithms, no difference, no server figures, warnings, and an experiment that failed at once.
 */
export const sampleReport: BenchReport = {
  format: 1,
  version: '0.1.0',
  startedAt: '2026-11-21T14:52:38.120Z',
  command: 'npm run bench -- all --rows 20000 --repeat 7',
  machine: {
    processor: 'AMD EPYC 7763 64-Core Processor',
    cores: 2,
    memoryBytes: 16_766_447_616,
    platform: 'linux 6.1 x64',
    node: '20.20.2',
  },
  server: {
    name: 'PostgreSQL 18.4',
    place: 'embedded',
    connection: 'TCP',
    isLocal: true,
    settings: {
      shared_buffers: '128MB',
      fsync: 'off',
      synchronous_commit: 'on',
      wal_level: 'replica',
      max_wal_size: '1GB',
    },
  },
  experiments: [
    strategiesExperiment(),
    roundTripExperiment(),
    chunksExperiment(),
    lanesExperiment(),
    readingExperiment(),
    failedExperiment(),
  ],
}

/** Names and texts as only a test gives them. */
export const hostileName = `<script>alert(1)</script>|","\``

export function hostileReport(): BenchReport {
  const name = hostileName
  const [experiment] = sampleReport.experiments
  const [measurement] = experiment!.measurements
  const text = `${name}\u2028</script><!--<img src=x onerror=alert(2)>\n# heading`
  return {
    ...sampleReport,
    command: `npm run bench -- ${text}`,
    machine: { ...sampleReport.machine, processor: text },
    server: { ...sampleReport.server, place: text, settings: { [name]: text } },
    experiments: [
      {
        ...experiment!,
        name,
        question: text,
        baseline: null,
        measurements: [
          {
            ...measurement!,
            name,
            factors: { [name]: text },
            samples: [{ seconds: 1, phases: { [name]: 1 }, server: null }],
          },
        ],
        conclusion: [text],
        notes: [text],
        warnings: [{ code: name, message: text, remedy: text }],
        charts: [
          {
            title: text,
            says: text,
            kind: 'bars',
            x: { title: text, scale: 'names' },
            y: { title: text, scale: 'linear' },
            points: [{ series: name, x: name, y: 1 }],
          },
          {
            title: text,
            says: text,
            kind: 'lines',
            x: { title: text, scale: 'linear' },
            y: { title: text, scale: 'linear' },
            points: [
              { series: name, x: 1, y: 1 },
              { series: text, x: 1, y: 2 },
            ],
          },
        ],
      },
    ],
  }
}

function strategiesExperiment(): ExperimentReport {
  const measurements = strategies.map(({ strategy, seconds, peak }) =>
    invent({
      name: strategy,
      factors: { strategy },
      rows: 20_000,
      seconds,
      peakMebibytes: peak,
      ...(strategy === 'row' ? {} : { baselineSeconds: 18.2 }),
      shares:
        strategy === 'server' ? { write: 0.97 } : { generate: 0.08, encode: 0.12, write: 0.79 },
    }),
  )
  return {
    name: 'strategies',
    question: 'Which way of writing is fastest, and by how much?',
    baseline: 'row',
    repetitions: 7,
    measurements,
    conclusion: [
      'copy is fastest: 327k rows a second, 297 times as fast as row (95 % interval: 289 to 304).',
      'Ways that send many rows at once differ from one another far less than from row.',
    ],
    notes: [],
    warnings: [
      {
        code: 'FSYNC_OFF',
        message: 'The server does not wait for its disk: fsync is off.',
        remedy: 'Set fsync = on to learn what a production server would do.',
      },
    ],
    charts: [
      {
        title: 'Rows per second by strategy',
        says: 'copy writes 327k rows a second, row 1.10k; each step of the axis is ten times the one before.',
        kind: 'bars',
        x: { title: 'strategy', scale: 'names' },
        y: { title: 'rows/s', scale: 'log' },
        points: measurements.map((measurement) => speedPoint(measurement, 'rows/s')),
      },
      {
        title: 'Peak memory by strategy',
        says: 'No strategy needs more than 131 MiB.',
        kind: 'bars',
        x: { title: 'strategy', scale: 'names' },
        y: { title: 'MiB', scale: 'linear' },
        points: measurements.map(({ name, peakRssBytes }) => ({
          series: 'peak memory',
          x: name,
          y: peakRssBytes / 2 ** 20,
        })),
      },
    ],
  }
}

function roundTripExperiment(): ExperimentReport {
  const costs = [
    { strategy: 'row', trips: 2_000, local: 0.82, peak: 96 },
    { strategy: 'pipeline', trips: 22, local: 0.21, peak: 108 },
    { strategy: 'batch', trips: 4, local: 0.17, peak: 119 },
    { strategy: 'copy', trips: 5, local: 0.018, peak: 90 },
  ]
  const measurements = costs.flatMap(({ strategy, trips, local, peak }) =>
    [0, 0.5, 1, 5, 20].map((roundTripMilliseconds) =>
      invent({
        name: `${strategy}, ${roundTripMilliseconds} ms`,
        factors: { strategy, roundTripMilliseconds },
        rows: 2_000,
        seconds: local + (trips * roundTripMilliseconds) / 1000,
        peakMebibytes: peak,
        noise: 0.04,
        server: 'some',
      }),
    ),
  )
  return {
    name: 'rtt',
    question: 'What does the distance to the server cost?',
    baseline: null,
    repetitions: 7,
    measurements,
    conclusion: [
      'At 5 ms, row is 57 times slower than batch; batch and pipeline cross between 0 and 0.5 ms.',
    ],
    notes: ['2,000 rows instead of 20,000, so that row ends within the time limit of 5 minutes.'],
    warnings: [
      {
        code: 'OUTLIERS',
        message:
          'Of "copy, 0 ms", 1 of 7 repetitions took more than 3 times the median deviation longer.',
        remedy: 'Close what else runs on this machine, or raise --repeat.',
      },
      {
        code: 'SLOW_FIRST_RUN',
        message: 'The first repetition of "row, 0 ms" was the slowest.',
        remedy: 'Raise --warm-up to 2.',
      },
    ],
    charts: [
      {
        title: 'Time by round-trip time',
        says: 'row grows with every millisecond, from 0.82 s to 40.8 s; batch, pipeline and copy hardly notice.',
        kind: 'lines',
        x: { title: 'round-trip time, ms', scale: 'log' },
        y: { title: 'seconds for 2,000 rows', scale: 'log' },
        points: measurements.map(({ factors, summary: { seconds } }) => ({
          series: String(factors['strategy']),
          x: factors['roundTripMilliseconds']!,
          y: seconds.value,
          low: seconds.low,
          high: seconds.high,
        })),
      },
    ],
  }
}

function chunksExperiment(): ExperimentReport {
  const costs = [
    { strategy: 'batch', perChunk: 0.0009, perRow: 88e-6, memory: 3.1e-3 },
    { strategy: 'values', perChunk: 0.0006, perRow: 19e-6, memory: 1.4e-3 },
    { strategy: 'unnest', perChunk: 0.0007, perRow: 13e-6, memory: 0.9e-3 },
    { strategy: 'copy', perChunk: 0.0012, perRow: 2.8e-6, memory: 0.3e-3 },
  ]
  const sizes = [1, 10, 100, 1_000, 10_000, 100_000]
  const measurements = costs.flatMap(({ strategy, perChunk, perRow, memory }) =>
    sizes.map((chunkSize) =>
      invent({
        name: `${strategy}, ${formatCount(chunkSize)} ${chunkSize === 1 ? 'row' : 'rows'}`,
        factors: { strategy, chunkSize },
        rows: chunkSize === 1 ? 10_000 : 100_000,
        seconds: (chunkSize === 1 ? 10_000 : 100_000) * (perRow + perChunk / chunkSize),
        peakMebibytes: 86 + memory * chunkSize,
      }),
    ),
  )
  const series = (measurement: Measurement) => String(measurement.factors['strategy'])
  return {
    name: 'chunks',
    question: 'How many rows belong in a chunk?',
    baseline: null,
    repetitions: 7,
    measurements,
    conclusion: ['10,000 rows a chunk are enough: more make no strategy faster, only larger.'],
    notes: ['10,000 rows instead of 100,000 where a chunk is one row.'],
    warnings: [],
    charts: [
      {
        title: 'Rows per second by rows per chunk',
        says: 'Every strategy is faster in larger chunks, up to about 10,000 rows.',
        kind: 'lines',
        x: { title: 'rows per chunk', scale: 'log' },
        y: { title: 'rows/s', scale: 'log' },
        points: measurements.map((measurement) => ({
          ...speedPoint(measurement, series(measurement)),
          x: measurement.factors['chunkSize']!,
        })),
      },
      {
        title: 'Peak memory by rows per chunk',
        says: 'Memory grows only above 10,000 rows a chunk, most of all with batch.',
        kind: 'lines',
        x: { title: 'rows per chunk', scale: 'log' },
        y: { title: 'MiB', scale: 'linear' },
        points: measurements.map((measurement) => ({
          series: series(measurement),
          x: measurement.factors['chunkSize']!,
          y: measurement.peakRssBytes / 2 ** 20,
        })),
      },
    ],
  }
}

function lanesExperiment(): ExperimentReport {
  const times = [1.02, 0.71, 0.7, 0.74]
  const measurements = [1, 2, 3, 4].map((lanes, index) =>
    invent({
      name: lanes === 1 ? '1 lane' : `${lanes} lanes`,
      factors: { lanes },
      rows: 300_000,
      seconds: times[index]!,
      peakMebibytes: 95 + 31 * lanes,
      noise: 0.05,
      ...(lanes === 1 ? {} : { baselineSeconds: lanes === 4 ? 0.741 : 1.02 }),
    }),
  )
  return {
    name: 'lanes',
    question: 'Do more connections write faster?',
    baseline: '1 lane',
    repetitions: 7,
    measurements,
    conclusion: ['2 lanes are 1.44 times as fast as one; more make no difference on 2 cores.'],
    notes: [],
    warnings: [],
    charts: [
      {
        title: 'Rows per second by lanes',
        says: 'Two lanes write more than one; three and four no more than two.',
        kind: 'lines',
        x: { title: 'lanes', scale: 'linear' },
        y: { title: 'rows/s', scale: 'linear' },
        points: measurements.map((measurement) => ({
          ...speedPoint(measurement, 'copy'),
          x: measurement.factors['lanes']!,
        })),
      },
    ],
  }
}

function readingExperiment(): ExperimentReport {
  const ways = [
    { name: 'fetch all', seconds: 0.92, peak: 412 },
    { name: 'limit and offset, 1,000 rows', seconds: 4.8, peak: 108 },
    { name: 'cursor, 100 rows', seconds: 1.31, peak: 94 },
    { name: 'cursor, 10,000 rows', seconds: 0.91, peak: 121 },
    { name: 'copy to', seconds: 0.38, peak: 97 },
  ]
  const measurements = ways.map(({ name, seconds, peak }) =>
    invent({
      name,
      factors: { way: name },
      rows: 500_000,
      seconds,
      peakMebibytes: peak,
      shares: { read: 0.99 },
      noise: 0.03,
      ...(name === 'fetch all' ? {} : { baselineSeconds: 0.92 }),
      server: 'none',
    }),
  )
  return {
    name: 'reading',
    question: 'How are many rows read without holding them all?',
    baseline: 'fetch all',
    repetitions: 7,
    measurements,
    conclusion: [
      'A cursor that fetches 10,000 rows at a time is as fast as fetching all, in 121 MiB instead of 412 MiB.',
    ],
    notes: [],
    warnings: [],
    charts: [
      {
        title: 'Rows per second by way of reading',
        says: 'COPY TO reads 1.32M rows a second; LIMIT with OFFSET only 104k.',
        kind: 'bars',
        x: { title: 'way', scale: 'names' },
        y: { title: 'rows/s', scale: 'linear' },
        points: measurements.map((measurement) => speedPoint(measurement, 'rows/s')),
      },
    ],
  }
}

function failedExperiment(): ExperimentReport {
  return {
    name: 'engines',
    question: 'How do PostgreSQL and SQLite compare?',
    baseline: null,
    repetitions: 7,
    measurements: [],
    conclusion: [],
    notes: ['SQLite was left out: @libsql/client is not installed.'],
    warnings: [
      {
        code: 'EXPERIMENT_FAILED',
        message: 'The server went away: terminating connection due to administrator command.',
        remedy: 'Start the server, then run: npm run bench -- engines',
      },
    ],
    charts: [],
  }
}

function invent(invention: Invention): Measurement {
  const { name, factors, rows, seconds, peakMebibytes, baselineSeconds } = invention
  const { noise = 0.012, shares = { generate: 0.1, write: 0.89 }, server = 'all' } = invention
  const samples = deviations.map((deviation, repetition): Sample => {
    const taken = rounded(seconds * (1 + noise * deviation))
    const phases = Object.entries(shares).map(([phase, share]) => [phase, rounded(taken * share)])
    return {
      seconds: taken,
      phases: Object.fromEntries(phases) as Record<string, number>,
      server: server === 'none' ? null : serverFigures({ rows, repetition, server }),
    }
  })
  const all = samples.map((sample) => sample.seconds)
  const middle = median(all)
  const estimate = (value: number): Estimate => ({
    value: rounded(value),
    low: rounded(value * (1 - 1.1 * noise)),
    high: rounded(value * (1 + 1.4 * noise)),
  })
  return {
    name,
    factors,
    rows,
    samples,
    summary: {
      seconds: estimate(middle),
      spreadSeconds: rounded(medianAbsoluteDeviation(all)),
      rowsPerSecond: estimate(rows / middle),
      speedUp: baselineSeconds === undefined ? null : estimate(baselineSeconds / middle),
    },
    peakRssBytes: Math.round(peakMebibytes * 2 ** 20),
  }
}

function serverFigures(options: {
  readonly rows: number
  readonly repetition: number
  readonly server: 'all' | 'some'
}): ServerFigures {
  const { rows, repetition, server } = options
  const scale = rows / 20_000
  const figures: ServerFigures = {
    ...somewhere,
    walBytes: Math.round(somewhere.walBytes! * scale) + 512 * repetition,
    blocksHit: Math.round(somewhere.blocksHit! * scale),
    relationBytes: 8192 * Math.round((somewhere.relationBytes! * scale) / 8192),
  }
  if (server === 'all') return figures
  return { ...figures, walBytes: null, freeDiskBytesBefore: null, freeDiskBytesAfter: null }
}

function speedPoint({ name, summary }: Measurement, series: string): ChartPoint {
  const { value, low, high } = summary.rowsPerSecond
  return { series, x: name, y: value, low, high }
}

function rounded(value: number): number {
  return Number(value.toPrecision(6))
}
