import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { loadProject } from '../../src/config/load-project.ts'
import { readSchema } from '../../src/model/read-schema.ts'
import { checksumsOf } from '../support/checksum.ts'
import type { TableChecksum } from '../support/checksum.ts'
import { downpour, startDownpour } from '../support/command.ts'
import type { Running } from '../support/command.ts'
import type { TestDatabase } from '../support/database.ts'
import { waitUntil } from '../support/embedded.ts'
import { startFrameProxy } from '../support/frame-proxy.ts'
import { expectNothingLeft } from '../support/leftovers.ts'
import {
  createOwner,
  endSessions,
  openOther,
  waitForBlockedLanes,
} from '../support/other-session.ts'
import type { OtherSession } from '../support/other-session.ts'
import { ask, change, seedTown } from '../support/seed-town.ts'
import { createShopDatabase, makeShopProject } from '../support/shop-project.ts'

/** Two threads, and enough chunks for both. */
const seed = [
  'seed',
  '--lanes',
  '2',
  '--threads',
  '2',
  '--count',
  'notes=4000',
  '--chunk-size',
  '500',
]

let cwd: string
let shop: Parameters<typeof checksumsOf>[1]
let whole: Readonly<Record<string, TableChecksum>>
let definitions: string
beforeAll(async () => {
  cwd = await makeShopProject()
  shop = readSchema((await import(`${cwd}/schema.ts`)) as Record<string, unknown>)
  const undisturbed = await createShopDatabase(cwd)
  const { exitCode } = await downpour([...seed, '--database-url', undisturbed.url], { cwd })
  expect(exitCode).toBe(0)
  whole = await checksumsOf(undisturbed.url, shop)
  definitions = await ask(undisturbed.url, DEFINITIONS)
  await undisturbed.drop()
})

let database: TestDatabase
let url: string
let other: OtherSession | undefined
beforeEach(async () => {
  database = await createShopDatabase(cwd)
  ;({ url } = database)
})
afterEach(async () => {
  await other?.leave()
  other = undefined
  await expectNothingLeft(url)
  await database.drop()
})

const DEFINITIONS = `
  select string_agg(line, e'\\n' order by line) from (
    select pg_get_indexdef(indexrelid) as line from pg_index
      where indrelid in ('people'::regclass, 'notes'::regclass)
    union all
    select conname || ' ' || pg_get_constraintdef(oid) from pg_constraint
      where conrelid in ('people'::regclass, 'notes'::regclass)) as lines`

async function expectWhole(): Promise<void> {
  expect(await checksumsOf(url, shop)).toEqual(whole)
  expect(await ask(url, DEFINITIONS)).toBe(definitions)
}

function start(...args: string[]): Running {
  return startDownpour([...seed, ...args, '--database-url', url], { cwd })
}

async function resume(): Promise<void> {
  const { exitCode, stderr } = await downpour(
    ['seed', '--resume', '--lanes', '1', '--database-url', url],
    { cwd },
  )
  expect(stderr).toMatch(/^Going on with run [0-9a-f]{8}, one lane$/m)
  expect(exitCode).toBe(0)
  await expectWhole()
}

const stopped = (signal: string) =>
  `✖ Stopped by ${signal}  (INTERRUPTED)
  Why  The transaction under way was rolled back; what was committed before it stays.
  Fix  Go on with "npm run seed -- --resume", or throw the run away with --restart.
`

describe('a signal to a command with two threads', () => {
  it('ends it while lanes wait in the middle of the load, with 130, to be resumed', async () => {
    other = await openOther(url, 'lock table notes in share mode')
    const running = start()
    await waitForBlockedLanes(url, 2)
    running.process.kill('SIGINT')
    const { stdout, stderr, exitCode } = await running.finished
    expect({ stdout, exitCode }).toEqual({ stdout: '', exitCode: 130 })
    expect(stderr).toContain('Stopping. A second SIGINT stops at once.\n')
    expect(stderr.endsWith(stopped('SIGINT'))).toBe(true)
    expect(await ask(url, 'select count(*) from people')).toBe('10')
    expect(await ask(url, 'select count(*) from notes')).toBe('0')
    await other.leave()
    await resume()
  })

  it('ends it while indexes are put back, with 143, to be resumed', async () => {
    await change(url, MEETING)
    other = await openOther(url, 'select from gate for update')
    const running = start('--indexes', 'defer')
    await waitForBlockedLanes(url, 2)
    // Rows may still be written; no index can be built.
    await other.run('commit; begin; lock table people in row exclusive mode')
    await waitForRebuild()
    running.process.kill('SIGTERM')
    const { stderr, exitCode } = await running.finished
    expect(exitCode).toBe(143)
    expect(stderr).toContain('Stopping. A second SIGTERM stops at once.\n')
    expect(stderr.endsWith(stopped('SIGTERM'))).toBe(true)
    expect(await ask(url, 'select count(*) from notes')).toBe('4000')
    expect(await ask(url, `select to_regclass('people_email_key') is null`)).toBe('true')
    await other.leave()
    await resume()
  })
})

/** Chunks of notes wait at the gate. */
const MEETING = `
  create table gate (id int);
  insert into gate values (1);
  create function meet() returns trigger language plpgsql as
    $$ begin perform from gate for share; return null; end $$;
  create trigger meet before insert on notes for each statement execute function meet()`

/** Until all rows are there, and lanes wait for the table whose index they build. */
async function waitForRebuild(): Promise<void> {
  await waitUntil(async () => (await ask(url, 'select count(*) from notes')) === '4000')
  await waitForBlockedLanes(url, 2)
}

describe('a second signal', () => {
  it('ends at once what a silent server holds up', async () => {
    const proxy = await startFrameProxy(url, ({ side, text }) =>
      side === 'server' && text?.startsWith('COPY') ? 'stall' : 'pass',
    )
    try {
      const running = startDownpour([...seed, '--database-url', proxy.url], { cwd })
      await waitUntil(() => proxy.struck.length === 2)
      running.process.kill('SIGINT')
      await running.said('Stopping.')
      const began = performance.now()
      running.process.kill('SIGINT')
      expect((await running.finished).exitCode).toBe(130)
      expect(performance.now() - began).toBeLessThan(1000)
    } finally {
      await proxy.close()
    }
  })
})

describe('lanes on threads', () => {
  it('survive the end of their sessions', async () => {
    other = await openOther(url, 'lock table notes in share mode')
    const running = start()
    await waitForBlockedLanes(url, 2)
    expect(await endSessions(url, 'downpour%')).toBe(4)
    await waitForBlockedLanes(url, 2)
    await other.leave()
    expect(await running.finished).toMatchObject({ exitCode: 0 })
    await expectWhole()
  })

  it('are fewer when the server has no connection for all of them', async () => {
    const role = `${database.name}_owner`
    // The main session, that of the lock, and a lane.
    const owner = await createOwner(url, { role, clauses: 'connection limit 3' })
    try {
      const running = startDownpour([...seed, '--database-url', owner], { cwd })
      expect(await running.finished).toMatchObject({ exitCode: 0 })
      await expectWhole()
    } finally {
      await change(url, `drop owned by ${role} cascade; drop role ${role}`)
    }
  })

  it('end all of them, and print no value, when one meets a row that the server refuses', async () => {
    await change(url, 'create unique index uq_body on notes (body)')
    const { stdout, stderr, exitCode } = await start().finished
    expect({ stdout, exitCode }).toEqual({ stdout: '', exitCode: 4 })
    expect(stderr.slice(stderr.indexOf('✖')).replace(/row \d+/, 'row …')).toBe(refused)
    expect(stderr).not.toMatch(/a line|short/)
    expect(await ask(url, 'select count(*) from notes')).toBe('0')
    await change(url, 'drop index uq_body')
    await resume()
  })
})

describe('lanes that one thread does not keep up with', () => {
  it('go on in threads of their own, with the same rows', async () => {
    const slow = await makeShopProject({ 'seeder.ts': SLOW_SEEDER })
    const project = await loadProject(join(slow, 'downpour.config.ts'))
    const counts = { people: 10, notes: 20_000 }
    const wishes = { project, counts, chunkSize: 50, lanes: 2, threads: undefined }
    await seedTown(url, { ...wishes, lookSeconds: 0.05 })
    expect(await ask(url, 'select count(distinct body) from notes')).toBe('20000')
    expect(await readFile(join(slow, 'threads'), 'utf8')).toMatch(/^main\n(?:main\n)*thread\n/)
  })
})

/** Each note takes 1.5 ms, until one has been computed on a thread of a lane's own. */
const SLOW_SEEDER = `import { appendFileSync, readFileSync, writeFileSync } from 'node:fs'
import { isMainThread } from 'node:worker_threads'
import { createGenerator, defineSeeder, fillVector, firstNames } from ${JSON.stringify(
  join(import.meta.dirname, '../../src/index.ts'),
)}
import * as schema from './schema.ts'
const log = new URL('threads', import.meta.url)
writeFileSync(log, '', { flag: 'a' })
const slow = createGenerator('slow', () =>
  fillVector({ kind: 'text' }, ({ count, numbers }, out) => {
    for (let i = 0; i < count; i++) out.values[i] = 'note ' + numbers[i]
    // The plan has a look at the first rows, and at some others.
    if (count > 50 || numbers[0] < 500 || readFileSync(log, 'utf8').includes('thread')) return
    appendFileSync(log, isMainThread ? 'main\\n' : 'thread\\n')
    const end = performance.now() + 1.5 * count
    while (performance.now() < end);
  }),
)
export default defineSeeder(schema, (f) => ({
  people: {
    columns: {
      name: f.words(firstNames),
      email: f.template('p{n}@example.com', { n: { min: 1, max: 1000 } }, { isUnique: true }),
    },
  },
  notes: { columns: { body: slow } },
}))
`

/** Lanes meet one at once: any of them may be the first. */
const refused = `✖ Cannot load "notes": row … repeats a value that must be unique  (LOAD_UNIQUE)
  Why  The server said: duplicate key value violates unique constraint "uq_body" (SQLSTATE 23505).
  Fix  Make the column’s generator unique, or empty the table first: npm run reset.
`
