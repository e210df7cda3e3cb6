import postgres from 'postgres'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startDownpour } from '../support/command.ts'
import type { TestDatabase } from '../support/database.ts'
import { ask, change, sessionsIn } from '../support/seed-town.ts'
import { createShopDatabase, makeCompiledShop } from '../support/shop-project.ts'

let cwd: string
let database: TestDatabase

beforeAll(async () => {
  cwd = await makeCompiledShop()
  database = await createShopDatabase(cwd)
})

afterAll(() => database.drop())

/** More than can be loaded before anybody stops it. */
const endless = ['seed', '--reset', '--count', 'notes=2000000', '--chunk-size', '20000']

function seedEndlessly(...args: string[]) {
  return startDownpour([...endless, ...args, '--database-url', database.url], { cwd })
}

const howToGoOn = {
  seed: 'Go on with "npm run seed -- --resume", or throw the run away with --restart.',
  reset: 'Run it again.',
  migrate: 'Run it again.',
} as const

const stopped = (signal: string, command: keyof typeof howToGoOn) =>
  `✖ Stopped by ${signal}  (INTERRUPTED)
  Why  The transaction under way was rolled back; what was committed before it stays.
  Fix  ${howToGoOn[command]}
`

describe('a signal in the middle of a load', () => {
  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)('%s keeps whole chunks and exits %d', async (signal, exitCode) => {
    const running = seedEndlessly('--strategy', 'copy')
    await running.said('notes ')
    running.process.kill(signal)
    const finished = await running.finished
    expect(finished.stderr).toContain(`Stopping. A second ${signal} stops at once.\n`)
    expect(finished.stderr.endsWith(stopped(signal, 'seed'))).toBe(true)
    expect(finished).toMatchObject({ stdout: '', exitCode })
    const rows = Number(await ask(database.url, 'select count(*) from notes'))
    expect(rows % 20_000).toBe(0)
    expect(rows).toBeGreaterThan(0)
    expect(rows).toBeLessThan(2_000_000)
    const recorded = `select sum(row_count) from downpour.steps s join downpour.runs r on r.id = s.run
      where r.state = 'running' and s.position = 1 and s.kind = 'chunk' and s.is_done`
    expect(Number(await ask(database.url, recorded))).toBe(rows)
    // The next insert of an application does not meet a key that is there.
    await change(database.url, "insert into notes (person_id, body) values (1, 'by hand')")
    expect(await sessionsIn(database.url)).toBe(0)
  })

  it('rolls everything back under --transaction run, and says so in JSON', async () => {
    await change(database.url, 'truncate people, notes restart identity')
    const running = seedEndlessly('--transaction', 'run', '--json')
    await running.said('notes ')
    running.process.kill('SIGINT')
    const { stdout, exitCode } = await running.finished
    expect(JSON.parse(stdout)).toMatchObject({
      ok: false,
      error: { code: 'INTERRUPTED', fix: 'Run it again; nothing was changed.' },
    })
    expect(exitCode).toBe(130)
    expect(await ask(database.url, 'select count(*) from people')).toBe('0')
  })

  it.each([
    ['seed', ['seed', '--reset']],
    ['reset', ['reset']],
    ['migrate', ['migrate']],
  ] as const)(
    'ends the wait of %s for a locked table, and writes nothing after it',
    async (command, args) => {
      await change(
        database.url,
        "truncate people, notes restart identity; insert into people (name, email) values ('a', 'b')",
      )
      const sql = postgres(database.url, { max: 1 })
      try {
        await sql.unsafe(
          'begin; lock table people, drizzle.__drizzle_migrations in access exclusive mode',
        )
        const running = startDownpour([...args, '--database-url', database.url], { cwd })
        await waitForLock(database.url)
        running.process.kill('SIGINT')
        const { stderr, exitCode } = await running.finished
        expect(stderr.endsWith(stopped('SIGINT', command))).toBe(true)
        expect(exitCode).toBe(130)
      } finally {
        await sql.end({ timeout: 0 })
      }
      expect(await ask(database.url, 'select string_agg(name, $$,$$) from people')).toBe('a')
    },
  )

  it('a second one ends what does not end by itself', async () => {
    await change(database.url, 'truncate people, notes restart identity')
    const sql = postgres(database.url, { max: 1 })
    try {
      await sql.unsafe('begin; lock table people in access share mode')
      const running = startDownpour(['seed', '--reset', '--database-url', database.url], { cwd })
      await running.said('Database:')
      await waitForLock(database.url)
      running.process.kill('SIGINT')
      await running.said('Stopping.')
      running.process.kill('SIGINT')
      expect((await running.finished).exitCode).toBe(130)
    } finally {
      await sql.end({ timeout: 0 })
    }
  })
})

async function waitForLock(url: string): Promise<void> {
  const waiting = "select count(*) from pg_locks where not granted and locktype = 'relation'"
  while ((await ask(url, waiting)) === '0') await new Promise((resolve) => setTimeout(resolve, 50))
}
