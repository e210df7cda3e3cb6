import type { Argv } from 'yargs'
import { DownpourError } from '../errors.ts'

/** What `withDatabaseOptions` reads. */
export interface DatabaseArguments {
  readonly config?: string | undefined
  readonly databaseUrl?: string | undefined
  readonly confirm?: string | undefined
  readonly json: boolean
  readonly quiet: boolean
}

/** What `withDatabase` takes of the arguments. */
export function databaseOf({
  databaseUrl,
  confirm,
}: Partial<Pick<DatabaseArguments, 'databaseUrl' | 'confirm'>>) {
  return { databaseUrl, confirm }
}

/** An option with one value; said twice, the last one counts. */
export const single = { type: 'string', requiresArg: true, coerce: lastOf<string> } as const

/** yargs gathers a repeated option in an array. */
export function lastOf<Value>(value: Value | readonly Value[]): Value {
  return Array.isArray(value) ? (value as readonly Value[]).at(-1)! : (value as Value)
}

/** `--config`, `--json`, `--quiet`: for every command. */
export function withCommonOptions<T>(yargs: Argv<T>) {
  return yargs
    .option('config', {
      ...single,
      defaultDescription: 'downpour.config.ts, drizzle.config.ts',
      describe: 'Configuration file',
    })
    .option('json', { type: 'boolean', default: false, describe: 'Print one JSON object' })
    .option('quiet', {
      type: 'boolean',
      default: false,
      describe: 'Print no progress and no notes',
    })
}

/** Which database, for commands that need one. */
export function withDatabaseOptions<T>(yargs: Argv<T>) {
  return withCommonOptions(yargs)
    .option('database-url', {
      ...single,
      defaultDescription: 'DATABASE_URL, drizzle.config.ts, the embedded server',
      describe: 'postgres://user:password@host:port/database',
    })
    .option('confirm', {
      ...single,
      describe: 'The database’s name, as consent',
    })
}

/** What is generated, for commands that plan. */
export function withPlanOptions<T>(yargs: Argv<T>) {
  return yargs
    .option('profile', {
      ...single,
      defaultDescription: 'as configured',
      describe: 'A profile of row counts',
    })
    .option('seed', {
      ...single,
      defaultDescription: 'as configured',
      describe: 'Same number, same rows',
    })
    .option('scale', {
      ...single,
      describe: 'Multiply the profile’s counts',
    })
    .option('count', {
      type: 'string',
      array: true,
      requiresArg: true,
      describe: 'Rows of each table; or table=rows, exactly; may be repeated',
    })
    .option('only', onlyOption)
    .option('except', exceptOption)
}

/** Obeyed where every command runs: errors may then tell values of rows. */
export const showValuesOption = {
  type: 'boolean',
  default: false,
  describe: 'Let errors tell the values of rows',
} as const

const names = { type: 'string', array: true, requiresArg: true } as const
export const onlyOption = { ...names, describe: 'Only these tables, separated by commas' }
export const exceptOption = { ...names, describe: 'All tables but these, separated by commas' }

/**
 * Reads a whole number that an option was given as text.
 *
 * @throws DownpourError `USAGE_NUMBER`
 * @example
 * wholeNumber('--chunk-size', '5000', 1) // 5000
 */
export function wholeNumber(option: string, text: string, minimum: number): number {
  const value = /^-?\d[\d_]*$/.test(text) ? Number(text.replaceAll('_', '')) : NaN
  if (Number.isSafeInteger(value) && value >= minimum) return value
  if (value > minimum) {
    throw new DownpourError({
      code: 'USAGE_NUMBER',
      message: `${option} cannot be "${text}"`,
      why: 'Numbers above 9007199254740991 (2^53 - 1) are not exact.',
      fix: 'Give a smaller one.',
    })
  }
  throw new DownpourError({
    code: 'USAGE_NUMBER',
    message: `${option} cannot be "${text}"`,
    why: `It takes a whole number of at least ${minimum}.`,
    fix: `Give such a number, for example ${Math.max(minimum, 1000)}.`,
  })
}

/**
 * Reads a number above 0.
 *
 * @throws DownpourError `USAGE_NUMBER`
 */
export function positiveNumber(option: string, text: string): number {
  const value = /^\d*\.?\d+(?:e-?\d+)?$/i.test(text) ? Number(text) : NaN
  if (Number.isFinite(value) && value > 0) return value
  throw new DownpourError({
    code: 'USAGE_NUMBER',
    message: `${option} cannot be "${text}"`,
    why: 'It takes a number above 0.',
    fix: 'Give such a number, for example 0.5.',
  })
}

/** What `--count` says. */
export interface Counts {
  readonly byTable: Readonly<Record<string, number>>
  /** Of each table. */
  readonly each: number | undefined
}

/**
 * Reads `table=rows` pairs, and numbers for all tables.
 *
 * @throws DownpourError `USAGE_COUNT` or `USAGE_NUMBER`
 * @example
 * readCounts(['50', 'users=10']) // { byTable: { users: 10 }, each: 50 }
 */
export function readCounts(values: readonly string[]): Counts {
  const byTable: Record<string, number> = {}
  let each: number | undefined
  for (const value of values) {
    const separator = value.lastIndexOf('=')
    if (separator > 0) {
      const table = value.slice(0, separator)
      byTable[table] = wholeNumber(`--count ${table}`, value.slice(separator + 1), 0)
    } else if (/^[-.\d]/.test(value)) {
      each = wholeNumber('--count', value, 0)
    } else {
      throw new DownpourError({
        code: 'USAGE_COUNT',
        message: `--count cannot be "${value}"`,
        why: 'It takes the rows of each table, or a table and its number of rows.',
        fix: 'Write it as --count 1000 or --count users=1000.',
      })
    }
  }
  return { byTable, each }
}

/**
 * Splits `a,b` and repeated options alike.
 *
 * @example
 * splitList(['a, b', 'c']) // ['a', 'b', 'c']
 */
export function splitList(values: readonly string[]): readonly string[] {
  return values
    .flatMap((value) => value.split(','))
    .map((name) => name.trim())
    .filter((name) => name !== '')
}

/**
 * Reads the names of tables.
 *
 * @param option - `only` or `except`
 * @throws DownpourError `USAGE_ONLY`, `USAGE_EXCEPT` when no name is left: no tables are not all tables
 */
export function nameList(
  option: 'only' | 'except',
  values: readonly string[] | undefined,
): readonly string[] | undefined {
  const list = values && splitList(values)
  if (list?.length !== 0) return list
  throw new DownpourError({
    code: `USAGE_${option.toUpperCase()}`,
    message: `--${option} cannot be "${values!.join()}"`,
    why: 'It names no table.',
    fix: 'Name tables, separated by commas, or leave it out for all of them.',
  })
}
