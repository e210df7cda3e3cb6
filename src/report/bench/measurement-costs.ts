import { median } from 'simple-statistics'
import type { Measurement, ServerFigures } from '../../bench/report.ts'
import { formatBytes, formatCount } from '../format.ts'
import { formatDuration, unknown } from './figures.ts'

/** A column of the table of where the time went, and what it cost the server. */
export interface CostColumn {
  readonly title: string
  cell(measurement: Measurement): string
}

/** The phases and the server's figures that are known of any of these measurements: medians. */
export function costColumns(measurements: readonly Measurement[]): readonly CostColumn[] {
  const samples = measurements.flatMap((measurement) => measurement.samples)
  const phases = new Set(samples.flatMap((sample) => Object.keys(sample.phases)))
  const known = serverFigures.filter(({ name }) =>
    samples.some(({ server }) => typeof server?.[name] === 'number'),
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
    ...known.map(({ name, title, format }) => ({
      title,
      cell: ({ samples }: Measurement) =>
        medianText(
          samples.map(({ server }) => server?.[name]),
          format,
        ),
    })),
  ]
}

const serverFigures: readonly {
  readonly name: keyof ServerFigures
  readonly title: string
  format(value: number): string
}[] = [
  { name: 'walBytes', title: 'WAL', format: wholeBytes },
  { name: 'blocksHit', title: 'blocks hit', format: formatCount },
  { name: 'blocksRead', title: 'blocks read', format: formatCount },
  { name: 'checkpoints', title: 'checkpoints', format: formatCount },
  { name: 'relationBytes', title: 'table and indexes', format: wholeBytes },
  { name: 'freeDiskBytesBefore', title: 'free disk before', format: wholeBytes },
  { name: 'freeDiskBytesAfter', title: 'free disk after', format: wholeBytes },
]

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
