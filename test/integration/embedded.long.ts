import { readdirSync, readFileSync } from 'node:fs'
import { readdir, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { beforeAll, describe, expect, it } from 'vitest'
import {
  embeddedStatus,
  embeddedUrl,
  openEmbeddedServer,
  startEmbedded,
  stopEmbedded,
} from '../../src/postgres/embedded/server.ts'
import { disposableSettings } from '../../src/postgres/embedded/settings.ts'
import {
  isAlive,
  makeHome,
  makeProject,
  startHolder,
  withSql,
  type TestProject,
} from '../support/embedded.ts'

let home: string
/** For tests that do not need a new server: each leaves it stopped. */
let shared: TestProject
beforeAll(async () => {
  home = await makeHome()
  shared = await makeProject(home)
})

async function pidOf(project: TestProject): Promise<number> {
  const { running } = await embeddedStatus(project)
  if (running === undefined) throw new Error('no server runs')
  return running.pid
}

describe('openEmbeddedServer', () => {
  it('makes an empty database on a server with the settings for disposable data, and stops it', async () => {
    const project = await makeProject(home)
    expect((await embeddedStatus(project)).exists).toBe(false)

    const server = await openEmbeddedServer(project)
    expect(server.started).toBe(true)
    expect(server.version).toMatch(/^18\./)
    await withSql(server.url, async (sql) => {
      const [database] = await sql`
        select current_database() as name, pg_encoding_to_char(encoding) as encoding,
          datlocprovider as provider, datlocale as locale
        from pg_database where datname = current_database()`
      expect(database).toEqual({
        name: 'downpour',
        encoding: 'UTF8',
        provider: 'b',
        locale: 'C.UTF-8',
      })
      for (const [name, value] of Object.entries(disposableSettings)) {
        const [row] = await sql`select current_setting(${name}) as value`
        expect([name, row?.['value']]).toEqual([name, value])
      }
    })
    const pid = await pidOf(project)
    expect(await server.release()).toEqual({ stopped: true, reason: undefined })
    expect(isAlive(pid)).toBe(false)
    expect(await embeddedStatus(project)).toMatchObject({ exists: true, running: undefined })
  })

  it('keeps the password and the data from other users', async () => {
    const project = await makeProject(home)
    const server = await openEmbeddedServer(project)
    await server.release()
    const modes = await Promise.all(
      ['password', 'log', 'data'].map(async (name) => {
        const { mode, uid } = await stat(join(server.folder, name))
        return [name, (mode & 0o777).toString(8), uid === process.getuid?.()]
      }),
    )
    const dataIsOurs = process.getuid?.() !== 0
    expect(modes).toEqual([
      ['password', '600', true],
      ['log', '600', true],
      ['data', '700', dataIsOurs],
    ])
    expect((await readdir(server.folder)).toSorted()).toEqual(['data', 'log', 'password', 'port'])
    for (const folder of [server.folder, dirname(server.folder)])
      expect((await stat(folder)).mode & 0o077).toBe(0o011)
  })

  it('does not accept another password', async () => {
    const server = await openEmbeddedServer(shared)
    const url = new URL(server.url)
    url.password = 'canary'
    await expect(withSql(url.href, (sql) => sql`select 1`)).rejects.toMatchObject({ code: '28P01' })
    await server.release()
  })

  it('keeps the data between uses', async () => {
    const first = await openEmbeddedServer(shared)
    await withSql(first.url, (sql) => sql`create table kept as select 42 as answer`)
    await first.release()
    const second = await openEmbeddedServer(shared)
    expect(await withSql(second.url, (sql) => sql`select answer from kept`)).toEqual([
      { answer: 42 },
    ])
    // The port may have been taken meanwhile, by a test that occupies the usual one.
    await second.release()
  })

  it('joins the server of another process, and the last one stops it', async () => {
    const first = await startHolder(shared)
    const second = await startHolder(shared)
    expect([first.started, second.started]).toEqual([true, false])
    expect(second.url).toBe(first.url)
    expect(await first.release()).toEqual({
      stopped: false,
      reason: '1 other command uses it',
    })
    await withSql(second.url, (sql) => sql`select 1`)
    expect(await second.release()).toEqual({ stopped: true })
    expect((await embeddedStatus(shared)).running).toBeUndefined()
  })

  it('makes one server when commands start at once, and the last one to end stops it', async () => {
    const project = await makeProject(home)
    const holders = await Promise.all([1, 2, 3].map(() => startHolder(project)))
    expect(holders.filter(({ started }) => started)).toHaveLength(1)
    expect(new Set(holders.map(({ url }) => url)).size).toBe(1)
    const released = await Promise.all(holders.map((holder) => holder.release()))
    expect(released.filter(({ stopped }) => stopped)).toHaveLength(1)
    expect((await embeddedStatus(project)).running).toBeUndefined()
  })

  it('starts the server again when it arrives while it is being stopped', async () => {
    let server = await openEmbeddedServer(shared)
    for (let round = 0; round < 5; round++) {
      const [released, next] = await Promise.all([
        server.release(),
        sleep(round * 5).then(() => openEmbeddedServer(shared)),
      ])
      expect(next.started).toBe(released.stopped)
      await withSql(next.url, (sql) => sql`select 1`)
      server = next
    }
    await server.release()
  })

  it('starts the server again when somebody else is just stopping it', async () => {
    const first = await openEmbeddedServer(shared)
    const pid = await pidOf(shared)
    process.kill(pid, 'SIGINT')
    const second = await openEmbeddedServer(shared)
    expect(second.started).toBe(true)
    expect(await pidOf(shared)).not.toBe(pid)
    expect(await first.release()).toEqual({
      stopped: false,
      reason: 'it was stopped by somebody else',
    })
    expect(await second.release()).toMatchObject({ stopped: true })
  })

  it('leaves the server to a session that is no command of ours', async () => {
    const server = await openEmbeddedServer(shared)
    await withSql(server.url, async (sql) => {
      await sql`select 1`
      expect(await server.release()).toEqual({
        stopped: false,
        reason: '1 other session is connected',
      })
      await sql`select 1`
    })
    expect(await stopEmbedded(shared)).toEqual({ stopped: true })
  })

  it('gives each project a server of its own', async () => {
    const one = await openEmbeddedServer(await makeProject(home))
    const other = await openEmbeddedServer(await makeProject(home))
    expect(other.port).not.toBe(one.port)
    expect(other.folder).not.toBe(one.folder)
    await one.release()
    await withSql(other.url, (sql) => sql`select 1`)
    await other.release()
  })

  it('names the folder after the project, in safe characters', async () => {
    const { folder } = await embeddedStatus(await makeProject(home, 'Ünder $HOME; a long name'))
    expect(folder.slice(home.length + 1)).toMatch(/^-nder--HOME--a-long--[0-9a-f]{8}$/)
  })

  it('starts a server that Ctrl-C does not reach', async () => {
    const holder = await startHolder(shared)
    const pid = await pidOf(shared)
    process.kill(-holder.process.pid!, 'SIGINT')
    await new Promise((resolve) => holder.process.once('exit', resolve))
    const next = await openEmbeddedServer(shared)
    expect(next.started).toBe(false)
    expect(await pidOf(shared)).toBe(pid)
    expect(await next.release()).toMatchObject({ stopped: true })
  })

  it.runIf(process.platform === 'linux')('listens on the loopback interface only', async () => {
    const server = await openEmbeddedServer(shared)
    const port = server.port.toString(16).toUpperCase().padStart(4, '0')
    const listening = ['tcp', 'tcp6']
      .flatMap((name) => readFileSync(`/proc/net/${name}`, 'utf8').split('\n'))
      .map((line) => line.trim().split(/\s+/))
      .filter((fields) => fields[3] === '0A' && fields[1]?.endsWith(`:${port}`) === true)
      .map((fields) => fields[1])
    expect(listening).toEqual([`0100007F:${port}`])
    const sockets = readFileSync('/proc/net/unix', 'utf8')
    expect(sockets).not.toContain(`.s.PGSQL.${server.port}`)
    await server.release()
  })

  it('can be released twice with one answer', async () => {
    const server = await openEmbeddedServer(shared)
    expect(await Promise.all([server.release(), server.release()])).toEqual([
      { stopped: true, reason: undefined },
      { stopped: true, reason: undefined },
    ])
  })
})

describe('startEmbedded and stopEmbedded', () => {
  it('let the server stay when nobody uses it, until it is stopped', async () => {
    const project = await makeProject(home)
    const start = await startEmbedded(project)
    expect(start).toMatchObject({ started: true, leases: 0 })
    expect(await startEmbedded(project)).toMatchObject({ started: false, pid: start.pid })

    const server = await openEmbeddedServer(project)
    expect(server.started).toBe(false)
    expect(server.url).toBe(await embeddedUrl(project))
    expect(await server.release()).toEqual({ stopped: false, reason: 'it was started to stay' })
    expect(await embeddedStatus(project)).toMatchObject({
      stays: true,
      running: { pid: start.pid, port: start.port, leases: 0 },
    })

    expect(await stopEmbedded(project)).toEqual({ stopped: true })
    expect(isAlive(start.pid)).toBe(false)
    expect(await stopEmbedded(project)).toEqual({ stopped: false })
    expect(await embeddedStatus(project)).toMatchObject({ stays: false, running: undefined })
  })

  it('refuse to stop the server while commands use it', async () => {
    const project = await makeProject(home)
    const holder = await startHolder(project)
    const server = await openEmbeddedServer(project)
    await expect(stopEmbedded(project)).rejects.toMatchObject({
      code: 'EMBEDDED_IN_USE',
      message: 'Cannot stop the embedded server',
      why: '2 other commands use it.',
    })
    expect((await embeddedStatus(project)).running?.leases).toBe(2)
    await server.release()
    await expect(stopEmbedded(project)).rejects.toMatchObject({ why: 'Another command uses it.' })
    await holder.release()
  })

  it('know nothing of a project that never had a server', async () => {
    const project = await makeProject(await makeHome())
    expect(await stopEmbedded(project)).toEqual({ stopped: false })
    expect(await embeddedStatus(project)).toMatchObject({ exists: false, running: undefined })
    await expect(embeddedUrl(project)).rejects.toMatchObject({ code: 'EMBEDDED_NOT_RUNNING' })
    expect(() => readdirSync(project.home)).toThrow('ENOENT')
  })
})
