import { drizzle } from 'drizzle-orm/postgres-js'
import { drizzle as drizzleOverPg } from 'drizzle-orm/node-postgres'
import pg from 'pg'
import postgres from 'postgres'
import { describe, expect, it } from 'vitest'
import { parseDatabaseUrl } from '../../../src/postgres/url.ts'
import { addressOf } from '../../../src/seed/client-address.ts'
import type { ClientAddress } from '../../../src/seed/client-address.ts'
import { recognise } from '../../../src/seed/database.ts'

const plain = { host: 'db.example.com', user: 'ada', password: 'secret', database: 'shop' }

/** Nobody is connected to. */
function addressFor(options: postgres.Options<never>): ClientAddress | undefined {
  return addressOf(recognise('seed', drizzle(postgres(options))))
}

function urlFor(options: postgres.Options<never>): Promise<string> | undefined {
  return addressFor({ ...plain, ...options })?.url()
}

describe('addressOf', () => {
  it('is where the client connects to', async () => {
    expect(await urlFor({})).toBe(
      'postgres://ada:secret@db.example.com:5432/shop?sslmode=disable&connect_timeout=30',
    )
    const odd = { user: 'ada@home', password: 'a:/?#@%', database: 'my shop', port: 6432 }
    expect(await urlFor({ ...odd, connect_timeout: 3 })).toBe(
      'postgres://ada%40home:a%3A%2F%3F%23%40%25@db.example.com:6432/my%20shop?sslmode=disable&connect_timeout=3',
    )
    expect(await urlFor({ path: '/run/pg/.s.PGSQL.5433' })).toBe(
      'postgres://ada:secret@%2Frun%2Fpg:5433/shop?sslmode=disable&connect_timeout=30',
    )
  })

  it('is read back as it was meant', async () => {
    const odd = { user: 'ada@home', password: 'a:/?#@%', database: 'my shop' }
    const url = await urlFor({ ...odd, path: '/run/pg/.s.PGSQL.5433' })
    expect(parseDatabaseUrl(url!)).toEqual({
      ...odd,
      host: '/run/pg',
      port: 5433,
      ssl: false,
      certificates: {},
      applicationName: undefined,
      connectTimeoutSeconds: 30,
    })
  })

  it('asks for the password each time', async () => {
    let asked = 0
    const address = addressFor({ ...plain, password: () => Promise.resolve(`token${++asked}`) })!
    expect(await address.url()).toContain('ada:token1@')
    expect(await address.url()).toContain('ada:token2@')
  })

  it.each([
    [undefined, 'disable'],
    [false, 'disable'],
    [true, 'verify-full'],
    ['prefer', 'prefer'],
    ['allow', 'prefer'],
    ['require', 'require'],
    ['verify-full', 'verify-full'],
    [{ rejectUnauthorized: false }, 'require'],
    [{ rejectUnauthorized: true }, 'verify-full'],
  ] as const)('encrypts as the client does: %o', async (ssl, mode) => {
    expect(await urlFor(ssl === undefined ? {} : { ssl })).toContain(`sslmode=${mode}&`)
  })

  it('takes the client’s settings along, its name and time zone apart', () => {
    const connection = { application_name: 'shop', search_path: 'shop', TimeZone: 'CET' }
    expect(addressFor({ ...plain, connection })!.settings).toEqual({ search_path: 'shop' })
  })

  it.each<[string, postgres.Options<never>]>([
    ['certificates of its own', { ssl: { ca: '…' } }],
    ['several hosts', { host: 'one,two' }],
    ['start-up options', { connection: { options: '-c work_mem=1MB' } }],
    ['a user that no URL can hold', { user: 'a:b' }],
  ])('is none with %s', (_what, options) => {
    expect(addressFor({ ...plain, ...options })).toBeUndefined()
  })

  it('is none on another driver', () => {
    expect(addressOf(recognise('seed', drizzleOverPg(new pg.Pool())))).toBeUndefined()
  })
})
