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

function seedFirms({ url = database.url, ...wishes }: SeedWishes & { readonly url?: string } = {}) {
  const project = { ...townProject, tables: readSchema({ firms, people }), refinements: {} }
  return seedTown(url, { project, indexes: 'auto', ...counts, ...wishes })
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
      fix: 'Load these tables while they are empty, as their owner, without --indexes keep and --on-error skip: their foreign keys are then dropped for the load and put back.',
    }
    expect(await failureFrom(seedFirms({ indexes: 'keep' }))).toMatchObject(failure)
    expect(await failureFrom(seedFirms({ onError: 'skip' }))).toMatchObject(failure)
    expect(await ask(database.url, 'select count(*) from firms')).toBe('0')
  })

  it('are refused where the role cannot drop them, instead of waiting for ever', async () => {
    const role = `clerk_${process.pid}`
    await change(
      database.url,
      `create role ${role} login password 'clerk' in role pg_read_all_data, pg_write_all_data;
       grant create on database "${database.name}" to ${role}`,
    )
    const url = Object.assign(new URL(database.url), { username: role, password: 'clerk' }).href
    const failure = await failureFrom(seedFirms({ url, lanes: 2 }))
    await change(database.url, `drop owned by ${role}; drop role ${role}`)
    expect(failure).toMatchObject({
      code: 'PLAN_CYCLE',
      why: 'Their foreign keys go round in a circle: firms → people → firms, and stay in force.',
    })
    expect(await ask(database.url, 'select count(*) from firms')).toBe('0')
  })

  it('are refused where no row could ever be inserted', async () => {
    await change(database.url, 'alter table firms alter owner_id set not null')
    expect(await failureFrom(seedFirms())).toMatchObject({
      code: 'PLAN_CYCLE',
      message: 'Cannot load the tables firms, people',
      why: 'Their foreign keys go round in a circle: firms → people → firms, and none of them may be NULL or is deferrable.',
      fix: 'Let "owner_id" of firms be NULL, or make the key deferrable.',
    })
    await change(
      database.url,
      `alter table firms drop constraint owner;
       alter table firms add constraint owner foreign key (owner_id) references people deferrable`,
    )
    await seedFirms()
    expect(await ask(database.url, 'select count(*) from firms')).toBe('50')
  })

  it('are refused with a column that is in no primary key, and none where two keys are rigid', async () => {
    await change(
      database.url,
      `alter table firms alter owner_id set not null;
       alter table firms drop constraint firms_pkey cascade, add primary key (id, owner_id),
         add unique (id);
       alter table people add foreign key (firm_id) references firms (id)`,
    )
    expect(await failureFrom(seedFirms())).toMatchObject({
      code: 'PLAN_CYCLE',
      fix: 'Let "firm_id" of people be NULL, or make the key deferrable.',
    })
    await change(database.url, 'alter table people add foreign key (firm_id) references firms (id)')
    expect(await failureFrom(seedFirms())).toMatchObject({
      code: 'PLAN_CYCLE',
      fix: 'Let a column of one of these foreign keys be NULL, or make the key deferrable.',
    })
  })
})
