import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { loadProject } from '../../src/config/load-project.ts'
import { downpour, startDownpour } from '../support/command.ts'
import { checksumsOf } from '../support/checksum.ts'
import type { TableChecksum } from '../support/checksum.ts'
import type { TestDatabase } from '../support/database.ts'
import { loadByPsql, newFolder, noPsql } from '../support/export.ts'
import { runHereIn } from '../support/run-here.ts'
import { createShopDatabase, makeCompiledShop } from '../support/shop-project.ts'

let cwd: string

beforeAll(async () => {
  cwd = await makeCompiledShop()
})

/** Nothing that it could reach: no database is asked. */
const nowhere = { DATABASE_URL: 'postgres://nobody@127.0.0.1:1/nothing' }

function run(...args: string[]) {
  return runHereIn(['export', ...args, '--config', 'downpour.config.js'], { cwd, env: nowhere })
}

describe('export', () => {
  it('writes files and says how to load them', async () => {
    const { stdout, stderr, exitCode } = await run('out')
    expect(stdout).toMatch(
      /^table +rows +files +size\npeople +10 +1 +\d+ B\nnotes +40 +1 +\d+ B\n\n50 rows, [\d.]+ KiB in [\d.]+ s, \d+ rows\/s, peak memory .*\n$/,
    )
    expect(stderr).toBe(
      'Configuration: downpour.config.js\nTo load it: cd out && psql -X -f load.sql "$DATABASE_URL"\n',
    )
    expect(exitCode).toBe(0)
    expect((await readdir(join(cwd, 'out'))).toSorted()).toEqual([
      '01-people.csv',
      '02-notes.csv',
      'load.sql',
      'manifest.json',
      'written-1-of-1.json',
    ])
    expect(await readFile(join(cwd, 'out/02-notes.csv'), 'utf8')).toMatch(
      /^id,person_id,body\n1,\d+,(?:short|"a line\nand one more")\n/,
    )
  })

  it('tells of a part, as JSON', async () => {
    const options = ['--format', 'jsonl', '--gzip', '--chunk', '2/3', '--chunk-size', '10']
    const { stdout, stderr, exitCode } = await run('part', ...options, '--json', '--quiet')
    expect(JSON.parse(stdout)).toMatchObject({
      ok: true,
      folder: 'part',
      format: 'jsonl',
      gzip: true,
      part: { number: 2, of: 3 },
      tables: [
        { table: 'people', rows: 0, files: 0, bytes: 0 },
        { table: 'notes', rows: 20, files: 2 },
      ],
      files: 2,
      filesKept: 0,
      rows: 20,
    })
    expect(stderr).toBe('')
    expect(exitCode).toBe(0)
    expect((await readdir(join(cwd, 'part'))).toSorted()).toEqual([
      '02-notes-1.jsonl.gz',
      '02-notes-4.jsonl.gz',
      'manifest.json',
      'written-2-of-3.json',
    ])
  })

  it.each([
    [['--chunk', '0/4'], '--chunk cannot be "0/4"', 'USAGE_CHUNK'],
    [['--chunk', '5/4'], '--chunk cannot be "5/4"', 'USAGE_CHUNK'],
    [['--chunk', 'half'], '--chunk cannot be "half"', 'USAGE_CHUNK'],
    [['--chunk-size', '0'], '--chunk-size cannot be "0"', 'USAGE_NUMBER'],
    [['--lanes', 'two'], '--lanes cannot be "two"', 'USAGE_NUMBER'],
    [['--format', 'xml'], '--format cannot be "xml"', 'USAGE'],
    [['--only', 'peple'], 'There is no table "peple" in the schema', 'PLAN_UNKNOWN_TABLE'],
  ])('refuses %j before anything is written', async (args, message, code) => {
    const { stdout, exitCode } = await run('never', ...args, '--json', '--quiet')
    expect(JSON.parse(stdout)).toMatchObject({ ok: false, error: { code, message } })
    expect(exitCode).toBe(2)
    expect(await readdir(cwd)).not.toContain('never')
  })

  it('wants a folder', async () => {
    const { stderr, exitCode } = await run()
    expect(stderr).toContain('✖ The command is not complete  (USAGE)\n')
    expect(exitCode).toBe(2)
  })

  it('refuses a folder with other files', async () => {
    await mkdir(join(cwd, 'taken'))
    await writeFile(join(cwd, 'taken/notes.txt'), '')
    const { stderr, exitCode } = await run('taken', '--quiet')
    expect(stderr).toBe(`✖ Cannot export to taken: it holds other files  (EXPORT_FOLDER)
  Why  There is notes.txt.
  Fix  Name an empty folder, one that does not exist yet, or that of an export to go on with.
`)
    expect(exitCode).toBe(2)
  })
})

const reason = noPsql()
const count = ['--count', 'notes=200000', '--chunk-size', '10000']

describe.skipIf(reason)(
  `an export that is stopped${reason === undefined ? '' : ` (${reason})`}`,
  () => {
    let database: TestDatabase
    let sums: Readonly<Record<string, TableChecksum>>

    beforeAll(async () => {
      database = await createShopDatabase(cwd)
      await downpour(['seed', ...count.slice(0, 2), '--database-url', database.url], { cwd })
      sums = await checksumsOf(database.url, await shopTables())
      expect(sums['notes']?.rows).toBe(200_000)
    })
    afterAll(() => database.drop())

    async function shopTables() {
      const { tables } = await loadProject(join(cwd, 'downpour.config.js'))
      return tables
    }

    it.each([
      ['SIGKILL', '1', null],
      ['SIGKILL', '2', null],
      ['SIGINT', '1', 130],
      ['SIGTERM', '2', 143],
    ] as const)(
      'by %s with lanes: %s goes on to the same rows',
      async (signal, lanes, exitCode) => {
        const folder = await newFolder()
        const args = ['export', folder, ...count, '--lanes', lanes]
        const running = startDownpour(args, { cwd })
        await running.said('notes ')
        const began = performance.now()
        running.process.kill(signal)
        const stopped = await running.finished
        expect(stopped).toMatchObject({ exitCode, stdout: '' })
        expect(performance.now() - began).toBeLessThan(2_000)
        const left = await readdir(folder)
        const whole = left.filter((name) => name.startsWith('02-') && name.endsWith('.csv'))
        expect(whole.length).toBeLessThan(20)
        if (signal !== 'SIGKILL') {
          expect(left.filter((name) => name.endsWith('.partial'))).toEqual([])
          expect(stopped.stderr).toContain(`✖ Stopped by ${signal}  (INTERRUPTED)
  Why  Files that are whole stay; the ones that were being written are removed.
  Fix  Run the same command again: it goes on where it stopped.
`)
        }
        const { stdout } = await downpour([...args, '--json'], { cwd })
        expect(JSON.parse(stdout)).toMatchObject({ ok: true, files: 21, rows: 200_010 })
        expect((JSON.parse(stdout) as { filesKept: number }).filesKept).toBe(whole.length + 1)
        const names = await readdir(folder)
        expect(names.filter((name) => name.endsWith('.partial'))).toEqual([])
        const filled = await createShopDatabase(cwd)
        expect(await loadByPsql(folder, filled.url)).toMatchObject({ exitCode: 0, stderr: '' })
        expect(await checksumsOf(filled.url, await shopTables())).toEqual(sums)
        await filled.drop()
      },
    )
  },
)
