import type {
  BenchReport,
  Estimate,
  ExperimentReport,
  MachineFacts,
  ServerSettings,
} from '../../bench/report.ts'
import { formatBytes, formatCount, formatRows, threeDigits } from '../format.ts'

/** In place of what is no number: JSON has `null` for it. */
export const unknown = '–'

/**
 * A figure in three significant digits.
 *
 * @example
 * [formatFigure(0.0512), formatFigure(950), formatFigure(11_240), formatFigure(1_040_000)]
 * // ['0.0512', '950', '11.2k', '1.04M']
 */
export function formatFigure(value: number): string {
  if (!Number.isFinite(value)) return unknown
  const rounded = Number(value.toPrecision(3))
  const size = Math.abs(rounded)
  if (size >= 1e9) return `${threeDigits(rounded / 1e9)}G`
  if (size >= 1e6) return `${threeDigits(rounded / 1e6)}M`
  if (size >= 1e3) return `${threeDigits(rounded / 1e3)}k`
  return Number.isInteger(value) ? String(value) : threeDigits(rounded)
}

/**
 * How many times as fast.
 *
 * @example
 * [formatTimes(12.34), formatTimes(0.8512)] // ['12.3×', '0.851×']
 */
export function formatTimes(value: number): string {
  return !Number.isFinite(value) ? unknown : `${threeDigits(value)}×`
}

/**
 * @param format - of its ends
 * @example
 * formatInterval({ value: 12, low: 11.9, high: 12.8 }, formatFigure) // '11.9 to 12.8'
 */
export function formatInterval({ low, high }: Estimate, format: (end: number) => string): string {
  return `${format(low)} to ${format(high)}`
}

/**
 * How often what was done.
 *
 * @example
 * // '7 repetitions of 20,000 rows each, after a warm-up that does not count.'
 */
export function effortOf({ measurements }: ExperimentReport): string {
  const rows = new Set(measurements.map((measurement) => measurement.rows))
  const size = rows.size === 1 ? ` of ${formatRows([...rows][0]!)}` : ''
  // One that was interrupted has fewer for some.
  const counts = measurements.map(({ samples }) => samples.length)
  const [fewest, most] = [Math.min(...counts), Math.max(...counts)]
  const times =
    fewest < most
      ? `${formatCount(fewest)} to ${formatCount(most)} repetitions`
      : most === 1
        ? '1 repetition'
        : `${formatCount(most)} repetitions`
  return `${times}${size} each, after a warm-up that does not count.`
}

/** What is said in place of a table. */
export const nothingMeasured = 'Nothing was measured.'

/** What the short titles of the columns stand for. */
export const legend =
  'Times are medians, ± their median absolute deviation; intervals are 95\u00a0% bootstrap intervals, less sure with few repetitions.'

/** @example '2 cores of AMD EPYC 7763, 15.6 GiB, linux 6.1 x64, Node 20.20.2' */
export function machineText(machine: MachineFacts): string {
  const { processor, cores, memoryBytes, platform, node } = machine
  const share = `${cores} ${cores === 1 ? 'core' : 'cores'} of ${processor}`
  return [share, formatBytes(memoryBytes), platform, `Node ${node}`].join(', ')
}

/** @example 'PostgreSQL 18.4, embedded, over TCP, on the machine that measures' */
export function serverText({ name, place, connection, isLocal }: ServerSettings): string {
  return [
    name,
    place,
    connection === 'TCP' ? 'over TCP' : 'over a socket',
    isLocal ? 'on the machine that measures' : 'on another machine',
  ].join(', ')
}

/** @example 'fsync on, shared_buffers 128MB' */
export function settingsText({ settings }: ServerSettings): string {
  return Object.entries(settings)
    .map(([name, value]) => `${name} ${value}`)
    .join(', ')
}

/** @example 'Downpour 0.1.0, 2026-11-21 14:52 UTC' */
export function originText(report: BenchReport): string {
  return `Downpour ${report.version}, ${startText(report)}`
}

/** @example '2026-11-21 14:52 UTC' */
export function startText({ startedAt }: BenchReport): string {
  return `${startedAt.slice(0, 16).replace('T', ' ')} UTC`
}
