import { integer, pgTable, serial, text } from 'drizzle-orm/pg-core'
import type { AnyPgColumn } from 'drizzle-orm/pg-core'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { readSchema } from '../../src/model/read-schema.ts'
import type { TestDatabase } from '../support/database.ts'
import { ask, change, failureFrom, seedTown, townProject } from '../support/seed-town.ts'
import type { SeedWishes } from '../support/seed-town.ts'
import { createTownDatabase } from '../support/town-database.ts'

const firms = pgTable('firms', {
  id: serial().primaryKey(),
  name: text().notNull(),
  ownerId: integer('owner_id').references((): AnyPgColumn => people.id),
})
const people = pgTable('people', {
  id: serial().primaryKey(),
  firmId: integer('firm_id')
    .notNull()
    .references(() => firms.id),
})

const ddl = `
  create table firms (id serial primary key, name text not null, owner_id integer);
  create table people (id serial primary key, firm_id integer not null references firms);
  alter table firms add constraint owner foreign key (owner_id) references people`

let database: TestDatabase
beforeEach(async () => {
  database = await createTownDatabase()
  await change(database.url, ddl)
})
afterEach(() => database.drop())

const counts = { counts: { firms: 50, people: 300 } }

function seedFirms(wishes: SeedWishes = {}) {
  const project = { ...townProject, tables: readSchema({ firms, people }), refinements: {} }
  return seedTown(database.url, { project, indexes: 'auto', ...counts, ...wishes })
}

describe('foreign keys that go round in a circle', () => {
  it('are dropped for the load, however small it is, and put back', async () => {
    await seedFirms({ lanes: 2, chunkSize: 20 })
    const counts = `select (select count(*) from firms) || ' ' || (select count(*) from people)`
    expect(await ask(database.url, counts)).toBe('50 300')
    const keys = `select count(*) from pg_constraint where contype = 'f' and convalidated
      and conrelid in ('firms'::regclass, 'people'::regclass)`
    expect(await ask(database.url, keys)).toBe('2')
    expect(await ask(database.url, 'select count(*) > 10 from firms where owner_id > 50')).toBe(
      'true',
    )
  })

  it('are refused where they stay in force', async () => {
    const failure = {
      code: 'PLAN_CYCLE',
      message: 'Cannot load the tables firms, people',
      why: 'Their foreign keys go round in a circle: firms → people → firms, and stay in force.',
      fix: 'Load these tables while they are empty and without --indexes keep: their foreign keys are then dropped for the load and put back.',
    }
    expect(await failureFrom(seedFirms({ indexes: 'keep' }))).toMatchObject(failure)
    expect(await ask(database.url, 'select count(*) from firms')).toBe('0')
  })

  it('are refused where no row could ever be inserted', async () => {
    await change(database.url, 'alter table firms alter owner_id set not null')
    expect(await failureFrom(seedFirms())).toMatchObject({
      code: 'PLAN_CYCLE',
      message: 'Cannot load the tables firms, people',
      why: 'Their foreign keys go round in a circle: firms → people → firms, and none of them may be NULL or is deferrable.',
      fix: 'Let a column of one of these foreign keys be NULL, or make the key deferrable.',
    })
    await change(
      database.url,
      `alter table firms drop constraint owner;
       alter table firms add constraint owner foreign key (owner_id) references people deferrable`,
    )
    await seedFirms()
    expect(await ask(database.url, 'select count(*) from firms')).toBe('50')
  })
})
