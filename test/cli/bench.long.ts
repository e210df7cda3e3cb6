import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { formatCount } from '../../src/report/format.ts'
import type { BenchReport, ExperimentReport } from '../../src/bench/report.ts'
import { sampleReport } from '../support/bench-report.ts'
import { expectNoTraces, makeTemporary } from '../support/bench-traces.ts'
import { downpour, downpourOnTerminal, noTerminal, startDownpour } from '../support/command.ts'
import { createTestDatabase } from '../support/database.ts'
import type { TestDatabase } from '../support/database.ts'
import { runHereIn } from '../support/run-here.ts'
import { ask } from '../support/seed-town.ts'
import { createShopDatabase, makeCompiledShop } from '../support/shop-project.ts'

let cwd: string
let database: TestDatabase
let temporary: string
beforeAll(async () => {
  cwd = await makeCompiledShop()
  database = await createTestDatabase()
  temporary = await makeTemporary()
})
afterAll(async () => {
  await expectNoTraces({ url: database.url, temporary })
  await database.drop()
})

const colour = new RegExp(String.raw`\x1b\[\d+m`)

/** One way, a few rows, once. */
const small = ['--strategies', 'copy', '--rows', '200', '--repeat', '1']

function bench(args: readonly string[], more: { readonly nodeOptions?: readonly string[] } = {}) {
  return downpour(['bench', ...args], { cwd, env: environment(), ...more })
}

function environment(): Record<string, string> {
  return { DATABASE_URL: database.url, TMPDIR: temporary }
}

/** Where nothing is measured: in this process. */
function benchHere(args: readonly string[]) {
  return runHereIn(['bench', ...args], { cwd, env: environment() })
}

function failure(code: string, message: string, why: string, fix: string): string {
  return `✖ ${message}  (${code})\n  Why  ${why}\n  Fix  ${fix}\n`
}

const strategyList = 'row, row-tx, pipeline, batch, values, unnest, json, copy-text, copy, server'

describe('bench: bad input', () => {
  const number = (option: string, given: string) =>
    failure(
      'USAGE_NUMBER',
      `${option} cannot be "${given}"`,
      'It takes a whole number of at least 1.',
      'Give such a number, for example 1000.',
    )
  const above = (option: string, given: string) =>
    failure(
      'USAGE_NUMBER',
      `${option} cannot be "${given}"`,
      'It takes a number above 0.',
      'Give such a number, for example 0.5.',
    )

  it.each([
    [
      'strategie',
      failure(
        'USAGE',
        'There is no command "bench strategie"',
        '"npm run bench" does not know it.',
        'Did you mean strategies? See "npm run bench -- --help".',
      ),
    ],
    [
      '',
      failure(
        'USAGE',
        'The command is not complete',
        'Say what: one of the experiments, all, or compare.',
        'Use one of: strategies, rtt, chunks, lanes, indexes, engines, reading, all, compare. See "npm run bench -- --help".',
      ),
    ],
    [
      'strategies --strategies row,copi',
      failure(
        'USAGE_STRATEGY',
        'There is no strategy "copi"',
        '--strategies takes names of ways of writing.',
        `Did you mean copy? Use some of: ${strategyList}.`,
      ),
    ],
    [
      'strategies --strategies wibble',
      failure(
        'USAGE_STRATEGY',
        'There is no strategy "wibble"',
        '--strategies takes names of ways of writing.',
        `Use some of: ${strategyList}.`,
      ),
    ],
    ['rtt --repeat 0', number('--repeat', '0')],
    ['chunks --rows 0', number('--rows', '0')],
    ['lanes --rows many', number('--rows', 'many')],
    ['indexes --rows 1.5', number('--rows', '1.5')],
    ['reading --time-limit 0', above('--time-limit', '0')],
    ['all --time-limit -1', above('--time-limit', '-1')],
    [
      'engines --strategies copy',
      failure(
        'USAGE',
        'There is no option --strategies',
        '"npm run bench -- engines" does not know it.',
        'See "npm run bench -- engines --help".',
      ),
    ],
    [
      'chunks --strategies copy,row',
      failure(
        'BENCH_STRATEGY',
        'The experiment chunks cannot have the strategy row',
        'row: it commits each row by itself, so that it has no chunks.',
        'Leave it out of --strategies.',
      ),
    ],
    [
      'rtt --strategies server',
      failure(
        'BENCH_STRATEGY',
        'The experiment rtt cannot have the strategy server',
        'server: it cannot compute usernames, which are unique.',
        'Leave it out of --strategies.',
      ),
    ],
    [
      'strategies --csv --markdown',
      failure(
        'USAGE_FORMAT',
        '--csv and --markdown do not go together',
        'A report is printed once, in one form.',
        'Leave one of them out; --html goes with each, since it writes a file.',
      ),
    ],
  ])('%s', async (words, stderr) => {
    const args = words === '' ? [] : words.split(' ')
    // Which database it is, is said before some.
    expect(await benchHere([...args, '--quiet'])).toEqual({ stdout: '', stderr, exitCode: 2 })
  })

  it('--json with --csv is refused in JSON too', async () => {
    const { stdout, stderr, exitCode } = await benchHere(['strategies', '--json', '--csv'])
    const error = {
      code: 'USAGE_FORMAT',
      message: '--json and --csv do not go together',
      why: 'A report is printed once, in one form.',
      fix: 'Leave one of them out; --html goes with each, since it writes a file.',
    }
    expect(JSON.parse(stdout)).toEqual({ ok: false, error })
    expect(stderr).toBe(failure(error.code, error.message, error.why, error.fix))
    expect(exitCode).toBe(2)
  })

  it.each([
    ['nowhere/report.html', (file: string) => `There is no folder ${dirname(file)}.`],
    ['folder', () => 'It is a folder.'],
    ...(process.getuid?.() === 0
      ? []
      : [['locked/report.html', () => 'It may not be written to (EACCES).'] as const]),
  ] as const)('--html %s is refused before anything is measured', async (name, why) => {
    await mkdir(join(cwd, 'folder'), { recursive: true })
    await mkdir(join(cwd, 'locked'), { recursive: true, mode: 0o500 })
    const file = join(cwd, name)
    const { stderr, exitCode } = await bench(['strategies', ...small, '--html', name])
    expect(stderr).toBe(
      failure(
        'BENCH_HTML',
        `Cannot write the report ${file}`,
        why(file),
        'Name a file in a folder that is there and can be written to: --html report.html.',
      ),
    )
    expect(exitCode).toBe(2)
  })

  it('--html below a file is refused before anything is measured', async () => {
    await writeFile(join(cwd, 'file.txt'), '')
    const args = ['strategies', ...small, '--html', 'file.txt/report.html']
    const { stderr, exitCode } = await bench(args)
    const file = join(cwd, 'file.txt/report.html')
    expect(stderr.split('\n')[0]).toBe(`✖ Cannot write the report ${file}  (BENCH_HTML)`)
    expect(exitCode).toBe(2)
  })
})

/** A report whose measurements all take so many times as long. */
function slower(report: BenchReport, factor: number): BenchReport {
  return {
    ...report,
    experiments: report.experiments.map((experiment) => ({
      ...experiment,
      measurements: experiment.measurements.map((measurement) => {
        const { summary, samples, rows } = measurement
        const scale = (number: number) => number * factor
        const { value, low, high } = summary.seconds
        const seconds = { value: scale(value), low: scale(low), high: scale(high) }
        return {
          ...measurement,
          samples: samples.map((sample) => ({ ...sample, seconds: scale(sample.seconds) })),
          summary: {
            ...summary,
            seconds,
            rowsPerSecond: {
              value: rows / seconds.value,
              low: rows / seconds.high,
              high: rows / seconds.low,
            },
          },
        }
      }),
    })),
  }
}

/** Of the sample's experiments, one. */
function only(name: string, report: BenchReport = sampleReport): BenchReport {
  return {
    ...report,
    experiments: report.experiments.filter((experiment) => experiment.name === name),
  }
}

describe('bench compare', () => {
  const threshold = '--threshold'
  beforeAll(async () => {
    const lanes = only('lanes')
    const files: Readonly<Record<string, unknown>> = {
      'before.json': { ok: true, ...lanes },
      'slower.json': { ok: true, ...slower(lanes, 1.4) },
      'faster.json': { ok: true, ...slower(lanes, 0.5) },
      'other.json': { ok: true, ...only('reading') },
      'failed.json': { ok: false, error: { code: 'CONNECTION_LOST' }, ...lanes },
      'error.json': { ok: false, error: { code: 'CONNECTION_LOST' } },
      'newer.json': { ok: true, ...lanes, format: 2 },
    }
    for (const [name, content] of Object.entries(files)) {
      await writeFile(join(cwd, name), JSON.stringify(content))
    }
    await writeFile(join(cwd, 'letter.json'), 'Dear s3cret,')
  })

  it('finds no difference between a report and itself', async () => {
    const { stdout, stderr, exitCode } = await benchHere(['compare', 'before.json', 'before.json'])
    expect(stdout).toMatchInlineSnapshot(`
      "lanes
      measurement  before   after  time              95 %  verdict
      1 lane       1.02 s  1.02 s  +0 %  −6.6 % to +7.1 %  no difference
      2 lanes      710 ms  710 ms  +0 %  −6.6 % to +7.1 %  no difference
      3 lanes      700 ms  700 ms  +0 %  −6.6 % to +7.1 %  no difference
      4 lanes      740 ms  740 ms  +0 %  −6.6 % to +7.1 %  no difference

      No regression: nothing is surely more than 5 % slower.
      "
    `)
    expect({ stderr, exitCode }).toEqual({ stderr: '', exitCode: 0 })
  })

  it('exits 5 where something takes surely longer', async () => {
    const { stdout, stderr, exitCode } = await benchHere(['compare', 'before.json', 'slower.json'])
    expect(stdout).toMatchInlineSnapshot(`
      "lanes
      measurement  before   after   time            95 %  verdict
      1 lane       1.02 s  1.43 s  +40 %  +31 % to +50 %  regression
      2 lanes      710 ms  994 ms  +40 %  +31 % to +50 %  regression
      3 lanes      700 ms  980 ms  +40 %  +31 % to +50 %  regression
      4 lanes      740 ms  1.04 s  +40 %  +31 % to +50 %  regression

      4 regressions: surely more than 5 % slower.
      "
    `)
    expect({ stderr, exitCode }).toEqual({ stderr: '', exitCode: 5 })
  })

  it('lets pass what is within the threshold', async () => {
    const args = ['compare', 'before.json', 'slower.json', threshold, '60']
    const { stdout, exitCode } = await benchHere(args)
    expect(stdout.split('\n').at(-2)).toBe(
      'No regression: nothing is surely more than 60 % slower.',
    )
    expect(stdout).toContain('slower')
    expect(exitCode).toBe(0)
  })

  it('is content with what has become faster', async () => {
    const { stdout, exitCode } = await benchHere(['compare', 'before.json', 'faster.json'])
    expect(stdout.match(/faster$/gm)?.length).toBe(4)
    expect(exitCode).toBe(0)
  })

  it('prints one object with --json, ok only without a regression', async () => {
    const args = ['compare', 'before.json', 'slower.json', '--json']
    const found = await benchHere(args)
    expect(found).toMatchObject({ stderr: '', exitCode: 5 })
    const comparison = JSON.parse(found.stdout) as Record<string, unknown>
    expect(comparison).toMatchObject({ ok: false, threshold: 0.05, regressions: 4 })
    expect(comparison).toMatchObject({
      experiments: [{ name: 'lanes', onlyBefore: [], onlyAfter: [] }],
    })
    const same = await benchHere(['compare', 'before.json', 'before.json', '--json'])
    expect(JSON.parse(same.stdout)).toMatchObject({ ok: true, regressions: 0 })
    expect(same.exitCode).toBe(0)
  })

  it('refuses reports that have nothing in common', async () => {
    expect(await benchHere(['compare', 'before.json', 'other.json'])).toEqual({
      stdout: '',
      stderr: failure(
        'BENCH_COMPARE',
        'Cannot compare the reports',
        'No measurement is in both reports.',
        'Compare two reports of the same experiments.',
      ),
      exitCode: 2,
    })
  })

  it('reads what a run that failed in the middle has printed', async () => {
    const { exitCode, stderr } = await benchHere(['compare', 'failed.json', 'before.json'])
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' })
  })

  const another = 'Write one: npm run --silent bench -- strategies --json > report.json'
  it.each([
    [
      ['missing.json', 'before.json'],
      failure(
        'BENCH_FILE',
        'Cannot read missing.json',
        "ENOENT: no such file or directory, open 'missing.json'.",
        'Name a file that "npm run --silent bench -- strategies --json > report.json" has written.',
      ),
    ],
    [
      ['before.json', 'letter.json'],
      failure(
        'BENCH_FILE',
        'Cannot read letter.json as a report of bench',
        'It is no JSON.',
        another,
      ),
    ],
    [
      ['error.json', 'before.json'],
      failure(
        'BENCH_FILE',
        'Cannot read error.json as a report of bench',
        'It is the error of a run that ended before it measured anything.',
        another,
      ),
    ],
    [
      ['before.json', 'newer.json'],
      failure(
        'BENCH_FILE',
        'Cannot read newer.json as a report of bench',
        'It has format 2, and this version of Downpour knows format 1.',
        'Read it with the newer version that wrote it, or measure again with this one.',
      ),
    ],
    [
      ['before.json', 'before.json', '--threshold', 'much'],
      failure(
        'USAGE_NUMBER',
        '--threshold cannot be "much"',
        'It takes a number above 0.',
        'Give such a number, for example 0.5.',
      ),
    ],
    [
      ['before.json', 'before.json', '--threshold', '-5'],
      failure(
        'USAGE_NUMBER',
        '--threshold cannot be "-5"',
        'It takes a number above 0.',
        'Give such a number, for example 0.5.',
      ),
    ],
    [
      ['before.json'],
      failure(
        'USAGE',
        'The command is not complete',
        '"bench compare" takes one more word.',
        'See "npm run bench -- compare --help".',
      ),
    ],
  ])('refuses %j', async (args, stderr) => {
    expect(await benchHere(['compare', ...args])).toEqual({ stdout: '', stderr, exitCode: 2 })
  })
})

describe('bench: the report', () => {
  it('is text with a table, a conclusion and where it comes from; progress goes to stderr', async () => {
    const { stdout, stderr, exitCode } = await bench(['strategies', ...small])
    expect(exitCode).toBe(0)
    expect(stdout).toMatch(
      /^strategies: Which way of writing loads the finance transactions fastest, and how much faster\?\n/,
    )
    expect(stdout).toMatch(/^copy +.*█+$/m)
    expect(stdout).toMatch(/^copy is fastest: [\d,]+ rows\/s\.$/m)
    expect(stdout).toMatch(/^Machine {2}\S/m)
    expect(stdout).toMatch(/^Server {3}PostgreSQL 18\S* /m)
    expect(stdout).toMatch(
      /^Repeat {3}npm run bench -- strategies --rows 200 --repeat 1 --strategies copy$/m,
    )
    expect(stdout).not.toContain('\u001b')
    expect(stderr).toMatch(/^Database: postgres:\/\/postgres(:\*+)?@127\.0\.0\.1:\d+\/test_\w+ \(/)
    expect(stderr).toMatch(/\nstrategies +█* *░* +\d+% {2}measuring copy {2}\d:\d\d left\n/)
    expect(stdout + stderr).not.toContain(`:${new URL(database.url).password}@`)
  })

  it('is one JSON object with --json, and nothing is on stderr with --quiet', async () => {
    const { stdout, stderr, exitCode } = await bench(['strategies', ...small, '--json', '--quiet'])
    expect({ stderr, exitCode }).toEqual({ stderr: '', exitCode: 0 })
    const { ok, ...report } = JSON.parse(stdout) as BenchReport & { ok: boolean }
    expect(ok).toBe(true)
    expect(report.format).toBe(1)
    expect(report.experiments.map(({ name }) => name)).toEqual(['strategies'])
    expect(stdout).not.toContain(new URL(database.url).password)
  })

  it('is lines of samples with --csv, and a page with --html besides', async () => {
    const args = ['strategies', ...small, '--csv', '--html', 'report.html']
    const { stdout, stderr, exitCode } = await bench(args)
    expect(exitCode).toBe(0)
    const [header, sample, ...rest] = stdout.split('\r\n')
    expect(header).toMatch(/^experiment,measurement,factors,rows,repetition,seconds,phases,/)
    expect(sample).toMatch(/^strategies,copy,"\{""strategy"":""copy""\}",200,1,0\.\d+,/)
    expect(rest).toEqual([''])
    expect(stderr.endsWith(`The report: ${join(cwd, 'report.html')}\n`)).toBe(true)
    const page = await readFile(join(cwd, 'report.html'), 'utf8')
    expect(page).toContain('<svg')
    expect(page).toContain('copy is fastest')
    expect(page).not.toContain(new URL(database.url).password)
  })

  it('is Markdown with --markdown', async () => {
    const { stdout, exitCode } = await bench(['strategies', ...small, '--markdown'])
    expect(exitCode).toBe(0)
    expect(stdout).toMatch(/^### strategies: Which way /)
    expect(stdout).toMatch(/^\| measurement \| /m)
    expect(stdout).toMatch(/^\| copy \| /m)
    expect(stdout).toMatch(/^npm run bench -- strategies --rows 200 --repeat 1 --strategies copy$/m)
  })

  const why = noTerminal()
  it.skipIf(why !== undefined)(
    `keeps within a terminal of 50 columns, with no colour under NO_COLOR${why ? ` (${why})` : ''}`,
    async () => {
      const { output, exitCode } = await downpourOnTerminal(['bench', 'strategies', ...small], 50, {
        cwd,
        env: { ...environment(), NO_COLOR: '1' },
      })
      expect(exitCode).toBe(0)
      expect(output).not.toMatch(colour)
      const [progress, ...report] = output.split('\nstrategies: ')
      for (const drawn of progress!.split('\r\u001b[2K').slice(1)) {
        expect(drawn.length).toBeLessThan(50)
      }
      expect(progress).toContain('\r\u001b[2Kstrategies')
      const lines = report.join('').split('\n')
      expect(lines.length).toBeGreaterThan(10)
      // A URL is there to be copied, and not broken.
      for (const line of lines.filter((text) => !text.includes('://'))) {
        expect(line.length, line).toBeLessThanOrEqual(50)
      }
    },
  )
})

function experimentIn(stdout: string): ExperimentReport {
  return (JSON.parse(stdout) as BenchReport).experiments[0]!
}

describe('bench: limits', () => {
  it('--time-limit reduces the rows of slow ways, and says so', async () => {
    const args = ['strategies', '--strategies', 'row,copy', '--rows', '20000', '--repeat', '1']
    const { stdout, exitCode } = await bench([...args, '--time-limit', '4', '--json', '--quiet'])
    expect(exitCode).toBe(0)
    const { measurements, notes } = experimentIn(stdout)
    const [row, copy] = measurements
    expect(row!.rows).toBeLessThan(20_000)
    expect(copy!.rows).toBe(20_000)
    expect(notes).toEqual([
      `Fewer rows than 20,000, to keep to the time limit of 4 s: ${formatCount(row!.rows)} by row.`,
    ])
  })

  it('a time that is enough for nothing is refused', async () => {
    const { stdout, stderr, exitCode } = await bench([
      'strategies',
      ...small,
      '--time-limit',
      '0.000001',
    ])
    expect({ stdout, exitCode }).toEqual({ stdout: '', exitCode: 2 })
    expect(
      stderr.endsWith(
        failure(
          'BENCH_TIME',
          'Nothing can be measured within the time limit',
          'Even with the fewest rows that make sense each way takes longer than 0.000001 s.',
          'Give it more time with --time-limit, or ask for fewer rows with --rows.',
        ),
      ),
    ).toBe(true)
  })

  const enormous = ['--rows', '100_000_000_000', '--time-limit', '1e12', '--repeat', '1']
  it.each([
    ['strategies', 'transactions', '--strategies', 'copy'],
    ['reading', 'transactions'],
  ])(
    'a load of %s that the disk cannot hold is refused before it is written',
    async (name, table, ...more) => {
      const running = startDownpour(['bench', name, ...enormous, ...more], {
        cwd,
        env: environment(),
      })
      // Where it is not refused, it would fill the disk.
      const guard = setInterval(() => {
        const size = 'select pg_database_size(current_database()) / 1e6'
        void ask(database.url, size).then((megabytes) => {
          if (Number(megabytes) > 400) running.process.kill('SIGKILL')
        })
      }, 200)
      const { stderr, exitCode } = await running.finished
      clearInterval(guard)
      expect(stderr).toContain(
        `✖ Refusing to load 100,000,000,000 ${table}: the disk is too small  (BENCH_DISK)\n` +
          '  Why  They would take about ',
      )
      expect(stderr).toMatch(
        /with what the server logs and sorts, and [\d.,]+ [GT]iB are free\.\n {2}Fix {2}Measure fewer rows with --rows, or in less time with --time-limit\.\n$/,
      )
      expect(exitCode).toBe(2)
    },
  )
})

/** An option for node with which it cannot find a module. */
async function without(module: string): Promise<string[]> {
  const hook = join(cwd, `without-${module.replaceAll(/\W/g, '-')}.mjs`)
  await writeFile(
    hook,
    `import { register } from 'node:module'
    const resolve = async (name, context, next) => {
      if (name !== ${JSON.stringify(module)}) return next(name, context)
      const message = \`Cannot find package '\${name}' imported from \${context.parentURL}\`
      throw Object.assign(new Error(message), { code: 'ERR_MODULE_NOT_FOUND' })
    }
    register('data:text/javascript,export const resolve = ' + encodeURIComponent(resolve))`,
  )
  return ['--import', pathToFileURL(hook).href]
}

describe('bench without optional packages', () => {
  const install = 'Install it: npm install --save-dev @libsql/client'

  it('engines is refused where there is no driver of SQLite', async () => {
    const nodeOptions = await without('@libsql/client')
    const { stdout, stderr, exitCode } = await bench(['engines'], { nodeOptions })
    expect({ stdout, exitCode }).toEqual({ stdout: '', exitCode: 2 })
    expect(
      stderr.endsWith(
        failure(
          'BENCH_DRIVER',
          'Cannot measure SQLite: its driver is not there',
          'The optional package "@libsql/client" is not installed.',
          install,
        ),
      ),
    ).toBe(true)
  })

  it('all leaves engines out and says why, in a report that can be compared', async () => {
    const nodeOptions = await without('@libsql/client')
    const few = ['--strategies', 'copy', '--rows', '2', '--repeat', '1']
    const { stdout, stderr, exitCode } = await bench(['all', ...few, '--json', '--quiet'], {
      nodeOptions,
    })
    expect({ stderr, exitCode }).toEqual({ stderr: '', exitCode: 0 })
    const { experiments } = JSON.parse(stdout) as BenchReport
    const measured = experiments.filter(({ measurements }) => measurements.length > 0)
    expect(measured.map(({ name }) => name)).toEqual([
      'strategies',
      'rtt',
      'chunks',
      'lanes',
      'indexes',
      'reading',
    ])
    for (const { conclusion, name } of measured) expect(conclusion.length, name).toBeGreaterThan(0)
    expect(experiments.find(({ name }) => name === 'engines')).toMatchObject({
      measurements: [],
      notes: [`Left out: The optional package "@libsql/client" is not installed. ${install}`],
    })
    await writeFile(join(cwd, 'all.json'), stdout)
    const compared = await benchHere(['compare', 'all.json', 'all.json'])
    expect(compared).toMatchObject({ stderr: '', exitCode: 0 })
  }, 180_000)

  it('--html is refused before anything is measured where there is nothing that draws', async () => {
    const nodeOptions = await without('vega')
    const { stdout, stderr, exitCode } = await bench(
      ['strategies', ...small, '--html', 'uncharted.html'],
      { nodeOptions },
    )
    expect({ stdout, exitCode }).toEqual({ stdout: '', exitCode: 2 })
    expect(stderr).toMatch(
      /^✖ Cannot draw the charts of the report: vega and vega-lite are not installed {2}\(BENCH_CHARTS\)\n {2}Why {2}They are optional packages, and could not be loaded: Cannot find package 'vega' imported from \S+\.\n {2}Fix {2}Run: npm install --save-dev vega@6\.4\.0 vega-lite@6\.4\.3, or leave out --html\.\n$/,
    )
  })
})

describe('seed by each strategy', () => {
  const rows = ['--count', 'people=30', '--count', 'notes=120', '--lanes', '1']
  let shop: TestDatabase
  beforeAll(async () => {
    shop = await createShopDatabase(cwd)
    return () => shop.drop()
  })

  function seed(folder: string, ...args: string[]) {
    return downpour(['seed', '--reset', ...rows, ...args, '--database-url', shop.url], {
      cwd: folder,
    })
  }

  const content = `select md5(string_agg(concat_ws('|', n.id, person_id, body, name, email), ',' order by n.id))
    from notes n join people p on p.id = person_id`

  it('stores the same rows, and tells which it was', async () => {
    const contents = new Map<string, string>()
    // That all of them store the same, test/integration/values.test.ts shows.
    for (const strategy of ['row', 'unnest', 'copy'] as const) {
      const { stdout, stderr, exitCode } = await seed(
        cwd,
        '--strategy',
        strategy,
        '--json',
        '--quiet',
      )
      expect({ stderr, exitCode }).toEqual({ stderr: '', exitCode: 0 })
      expect(JSON.parse(stdout)).toMatchObject({
        tables: [
          { table: 'people', rows: 30, strategy },
          { table: 'notes', rows: 120, strategy },
        ],
      })
      contents.set(await ask(shop.url, content), strategy)
    }
    expect(contents.size).toBe(1)
  }, 120_000)

  it('row refuses a chunk size', async () => {
    const { stdout, stderr, exitCode } = await seed(cwd, '--strategy', 'row', '--chunk-size', '10')
    expect({ stdout, exitCode }).toEqual({ stdout: '', exitCode: 2 })
    expect(
      stderr.endsWith(
        failure(
          'USAGE_ROW',
          '--strategy row cannot have --chunk-size 10',
          'It commits each row by itself.',
          'Leave that option out; or use --strategy row-tx, which writes single rows in larger transactions.',
        ),
      ),
    ).toBe(true)
  })

  it('server says which column it cannot', async () => {
    const { stdout, stderr, exitCode } = await seed(cwd, '--strategy', 'server')
    expect(
      stderr.endsWith(
        failure(
          'STRATEGY_SERVER',
          'The server cannot compute "people.email" by itself',
          'Its generator (templates) has no SQL form.',
          'Use another strategy, such as copy, or a generator that has one, such as f.words() or f.int().',
        ),
      ),
    ).toBe(true)
    expect({ stdout, exitCode }).toEqual({ stdout: '', exitCode: 2 })
  })

  it('server fills where every column can be expressed, and says whose values they are', async () => {
    await seed(cwd)
    const { stdout, stderr, exitCode } = await seed(cwd, '--strategy', 'server', '--only', 'notes')
    expect(stderr).toContain('Values of the server’s own, not those of the seed: notes\n')
    expect(stdout).toMatch(/^notes +120 +server /m)
    expect(exitCode).toBe(0)
    expect(await ask(shop.url, 'select count(*) from notes')).toBe('120')
  })
})
