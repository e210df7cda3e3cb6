import { median } from 'simple-statistics'
import type { Measurement, Sample } from '../../bench/report.ts'
import { formatBytes, formatCount, formatDuration } from '../format.ts'
import { unknown } from './figures.ts'

/** A column of the table of where the time went, and what it cost the server. */
export interface CostColumn {
  readonly title: string
  cell(measurement: Measurement): string
}

/** The phases and the server's figures that are known of any of these measurements: medians. */
export function costColumns(measurements: readonly Measurement[]): readonly CostColumn[] {
  const samples = measurements.flatMap((measurement) => measurement.samples)
  const phases = new Set(samples.flatMap((sample) => Object.keys(sample.phases)))
  const known = serverFigures.filter(({ value }) =>
    samples.some((sample) => typeof value(sample) === 'number'),
  )
  return [
    ...[...phases].map((phase) => ({
      title: phase,
      cell: ({ samples }: Measurement) =>
        medianText(
          samples.map((sample) => sample.phases[phase]),
          formatDuration,
        ),
    })),
    ...known.map(({ title, value, format }) => ({
      title,
      cell: ({ samples }: Measurement) => medianText(samples.map(value), format),
    })),
  ]
}

interface Figure {
  readonly title: string
  value(sample: Sample): number | null | undefined
  format(value: number): string
}

const serverFigures: readonly Figure[] = [
  { title: 'WAL', value: ({ server }) => server?.walBytes, format: wholeBytes },
  { title: 'blocks hit', value: ({ server }) => server?.blocksHit, format: formatCount },
  { title: 'blocks read', value: ({ server }) => server?.blocksRead, format: formatCount },
  { title: 'checkpoints', value: ({ server }) => server?.checkpoints, format: formatCount },
  { title: 'table and indexes', value: ({ server }) => server?.relationBytes, format: wholeBytes },
  { title: 'of these a second', value: bytesPerSecond, format: wholeBytes },
  {
    title: 'free disk before',
    value: ({ server }) => server?.freeDiskBytesBefore,
    format: wholeBytes,
  },
  {
    title: 'free disk after',
    value: ({ server }) => server?.freeDiskBytesAfter,
    format: wholeBytes,
  },
]

function bytesPerSecond({ server, seconds }: Sample): number | null | undefined {
  return typeof server?.relationBytes === 'number' ? server.relationBytes / seconds : undefined
}

/** A median of two may lie between bytes. */
function wholeBytes(bytes: number): string {
  return formatBytes(Math.round(bytes))
}

function medianText(
  values: readonly (number | null | undefined)[],
  format: (value: number) => string,
): string {
  const known = values.filter((value) => typeof value === 'number')
  return known.length === 0 ? unknown : format(median(known))
}
