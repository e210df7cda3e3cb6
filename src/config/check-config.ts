import { isIPv6 } from 'node:net'
import type { Casing } from 'drizzle-orm'
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
  return exported
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
    isRight: optional((value) => isText(value) || isPathList(value)),
    why: 'is no path',
    fix: "name the schema module: schema: './schema/index.ts'; or leave it out where a drizzle.config.ts is beside it",
  },
  {
    key: 'casing',
    isRight: optional(isCasing),
    why: 'is no casing',
    fix: "give what drizzle() is given: 'snake_case' or 'camelCase', or leave it out",
  },
  {
    key: 'seeds',
    isRight: optional(isPathList),
    why: 'is no list of paths',
    fix: "name the seeders: seeds: ['./seeds/users.ts'], or leave it out",
  },
  {
    key: 'migrations',
    isRight: optional(isText),
    why: 'is no path',
    fix: "name the folder that drizzle-kit writes: migrations: './migrations'",
  },
  {
    key: 'profiles',
    isRight: optional((value) => isRecord(value) && Object.values(value).every(isProfile)),
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
    isRight: optional(isDay),
    why: 'is no date',
    fix: "fix the day that counts as today: referenceDate: '2026-01-01'",
  },
  {
    key: 'copyThreshold',
    isRight: optional(isCount),
    why: 'is no whole number, 0 or above',
    fix: 'give such a number: copyThreshold: 2000',
  },
  {
    key: 'allowHosts',
    isRight: optional((value) => Array.isArray(value) && value.every(isHost)),
    why: 'is no list of hosts',
    fix: "name them as database URLs do: allowHosts: ['staging.example.com', '*.internal'], or leave it out",
  },
  { key: 'hint', isRight: optional(isText), why: 'is no text', fix: 'write a sentence, or none' },
]

function optional(isRight: (value: unknown) => boolean): (value: unknown) => boolean {
  return (value) => value === undefined || isRight(value)
}

function isPathList(value: unknown): boolean {
  return Array.isArray(value) && value.every(isText)
}

function isCount(value: unknown): boolean {
  return Number.isSafeInteger(value) && Number(value) >= 0
}

function isProfile(value: unknown): boolean {
  if (!isRecord(value) || !isRecord(value['counts'])) return false
  return optional(isCount)(value['otherwise']) && optional(isEnvironment)(value['environment'])
}

/** The name of an environment: a word, since it is typed and compared. */
export function isEnvironment(value: unknown): boolean {
  return typeof value === 'string' && /^[\w.-]{1,40}$/.test(value)
}

/** A `*` alone would allow any host, which nobody means. */
function isHost(value: unknown): boolean {
  return isText(value) && (isIPv6(value) || /^(?:\*\.)?[^*\s:@?#]+$/.test(value))
}

/** `2026-02-30` is none. */
function isDay(value: unknown): boolean {
  if (typeof value !== 'string' || !/^\d{4}-\d{2}-\d{2}$/.test(value)) return false
  const time = Date.parse(`${value}T00:00:00Z`)
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(value)
}

export function isCasing(value: unknown): value is Casing {
  return value === 'snake_case' || value === 'camelCase'
}

export function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== ''
}

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
