import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { chooseDatabase } from '../../src/config/database.ts'
import { parseDatabaseUrl } from '../../src/postgres/url.ts'
import { failureFrom } from '../support/seed-town.ts'

let parent: string
beforeAll(async () => {
  parent = await mkdtemp(path.join(tmpdir(), 'downpour-config-'))
})
afterAll(() => rm(parent, { recursive: true }))

/** Each in a folder of its own, since modules are imported once. */
async function choose(dbCredentials: object, dialect = 'postgresql') {
  const folder = await mkdtemp(path.join(parent, 'p-'))
  const text = `export default ${JSON.stringify({ dialect, dbCredentials })}`
  await writeFile(path.join(folder, 'drizzle.config.ts'), text)
  return { folder, choice: chooseDatabase({ flag: undefined, environment: {}, folder }) }
}

async function address(dbCredentials: object) {
  const choice = await (await choose(dbCredentials)).choice
  if (choice.kind !== 'url') throw new Error('no URL')
  return parseDatabaseUrl(choice.url)
}

const shop = {
  host: 'db.example.com',
  port: 6432,
  user: 'ada',
  password: 's/e:c@t',
  database: 'shop',
}

describe('drizzle.config.ts', () => {
  it('gives every part of the URL', async () => {
    const { applicationName: _a, connectTimeoutSeconds: _c, ...rest } = await address(shop)
    expect(rest).toEqual({ ...shop, ssl: 'verify-full', certificates: {} })
  })

  it.each([
    [true, 'verify-full'],
    [false, false],
    ['require', 'require'],
    ['allow', 'prefer'],
    ['prefer', 'prefer'],
    ['verify-full', 'verify-full'],
  ])('takes ssl: %j for %s', async (ssl, mode) => {
    expect((await address({ ...shop, ssl })).ssl).toBe(mode)
  })

  it('refuses options of TLS that a URL cannot hold', async () => {
    const { folder, choice } = await choose({ ...shop, ssl: { rejectUnauthorized: false } })
    expect(await failureFrom(choice)).toEqual({
      code: 'CONFIG_SSL',
      message: `Cannot use ${path.join(folder, 'drizzle.config.ts')}: its "ssl" is an object`,
      why: 'A database URL holds no options of that kind.',
      fix: 'Give "url" with sslmode in place of it, for example sslmode=verify-full; a certificate of your own authority is made known with NODE_EXTRA_CA_CERTS.',
      exitCode: 2,
    })
  })

  it('refuses another dialect', async () => {
    const { folder, choice } = await choose(shop, 'mysql')
    expect(await failureFrom(choice)).toEqual({
      code: 'CONFIG_DIALECT',
      message: `Cannot use the database of ${path.join(folder, 'drizzle.config.ts')}`,
      why: 'Its dialect is "mysql", and only PostgreSQL can be seeded.',
      fix: 'Name a PostgreSQL server with --database-url or DATABASE_URL.',
      exitCode: 2,
    })
  })

  it.each([
    ['::1', '::1'],
    ['[2001:db8::1]', '2001:db8::1'],
    ['/var/run/postgresql', '/var/run/postgresql'],
  ])('takes the host %s', async (host, read) => {
    expect(await address({ ...shop, host })).toMatchObject({ host: read, port: 6432 })
  })
})
