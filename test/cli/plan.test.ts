import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { TestDatabase } from '../support/database.ts'
import { runHereIn } from '../support/run-here.ts'
import { createShopDatabase, makeShopProject } from '../support/shop-project.ts'

let cwd: string
let database: TestDatabase

beforeAll(async () => {
  cwd = await makeShopProject()
  database = await createShopDatabase(cwd)
})
afterAll(() => database.drop())

describe('plan', () => {
  it('goes by the schema where no server is there', async () => {
    const { stdout, stderr, exitCode } = await runHereIn(['plan', '--count', 'notes=3000'], { cwd })
    expect(exitCode).toBe(0)
    expect(stderr).toContain('No server was asked: with --database it is the embedded one\n')
    expect(stdout).toMatchInlineSnapshot(`
      "table    rows    on disk  strategy  chunks    of rows  of indexes  refers to
      people     10   48.0 KiB  batch          1   16.0 KiB    32.0 KiB
      notes   3,000  376.0 KiB  copy           1  288.0 KiB    88.0 KiB  people

      3,010 rows, about 424.0 KiB on disk, write-ahead log about 496.8 KiB
      one lane; how long it takes cannot be told without a server
      "
    `)
  })

  it('asks the server that the URL names', async () => {
    const args = ['plan', '--json', '--database-url', database.url]
    const { stdout, exitCode } = await runHereIn(args, { cwd })
    expect(exitCode).toBe(0)
    const plan = JSON.parse(stdout) as object
    expect(plan).toMatchObject({
      ok: true,
      profile: 'dev',
      database: { server: 'PostgreSQL', name: database.name },
      rows: 50,
      lanes: 1,
      time: { triedRows: 50 },
      dropped: [],
      warnings: [],
    })
  })

  it('takes --no-database for what it says', async () => {
    const args = ['plan', '--json', '--no-database', '--quiet', '--database-url', database.url]
    const { stdout, stderr } = await runHereIn(args, { cwd })
    expect(JSON.parse(stdout)).toMatchObject({ database: null, time: null, rows: 50 })
    expect(stderr).toBe('')
  })

  it('draws the tables', async () => {
    const { stdout } = await runHereIn(['plan', '--mermaid', '--quiet'], { cwd })
    expect(stdout).toMatchInlineSnapshot(`
      "flowchart BT
        t0["people<br>10 rows"]
        t1["notes<br>40 rows"]
        t1 -->|"person_id"| t0
      "
    `)
    const dot = await runHereIn(['plan', '--dot', '--quiet'], { cwd })
    expect(dot.stdout).toMatch(/^digraph downpour \{\n[^]*\n\}\n$/)
  })

  it.each([
    [['--dot', '--mermaid'], '✖ --mermaid and --dot do not go together  (USAGE_FORM)'],
    [['--dot', '--json'], '✖ --json and --dot do not go together  (USAGE_FORM)'],
    [['--strategy', 'row', '--chunk-size', '5'], '(USAGE_ROW)'],
    [['--append', '--reset'], '(USAGE)'],
  ])('refuses %j', async (args, message) => {
    const { stderr, exitCode } = await runHereIn(['plan', ...args], { cwd })
    expect(stderr).toContain(message)
    expect(exitCode).toBe(2)
  })

  it('does not go on without the server that was named', async () => {
    const url = 'postgres://nobody:secret@127.0.0.1:1/nothing'
    const { stdout, stderr, exitCode } = await runHereIn(['plan', '--database-url', url], { cwd })
    expect(exitCode).toBe(2)
    expect(stderr).toContain('(CONNECT_')
    expect(stdout + stderr).not.toContain('secret')
  })
})

describe('preview', () => {
  it('prints rows of one table as CSV', async () => {
    const args = ['preview', 'people', '--csv', '--rows', '2', '--quiet']
    const { stdout, exitCode } = await runHereIn(args, { cwd })
    expect(exitCode).toBe(0)
    expect(stdout).toMatch(/^id,name,email\n1,\w+,p\d+@example\.com\n2,\w+,p\d+@example\.com\n$/)
  })

  it('shows only the columns that are wanted, with the same values', async () => {
    const all = await runHereIn(['preview', 'people', '--json', '--quiet'], { cwd })
    const some = await runHereIn(['preview', '--columns', 'email', '--json', '--quiet'], { cwd })
    const { tables } = JSON.parse(all.stdout) as { tables: { people: { email: string }[] } }
    expect(JSON.parse(some.stdout)).toEqual({
      ok: true,
      tables: { people: tables.people.map(({ email }) => ({ email })) },
    })
  })

  it('tells how values are spread', async () => {
    const args = ['preview', 'notes', '--distribution', '--columns', 'body,personId', '--quiet']
    const { stdout, exitCode } = await runHereIn(args, { cwd })
    expect(exitCode).toBe(0)
    expect(stdout).toMatchInlineSnapshot(`
      "notes (all 40 rows)

        personId  integer: 10 different values, no NULL, from 1 to 10
          1     2.5%  ####
          2     7.5%  #############
          3    12.5%  #####################
          4    10.0%  #################
          5    17.5%  ##############################
          6    17.5%  ##############################
          7     2.5%  ####
          8    10.0%  #################
          9    17.5%  ##############################
          10    2.5%  ####

        body  text: 2 different values, no NULL, from a line\\nand one more to short
          a line\\nand one more   50.0%  ##############################
          short                  50.0%  ##############################

      "
    `)
    const json = await runHereIn([...args, '--rows', '7', '--json'], { cwd })
    expect(JSON.parse(json.stdout)).toMatchObject({
      tables: { notes: { rows: 7, total: 40, columns: { body: { distinct: 2, by: 'value' } } } },
    })
  })

  it.each([
    [['--csv'], '✖ --csv does not go with several tables  (USAGE_CSV)'],
    [['people', '--csv', '--json'], '✖ --csv and --json do not go together  (USAGE_FORM)'],
    [['people', '--csv', '--distribution'], '(USAGE_FORM)'],
    [['people', '--row', '1', '--distribution'], '(USAGE_ROW)'],
    [['people', '--columns', 'emial'], 'Did you mean email?'],
    [['people', '--columns', ','], '(USAGE_COLUMNS)'],
  ])('refuses %j', async (args, message) => {
    const { stderr, exitCode } = await runHereIn(['preview', ...args], { cwd })
    expect(stderr).toContain(message)
    expect(exitCode).toBe(2)
  })
})

describe('docs/plan.md', () => {
  const repository = join(import.meta.dirname, '../..')

  it('shows commands that work, and what the last of them prints', async () => {
    const text = await readFile(join(repository, 'docs/plan.md'), 'utf8')
    const lines = [
      ...text.matchAll(/^npm run (?:--silent )?(?:downpour -- )?((?:plan|preview)\b.*)$/gm),
    ]
    const commands = lines.map(([, line]) => line!.replace(/ [#|].*/, ''))
    expect(commands.length).toBeGreaterThan(10)
    for (const command of commands) {
      if (command.includes('--database-url')) continue
      const words = command.split(/ +/).filter((word) => !['', '--'].includes(word))
      const { stdout, stderr, exitCode } = await runHereIn([...words, '--quiet'], {
        cwd: repository,
      })
      expect({ command, stderr, exitCode }).toEqual({ command, stderr: '', exitCode: 0 })
      if (command.includes('--distribution')) expect(text).toContain(stdout.trim())
    }
  })
})
