import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createTestDatabase } from '../support/database.ts'
import type { TestDatabase } from '../support/database.ts'
import { loadedBy } from '../support/loaded-modules.ts'

/** yargs and what it loads itself. */
const parser = [
  'ansi-regex',
  'ansi-styles',
  'cliui',
  'emoji-regex',
  'escalade',
  'get-caller-file',
  'is-fullwidth-code-point',
  'require-directory',
  'string-width',
  'strip-ansi',
  'wrap-ansi',
  'y18n',
  'yargs',
  'yargs-parser',
]

function parserAnd(...packages: readonly string[]): readonly string[] {
  return [...parser, ...packages].toSorted()
}

const config = ['--config', 'downpour.config.js']

function outsideOfCli(own: readonly string[]): readonly string[] {
  return own.filter((name) => !name.startsWith('cli/'))
}

/** Besides commands: names and numbers that help shows. */
const forAny = ['errors', 'report/terminal', 'version']
const forSeed = [...forAny, 'write/strategy']
const forBench = [...forSeed, 'bench/questions', 'plan/nearest', 'report/format'].toSorted()
const forAll = [...forBench, 'export/format'].toSorted()

describe('what a command loads that does no work', () => {
  it.for([
    ['--help', forAll],
    ['--version', forAll],
    ['seed --help', forSeed],
    ['bench --help', forBench],
    ['completion bash', forAny],
  ] as const)('is the parser for "%s"', async ([words, expected]) => {
    const { exitCode, packages, own } = await loadedBy(...words.split(' '))
    expect(exitCode).toBe(0)
    expect(packages).toEqual(parser)
    expect(outsideOfCli(own)).toEqual(expected)
  })

  it('is one command for the help of one', async () => {
    const { own } = await loadedBy('seed', '--help')
    expect(own.filter((name) => name.startsWith('cli/'))).toEqual([
      'cli/cli',
      'cli/commands',
      'cli/main',
      'cli/npm-command',
      'cli/options',
      'cli/output',
      'cli/run-command',
      'cli/run-options',
      'cli/seed',
      'cli/signals',
    ])
  })

  it('is the parser, and what errors are told with, for wrong usage', async () => {
    const { exitCode, packages, own } = await loadedBy('seed', '--chunk-szie', '10')
    expect(exitCode).toBe(2)
    expect(packages).toEqual(parser)
    expect(outsideOfCli(own)).toEqual(
      [
        ...forSeed,
        'plan/nearest',
        'postgres/server-error',
        'report/error',
        'report/wrap',
        'shown-values',
      ].toSorted(),
    )
  })
})

describe('what a command loads without a server', () => {
  it('is nothing more for db status', async () => {
    const { exitCode, packages } = await loadedBy('db', 'status', ...config)
    expect(exitCode).toBe(0)
    expect(packages).toEqual(parser)
  })

  it('is Drizzle and one locale of faker for preview', async () => {
    const { exitCode, packages, modules } = await loadedBy('preview', ...config)
    expect(exitCode).toBe(0)
    expect(packages).toEqual(parserAnd('@faker-js/faker', 'drizzle-orm'))
    expect(modules.filter((module) => module.includes('/faker/dist/locale/'))).toEqual([
      expect.stringMatching(/\/en\.js$/),
    ])
  })

  it('is no faker for preview of a table that needs none', async () => {
    const { exitCode, packages } = await loadedBy('preview', 'categories', ...config)
    expect(exitCode).toBe(0)
    expect(packages).toEqual(parserAnd('drizzle-orm'))
  })
})

describe('what a command loads with a server', () => {
  let database: TestDatabase
  beforeAll(async () => {
    database = await createTestDatabase()
  })
  afterAll(() => database.drop())

  const withServer = (...args: readonly string[]) =>
    loadedBy(...args, ...config, '--database-url', database.url)

  it('is Drizzle and the driver for migrate, and faker for seed', async () => {
    const migrate = await withServer('migrate')
    expect(migrate.exitCode).toBe(0)
    expect(migrate.packages).toEqual(parserAnd('drizzle-orm', 'postgres'))
    const seed = await withServer('seed', '--profile', 'tiny')
    expect(seed.exitCode).toBe(0)
    expect(seed.packages).toEqual(parserAnd('@faker-js/faker', 'drizzle-orm', 'postgres'))
  })

  it('is Drizzle and the driver for status', async () => {
    const { exitCode, packages } = await withServer('status')
    expect(exitCode).toBe(0)
    expect(packages).toEqual(parserAnd('drizzle-orm', 'postgres'))
  })
})
