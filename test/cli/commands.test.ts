import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { downpour } from '../support/command.ts'
import type { Finished } from '../support/command.ts'
import { createTestDatabase } from '../support/database.ts'
import type { TestDatabase } from '../support/database.ts'
import { runHereIn } from '../support/run-here.ts'
import { ask } from '../support/seed-town.ts'
import { makeCompiledShop, makeShopProject, shopFile } from '../support/shop-project.ts'

let cwd: string
let database: TestDatabase

beforeAll(async () => {
  cwd = await makeShopProject()
  database = await createTestDatabase()
})

afterAll(() => database.drop())

/** Runs a command on the database; nothing that it prints holds the password. */
async function run(...args: string[]): Promise<Finished> {
  const finished = await runHereIn(args, { cwd, env: { DATABASE_URL: database.url } })
  expect(finished.stdout + finished.stderr).not.toContain(new URL(database.url).password)
  return finished
}

function rowCounts(): Promise<string> {
  return ask(
    database.url,
    "select (select count(*) from people) || (select ',' || count(*) from notes)",
  )
}

// One after the other, as somebody would use them.
describe('the commands from source, each in a process of its own', () => {
  let database: TestDatabase
  beforeAll(async () => {
    database = await createTestDatabase()
  })
  afterAll(() => database.drop())

  it.each([
    ['init', 'Installed the ledger, version 4.\n'],
    ['migrate', 'Applied 1.\n'],
    ['seed', /^table .*\npeople +10 .*\nnotes +40 .*\n\n50 rows in /],
    [
      'status',
      /^run .*\n[0-9a-f]{8} +finished +100% +50 of 50 .*\nIt ended .*\nThe database is marked "development"\.\n$/,
    ],
    ['rejects', 'table\trow\tkey\tcode\tconstraint\tcolumn\n'],
    ['restore', 'Nothing is dropped.\n'],
    ['undo', /^table +rows removed\nnotes +40\npeople +10\n\nRun [0-9a-f]{8} is undone\.\n$/],
    ['reset', 'Emptied notes, people.\n'],
    ['preview people --rows 1', /^people \(1 of 10 rows\)\n/],
  ])('%s ends well, and leaves nothing open that would keep it', async (command, stdout) => {
    const run = command === 'undo' ? [await ask(database.url, 'select id from downpour.runs')] : []
    const finished = await downpour([...command.split(' '), ...run, '--quiet'], {
      cwd,
      env: { DATABASE_URL: database.url },
    })
    expect(finished).toEqual({
      stdout: typeof stdout === 'string' ? stdout : expect.stringMatching(stdout),
      stderr: '',
      exitCode: 0,
    })
  })
})

// One after the other, as somebody would use them.
describe('the commands on a database', () => {
  it('migrate, and there is nothing to do the second time', async () => {
    const first = await run('migrate')
    expect(first).toMatchObject({ stdout: 'Applied 1.\n', exitCode: 0 })
    expect(first.stderr).toMatch(
      /^Configuration: downpour\.config\.ts\nDatabase: postgres:\/\/postgres@\S+ \(DATABASE_URL\)\n$/,
    )
    expect(await run('migrate')).toMatchObject({ stdout: 'Nothing to apply.\n', exitCode: 0 })
    expect((await run('migrate', '--json')).stdout).toBe('{"ok":true,"applied":0}\n')
  })

  it('seed prints the table on stdout and everything else on stderr, the hint last', async () => {
    const { stdout, stderr, exitCode } = await run('seed')
    expect(exitCode).toBe(0)
    const shown = stdout
      .replaceAll(/\d+\.\d\d s/g, '0.00 s')
      .replaceAll(/ [\d.]+k?(?= +[\d.]+ [KM]iB)/g, ' 1k')
      .replaceAll(/[\d.]+ [KMG]iB/g, '1.0 KiB')
      .replaceAll(/ +/g, ' ')
      .split('\n')
    expect(shown.slice(0, 4)).toEqual([
      'table rows strategy time rows/s size',
      'people 10 batch 0.00 s 1k 1.0 KiB',
      'notes 40 batch 0.00 s 1k 1.0 KiB',
      '',
    ])
    expect(shown[4]).toMatch(/^50 rows in 0\.00 s, peak memory 1\.0 KiB/)
    // Work that takes more than a moment tells of its progress, too.
    expect(stderr.replaceAll(/^(?:people|notes) .*\n/gm, '')).toMatch(
      /^Configuration: .*\nDatabase: .*\(DATABASE_URL\)\nRun [0-9a-f]{8}, one lane\nSign in as p1@example\.com\.\n$/,
    )
    expect(stdout + stderr).not.toContain('\u001b')
    expect(await rowCounts()).toBe('10,40')
  })

  it('seed a second time says plainly that the data is there, and the three ways on', async () => {
    const { stdout, stderr, exitCode } = await run('seed')
    expect({ stdout, exitCode }).toEqual({ stdout: '', exitCode: 2 })
    expect(stderr.slice(stderr.indexOf('✖'))).toBe(
      `✖ The data is there already: people and notes hold rows  (REFUSED_NOT_EMPTY)
  Why  Seeding again would mix two sets of rows, so nothing was written.
  Fix  Go on with --append (grow them to larger counts), --reset (empty the tables first) or --database-url (another database).
`,
    )
    expect(await rowCounts()).toBe('10,40')
  })

  it('seed --json --quiet prints one object and nothing else', async () => {
    const { stdout, stderr, exitCode } = await run('seed', '--reset', '--json', '--quiet')
    expect({ stderr, exitCode }).toEqual({ stderr: '', exitCode: 0 })
    expect(stdout.match(/\n/g)).toHaveLength(1)
    const number = expect.any(Number) as number
    const table = { strategy: 'batch', chunks: 1, seconds: number, rowsPerSecond: number }
    expect(JSON.parse(stdout)).toMatchObject({
      ok: true,
      run: expect.stringMatching(/^[0-9a-f]{8}$/) as string,
      profile: 'dev',
      seed: 1,
      database: { server: 'PostgreSQL', version: '18.4', name: database.name },
      tables: [
        { table: 'people', rows: 10, firstRow: 0, firstKey: 1, ...table },
        { table: 'notes', rows: 40, firstRow: 0, firstKey: 1, ...table },
      ],
      rows: 50,
      seconds: number,
      phases: { generate: number, write: number },
      peakRssBytes: number,
    })
  })

  it('seed --append adds the rows that a table lacks', async () => {
    const args = ['--append', '--count', 'notes=47', '--only', 'notes', '--json']
    const { stdout, exitCode } = await run('seed', ...args)
    expect(exitCode).toBe(0)
    expect(JSON.parse(stdout)).toMatchObject({
      tables: [{ table: 'notes', rows: 7, firstRow: 40, firstKey: 41 }],
    })
    expect(await rowCounts()).toBe('10,47')
  })

  it('reset --only empties one table, reset all of them', async () => {
    expect(await run('reset', '--only', 'notes')).toMatchObject({
      stdout: 'Emptied notes.\n',
      exitCode: 0,
    })
    expect(await rowCounts()).toBe('10,0')
    expect(await run('reset', '--json')).toMatchObject({
      stdout: '{"ok":true,"tables":["notes","people"]}\n',
      exitCode: 0,
    })
    expect(await rowCounts()).toBe('0,0')
  })

  it('reset refuses to leave rows that refer to none', async () => {
    await run('seed')
    const { stderr, exitCode } = await run('reset', '--only', 'people')
    expect(stderr).toContain(
      '  Why  The server said: cannot truncate a table referenced in a foreign key constraint (SQLSTATE 0A000).\n',
    )
    expect(exitCode).toBe(4)
    expect(await rowCounts()).toBe('10,40')
  })
})

describe('preview', () => {
  const nowhere = { DATABASE_URL: 'postgres://ada:c4n4ry@127.0.0.1:1/nowhere' }

  it('needs no database', async () => {
    const { stdout, stderr, exitCode } = await runHereIn(['preview', 'notes', '--rows', '2'], {
      cwd,
      env: nowhere,
    })
    expect(stderr).toBe('Configuration: downpour.config.ts\n')
    expect(exitCode).toBe(0)
    const lines = stdout.split('\n')
    expect(lines.slice(0, 2)).toEqual(['notes (2 of 40 rows)', '  id  personId  body'])
    expect(lines[2]).toMatch(/^ {3}1 +\d+ {2}(short|a line\\nand one more)$/)
    expect(lines).toHaveLength(6)
  })

  it('--json prints one object, large integers as text', async () => {
    const args = ['preview', '--rows', '1', '--json', '--quiet']
    const { stdout, stderr } = await runHereIn(args, { cwd, env: nowhere })
    expect(stderr).toBe('')
    expect(JSON.parse(stdout)).toMatchObject({
      ok: true,
      tables: { people: [{ id: 1, name: expect.any(String) as string }], notes: [{ id: '1' }] },
    })
  })

  it('--row shows one row by its number, as errors name it', async () => {
    const first = await runHereIn(['preview', 'notes', '--rows', '40', '--json'], { cwd })
    const { notes } = (JSON.parse(first.stdout) as { tables: { notes: object[] } }).tables
    const args = ['preview', 'notes', '--row', '39', '--row', '0', '--json', '--quiet']
    const { stdout, exitCode } = await runHereIn(args, { cwd, env: nowhere })
    expect(exitCode).toBe(0)
    expect(JSON.parse(stdout)).toEqual({ ok: true, tables: { notes: [notes[39], notes[0]] } })
    const asTable = await runHereIn(['preview', '--only', 'notes', '--row', '7', '--quiet'], {
      cwd,
    })
    const lines = asTable.stdout.split('\n')
    expect(lines[0]).toBe('notes (row 7 of 40, counted from 0)')
    expect(lines[2]).toMatch(/^ {3}8 +\d+ {2}(short|a line\\nand one more)$/)
  })

  it.each([
    ['notes', '40', 'Its rows are counted from 0 to 39.', 'notes=41'],
    ['people', '12', 'Its rows are counted from 0 to 9.', 'people=13'],
  ])('--row refuses a row that %s does not have', async (table, row, why, count) => {
    const finished = await runHereIn(['preview', table, '--row', '0', '--row', row, '--quiet'], {
      cwd,
      env: nowhere,
    })
    expect(finished).toEqual({
      stdout: '',
      stderr: `✖ There is no row ${row} in "${table}"  (USAGE_ROW)\n  Why  ${why}\n  Fix  Name a row that there is, or plan more: --count ${count}.\n`,
      exitCode: 2,
    })
  })

  it('--row refuses any row of a table that gets none', async () => {
    const args = ['preview', 'notes', '--count', 'notes=0', '--row', '0', '--json', '--quiet']
    const { stdout, exitCode } = await runHereIn(args, { cwd, env: nowhere })
    expect(exitCode).toBe(2)
    expect(JSON.parse(stdout)).toMatchObject({
      ok: false,
      error: { code: 'USAGE_ROW', why: 'No rows are planned for it.', table: 'notes', row: 0 },
    })
  })

  it('--row finds known rows, rows counted per parent, and the row a generator fails for', async () => {
    const folder = await makeShopProject(
      shopFile(
        'seeder.ts',
        'notes: {',
        `notes: {
    each: f.each('people', 3),`,
      ),
    )
    const known = await makeShopProject(
      shopFile(
        'seeder.ts',
        `people: {
    columns: {
      name: f.words(firstNames),`,
        `people: {
    rows: [{ name: 'Ada' }, { name: 'Grace' }],
    columns: {
      name: f.faker((_, row) => { if (row === 160) throw new RangeError('no name'); return 'n' + row }),`,
      ),
    )
    const counted = { cwd: folder, env: nowhere }
    const all = await runHereIn(['preview', 'notes', '--rows', '99', '--json'], counted)
    const { notes } = (JSON.parse(all.stdout) as { tables: { notes: object[] } }).tables
    const last = String(notes.length - 1)
    const one = await runHereIn(['preview', 'notes', '--row', last, '--json'], counted)
    expect(JSON.parse(one.stdout)).toEqual({ ok: true, tables: { notes: [notes.at(-1)] } })

    const rows = ['--row', '1', '--row', '5', '--json', '--quiet']
    const people = await runHereIn(['preview', 'people', ...rows], { cwd: known, env: nowhere })
    expect(JSON.parse(people.stdout)).toMatchObject({
      tables: {
        people: [
          { id: 2, name: 'Grace' },
          { id: 6, name: 'n5' },
        ],
      },
    })
    // The first rows are tried with the plan.
    const late = ['--count', 'people=200', '--row', '160', '--quiet']
    const failing = await runHereIn(['preview', 'people', ...late], { cwd: known })
    expect(failing).toEqual({
      stdout: '',
      stderr:
        '✖ Cannot show "people": a generator failed for row 160  (PREVIEW_GENERATOR)\n  Why  It threw RangeError: no name.\n  Fix  Correct the generator in the seeder.\n',
      exitCode: 2,
    })
  })

  it('reads .env beside the configuration; what the shell says goes before it', async () => {
    const folder = await makeCompiledShop({
      '.env': 'DATABASE_URL=postgres://127.0.0.1:1/of_the_file\n',
    })
    const ofFile = await downpour(['reset'], { cwd: folder })
    expect(ofFile.stderr).toContain('Database: postgres://127.0.0.1:1/of_the_file (DATABASE_URL)\n')
    const ofShell = await downpour(['reset'], { cwd: folder, env: nowhere })
    expect(ofShell.stderr).toContain(
      'Database: postgres://ada@127.0.0.1:1/nowhere (DATABASE_URL)\n',
    )
  })
})
