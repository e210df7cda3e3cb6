import { mkdtemp, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { runFolder, serverUrl } from '../support/database.ts'
import type { TestDatabase } from '../support/database.ts'
import { runHereIn } from '../support/run-here.ts'
import { change } from '../support/seed-town.ts'
import { createShopDatabase, makeShopProject } from '../support/shop-project.ts'

const role = `libpq_${process.pid}`
let cwd: string
let database: TestDatabase
let home: string
let server: URL

beforeAll(async () => {
  cwd = await makeShopProject()
  database = await createShopDatabase(cwd)
  server = new URL(database.url)
  home = await mkdtemp(join(runFolder(), 'home-'))
  await change(serverUrl(), `create role ${role} superuser login password 'a:b\\c'`)
  await writeFile(join(home, '.pgpass'), `*:*:*:${role}:a\\:b\\\\c\n`, { mode: 0o600 })
  const service = { host: server.hostname, port: server.port, dbname: database.name, user: role }
  const lines = Object.entries(service).map(([name, value]) => `${name}=${value}`)
  await writeFile(join(home, '.pg_service.conf'), ['[shop]', ...lines, ''].join('\n'))
})
afterAll(async () => {
  await database.drop()
  await change(serverUrl(), `drop role ${role}`)
})

function run(args: readonly string[], env: Readonly<Record<string, string>>) {
  return runHereIn(args, { cwd, env: { HOME: home, ...env } })
}

function shown(source: string): string {
  return `Database: postgres://${role}@${server.host}/${database.name}${source}\n`
}

describe('a server that libpq’s variables name', () => {
  const variables = () => ({
    PGHOST: server.hostname,
    PGPORT: server.port,
    PGDATABASE: database.name,
    PGUSER: role,
  })

  it('is used, with the password of ~/.pgpass', async () => {
    // What only libpq takes must not reach the driver.
    const found = await run(['seed'], { ...variables(), PGTARGETSESSIONATTRS: 'any' })
    expect(found.stderr).toContain(shown(' (PGHOST)'))
    expect(found.stderr).toContain('Not heeded: PGTARGETSESSIONATTRS\n')
    expect(found.exitCode).toBe(0)
  })

  it('is that of a service', async () => {
    const found = await run(['status'], { PGSERVICE: 'shop' })
    expect(found.stderr).toContain(shown(' (PGSERVICE)'))
    expect(found.exitCode).toBe(0)
    const named = await run(['status', '--database-url', 'postgres://?service=shop'], {})
    expect(named.stderr).toContain(shown(' (--database-url)'))
    expect(named.exitCode).toBe(0)
  })

  it('gets the settings of PGOPTIONS', async () => {
    const options = '-c default_transaction_read_only=on'
    const refused = await run(['migrate'], { ...variables(), PGOPTIONS: options })
    expect(refused.stderr).toContain('(REFUSED_READ_ONLY)')
    expect(refused.exitCode).toBe(2)
  })

  it('is not used where DATABASE_URL names another, which it completes', async () => {
    const { PGHOST: _, ...others } = variables()
    const env = { ...others, PGHOST: 'elsewhere', DATABASE_URL: `postgres://${server.hostname}` }
    const found = await run(['status'], env)
    expect(found.stderr).toContain(shown(' (DATABASE_URL)'))
    expect(found.exitCode).toBe(0)
  })

  it('needs a database', async () => {
    const refused = await run(['status'], { PGHOST: server.hostname })
    expect(refused.stderr).toContain('(URL_DATABASE)')
    expect(refused.exitCode).toBe(2)
  })
})
