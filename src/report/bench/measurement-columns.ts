import type { ExperimentReport, Measurement } from '../../bench/report.ts'
import { isDifference } from '../../bench/statistics.ts'
import { formatBytes, formatCount, formatDuration } from '../format.ts'
import { formatFigure, formatInterval, formatTimes, unknown } from './figures.ts'

/** A column of the table of an experiment's measurements. */
export interface MeasurementColumn {
  readonly name:
    'measurement' | 'rows' | 'time' | 'spread' | 'speed' | 'speedUp' | 'interval' | 'memory'
  readonly title: string
  readonly align: 'left' | 'right'
  cell(measurement: Measurement): string
}

/** The columns that say something of an experiment; without a baseline there is no speed-up. */
export function measurementColumns({ baseline }: ExperimentReport): readonly MeasurementColumn[] {
  const comparison: readonly MeasurementColumn[] = [
    {
      name: 'speedUp',
      title: 'speed-up',
      align: 'right',
      cell: (measurement) => speedUpText(measurement, baseline),
    },
    {
      name: 'interval',
      title: '95 % interval',
      align: 'right',
      cell: ({ summary: { speedUp }, samples }) =>
        speedUp && samples.length > 1
          ? formatInterval(speedUp, (end) => formatTimes(end).replace('×', ''))
          : '',
    },
  ]
  return [
    { name: 'measurement', title: 'measurement', align: 'left', cell: ({ name }) => name },
    { name: 'rows', title: 'rows', align: 'right', cell: ({ rows }) => formatCount(rows) },
    {
      name: 'time',
      title: 'time',
      align: 'right',
      cell: ({ summary }) => formatDuration(summary.seconds.value),
    },
    {
      name: 'spread',
      title: '±',
      align: 'right',
      cell: ({ summary }) => formatDuration(summary.spreadSeconds),
    },
    {
      name: 'speed',
      title: 'rows/s',
      align: 'right',
      cell: ({ summary }) => formatFigure(summary.rowsPerSecond.value),
    },
    ...(baseline === null ? [] : comparison),
    {
      name: 'memory',
      title: 'peak memory',
      align: 'right',
      cell: ({ peakRssBytes }) => formatBytes(peakRssBytes),
    },
  ]
}

/** How many times as fast as the baseline, in words where there is no number for it. */
export function speedUpText({ name, summary }: Measurement, baseline: string | null): string {
  if (name === baseline) return 'baseline'
  if (!summary.speedUp) return unknown
  return isDifference(summary.speedUp) ? formatTimes(summary.speedUp.value) : 'no difference'
}
