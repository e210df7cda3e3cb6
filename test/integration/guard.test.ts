import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { initLedger } from '../../src/cli/init-ledger.ts'
import { readServerFacts } from '../../src/postgres/catalog.ts'
import { openSession, withSession } from '../../src/postgres/session.ts'
import { guardDatabase } from '../../src/run/guard.ts'
import type { GuardedAction } from '../../src/run/guard.ts'
import { readMark } from '../../src/ledger/mark.ts'
import type { TableModel } from '../../src/model/table.ts'
import { resetDatabase } from '../../src/run/reset.ts'
import { undoRun } from '../../src/run/undo.ts'
import { serverUrl } from '../support/database.ts'
import type { TestDatabase } from '../support/database.ts'
import {
  ask,
  change,
  failureFrom,
  seedTown,
  townCounts,
  townProject,
} from '../support/seed-town.ts'
import { createTownDatabase } from '../support/town-database.ts'
import { townTables } from '../support/town.ts'

let database: TestDatabase
beforeAll(async () => {
  database = await createTownDatabase()
})
afterAll(() => database.drop())

/** By a name that does not count as this machine's; the test's server has no TLS. */
function elsewhere(url = database.url): string {
  return `${url.replace('@127.0.0.1:', '@0.0.0.0:')}?sslmode=disable`
}

/** As a command that empties some tables. */
function guard(
  { emptied = [], ...wishes }: Partial<GuardedAction> & { emptied?: readonly TableModel[] } = {},
  url = database.url,
) {
  return withSession({ url }, async (session) => {
    const action = { action: 'seed', confirm: undefined, ...wishes }
    const { server, guardRows } = await guardDatabase(session, action)
    await guardRows(emptied)
    return server
  })
}

function reset(wishes: Partial<Parameters<typeof resetDatabase>[0]> = {}) {
  return resetDatabase({
    url: database.url,
    tables: townTables,
    only: ['papers'],
    confirm: undefined,
    environment: undefined,
    signal: new AbortController().signal,
    ...wishes,
  })
}

function init(mark: string | undefined, confirm?: string) {
  const { url } = database
  return initLedger({ url, roles: [], mark, confirm, signal: new AbortController().signal })
}

describe('the guard', () => {
  it('knows the server', async () => {
    const session = await openSession({ url: database.url })
    const facts = await readServerFacts(session)
    await session.close()
    expect(facts).toEqual({
      engine: { kind: 'postgres' },
      version: '18.4',
      versionNumber: 180_004,
      database: database.name,
      readOnly: false,
      isLocal: true,
      host: '127.0.0.1',
      address: '127.0.0.1',
    })
  })

  it('lets a local database through that holds nothing of others', async () => {
    expect(await guard({ emptied: townTables })).toMatchObject({ database: database.name })
  })

  it('takes no server for local that a URL reaches by another name', async () => {
    // As through a pooler or a proxy: the server itself says that it was reached on this machine.
    expect(await failureFrom(guard({}, elsewhere()))).toEqual({
      code: 'REFUSED_REMOTE',
      message: `Refusing to seed "${database.name}": the server is not on this machine`,
      why: 'The database URL names 0.0.0.0, and the server says that its address is 127.0.0.1.',
      fix: `If you mean it, say --confirm ${database.name}; or add the host to allowHosts in the configuration.`,
      exitCode: 2,
    })
    await guard({ confirm: database.name }, elsewhere())
  })

  it('allows the hosts that are named', async () => {
    for (const host of ['0.0.0.0', '*.0.0.0']) {
      await guard({ allowHosts: ['other', host] }, elsewhere())
    }
    for (const host of ['0.0.0', '*.0.0.0.0', '127.0.0.1']) {
      const failure = await failureFrom(guard({ allowHosts: [host] }, elsewhere()))
      expect(failure).toMatchObject({ code: 'REFUSED_REMOTE' })
    }
  })

  it('refuses the name of another database, wherever that is', async () => {
    expect(await failureFrom(guard({ confirm: 'Shop' }))).toEqual({
      code: 'REFUSED_CONFIRM',
      message: `Refusing to seed "${database.name}": --confirm names another database`,
      why: `--confirm says "Shop", and the database is called "${database.name}".`,
      fix: 'Name the database that you mean with --database-url, and the same one with --confirm.',
      exitCode: 2,
    })
  })

  it('asks for the name where somebody is there to type it', async () => {
    const asked: unknown[] = []
    const typing = (name: string | undefined) => ({
      ask: (refusal: unknown) => {
        asked.push(refusal)
        return Promise.resolve(name)
      },
    })
    await guard(typing(database.name), elsewhere())
    expect(asked).toMatchObject([{ code: 'REFUSED_REMOTE' }])
    for (const name of ['yes', '', undefined]) {
      expect(await failureFrom(guard(typing(name), elsewhere()))).toEqual({
        code: 'DECLINED',
        message: `Nothing was changed: consent to seed "${database.name}" was declined`,
        why: 'What was typed is not its name.',
        fix: `Run it again and type the name, or say --confirm ${database.name}.`,
        exitCode: 3,
      })
    }
    asked.length = 0
    await guard(typing('nobody asks'))
    expect(asked).toEqual([])
  })

  it('opens nothing in production', async () => {
    const nowhere = seedTown('postgres://127.0.0.1:1/nowhere', { environment: 'production' })
    expect(await failureFrom(nowhere)).toMatchObject({ code: 'REFUSED_PRODUCTION' })
  })

  it('refuses production in words that fit every command', async () => {
    expect(await failureFrom(reset({ environment: 'production' }))).toEqual({
      code: 'REFUSED_PRODUCTION',
      message: 'Refusing to reset: NODE_ENV is "production"',
      why: 'Downpour changes, fills and empties databases for development and tests.',
      fix: 'Run it with another NODE_ENV, if this is really no production environment.',
      exitCode: 2,
    })
    const profile = await failureFrom(seedTown(database.url, { profile: 'prod' }))
    expect(profile).toMatchObject({
      code: 'REFUSED_PRODUCTION',
      message: 'Refusing to seed: the profile is "prod"',
      fix: 'Use another profile.',
    })
    const config = {
      ...townProject.config,
      profiles: { live: { counts: {}, environment: 'production' } },
    }
    const project = { ...townProject, config, migrationsFolder: townProject.migrationsFolder }
    expect(await failureFrom(seedTown(database.url, { profile: 'live', project }))).toMatchObject({
      message: 'Refusing to seed: the profile "live" is for "production"',
    })
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
  })

  it('empties no tables of a database that no run was written down in', async () => {
    await seedTown(database.url, { ledger: 'no ledger', only: ['papers'] })
    const failure = {
      code: 'REFUSED_ROWS',
      message: `Refusing to reset "${database.name}": "papers" holds rows of somebody else`,
      why: 'They would be gone, and no run that is written down has loaded them.',
      fix: `If they may go, say --confirm ${database.name}.`,
      exitCode: 2,
    }
    expect(await failureFrom(reset())).toEqual(failure)
    expect(await failureFrom(seedTown(database.url, { existing: 'reset' }))).toEqual({
      ...failure,
      message: failure.message.replace('reset', 'seed'),
    })
    expect(await townCounts(database.url)).toMatchObject({ papers: 25 })
    await reset({ isEmbedded: true })
    await seedTown(database.url, { ledger: 'no ledger', only: ['papers'] })
    await reset({ confirm: database.name })
    expect(await townCounts(database.url)).toMatchObject({ papers: 0 })
  })
})

describe('the mark', () => {
  const mark = () => withSession({ url: database.url }, readMark)
  let run: string

  it('is set by the first run that is written down, and kept by others', async () => {
    expect(await mark()).toBeUndefined()
    const config = {
      ...townProject.config,
      profiles: { large: { counts: {}, environment: 'Staging' } },
    }
    const project = { ...townProject, config, migrationsFolder: townProject.migrationsFolder }
    run = (await seedTown(database.url, { profile: 'large', project, environment: undefined })).run
    expect(await mark()).toBe('staging')
    const more = { existing: 'append' as const, counts: { papers: 30 } }
    await seedTown(database.url, { ...more, environment: 'staging' })
    await seedTown(database.url, {
      ...more,
      counts: { papers: 35 },
      environment: 'test',
      confirm: database.name,
    })
    expect(await mark()).toBe('staging')
  })

  it('is set by a run in one transaction, too', async () => {
    const other = await createTownDatabase()
    await seedTown(other.url, { transaction: 'run' })
    expect(await withSession({ url: other.url }, readMark)).toBe('development')
    await other.drop()
  })

  it('lets whoever goes on with a run have the environment of its profile', async () => {
    const other = await createTownDatabase()
    const profiles = { large: { counts: {}, environment: 'staging' } }
    const project = {
      ...townProject,
      config: { ...townProject.config, profiles },
      migrationsFolder: townProject.migrationsFolder,
    }
    await change(
      other.url,
      `create function no() returns trigger language plpgsql as $$ begin raise 'no'; end $$;
       create trigger no before insert on papers for each row execute function no()`,
    )
    const large = { project, profile: 'large', chunkSize: 10 }
    await failureFrom(seedTown(other.url, large))
    expect(await withSession({ url: other.url }, readMark)).toBe('staging')
    await change(other.url, 'drop trigger no on papers')
    await seedTown(other.url, { project })
    expect(await townCounts(other.url)).toMatchObject({ papers: 25 })
    await other.drop()
  })

  it('keeps commands of other environments away', async () => {
    expect(await failureFrom(seedTown(database.url, { existing: 'append' }))).toEqual({
      code: 'REFUSED_MARK',
      message: `Refusing to seed "${database.name}": it is marked "staging"`,
      why: 'This command is run for "development".',
      fix: `If you mean it, say --confirm ${database.name}, or run it with NODE_ENV=staging.`,
      exitCode: 2,
    })
    const restart = seedTown(database.url, { unfinished: 'restart' })
    expect(await failureFrom(restart)).toMatchObject({ code: 'REFUSED_MARK' })
    expect(await failureFrom(reset())).toMatchObject({
      code: 'REFUSED_MARK',
      why: 'This command is run for "development".',
    })
    const undo = undoRun({
      url: database.url,
      run,
      confirm: undefined,
      signal: new AbortController().signal,
      onProgress: () => {},
    })
    expect(await failureFrom(undo)).toMatchObject({ code: 'REFUSED_MARK' })
    await guard({ isEmbedded: true })
    expect(await townCounts(database.url)).toMatchObject({ papers: 35 })
  })

  it('counts for a role that may not see it as none', async () => {
    const name = `markless_${process.pid}`
    await change(database.url, `create role ${name} login password 'x'`)
    const url = database.url.replace(/\/\/[^@]*@/, `//${name}:x@`)
    await guard({}, url)
    await change(database.url, `drop role ${name}`)
  })

  it('lets rows go that were added to those of runs, but not where others work', async () => {
    const staging = { environment: 'staging', allowHosts: ['0.0.0.0'] }
    await guard({ ...staging, emptied: townTables }, elsewhere())
    await change(database.url, 'insert into "select" select max(id) + 1, \'theirs\' from "select"')
    expect(
      await failureFrom(guard({ ...staging, emptied: townTables }, elsewhere())),
    ).toMatchObject({
      code: 'REFUSED_ROWS',
      message: `Refusing to seed "${database.name}": "kinds" holds rows of somebody else`,
    })
    await guard({ ...staging, emptied: townTables })
  })

  it('is changed with consent only', async () => {
    expect(await failureFrom(init('development'))).toEqual({
      code: 'REFUSED_MARK',
      message: `Refusing to prepare "${database.name}": it is marked "staging"`,
      why: 'It would be marked "development" from then on.',
      fix: `If you mean it, say --confirm ${database.name}.`,
      exitCode: 2,
    })
    expect(await init('staging')).toMatchObject({ environment: 'staging' })
    await init('production', database.name)
    expect(await ask(database.url, 'select environment from downpour.installation')).toBe(
      'production',
    )
  })

  it('of production keeps everybody away, until it is changed', async () => {
    for (const confirm of [undefined, database.name]) {
      expect(await failureFrom(reset({ confirm }))).toEqual({
        code: 'REFUSED_PRODUCTION',
        message: `Refusing to reset "${database.name}": it is marked "production"`,
        why: 'Somebody has said that the database is one of production.',
        fix: `If it is none, change the mark: npx downpour init --environment development --confirm ${database.name}.`,
        exitCode: 2,
      })
    }
    expect(await failureFrom(reset({ isEmbedded: true }))).toMatchObject({
      code: 'REFUSED_PRODUCTION',
    })
    expect(await failureFrom(init('development'))).toMatchObject({ code: 'REFUSED_PRODUCTION' })
    expect(await init('development', database.name)).toMatchObject({ environment: 'development' })
    expect(await townCounts(database.url)).toMatchObject({ papers: 35 })
    await reset()
    expect(await townCounts(database.url)).toMatchObject({ papers: 0 })
  })
})
