import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readServerFacts } from '../../src/postgres/catalog.ts'
import type { ServerFacts } from '../../src/postgres/catalog.ts'
import { openSession } from '../../src/postgres/session.ts'
import { guardDatabase, refuseProduction } from '../../src/run/guard.ts'
import type { GuardedAction } from '../../src/run/guard.ts'
import { resetDatabase } from '../../src/run/reset.ts'
import { serverUrl } from '../support/database.ts'
import type { TestDatabase } from '../support/database.ts'
import { change, failureFrom, seedTown, townCounts } from '../support/seed-town.ts'
import { createTownDatabase } from '../support/town-database.ts'
import { townTables } from '../support/town.ts'

const local: ServerFacts = {
  version: '18.4',
  versionNumber: 180_004,
  database: 'shop',
  readOnly: false,
  isLocal: true,
  host: 'localhost',
  address: '127.0.0.1',
}
const remote: ServerFacts = {
  ...local,
  isLocal: false,
  host: 'db.example.com',
  address: '10.1.2.3',
}

function guard(wishes: Partial<GuardedAction>): Promise<void> {
  const action = { action: 'seed', server: local, confirm: undefined }
  return Promise.resolve().then(() => guardDatabase({ ...action, ...wishes }))
}

describe('guardDatabase', () => {
  it('lets a local database through, whatever is confirmed', async () => {
    await guard({})
    await guard({ confirm: 'other' })
  })

  it('refuses a server that is not local until its database is named', async () => {
    expect(await failureFrom(guard({ server: remote }))).toEqual({
      code: 'REFUSED_REMOTE',
      message: 'Refusing to seed "shop": the server is not on this machine',
      why: 'The database URL names db.example.com, and the server says that its address is 10.1.2.3.',
      fix: 'If you mean it, say --confirm shop.',
      exitCode: 2,
    })
    expect(await failureFrom(guard({ server: remote, confirm: 'Shop' }))).toMatchObject({
      why: '--confirm says "Shop", and the database is called "shop".',
    })
    await guard({ server: remote, confirm: 'shop' })
  })
})

describe(refuseProduction, () => {
  it.each([undefined, 'development', 'test'])('lets NODE_ENV %s through', (environment) => {
    refuseProduction('seed', environment)
  })

  it('refuses production in words that fit every command', async () => {
    const refusal = Promise.resolve().then(() => refuseProduction('reset', 'production'))
    expect(await failureFrom(refusal)).toEqual({
      code: 'REFUSED_PRODUCTION',
      message: 'Refusing to reset: NODE_ENV is "production"',
      why: 'Downpour changes, fills and empties databases for development and tests.',
      fix: 'Run it with another NODE_ENV, if this is really no production environment.',
      exitCode: 2,
    })
  })
})

describe('a run', () => {
  let database: TestDatabase
  beforeAll(async () => {
    database = await createTownDatabase()
    await seedTown(database.url)
  })
  afterAll(() => database.drop())

  it('knows the server', async () => {
    const session = await openSession({ url: database.url })
    const facts = await readServerFacts(session)
    await session.close()
    expect(facts).toEqual({
      version: '18.4',
      versionNumber: 180_004,
      database: database.name,
      readOnly: false,
      isLocal: true,
      host: '127.0.0.1',
      address: '127.0.0.1',
    })
  })

  it('takes no server for local that a URL reaches by another name', async () => {
    // As through a pooler or a proxy: the server itself says that it was reached on this machine.
    const url = database.url.replace('@127.0.0.1:', '@0.0.0.0:')
    const failure = await failureFrom(seedTown(url, { existing: 'reset' }))
    expect(failure).toMatchObject({
      code: 'REFUSED_REMOTE',
      why: 'The database URL names 0.0.0.0, and the server says that its address is 127.0.0.1.',
    })
    expect(await townCounts(database.url)).toMatchObject({ visits: 221 })
  })

  it('opens nothing in production', async () => {
    const nowhere = seedTown('postgres://127.0.0.1:1/nowhere', { environment: 'production' })
    expect(await failureFrom(nowhere)).toMatchObject({ code: 'REFUSED_PRODUCTION' })
  })

  it('writes nothing in production', async () => {
    const seeding = seedTown(database.url, { environment: 'production', existing: 'reset' })
    expect(await failureFrom(seeding)).toMatchObject({ code: 'REFUSED_PRODUCTION' })
    const request = { tables: townTables, only: undefined, confirm: undefined }
    const resetting = resetDatabase({
      ...request,
      url: database.url,
      environment: 'production',
      signal: new AbortController().signal,
    })
    expect(await failureFrom(resetting)).toMatchObject({ code: 'REFUSED_PRODUCTION' })
    expect(await townCounts(database.url)).toMatchObject({ visits: 221 })
  })

  it('writes nothing where transactions are read-only', async () => {
    const alter = `alter database "${database.name}"`
    await change(serverUrl(), `${alter} set default_transaction_read_only = on`)
    const failure = await failureFrom(seedTown(database.url, { existing: 'reset' }))
    await change(serverUrl(), `${alter} reset default_transaction_read_only`)
    expect(failure).toEqual({
      code: 'REFUSED_READ_ONLY',
      message: 'Cannot seed: the server takes no writes',
      why: 'It is a standby, or its transactions are read-only by default.',
      fix: 'Use the primary server.',
      exitCode: 2,
    })
    expect(await townCounts(database.url)).toMatchObject({ visits: 221 })
  })
})
