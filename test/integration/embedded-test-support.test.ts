import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { startEmbedded } from '../../src/postgres/embedded/server.ts'
import { createTestDatabase, postgres15Url, serverUrl } from '../support/database.ts'
import { isAlive, makeHome, withSql } from '../support/embedded.ts'

describe('createTestDatabase', () => {
  it('copies a template, and drops a database that is in use', async () => {
    const template = await createTestDatabase()
    await withSql(template.url, (sql) => sql`create table t as select 1 as a`)
    const copy = await createTestDatabase({ template: template.name })
    await withSql(copy.url, async (sql) => {
      expect(await sql`select a from t`).toEqual([{ a: 1 }])
      await copy.drop()
    })
    await template.drop()
    const left = await withSql(
      serverUrl(),
      (sql) => sql`select 1 from pg_database where datname in (${template.name}, ${copy.name})`,
    )
    expect(left).toEqual([])
  })

  it.runIf(postgres15Url() !== undefined)('works on PostgreSQL 15 (needs it)', async () => {
    const database = await createTestDatabase({ server: postgres15Url()! })
    const [row] = await withSql(database.url, (sql) => sql`show server_version_num`)
    expect(Math.floor(Number(row?.['server_version_num']) / 10_000)).toBe(15)
    await database.drop()
  })
})

describe('the sweeper', () => {
  it('stops every server below a folder and removes it when its starter is killed', async () => {
    const home = await makeHome()
    const root = dirname(home)
    const folder = join(root, 'shop')
    await mkdir(folder)
    const { pid } = await startEmbedded({ folder, home })

    const sweeper = join(import.meta.dirname, '../support/sweeper.ts')
    const script = `
      const { spawn } = require('node:child_process')
      const sweeper = spawn(process.execPath, process.argv.slice(1), {
        detached: true, stdio: ['pipe', 'inherit', 'inherit'],
      })
      sweeper.once('spawn', () => console.log('started'))
      setInterval(() => {}, 1000)`
    const starter = spawn(
      process.execPath,
      ['-e', script, '--', '--import', 'tsx', sweeper, root],
      {
        stdio: ['ignore', 'pipe', 'inherit'],
      },
    )
    await once(starter.stdout, 'data')
    expect([existsSync(root), isAlive(pid)]).toEqual([true, true])
    starter.kill('SIGKILL')
    // The sweeper shares the pipe, which closes when the last of them has ended.
    starter.stdout.resume()
    await once(starter.stdout, 'close')
    expect([existsSync(root), isAlive(pid)]).toEqual([false, false])
  })
})
