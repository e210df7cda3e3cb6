import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { TestDatabase } from '../support/database.ts'
import { ask, change, failureFrom, seedTown } from '../support/seed-town.ts'
import { createTownDatabase } from '../support/town-database.ts'

let database: TestDatabase
beforeEach(async () => {
  database = await createTownDatabase()
})
afterEach(() => database.drop())

/** What an application would write next, without naming a key. */
const inserts = {
  kinds: `insert into "select" ("a.b") values ('next') returning id`,
  residents: `insert into residents (handle, "Mood", kind_id, "joinedAt", spent)
    values ('next', 'calm', 1, now(), 0) returning id`,
  visits: `insert into visits (resident_id, region, code, price, visited_on)
    select 1000, region, code, 1, now() from "Odd Schema"."Places ""to be""" limit 1 returning id`,
  papers: `insert into papers (body, title) values ('next', '') returning id`,
}

describe.each(['batch', 'copy'] as const)('sequences after %s', (strategy) => {
  it('give the largest key + 1 to the next insert', async () => {
    await seedTown(database.url, { strategy })
    const keys: Record<string, string> = {}
    for (const [table, statement] of Object.entries(inserts)) {
      keys[table] = await ask(database.url, statement)
    }
    expect(keys).toEqual({ kinds: '4', residents: '1040', visits: '222', papers: '75' })
    const next = `select nextval(pg_get_serial_sequence('"Odd Schema".samples', 'id'))`
    expect(await ask(database.url, next)).toBe('31')
  })
})

describe('sequences', () => {
  it('are never moved back', async () => {
    await change(database.url, `select setval('residents_id_seq', 5000)`)
    await seedTown(database.url)
    expect(await ask(database.url, inserts.residents)).toBe('5001')
  })

  it('stay at their start for a table that gets no rows', async () => {
    await seedTown(database.url, { counts: { papers: 0 } })
    expect(await ask(database.url, inserts.papers)).toBe('50')
  })

  it('count on in the sequence’s own steps', async () => {
    await change(database.url, 'alter table papers alter id set increment by 10')
    await seedTown(database.url)
    expect(await ask(database.url, inserts.papers)).toBe('84')
  })

  it('are found under a new name', async () => {
    await change(database.url, `alter sequence "Papers ""seq""" rename to "O'Brien's ""seq"".x"`)
    await seedTown(database.url)
    expect(await ask(database.url, inserts.papers)).toBe('75')
  })

  it('are found in the default of a key that does not own them', async () => {
    await change(
      database.url,
      `alter table papers alter id drop identity;
       create schema elsewhere; create sequence elsewhere."my seq";
       alter table papers alter id set default nextval('elsewhere."my seq"')`,
    )
    await seedTown(database.url)
    expect(await ask(database.url, inserts.papers)).toBe('75')
  })

  it('are spoken of when they cannot be set', async () => {
    await change(database.url, 'alter sequence visits_id_seq maxvalue 100')
    expect(await failureFrom(seedTown(database.url))).toEqual({
      code: 'FINISH_FAILED',
      message:
        'The rows of "visits" are loaded, but its sequences and statistics are not up to date',
      why: 'The server said: setval: value 221 is out of bounds for sequence "…" (1..100) (SQLSTATE 22003).',
      fix: 'Remove the cause, then run it again: it goes on where it stopped.',
      exitCode: 4,
    })
    expect(await ask(database.url, 'select count(*) from visits')).toBe('221')
    await change(database.url, 'alter sequence visits_id_seq no maxvalue')
    expect(await seedTown(database.url)).toMatchObject({ rows: 339 })
    expect(await ask(database.url, inserts.visits)).toBe('222')
  })
})
