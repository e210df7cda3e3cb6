/**
 * What a benchmark finds, as plain data: `--json` prints it, every other form of a report is made from
 * it, and `bench compare` reads it back.
 */
export interface BenchReport {
  /** Raised when a reader of the older form would misread it. */
  readonly format: 1
  /** Of Downpour. */
  readonly version: string
  /** ISO 8601, UTC. */
  readonly startedAt: string
  /** How to repeat it, e.g. `npm run bench -- strategies --rows 10000`. */
  readonly command: string
  readonly machine: MachineFacts
  readonly server: ServerSettings
  readonly experiments: readonly ExperimentReport[]
}

export interface MachineFacts {
  /** E.g. `AMD EPYC 7763 64-Core Processor`. */
  readonly processor: string
  readonly cores: number
  readonly memoryBytes: number
  /** E.g. `linux 6.1 x64`. */
  readonly platform: string
  /** E.g. `20.20.2`. */
  readonly node: string
}

export interface ServerSettings {
  /** E.g. `PostgreSQL 18.4`. */
  readonly name: string
  /** `embedded`, or the URL without its password. */
  readonly place: string
  readonly connection: 'TCP' | 'socket'
  /** Whether it runs on the machine that measures, and shares its cores. */
  readonly isLocal: boolean
  /** What decides the speed, by name as `SHOW` prints it: `shared_buffers`, `fsync`, … */
  readonly settings: Readonly<Record<string, string>>
}

export interface ExperimentReport {
  /** E.g. `strategies`. */
  readonly name: string
  /** The question that it answers. */
  readonly question: string
  /** The measurement that others are compared with, by name; `null` where they are compared otherwise. */
  readonly baseline: string | null
  /** Of each measurement, the discarded ones not counted. */
  readonly repetitions: number
  /** In the order in which they are to be shown. */
  readonly measurements: readonly Measurement[]
  /** The answer, in sentences. */
  readonly conclusion: readonly string[]
  /** What was done otherwise than asked for: fewer rows, ways that were left out. */
  readonly notes: readonly string[]
  /** Why the figures should not be trusted as they are, and what to do about it. */
  readonly warnings: readonly Warning[]
  readonly charts: readonly Chart[]
}

/** One way of doing the work, done several times in one process that did nothing else. */
export interface Measurement {
  /** Unique in its experiment, e.g. `copy` or `copy, 5 ms`. */
  readonly name: string
  /** What makes it differ from the others, e.g. `{ strategy: 'copy', roundTripMilliseconds: 5 }`. */
  readonly factors: Readonly<Record<string, string | number>>
  /** Rows that each repetition writes or reads. */
  readonly rows: number
  readonly samples: readonly Sample[]
  readonly summary: Summary
  /** The process's resident set at its largest. */
  readonly peakRssBytes: number
}

/** One repetition. */
export interface Sample {
  readonly seconds: number
  /** Where these seconds went; they add up to them, but for the clock's own time. */
  readonly phases: Readonly<Record<string, number>>
  /** `null` where there is no server, or it does not tell. */
  readonly server: ServerFigures | null
}

/**
 * What happened on the server during a repetition, by whomever: the log is the whole server's, blocks
 * are the database's. `null` where it does not tell.
 */
export interface ServerFigures {
  readonly walBytes: number | null
  /** Blocks of 8 KiB that were found in shared buffers, … */
  readonly blocksHit: number | null
  /** … and that were not. */
  readonly blocksRead: number | null
  /** 1 where at least one ended meanwhile. */
  readonly checkpoints: number | null
  /** Of the table with its indexes, afterwards. */
  readonly relationBytes: number | null
  /** Of the disk that holds a local server's data. */
  readonly freeDiskBytesBefore: number | null
  readonly freeDiskBytesAfter: number | null
}

/** A figure with its 95 % confidence interval. */
export interface Estimate {
  readonly value: number
  readonly low: number
  readonly high: number
}

/** What the samples of a measurement come to. */
export interface Summary {
  /** The median. */
  readonly seconds: Estimate
  /** The median absolute deviation of the seconds, as measured (not scaled to a normal distribution). */
  readonly spreadSeconds: number
  readonly rowsPerSecond: Estimate
  /**
   * How many times as fast as the baseline; `null` for the baseline itself and where there is none.
   * Where the interval holds 1 there is no difference that the samples can show.
   */
  readonly speedUp: Estimate | null
}

export interface Warning {
  /** A stable name, e.g. `FSYNC_OFF`. */
  readonly code: string
  /** One sentence: what is wrong. */
  readonly message: string
  /** One sentence: what to do about it. */
  readonly remedy: string
}

/** A picture of an experiment, before it is drawn. */
export interface Chart {
  /** E.g. `Rows per second by strategy`. */
  readonly title: string
  /** One sentence that says what it shows: the text in place of the picture, too. */
  readonly says: string
  /** Bars stand for what has names, lines for what has sizes. */
  readonly kind: 'bars' | 'lines'
  readonly x: ChartAxis
  readonly y: ChartAxis
  readonly points: readonly ChartPoint[]
}

export interface ChartAxis {
  /** With the unit, e.g. `rows/s`. */
  readonly title: string
  readonly scale: 'names' | 'linear' | 'log'
}

export interface ChartPoint {
  /** The line, or what the bar's colour stands for; the same for all where there is one. */
  readonly series: string
  readonly x: string | number
  readonly y: number
  /** The ends of its confidence interval, where there is one. */
  readonly low?: number
  readonly high?: number
}
