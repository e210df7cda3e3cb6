import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { nearest } from '../../src/plan/nearest.ts'
import { withScripts } from '../../src/cli/npm-command.ts'
import { told } from '../support/told.ts'

async function help(...command: string[]): Promise<string> {
  const { stdout, stderr, exitCode } = await told(...command, '--help')
  expect({ stderr, exitCode }).toEqual({ stderr: '', exitCode: 0 })
  return stdout
}

describe('--help', () => {
  it('names the commands and the exit codes', async () => {
    expect(await help()).toMatchInlineSnapshot(`
      "npm run downpour -- <command> [options]

      Commands:
        npm run downpour -- seed                Fill the database
        npm run downpour -- plan                Tell what seed would do, how much disk
                                                it takes and how long; nothing is
                                                written
        npm run downpour -- status [run]        Show the runs, and what is left of
                                                unfinished ones
        npm run downpour -- rejects [run]       Print the rows that a run left out
        npm run downpour -- verify [run]        Compare the database with the plan,
                                                value by value
        npm run downpour -- undo <run>          Remove the rows that a finished run
                                                has loaded
        npm run downpour -- restore             Put back indexes and foreign keys that
                                                unfinished runs have dropped
        npm run downpour -- reset               Empty the tables and restart their
                                                sequences
        npm run downpour -- migrate             Apply the migrations that drizzle-kit
                                                wrote
        npm run downpour -- init                Install the ledger, where the role
                                                that seeds may not
        npm run downpour -- preview [tables..]  Show a few generated rows; no database
                                                is needed
        npm run downpour -- export <folder>     Write the rows to files; no database
                                                is needed
        npm run downpour -- bench               Time ways of writing and reading, in
                                                tables of its own
        npm run downpour -- db                  The embedded server: start, stop,
                                                status, url
        npm run downpour -- completion <shell>  Print a completion script for bash,
                                                zsh or fish

      Options:
        --help     Show help                                                 [boolean]
        --version  Show version number                                       [boolean]

      Exit codes: 0 done, 1 a bug, 2 wrong usage or refused, 3 declined, 4 the load
      failed, 5 a regression or a difference was found, 130 and 143 stopped.
      "
    `)
  })

  it('of seed', async () => {
    expect(await help('seed')).toMatchInlineSnapshot(`
      "npm run downpour -- seed

      Fill the database

      Options:
        --help          Show help                                            [boolean]
        --version       Show version number                                  [boolean]
        --config        Configuration file
                             [string] [default: downpour.config.ts, drizzle.config.ts]
        --json          Print one JSON object               [boolean] [default: false]
        --quiet         Print no progress and no notes      [boolean] [default: false]
        --database-url  postgres://user:password@host:port/database
              [string] [default: DATABASE_URL, drizzle.config.ts, the embedded server]
        --confirm       The database’s name, as consent                       [string]
        --profile       A profile of row counts      [string] [default: as configured]
        --seed          Same number, same rows       [string] [default: as configured]
        --scale         Multiply the profile’s counts                         [string]
        --count         Rows of each table; or table=rows, exactly; may be repeated
                                                                               [array]
        --only          Only these tables, separated by commas                 [array]
        --except        All tables but these, separated by commas              [array]
        --strategy      How rows are written; auto: copy for large tables
           [choices: "auto", "row", "row-tx", "pipeline", "batch", "values", "unnest",
                                "json", "copy-text", "copy", "server"] [default: auto]
        --chunk-size    Rows per chunk                       [string] [default: 50000]
        --transaction   What one transaction covers
                                   [choices: "chunk", "table", "run"] [default: chunk]
        --lanes         Connections that load side by side
                                                    [string] [default: as many as pay]
        --threads       Threads that compute the rows for these connections
                                             [string] [default: as many as are needed]
        --indexes       Drop indexes and foreign keys, and rebuild them; auto: of
                        large empty tables
                                    [choices: "auto", "keep", "defer"] [default: auto]
        --on-error      What becomes of rows that the database refuses
                                             [choices: "stop", "skip"] [default: stop]
        --max-errors    How many rows --on-error skip may leave out
                                                              [string] [default: 1000]
        --append        Grow the tables to their counts                      [boolean]
        --reset         Empty the tables first                               [boolean]
        --resume        Go on with an unfinished run, or fail                [boolean]
        --restart       Throw an unfinished run away                         [boolean]
        --join          Help another process: its run, or latest              [string]
        --run           The run’s name: begun, helped with, or found done     [string]
        --hosts         Where rows enter, lane by lane: host:port,host:port
                                         [string] [default: those of the database URL]
        --ledger        Write the run down; after --no-ledger it cannot be resumed or
                        undone                               [boolean] [default: true]
        --show-values   Let errors tell the values of rows  [boolean] [default: false]

      Examples:
        npm run seed -- --profile staging   the counts of a profile
        npm run seed -- --count users=5000  exactly 5,000 users
        npm run seed -- --resume            go on after an interruption
      "
    `)
  })

  it('of reset', async () => {
    expect(await help('reset')).toMatchInlineSnapshot(`
      "npm run downpour -- reset

      Empty the tables and restart their sequences

      Options:
        --help          Show help                                            [boolean]
        --version       Show version number                                  [boolean]
        --config        Configuration file
                             [string] [default: downpour.config.ts, drizzle.config.ts]
        --json          Print one JSON object               [boolean] [default: false]
        --quiet         Print no progress and no notes      [boolean] [default: false]
        --database-url  postgres://user:password@host:port/database
              [string] [default: DATABASE_URL, drizzle.config.ts, the embedded server]
        --confirm       The database’s name, as consent                       [string]
        --only          Only these tables, separated by commas                 [array]
        --except        All tables but these, separated by commas              [array]
      "
    `)
  })

  it('of migrate', async () => {
    expect(await help('migrate')).toMatchInlineSnapshot(`
      "npm run downpour -- migrate

      Apply the migrations that drizzle-kit wrote

      Options:
        --help          Show help                                            [boolean]
        --version       Show version number                                  [boolean]
        --config        Configuration file
                             [string] [default: downpour.config.ts, drizzle.config.ts]
        --json          Print one JSON object               [boolean] [default: false]
        --quiet         Print no progress and no notes      [boolean] [default: false]
        --database-url  postgres://user:password@host:port/database
              [string] [default: DATABASE_URL, drizzle.config.ts, the embedded server]
        --confirm       The database’s name, as consent                       [string]
      "
    `)
  })

  it('of preview', async () => {
    expect(await help('preview')).toMatchInlineSnapshot(`
      "npm run downpour -- preview [tables..]

      Show a few generated rows; no database is needed

      Positionals:
        tables  Which tables                                    [array] [default: all]

      Options:
        --help          Show help                                            [boolean]
        --version       Show version number                                  [boolean]
        --config        Configuration file
                             [string] [default: downpour.config.ts, drizzle.config.ts]
        --json          Print one JSON object               [boolean] [default: false]
        --quiet         Print no progress and no notes      [boolean] [default: false]
        --profile       A profile of row counts      [string] [default: as configured]
        --seed          Same number, same rows       [string] [default: as configured]
        --scale         Multiply the profile’s counts                         [string]
        --count         Rows of each table; or table=rows, exactly; may be repeated
                                                                               [array]
        --only          Only these tables, separated by commas                 [array]
        --except        All tables but these, separated by commas              [array]
        --columns       Only these columns, separated by commas                [array]
        --rows          Rows a table   [string] [default: 5; of a distribution 100000]
        --row           This row of one table, counted from 0 as in errors; may be
                        repeated                                               [array]
        --csv           Print rows of one table as CSV      [boolean] [default: false]
        --distribution  Tell of each column how its values are spread
                                                            [boolean] [default: false]

      Examples:
        npm run preview -- users                  the first five users
        npm run preview -- --rows 20 --json       more of all tables, as JSON
        npm run preview -- users --row 4711       the user an error names
        npm run preview -- users --distribution   how many users have which role
        --columns role
      "
    `)
  })

  it('of db', async () => {
    expect(await help('db')).toMatchInlineSnapshot(`
      "npm run downpour -- db

      The embedded server: start, stop, status, url

      Commands:
        npm run downpour -- db start   Start the embedded server and let it stay
        npm run downpour -- db stop    Stop the embedded server; its data stays
        npm run downpour -- db status  Where the embedded server is, and whether it
                                       runs
        npm run downpour -- db url     Print its URL, password included

      Options:
        --help     Show help                                                 [boolean]
        --version  Show version number                                       [boolean]
      "
    `)
  })

  it.each(['start', 'stop', 'status', 'url'])('of db %s', async (action) => {
    const [usage] = (await help('db', action)).split('\n')
    expect(usage).toBe(`npm run downpour -- db ${action}`)
  })

  it('of completion', async () => {
    expect(await help('completion')).toMatchInlineSnapshot(`
      "npm run downpour -- completion <shell>

      Print a completion script for bash, zsh or fish

      Positionals:
        shell                              [required] [choices: "bash", "zsh", "fish"]

      Options:
        --help     Show help                                                 [boolean]
        --version  Show version number                                       [boolean]

      For this shell: source <(npm run --silent downpour -- completion bash)
      For fish: npm run --silent downpour -- completion fish | source
      "
    `)
  })
})

/** Each with its three lines. */
const wrong: readonly (readonly [command: string, message: string, why: string, fix: string])[] = [
  [
    'sed',
    'There is no command "sed"',
    'Downpour does not know it.',
    'Did you mean seed? See "npm run downpour -- --help".',
  ],
  [
    'xyzzy',
    'There is no command "xyzzy"',
    'Downpour does not know it.',
    'See "npm run downpour -- --help".',
  ],
  [
    '',
    'The command is not complete',
    'Say which command.',
    'Use one of: seed, plan, status, rejects, verify, undo, restore, reset, migrate, init, preview, export, bench, db, completion. See "npm run downpour -- --help".',
  ],
  [
    'db',
    'The command is not complete',
    'Say what: start, stop, status or url.',
    'Use one of: start, stop, status, url. See "npm run db -- --help".',
  ],
  [
    'db strat',
    'There is no command "db strat"',
    '"npm run db" does not know it.',
    'Did you mean start? See "npm run db -- --help".',
  ],
  [
    'seed --chunksize 5',
    'There is no option --chunksize',
    '"npm run seed" does not know it.',
    'Did you mean --chunk-size? See "npm run seed -- --help".',
  ],
  [
    'seed --databaseurl=postgres://u:canary@h/d',
    'There is no option --databaseurl',
    '"npm run seed" does not know it.',
    'Did you mean --database-url? See "npm run seed -- --help".',
  ],
  [
    'seed users',
    '"users" is one word too many',
    '"npm run seed" does not know it.',
    'See "npm run seed -- --help".',
  ],
  [
    'seed postgres://ada:canary@h/d',
    '"postgres://ada@h/d" is one word too many',
    '"npm run seed" does not know it.',
    'See "npm run seed -- --help".',
  ],
  [
    'seed --profile',
    '--profile has no value',
    'It takes one, and nothing follows it.',
    'See "npm run seed -- --help".',
  ],
  [
    'seed --count',
    '--count has no value',
    'It takes one, and nothing follows it.',
    'See "npm run seed -- --help".',
  ],
  [
    'seed --append --reset',
    '--append and --reset do not go together',
    'Each of them says what to do with rows that are there.',
    'Leave one of them out.',
  ],
  [
    'seed --strategy fast',
    '--strategy cannot be "fast"',
    'It takes one of a few words.',
    'Use one of: auto, row, row-tx, pipeline, batch, values, unnest, json, copy-text, copy, server.',
  ],
  [
    'seed --strategy cpy',
    '--strategy cannot be "cpy"',
    'It takes one of a few words.',
    'Did you mean copy? Use one of: auto, row, row-tx, pipeline, batch, values, unnest, json, copy-text, copy, server.',
  ],
  [
    'seed --transaction none',
    '--transaction cannot be "none"',
    'It takes one of a few words.',
    'Use one of: chunk, table, run.',
  ],
  [
    'completion',
    'The command is not complete',
    '"completion" takes one more word.',
    'See "npm run downpour -- completion --help".',
  ],
  [
    'completion tcsh',
    'shell cannot be "tcsh"',
    'It takes one of a few words.',
    'Did you mean bash? Use one of: bash, zsh, fish.',
  ],
]

describe('wrong usage', () => {
  const before = process.env['LANG']
  beforeEach(() => {
    process.env['LANG'] = 'de_DE.UTF-8'
  })
  afterEach(() => {
    if (before === undefined) delete process.env['LANG']
    else process.env['LANG'] = before
  })

  it.each(wrong)(
    '"downpour %s" is refused with: %s, whatever the language',
    async (command, message, why, fix) => {
      const args = command.split(' ').filter((word) => word !== '')
      expect(await told(...args)).toEqual({
        stdout: '',
        stderr: `✖ ${message}  (USAGE)\n  Why  ${why}\n  Fix  ${fix}\n`,
        exitCode: 2,
      })
    },
  )

  const withJson = wrong.filter(([command]) => !command.startsWith('completion'))

  it.each(withJson)(
    '"downpour %s --json" prints one object',
    async (command, message, why, fix) => {
      const args = command.split(' ').filter((word) => word !== '')
      const { stdout, exitCode } = await told(...args, '--json')
      expect(JSON.parse(stdout)).toEqual({ ok: false, error: { code: 'USAGE', message, why, fix } })
      expect(stdout.trimEnd()).not.toContain('\n')
      expect(exitCode).toBe(2)
    },
  )
})

const tooLow = 'It takes a whole number of at least'

const badValues: readonly (readonly [
  command: string,
  code: string,
  message: string,
  why: string,
  fix: string,
])[] = [
  ...['-1', '1.5', '1e3', 'abc', '0x10'].map(
    (text) =>
      [
        `seed --count users=${text}`,
        'USAGE_NUMBER',
        `--count users cannot be "${text}"`,
        `${tooLow} 0.`,
        'Give such a number, for example 1000.',
      ] as const,
  ),
  [
    'seed --count users=99999999999999999999',
    'USAGE_NUMBER',
    '--count users cannot be "99999999999999999999"',
    'Numbers above 9007199254740991 (2^53 - 1) are not exact.',
    'Give a smaller one.',
  ],
  [
    'seed --count users',
    'USAGE_COUNT',
    '--count cannot be "users"',
    'It takes the rows of each table, or a table and its number of rows.',
    'Write it as --count 1000 or --count users=1000.',
  ],
  [
    'seed --count 1.5',
    'USAGE_NUMBER',
    '--count cannot be "1.5"',
    `${tooLow} 0.`,
    'Give such a number, for example 1000.',
  ],
  ...['0', '-1', 'abc', 'Infinity'].map(
    (text) =>
      [
        `seed --scale ${text}`,
        'USAGE_NUMBER',
        `--scale cannot be "${text}"`,
        'It takes a number above 0.',
        'Give such a number, for example 0.5.',
      ] as const,
  ),
  [
    'seed --seed -1',
    'USAGE_NUMBER',
    '--seed cannot be "-1"',
    `${tooLow} 0.`,
    'Give such a number, for example 1000.',
  ],
  ...['0', '-5', 'abc', '1.5'].map(
    (text) =>
      [
        `seed --chunk-size ${text}`,
        'USAGE_NUMBER',
        `--chunk-size cannot be "${text}"`,
        `${tooLow} 1.`,
        'Give such a number, for example 1000.',
      ] as const,
  ),
  [
    'preview --rows many',
    'USAGE_NUMBER',
    '--rows cannot be "many"',
    `${tooLow} 1.`,
    'Give such a number, for example 1000.',
  ],
  [
    'preview users --row -1',
    'USAGE_NUMBER',
    '--row cannot be "-1"',
    `${tooLow} 0.`,
    'Give such a number, for example 1000.',
  ],
  [
    'preview users --row 3 --rows 5',
    'USAGE_ROW',
    '--row and --rows do not go together',
    '--row names rows of one table, and --rows counts the first ones of each.',
    'Leave one of them out.',
  ],
  ...[
    ['preview --row 3', 'all tables'],
    ['preview users accounts --row 3', 'several tables'],
    ['preview --row 3 --only users,accounts', 'several tables'],
  ].map(
    ([command, tables]) =>
      [
        command!,
        'USAGE_ROW',
        `--row does not go with ${tables!}`,
        'A row number means another row in each of them.',
        'Name one table, as in: npm run preview -- users --row 4711.',
      ] as const,
  ),
  ...['seed', 'reset', 'preview'].flatMap((command) =>
    ['only', 'except'].map(
      (option) =>
        [
          `${command} --${option} ,`,
          `USAGE_${option.toUpperCase()}`,
          `--${option} cannot be ","`,
          'It names no table.',
          'Name tables, separated by commas, or leave it out for all of them.',
        ] as const,
    ),
  ),
]

describe('values that options do not take', () => {
  it.each(badValues)(
    '"downpour %s" is refused with %s before the project is loaded',
    async (command, code, message, why, fix) => {
      expect(await told(...command.split(' '))).toEqual({
        stdout: '',
        stderr: `✖ ${message}  (${code})\n  Why  ${why}\n  Fix  ${fix}\n`,
        exitCode: 2,
      })
    },
  )
})

describe('options that are said twice', () => {
  it.each([
    ['count', ['seed', '--count', 'users=1', '--count', 'nobody=1']],
    ['only', ['seed', '--only', 'users', '--only', 'nobody']],
    ['tables', ['preview', 'users', 'nobody']],
  ])('are all taken where they name tables: %s', async (_, args) => {
    expect((await told(...args)).stderr).toContain('nobody')
    const first = args.map((arg) => arg.replace('users', 'somebody').replace('nobody', 'users'))
    expect((await told(...first)).stderr).toContain('somebody')
  })

  it('give the last word elsewhere', async () => {
    const { stderr } = await told('seed', '--chunk-size', '0', '--chunk-size', 'x')
    expect(stderr).toContain('--chunk-size cannot be "x"')
  })
})

describe('--quiet', () => {
  it('keeps errors', async () => {
    const { stderr } = await told('seed', '--quiet', '--chunk-size', '0')
    expect(stderr.startsWith('✖ --chunk-size cannot be "0"')).toBe(true)
  })
})

describe(withScripts, () => {
  it.each([
    [
      'Go on with "npx downpour seed --resume", or not.',
      'Go on with "npm run seed -- --resume", or not.',
    ],
    ['Run "npx downpour migrate" again.', 'Run "npm run migrate" again.'],
    [
      'Apply the migrations (npx downpour migrate), or not.',
      'Apply the migrations (npm run migrate), or not.',
    ],
    ['Empty it: npx downpour reset.', 'Empty it: npm run reset.'],
    ['npx downpour status', 'npm run downpour -- status'],
    ['npx downpour preview users --row 1', 'npm run preview -- users --row 1'],
    ['psql "$(npx downpour db url)"', 'psql "$(npm run --silent db -- url)"'],
    ['npx downpour rejects > rejects.tsv', 'npm run --silent downpour -- rejects > rejects.tsv'],
    ['npx downpours and npx other', 'npx downpours and npx other'],
  ])('says "%s" in this repository as "%s"', (text, expected) => {
    expect(withScripts(text)).toBe(expected)
  })
})

describe(nearest, () => {
  const names = ['seed', 'reset', 'migrate', 'preview', 'db', 'completion']

  it.each([
    ['sed', 'seed'],
    ['sede', 'seed'],
    ['rest', 'reset'],
    ['migrations', undefined],
    ['migrat', 'migrate'],
    ['perview', 'preview'],
    ['xyzzy', undefined],
    ['', undefined],
  ])('of "%s" is %s', (word, expected) => {
    expect(nearest(word, names)).toBe(expected)
  })
})
