import { mkdtemp } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openSession } from '../../src/postgres/session.ts'
import type { Session } from '../../src/postgres/session.ts'
import { takeRunLock } from '../../src/run/lock.ts'
import { applyMigrations, findPendingMigrations } from '../../src/run/migrate.ts'
import { createTestDatabase, runFolder } from '../support/database.ts'
import type { TestDatabase } from '../support/database.ts'
import { ask, failureFrom, seedTown, townCounts } from '../support/seed-town.ts'
import { writeMigrations } from '../support/town-database.ts'
import type { WrittenMigration } from '../support/town-database.ts'

let database: TestDatabase
let session: Session
let folder: string
beforeEach(async () => {
  database = await createTestDatabase()
  session = await openSession({ url: database.url })
  folder = join(await mkdtemp(join(runFolder(), 'migrations-')), 'migrations')
})
afterEach(async () => {
  await session.close()
  await database.drop()
})

const day = (date: string) => Date.parse(`${date}T00:00:00Z`)
const first: WrittenMigration = {
  name: '0000_first',
  when: day('2026-01-01'),
  sql: 'create table one (id int);\n--> statement-breakpoint\ncreate table two (id int);',
}
const second: WrittenMigration = {
  name: '0001_second',
  when: day('2026-01-02'),
  sql: 'create table three (id int);',
}

const tables = () =>
  ask(
    database.url,
    `select coalesce(string_agg(relname, ' ' order by oid), 'none') from pg_class
       where relkind = 'r' and relnamespace = 'public'::regnamespace`,
  )

describe('applyMigrations', () => {
  it('applies each migration once', async () => {
    await writeMigrations(folder, [first])
    expect(await applyMigrations(session, folder)).toBe(1)
    await writeMigrations(folder, [first, second])
    expect(await findPendingMigrations(session, folder)).toMatchObject([
      { createdAt: second.when, statements: [second.sql] },
    ])
    expect(await applyMigrations(session, folder)).toBe(1)
    expect(await applyMigrations(session, folder)).toBe(0)
    expect(await tables()).toBe('one two three')
  })

  it('gives the server’s reason for a failure, and applies none then', async () => {
    const broken = { ...second, sql: 'alter table one\n  add column id int;' }
    await writeMigrations(folder, [first, broken])
    expect(await failureFrom(applyMigrations(session, folder))).toEqual({
      code: 'MIGRATE_FAILED',
      message: 'A migration failed, and none was applied',
      why: 'The server said: column "id" of relation "one" already exists (SQLSTATE 42701), at: alter table one add column id int.',
      fix: `Correct the migration in ${folder}, then run "npx downpour migrate" again.`,
      exitCode: 4,
    })
    expect(await tables()).toBe('none')
    await writeMigrations(folder, [first, second])
    expect(await applyMigrations(session, folder)).toBe(2)
  })

  it.each([
    ["insert into one values (1, 'secret')", 'insert into one values …'],
    ['insert into one select 4711, 2', 'insert into one select …'],
    ['update one set none = 4711', 'update one set none …'],
    ["/* it's secret */ update one set note='secret'", 'update one set note …'],
    [`alter table "one" ${'add '.repeat(30)}`, `alter table "one" ${'add '.repeat(10).trim()} …`],
    ['do $$ begin perform secret; end $$', 'do …'],
  ])('shows no value of a statement: %s', async (statement, shown) => {
    await writeMigrations(folder, [first, { ...second, sql: statement }])
    const { why } = await failureFrom(applyMigrations(session, folder))
    expect(why).toMatch(/^The server said: .* \(SQLSTATE \w{5}\), at: /)
    expect(why.slice(why.indexOf(', at: ') + 6)).toBe(shown)
  })

  it('tells of what cannot be done in a transaction', async () => {
    const concurrent = { ...second, sql: 'create index concurrently one_id on one (id)' }
    await writeMigrations(folder, [first, concurrent])
    expect(await failureFrom(applyMigrations(session, folder))).toMatchObject({
      why: 'The server said: CREATE INDEX CONCURRENTLY cannot run inside a transaction block (SQLSTATE 25001), at: create index concurrently one_id on one …',
    })
    expect(await tables()).toBe('none')
  })

  const order = {
    code: 'MIGRATE_ORDER',
    message: 'A migration is older than one that is applied already',
    fix: 'Generate it again with drizzle-kit, so that it comes last; or begin with an empty database.',
    exitCode: 2,
  }

  it('refuses a migration that is older than one that is applied', async () => {
    await writeMigrations(folder, [second])
    await applyMigrations(session, folder)
    await writeMigrations(folder, [first, second])
    expect(await failureFrom(applyMigrations(session, folder))).toEqual({
      ...order,
      why: 'It dates from 2026-01-01T00:00:00.000Z, and Drizzle applies newer ones only, or it was edited after it was applied.',
    })
    expect(await tables()).toBe('three')
  })

  it.each([
    { place: 'last', edited: [first, { ...second, sql: `${second.sql} -- edited` }], day: '02' },
    { place: 'earlier', edited: [{ ...first, sql: 'select 1' }, second], day: '01' },
  ])('refuses the $place migration when it was edited after it was applied', async (edit) => {
    await writeMigrations(folder, [first, second])
    await applyMigrations(session, folder)
    await writeMigrations(folder, edit.edited)
    expect(await failureFrom(applyMigrations(session, folder))).toEqual({
      ...order,
      why: `It dates from 2026-01-${edit.day}T00:00:00.000Z, and Drizzle applies newer ones only, or it was edited after it was applied.`,
    })
  })

  it('says which folder it cannot read', async () => {
    expect(await failureFrom(applyMigrations(session, folder))).toEqual({
      code: 'MIGRATE_FOLDER',
      message: `Cannot read the migrations in ${folder}`,
      why: `ENOENT: no such file or directory, access '${folder}'`,
      fix: 'Write them with "npx drizzle-kit generate", or correct "migrations" in downpour.config.ts, "out" in drizzle.config.ts.',
      exitCode: 2,
    })
  })

  it('is done by one of two that come at once', async () => {
    await writeMigrations(folder, [first, second])
    const migrate = async (): Promise<number> => {
      const own = await openSession({ url: database.url })
      try {
        const lock = await takeRunLock(database.url)
        try {
          return await applyMigrations(own, folder)
        } finally {
          await lock.release()
        }
      } finally {
        await own.close()
      }
    }
    const outcomes = await Promise.allSettled([migrate(), migrate()])
    const applied = outcomes.map((outcome) =>
      outcome.status === 'fulfilled' ? outcome.value : (outcome.reason as { code: string }).code,
    )
    // The second comes too early, or finds nothing to do.
    expect(applied).toContain(2)
    expect([0, 'REFUSED_BUSY']).toContain(applied.find((outcome) => outcome !== 2))
    expect(await tables()).toBe('one two three')
  })
})

describe('a run', () => {
  it('applies migrations in a database that the project owns', async () => {
    await seedTown(database.url, { isEmbedded: true })
    expect(await townCounts(database.url)).toMatchObject({ visits: 221 })
  })

  it('only asks for them in any other', async () => {
    expect(await failureFrom(seedTown(database.url))).toEqual({
      code: 'REFUSED_UNMIGRATED',
      message: 'The database lacks 1 migration',
      why: 'Its tables are not those of the schema, and only your own command changes them.',
      fix: 'Run "npx downpour migrate" with the same --database-url, then seed again.',
      exitCode: 2,
    })
    expect(await tables()).toBe('none')
  })
})
