/**
 * @example
 * formatCount(1234567) // '1,234,567'
 */
export function formatCount(value: number): string {
  return String(Math.round(value)).replace(/\B(?=(\d{3})+$)/g, ',')
}

/**
 * A count in few characters.
 *
 * @example
 * [formatShort(950), formatShort(72_000), formatShort(1_040_000)] // ['950', '72k', '1.0M']
 */
export function formatShort(value: number): string {
  if (value < 999.5) return String(Math.round(value))
  if (value < 999_500) return `${Math.round(value / 1_000)}k`
  if (value < 999_500_000) return `${(value / 1_000_000).toFixed(value < 9_950_000 ? 1 : 0)}M`
  return `${(value / 1_000_000_000).toFixed(1)}G`
}

/**
 * @example
 * [formatSeconds(0.0824), formatSeconds(75)] // ['0.08 s', '1:15']
 */
export function formatSeconds(seconds: number): string {
  return seconds < 60 ? `${seconds.toFixed(2)} s` : formatClock(seconds)
}

/**
 * Minutes and seconds, as a clock shows them.
 *
 * @example
 * [formatClock(1), formatClock(3725)] // ['0:01', '1:02:05']
 */
export function formatClock(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds))
  const hours = Math.floor(whole / 3600)
  const minutes = Math.floor((whole % 3600) / 60)
  const rest = String(whole % 60).padStart(2, '0')
  return hours > 0 ? `${hours}:${String(minutes).padStart(2, '0')}:${rest}` : `${minutes}:${rest}`
}

/**
 * @example
 * formatBytes(13_100_000) // '12.5 MiB'
 */
export function formatBytes(bytes: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB']
  let value = bytes
  let unit = 0
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024
    unit++
  }
  return `${unit === 0 ? value : value.toFixed(1)} ${units[unit]}`
}

/**
 * A time in three significant digits.
 *
 * @example
 * [formatDuration(0.000_25), formatDuration(0.0824), formatDuration(75.23)]
 * // ['250 µs', '82.4 ms', '75.2 s']
 */
export function formatDuration(seconds: number): string {
  if (!Number.isFinite(seconds)) return '–'
  const rounded = Number(seconds.toPrecision(3))
  if (rounded === 0) return '0 s'
  if (rounded < 1e-3) return `${threeDigits(rounded * 1e6)} µs`
  if (rounded < 1) return `${threeDigits(rounded * 1e3)} ms`
  return `${threeDigits(rounded)} s`
}

/** Digits after the point, so that there are three in all. */
export function threeDigits(value: number): string {
  const rounded = Number(value.toPrecision(3))
  const size = Math.abs(rounded)
  if (size >= 100) return formatCount(rounded)
  if (size >= 10) return rounded.toFixed(1)
  if (size >= 1) return rounded.toFixed(2)
  // Below that an exponent would begin.
  return size >= 1e-6 ? rounded.toPrecision(3) : '0'
}

/** @example [formatRows(1), formatRows(2000)] // ['1 row', '2,000 rows'] */
export function formatRows(rows: number): string {
  return rows === 1 ? '1 row' : `${formatCount(rows)} rows`
}

/** @example formatList(['users', 'accounts', 'budgets']) // 'users, accounts and budgets' */
export function formatList(names: readonly string[]): string {
  return names.length < 2 ? names.join() : `${names.slice(0, -1).join(', ')} and ${names.at(-1)!}`
}
