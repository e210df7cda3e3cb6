/** Inherited by worker threads and processes of ours. */
const variable = 'DOWNPOUR_SHOW_VALUES'

/**
 * Lets errors tell values of rows from now on, in all threads that are started later: what the server
 * says in its details, what it quotes, what a generator has thrown.
 */
export function showValues(): void {
  process.env[variable] = '1'
}

/** Whether errors may tell values of rows. */
export function valuesAreShown(): boolean {
  return process.env[variable] === '1'
}

/**
 * What somebody's own code has thrown, for a message. Its text may hold the value that it failed for.
 *
 * @example
 * thrownName(new RangeError('no such name: Ada')) // 'RangeError'
 */
export function thrownName(error: unknown): string {
  if (!(error instanceof Error)) return valuesAreShown() ? String(error) : `a ${typeof error}`
  // The system's own name files, and no values.
  const isHarmless = 'syscall' in error
  return isHarmless || valuesAreShown() ? `${error.name}: ${error.message}` : error.name
}
