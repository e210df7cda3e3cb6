import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createCorpusDatabase, loadCorpusSchema } from '../support/corpus.ts'
import type { TestDatabase } from '../support/database.ts'
import { withSql } from '../support/embedded.ts'
import { seedCorpus } from '../support/seed-corpus.ts'

const count = 2000

/** Seeds a schema once, and answers queries about what is in it. */
function seeded(name: string): { ask(query: string): Promise<Readonly<Record<string, unknown>>> } {
  let database: TestDatabase
  beforeAll(async () => {
    const { module } = await loadCorpusSchema(name)
    database = await createCorpusDatabase(module)
    await seedCorpus(database.url, module, { count, seed: 1, strategy: 'copy' })
  })
  afterAll(() => database?.drop())
  return {
    ask: (query) =>
      withSql(database.url, async (sql) => {
        const [row] = await sql.unsafe(query)
        return row!
      }),
  }
}

describe('forty columns, by their names', () => {
  const { ask } = seeded('contacts')

  /** All rows are to be so; a NULL is no counterexample. */
  it.each([
    ['email', `email ~ '^[a-z0-9._+-]+@[a-z0-9-]+([.][a-z0-9-]+)*[.][a-z]{2,}$'`],
    ['username', `username ~ '^[A-Za-z0-9._-]{2,40}$'`],
    ['first_name', `first_name ~ '^[[:upper:]][[:alpha:] ''-]+$' and length(first_name) < 25`],
    ['last_name', `last_name ~ '^[[:alpha:]][[:alpha:] ''-]+$' and length(last_name) < 30`],
    ['full_name', `full_name ~ '^[[:upper:]].* [[:alpha:]]' and length(full_name) < 60`],
    ['phone', `phone ~ '^[+(]?[0-9][0-9 ().x-]{5,22}$'`],
    ['mobile', `mobile ~ '^[+(]?[0-9][0-9 ().x-]{5,19}$'`],
    ['street', `street ~ '[0-9]' and street ~ '[[:alpha:]]{2}'`],
    ['city', `city ~ '[[:alpha:]]{2}' and city !~ '[0-9@_]' and length(city) < 60`],
    ['postcode', `postcode ~ '^[A-Z0-9][A-Z0-9 -]{2,9}$'`],
    ['country', `country ~ '^[[:upper:]][[:alpha:] .,''()&-]+$'`],
    ['country_code', `country_code ~ '^[A-Z]{2}$'`],
    ['latitude', 'latitude between -90 and 90'],
    ['longitude', 'longitude between -180 and 180'],
    ['timezone', 'timezone in (select name from pg_timezone_names)'],
    ['locale', `locale ~ '^[a-z]{2}([-_][A-Z]{2})?$'`],
    ['currency', `currency ~ '^[A-Z]{3}$'`],
    ['url', `url ~ '^https?://[a-z0-9.-]+[.][a-z]{2,}(/[^ ]*)?$'`],
    ['avatar_url', `avatar_url ~ '^https?://[a-z0-9.-]+[.][a-z]{2,}/'`],
    ['slug', `slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$'`],
    ['status', `status ~ '^[a-z]+([ _-][a-z]+)*$' and length(status) < 20`],
    ['price', 'price > 0 and price < 100000'],
    ['quantity', 'quantity between 0 and 100000'],
    ['age', 'age between 0 and 110'],
    ['birth_date', `birth_date between '1900-01-01' and current_date`],
    ['color', `color ~ '^#[0-9a-fA-F]{6}$'`],
    ['description', `description ~ '[[:alpha:]]{2}.* ' and length(description) >= 15`],
    ['created_at', `created_at between '2000-01-01' and now()`],
    ['updated_at', 'updated_at >= created_at'],
    ['deleted_at', 'deleted_at >= created_at'],
  ])('have a believable %s', async (_name, condition) => {
    const { wrong } = await ask(`
      select count(*)::int as wrong from contacts where not (${condition})`)
    expect(wrong).toBe(0)
  })

  it.each([
    ['first_name', 50],
    ['last_name', 50],
    ['city', 20],
    ['job_title', 8],
    ['company_id', 200],
    ['phone', 500],
    ['price', 200],
    ['created_at', 500],
    ['latitude', 100],
    ['country_code', 5],
    ['timezone', 3],
    ['ip_address', 500],
    ['is_active', 2],
  ])('have a %s that differs, with at least %i values', async (column, atLeast) => {
    const { values } = await ask(`select count(distinct "${column}")::int as values from contacts`)
    expect(values).toBeGreaterThanOrEqual(atLeast)
  })

  it('have a status out of a short list', async () => {
    const { values } = await ask(`select count(distinct status)::int as values from contacts`)
    expect(values).toBeGreaterThanOrEqual(2)
    expect(values).toBeLessThanOrEqual(12)
  })

  it.each(['nickname', 'job_title', 'mobile', 'state', 'avatar_url', 'notes', 'company_id'])(
    'have no %s now and then',
    async (column) => {
      const { share } = await ask(`
        select avg(("${column}" is null)::int)::float8 as share from contacts`)
      expect(share).toBeGreaterThan(0.005)
      expect(share).toBeLessThan(0.6)
    },
  )

  it('are deleted only here and there', async () => {
    const { share } = await ask(`
      select avg((deleted_at is null)::int)::float8 as share from contacts`)
    expect(share).toBeGreaterThan(0.7)
    expect(share).toBeLessThan(1)
  })

  it('are changed after they were created, most of them', async () => {
    const { share } = await ask(`
      select avg((updated_at > created_at)::int)::float8 as share from contacts`)
    expect(share).toBeGreaterThan(0.5)
  })
})

describe('a shop', () => {
  const { ask } = seeded('storefront')

  it.each([
    ['customers', `email = lower(email) and email ~ '^[^@ ]+@[^@ ]+[.][a-z]+$'`],
    ['customers', `country_code ~ '^[A-Z]{2}$'`],
    ['products', `slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$'`],
    ['products', 'price between 0.01 and 100000'],
    ['orders', 'total < 10000000'],
  ])('has %s where %s', async (table, condition) => {
    const { wrong } = await ask(
      `select count(*)::int as wrong from ${table} where not (${condition})`,
    )
    expect(wrong).toBe(0)
  })

  it('uses every value of an enum and of a check’s list', async () => {
    expect(await ask(`select count(distinct status)::int as states from orders`)).toEqual({
      states: 5,
    })
    expect(await ask(`select count(distinct kind)::int as kinds from addresses`)).toEqual({
      kinds: 2,
    })
    expect(await ask(`select count(distinct rating)::int as stars from products`)).toEqual({
      stars: 5,
    })
  })

  it('has default addresses and others', async () => {
    const { defaults } = await ask(`
      select count(*) filter (where is_default)::int as defaults from addresses`)
    expect(defaults).toBeGreaterThan(count / 20)
    expect(defaults).toBeLessThan(count)
  })

  it('spreads orders over its customers', async () => {
    const { customers } = await ask(`
      select count(distinct customer_id)::int as customers from orders`)
    expect(customers).toBeGreaterThan(count / 5)
  })
})

describe('accounts', () => {
  const { ask } = seeded('accounts')

  it('keep their dates in order, and are seldom deleted', async () => {
    const { wrong, deleted } = await ask(`
      select count(*) filter (where created_at > updated_at or deleted_at < created_at)::int as wrong,
        avg((deleted_at is not null)::int)::float8 as deleted
      from users`)
    expect(wrong).toBe(0)
    expect(deleted).toBeGreaterThan(0)
    expect(deleted).toBeLessThan(0.3)
  })

  it('are of every role and of every kind that their texts list', async () => {
    expect(await ask(`select count(distinct role)::int as roles from users`)).toEqual({ roles: 3 })
    expect(await ask(`select count(distinct type)::int as types from provider_accounts`)).toEqual({
      types: 4,
    })
  })
})

describe('subscriptions', () => {
  const { ask } = seeded('subscriptions')

  it('are in every state that their check lists', async () => {
    const { states, active } = await ask(`
      select count(distinct status)::int as states,
        avg((status = 'active')::int)::float8 as active
      from subscriptions`)
    expect(states).toBe(3)
    expect(active).toBeGreaterThan(0.05)
  })
})

describe('an organisation', () => {
  const { ask } = seeded('organisation')

  it('has managers and people without one', async () => {
    const { without, managers } = await ask(`
      select avg((manager_id is null)::int)::float8 as without,
        count(distinct manager_id)::int as managers
      from employees`)
    expect(without).toBeGreaterThan(0)
    expect(without).toBeLessThan(0.9)
    expect(managers).toBeGreaterThan(1)
  })
})

describe('payments', () => {
  const { ask } = seeded('payments')

  it('are of every type, refunded or not, and paid by one means or the other', async () => {
    expect(
      await ask(`
        select count(distinct type)::int as types from payment_methods`),
    ).toEqual({ types: 3 })
    const { refunded, cash } = await ask(`
      select avg((refunded_at is not null)::int)::float8 as refunded,
        avg((cash_register is not null)::int)::float8 as cash
      from payments`)
    for (const share of [refunded, cash]) {
      expect(share).toBeGreaterThan(0.02)
      expect(share).toBeLessThan(0.98)
    }
  })
})
