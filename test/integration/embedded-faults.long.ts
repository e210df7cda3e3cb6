import { spawn } from 'node:child_process'
import {
  appendFile,
  chmod,
  chown,
  mkdtemp,
  readdir,
  readFile,
  rm,
  unlink,
  writeFile,
} from 'node:fs/promises'
import { createServer, type Server } from 'node:net'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import {
  builtinLocale,
  initialiseCluster,
  startCluster,
} from '../../src/postgres/embedded/cluster.ts'
import { serverUser } from '../../src/postgres/embedded/server-user.ts'
import {
  embeddedStatus,
  embeddedUrl,
  openEmbeddedServer,
  startEmbedded,
  stopEmbedded,
} from '../../src/postgres/embedded/server.ts'
import { runFolder } from '../support/database.ts'
import {
  isAlive,
  makeHome,
  makeProject,
  startHolder,
  waitUntil,
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

/** Occupies a port, waiting for it while the server of another test has it. */
async function occupy(port: number): Promise<Server> {
  for (;;) {
    const server = createServer()
    const isOurs = await new Promise<boolean>((resolve, reject) => {
      server.once('error', (error: NodeJS.ErrnoException) =>
        error.code === 'EADDRINUSE' ? resolve(false) : reject(error),
      )
      server.listen(port, '127.0.0.1', () => resolve(true))
    })
    if (isOurs) return server
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}

describe('a command that was killed', () => {
  it('leaves its server to the next command, which stops it', async () => {
    const holder = await startHolder(shared)
    await holder.kill()
    const next = await openEmbeddedServer(shared)
    expect(next.started).toBe(false)
    expect(await next.release()).toEqual({ stopped: true, reason: undefined })
  })

  it('does not count as a user of the server when another command ends', async () => {
    const holder = await startHolder(shared)
    const server = await openEmbeddedServer(shared)
    await holder.kill()
    expect(await server.release()).toEqual({ stopped: true, reason: undefined })
  })

  it('does not keep others out for long when it held the lock', async () => {
    const { folder } = await embeddedStatus(shared)
    const script = `require('node:fs').mkdirSync(${JSON.stringify(join(folder, 'lock'))})`
    const child = spawn(process.execPath, ['-e', script], { stdio: 'inherit' })
    await new Promise((resolve) => child.once('exit', resolve))
    const server = await openEmbeddedServer(shared)
    expect(await server.release()).toMatchObject({ stopped: true })
  })
})

describe('a server that was killed', () => {
  it('is started again with its data, by way of its stale pid file', async () => {
    const first = await startEmbedded(shared)
    const server = await openEmbeddedServer(shared)
    await withSql(server.url, async (sql) => {
      await sql`create table survivor as select 7 as answer`
      await sql`checkpoint`
    })
    process.kill(first.pid, 'SIGKILL')
    await waitUntil(() => !isAlive(first.pid))
    expect(await readFile(join(server.dataFolder, 'postmaster.pid'), 'utf8')).toContain(
      String(first.pid),
    )
    expect((await embeddedStatus(shared)).running).toBeUndefined()

    const second = await startEmbedded(shared)
    expect(second.started).toBe(true)
    const again = await openEmbeddedServer(shared)
    expect(await withSql(again.url, (sql) => sql`select answer from survivor`)).toEqual([
      { answer: 7 },
    ])
    expect(await server.release()).toEqual({
      stopped: false,
      reason: 'it was stopped by somebody else',
    })
    await again.release()
    expect(await stopEmbedded(shared)).toEqual({ stopped: true })
  })

  it('is started again when a session that outlived it has ended', async () => {
    const { pid } = await startEmbedded(shared)
    const url = await embeddedUrl(shared)
    const busy = withSql(
      url,
      // Waits without looking at anything, so that it does not see the server die.
      (sql) => sql`do $$
        declare start timestamptz := clock_timestamp();
        begin while clock_timestamp() < start + '1.5 s' loop end loop; end $$`,
    ).catch((error: unknown) => error as Error)
    await waitUntil(async () => {
      const active = await withSql(
        url,
        (sql) => sql`
          select from pg_stat_activity
          where state = 'active' and query like 'do %' and pid <> pg_backend_pid()`,
      )
      return active.length === 1
    })
    process.kill(pid, 'SIGKILL')
    await waitUntil(() => !isAlive(pid))
    const again = await startEmbedded(shared)
    expect(again.started).toBe(true)
    await busy
    expect(await readFile((await embeddedStatus(shared)).logFile, 'utf8')).toContain(
      'pre-existing shared memory block',
    )
    await stopEmbedded(shared)
  })

  it('is started again although its pid belongs to another process of the same user now', async () => {
    const user = await serverUser()
    const other = spawn('sleep', ['60'], {
      cwd: '/',
      ...(user === undefined ? {} : { uid: user.uid | 0, gid: user.gid | 0 }),
    })
    const exited = new Promise((resolve) => other.once('exit', resolve))
    const { dataFolder } = await embeddedStatus(shared)
    const pidFile = join(dataFolder, 'postmaster.pid')
    const lines = [other.pid, dataFolder, 1_700_000_000, 54329, '', '127.0.0.1', '1 1', 'ready   ']
    await writeFile(pidFile, `${lines.join('\n')}\n`, { mode: 0o600 })
    if (user !== undefined) await chown(pidFile, user.uid, user.gid)

    expect((await embeddedStatus(shared)).running).toBeUndefined()
    const server = await openEmbeddedServer(shared)
    expect(server.started).toBe(true)
    expect(await server.release()).toMatchObject({ stopped: true })
    expect(isAlive(other.pid!)).toBe(true)
    other.kill()
    await exited
  })

  it.each(['', 'x\n', '-1\n', '1\n'])(
    'is started again when its pid file holds %j',
    async (text) => {
      const { dataFolder } = await embeddedStatus(shared)
      await writeFile(join(dataFolder, 'postmaster.pid'), text)
      const server = await openEmbeddedServer(shared)
      expect(server.started).toBe(true)
      expect(await server.release()).toMatchObject({ stopped: true })
    },
  )
})

describe('a port that is taken', () => {
  it('is passed over for a free one, which is then kept', async () => {
    const project = await makeProject(home)
    const occupier = await occupy(54329)
    const server = await openEmbeddedServer(project)
    expect(server.port).not.toBe(54329)
    await server.release()
    await new Promise((resolve) => occupier.close(resolve))

    const again = await openEmbeddedServer(project)
    expect(again.port).toBe(server.port)
    await again.release()
  })

  it('is passed over when it is the one the server had last time', async () => {
    const first = await openEmbeddedServer(shared)
    await first.release()
    const occupier = await occupy(first.port)
    const second = await openEmbeddedServer(shared)
    expect(second.port).not.toBe(first.port)
    await withSql(second.url, (sql) => sql`select 1`)
    await second.release()
    await new Promise((resolve) => occupier.close(resolve))
  })
})

describe('a server that cannot be used', () => {
  it.each([
    { text: 'not a program', mode: 0o644, why: 'its disk may be mounted noexec.' },
    { text: '#!/no/such/loader', mode: 0o755, why: 'it needs the C library glibc.' },
  ])('fails with a sentence when its programs cannot be run: $why', async ({ text, mode, why }) => {
    const folder = await mkdtemp(join(runFolder(), 'broken-'))
    await chmod(folder, 0o711)
    for (const name of ['initdb', 'postgres']) await writeFile(join(folder, name), text, { mode })
    const cluster = {
      binFolder: folder,
      dataFolder: join(folder, 'data'),
      user: await serverUser(),
    }
    await expect(
      initialiseCluster(cluster, { password: 'canary', locale: builtinLocale }),
    ).rejects.toMatchObject({
      code: 'EMBEDDED_INIT_FAILED',
      message: `Cannot create the PostgreSQL data folder ${cluster.dataFolder}`,
      why: expect.stringContaining(why) as string,
    })
    expect((await readdir(folder)).toSorted()).toEqual(['initdb', 'postgres'])
    const start = { port: 1, settings: {}, logFile: join(folder, 'log') }
    await expect(startCluster(cluster, start)).rejects.toMatchObject({
      code: 'EMBEDDED_START_FAILED',
      why: expect.stringContaining(why) as string,
    })
  })

  it('fails with the end of its log when it does not start', async () => {
    const project = await makeProject(home)
    const { dataFolder, logFile } = await startEmbedded(project).then(() => embeddedStatus(project))
    await stopEmbedded(project)
    await appendFile(join(dataFolder, 'postgresql.conf'), "work_mem = 'a lot'\n")
    await expect(openEmbeddedServer(project)).rejects.toMatchObject({
      code: 'EMBEDDED_START_FAILED',
      message: expect.stringMatching(/^Cannot start the PostgreSQL server on port \d+$/) as string,
      why: expect.stringMatching(
        /^Its log says: .*invalid value for parameter "work_mem": "a lot".*FATAL/,
      ) as string,
      fix: `Read ${logFile}, or set DATABASE_URL to a server of your own.`,
    })
  })

  it('fails when its password file is lost, and works when it is put back', async () => {
    const project = await makeProject(home)
    const { folder } = await startEmbedded(project).then(() => embeddedStatus(project))
    const file = join(folder, 'password')
    const password = await readFile(file, 'utf8')
    await unlink(file)
    await expect(openEmbeddedServer(project)).rejects.toMatchObject({
      code: 'EMBEDDED_PASSWORD',
      message: `Cannot use the embedded server's password file ${file}`,
      why: 'The file is missing.',
    })
    await writeFile(file, 'canary', { mode: 0o600 })
    const refused = await openEmbeddedServer(project).catch((error: unknown) => error as Error)
    expect(refused).toMatchObject({
      code: 'EMBEDDED_PASSWORD',
      why: 'The server does not accept the password in it.',
    })
    expect(JSON.stringify(refused)).not.toContain('canary')
    await writeFile(file, password)
    await (await openEmbeddedServer(project)).release()
    await stopEmbedded(project)

    await writeFile(join(folder, 'data', 'PG_VERSION'), '17\n')
    await expect(openEmbeddedServer(project)).rejects.toMatchObject({
      code: 'EMBEDDED_DATA',
      why: 'PostgreSQL 17 wrote it, and this is PostgreSQL 18.',
    })
    await rm(join(folder, 'data', 'PG_VERSION'))
    await expect(openEmbeddedServer(project)).rejects.toMatchObject({
      code: 'EMBEDDED_DATA',
      message: `Cannot start the embedded server on its data folder ${join(folder, 'data')}`,
      why: 'Files are missing from it.',
      fix: `Remove ${folder} to start with an empty one.`,
    })
  })
})
