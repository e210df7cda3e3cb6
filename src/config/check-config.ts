import { DownpourError } from '../errors.ts'
import type { Config } from './config.ts'

/**
 * Makes sure that what a configuration exports is one.
 *
 * @param file - for the message
 * @throws DownpourError `CONFIG_INVALID`
 */
export function checkConfig(file: string, exported: unknown): Config {
  if (!isRecord(exported)) {
    throw configError(
      file,
      'It has no default export.',
      'end it with: export default defineConfig({ … })',
    )
  }
  for (const { key, isRight, why, fix } of rules) {
    if (!isRight(exported[key])) throw configError(file, `"${key}" ${why}.`, fix)
  }
  return exported as unknown as Config
}

/** @param fix - a sentence without its capital and full stop */
export function configError(file: string, why: string, fix: string): DownpourError {
  return new DownpourError({
    code: 'CONFIG_INVALID',
    message: `Cannot use ${file}`,
    why,
    fix: `${fix[0]!.toUpperCase()}${fix.slice(1)}.`,
  })
}

interface Rule {
  readonly key: keyof Config
  readonly isRight: (value: unknown) => boolean
  readonly why: string
  readonly fix: string
}

const rules: readonly Rule[] = [
  {
    key: 'schema',
    isRight: isText,
    why: 'is no path',
    fix: "name the schema module: schema: './schema/index.ts'",
  },
  {
    key: 'seeds',
    isRight: (value) => Array.isArray(value) && value.every(isText),
    why: 'is no list of paths',
    fix: "name the seeders: seeds: ['./seeds/users.ts']",
  },
  {
    key: 'migrations',
    isRight: optional(isText),
    why: 'is no path',
    fix: "name the folder that drizzle-kit writes: migrations: './migrations'",
  },
  {
    key: 'profiles',
    isRight: (value) => isRecord(value) && Object.values(value).every(isProfile),
    why: 'is no set of row counts with names',
    fix: 'give at least one: profiles: { dev: { counts: { users: 1000 } } }',
  },
  {
    key: 'defaultProfile',
    isRight: optional(isText),
    why: 'is no name',
    fix: "name one of the profiles: defaultProfile: 'dev'",
  },
  {
    key: 'seed',
    isRight: optional(isCount),
    why: 'is no whole number, 0 or above',
    fix: 'give such a number: seed: 1',
  },
  {
    key: 'referenceDate',
    isRight: isDay,
    why: 'is no date',
    fix: "fix the day that counts as today: referenceDate: '2026-01-01'",
  },
  {
    key: 'copyThreshold',
    isRight: optional(isCount),
    why: 'is no whole number, 0 or above',
    fix: 'give such a number: copyThreshold: 2000',
  },
  { key: 'hint', isRight: optional(isText), why: 'is no text', fix: 'write a sentence, or none' },
]

function optional(isRight: (value: unknown) => boolean): (value: unknown) => boolean {
  return (value) => value === undefined || isRight(value)
}

function isText(value: unknown): boolean {
  return typeof value === 'string' && value !== ''
}

function isCount(value: unknown): boolean {
  return Number.isSafeInteger(value) && Number(value) >= 0
}

function isProfile(value: unknown): boolean {
  return isRecord(value) && isRecord(value['counts'])
}

/** `2026-02-30` is none. */
function isDay(value: unknown): boolean {
  if (typeof value !== 'string' || !/^\d{4}-\d{2}-\d{2}$/.test(value)) return false
  const time = Date.parse(`${value}T00:00:00Z`)
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(value)
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
