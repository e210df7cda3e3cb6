import type { BenchReport, Measurement, Sample } from '../../bench/report.ts'

/** One repetition and whose it is. */
interface Repetition {
  readonly experiment: string
  readonly measurement: Measurement
  readonly sample: Sample
  /** Counted from 1. */
  readonly number: number
}

type Value = string | number | null | undefined

/** The names are those of `--json`; what differs from experiment to experiment is JSON in a cell. */
const columns: Readonly<Record<string, (repetition: Repetition) => Value>> = {
  experiment: ({ experiment }) => experiment,
  measurement: ({ measurement }) => measurement.name,
  factors: ({ measurement }) => JSON.stringify(measurement.factors),
  rows: ({ measurement }) => measurement.rows,
  repetition: ({ number }) => number,
  seconds: ({ sample }) => sample.seconds,
  phases: ({ sample }) => JSON.stringify(sample.phases),
  walBytes: ({ sample }) => sample.server?.walBytes,
  blocksHit: ({ sample }) => sample.server?.blocksHit,
  blocksRead: ({ sample }) => sample.server?.blocksRead,
  checkpoints: ({ sample }) => sample.server?.checkpoints,
  relationBytes: ({ sample }) => sample.server?.relationBytes,
  freeDiskBytesBefore: ({ sample }) => sample.server?.freeDiskBytesBefore,
  freeDiskBytesAfter: ({ sample }) => sample.server?.freeDiskBytesAfter,
  peakRssBytes: ({ measurement }) => measurement.peakRssBytes,
}

/**
 * Every repetition on a line of its own, below a line of names that is always the same. What the
 * server does not tell is left empty.
 *
 * @see https://www.rfc-editor.org/rfc/rfc4180
 * @example
 * formatBenchCsv(report)
 * // experiment,measurement,factors,rows,repetition,seconds,phases,walBytes,…
 * // strategies,copy,"{""strategy"":""copy""}",20000,1,0.061,"{""generate"":0.02,""write"":0.041}",2100000,…
 */
export function formatBenchCsv(report: BenchReport): string {
  const repetitions = report.experiments.flatMap(({ name, measurements }) =>
    measurements.flatMap((measurement) =>
      measurement.samples.map((sample, index): Repetition => ({
        experiment: name,
        measurement,
        sample,
        number: index + 1,
      })),
    ),
  )
  const lines = repetitions.map((repetition) =>
    Object.values(columns).map((value) => value(repetition)),
  )
  return [Object.keys(columns), ...lines].map((line) => `${line.map(cell).join(',')}\r\n`).join('')
}

function cell(value: Value): string {
  const text = String(value ?? '')
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}
