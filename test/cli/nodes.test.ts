import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { TestDatabase } from '../support/database.ts'
import { startFrameProxy } from '../support/frame-proxy.ts'
import type { FrameProxy } from '../support/frame-proxy.ts'
import { lingerOverChunks } from '../support/linger.ts'
import { openOther, waitForBlockedLanes } from '../support/other-session.ts'
import { runHereIn } from '../support/run-here.ts'
import { ask } from '../support/seed-town.ts'
import { createShopDatabase, makeShopProject } from '../support/shop-project.ts'

let cwd: string
let database: TestDatabase
let first: FrameProxy
let second: FrameProxy
beforeAll(async () => {
  cwd = await makeShopProject()
  database = await createShopDatabase(cwd)
  await lingerOverChunks(database.url, 'notes', 0.2)
  first = await startFrameProxy(database.url)
  second = await startFrameProxy(database.url)
})
afterAll(async () => {
  await first.close()
  await second.close()
  await database.drop()
})

const hostOf = ({ url }: FrameProxy) => new URL(url).host

/** The URL of both, as libpq writes it. */
function list(): string {
  return first.url.replace(hostOf(first), `${hostOf(first)},${hostOf(second)}`)
}

function run(args: readonly string[], env: Readonly<Record<string, string>> = {}) {
  return runHereIn(args, { cwd, env })
}

const some = ['--count', 'notes=2000', '--chunk-size', '200', '--strategy', 'copy', '--lanes', '2']

function seed(...args: readonly string[]) {
  return run(['seed', '--reset', ...some, ...args])
}

/** Rows of the notes that came through, in chunks, since it was asked last. */
function chunksThrough(proxy: FrameProxy): number {
  const before = seen.get(proxy) ?? 0
  seen.set(proxy, proxy.frames.length)
  return proxy.frames.slice(before).filter(({ text }) => text?.startsWith('copy "public"."notes"'))
    .length
}
const seen = new WeakMap<FrameProxy, number>()

async function expectAllNotes(): Promise<void> {
  const notes = `select concat_ws(' ', count(*), count(distinct id), min(id), max(id)) from notes`
  expect(await ask(database.url, notes)).toBe('2000 2000 1 2000')
}

describe('rows', () => {
  it('enter through all hosts of the URL, whose first one is the database’s', async () => {
    const { stderr, exitCode } = await seed('--database-url', list())
    expect(stderr).toContain(
      `Database: postgres://postgres@${hostOf(first)}/${database.name} (--database-url)
Rows enter through: ${hostOf(first)}, ${hostOf(second)}
`,
    )
    expect(exitCode).toBe(0)
    await expectAllNotes()
    expect(chunksThrough(first)).toBeGreaterThan(0)
    expect(chunksThrough(second)).toBeGreaterThan(0)
  })

  it('enter through those of --hosts in their place, from threads as well', async () => {
    await run(['reset', '--database-url', database.url])
    const other = await openOther(database.url, 'lock table notes in share mode')
    const hosts = ['--database-url', list(), '--hosts', hostOf(second)]
    const seeding = run(['seed', ...some, '--threads', '2', ...hosts])
    await waitForBlockedLanes(database.url, 2)
    await other.leave()
    const { stderr, exitCode } = await seeding
    expect(stderr).toContain(`Rows enter through: ${hostOf(second)}\n`)
    expect(exitCode).toBe(0)
    await expectAllNotes()
    expect(chunksThrough(first)).toBe(0)
    expect(chunksThrough(second)).toBe(10)
    const workers = `select count(distinct done_by) from downpour.steps
      where kind = 'chunk' and run = (select id from downpour.runs order by ordinal desc limit 1)`
    expect(await ask(database.url, workers)).toBe('2')
  })

  it('enter through the hosts of PGHOST', async () => {
    const { hostname, username, password } = new URL(first.url)
    const env = {
      PGHOST: `${hostname},${hostname}`,
      PGPORT: [first, second].map(({ url }) => new URL(url).port).join(),
      PGDATABASE: database.name,
      PGUSER: username,
      PGPASSWORD: password,
    }
    const { stderr, exitCode } = await run(['seed', '--reset', ...some], env)
    expect(stderr).toContain(`Rows enter through: ${hostOf(first)}, ${hostOf(second)}\n`)
    expect(exitCode).toBe(0)
    expect(chunksThrough(second)).toBeGreaterThan(0)
  })

  it('enter through the one host there is without a word', async () => {
    const { stderr, exitCode } = await seed('--database-url', database.url)
    expect(stderr).not.toContain('Rows enter')
    expect(exitCode).toBe(0)
  })
})

describe('another command', () => {
  it('asks the first host', async () => {
    const before = second.frames.length
    for (const command of [['status'], ['verify'], ['plan', '--reset']]) {
      const { stderr, exitCode } = await run([...command, '--database-url', list()])
      expect(stderr).toContain(`Database: postgres://postgres@${hostOf(first)}/${database.name} (`)
      expect(stderr).not.toContain('Rows enter')
      expect(exitCode).toBe(0)
    }
    expect(second.frames.length).toBe(before)
  })
})

describe('--hosts', () => {
  const refusalOf = async (...args: readonly string[]) => {
    const { stderr, exitCode } = await run(['seed', ...args])
    expect(exitCode).toBe(2)
    return stderr.slice(stderr.indexOf('✖'))
  }

  it('is refused, unrepeated, where it is no list of hosts', async () => {
    for (const hosts of [
      '',
      'ada:canary@db',
      'postgres://ada:canary@db/shop',
      'db,',
      'db:canary',
    ]) {
      expect(await refusalOf('--hosts', hosts)).toBe(`✖ Cannot read --hosts  (USAGE_HOSTS)
  Why  It takes hosts, each with its port where that is not 5432, separated by commas.
  Fix  Write it as --hosts db2,db3:5433; user, password and database are those of the database URL.
`)
    }
  })

  it.each(['--no-ledger', '--transaction run'])('is refused with %s', async (other) => {
    const hosts = ['--hosts', 'db', ...other.split(' ')]
    expect(await refusalOf(...hosts)).toBe(`✖ --hosts and ${other} do not go together  (USAGE_HOSTS)
  Why  Such a run has one connection, to the host of the database URL.
  Fix  Leave one of them out.
`)
  })

  it('is refused with the embedded server', async () => {
    expect(await refusalOf('--hosts', 'db'))
      .toBe(`✖ Cannot use --hosts with the embedded server  (USAGE_HOSTS)
  Why  It is one server on this machine.
  Fix  Leave --hosts out, or name the database with --database-url.
`)
  })
})
