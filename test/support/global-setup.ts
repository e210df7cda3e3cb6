import { execFileSync, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { chmod, mkdir, mkdtemp, realpath, statfs } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import postgres from 'postgres'
import type { TestProject } from 'vitest/node'
import { ensureBinaries, findBinaries } from '../../src/postgres/embedded/binaries.ts'
import {
  builtinLocale,
  initialiseCluster,
  startCluster,
} from '../../src/postgres/embedded/cluster.ts'
import { freePort } from '../../src/postgres/embedded/port.ts'
import { serverUser } from '../../src/postgres/embedded/server-user.ts'
import { disposableSettings } from '../../src/postgres/embedded/settings.ts'
import { compile } from './compile.ts'

declare module 'vitest' {
  export interface ProvidedContext {
    serverUrl: string
    /** Undefined where PostgreSQL 15 is not installed. */
    postgres15Url: string | undefined
    /** The run's temporary folder: removed at its end with every server started below it. */
    runFolder: string
    /** The folder of `initdb` and `postgres` 18. */
    binFolder: string
  }
}

/** What PostgreSQL before 17 offers: the C library's C.UTF-8. */
const libcLocale: readonly string[] = ['--locale=C.UTF-8']

/** One server of each version per run, in a folder of its own that does not outlive the run. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const folder = await makeFolder(tmpdir())
  const dataFolder = (await hasMemoryFolder()) ? await makeFolder(memoryFolder) : folder
  const sweep = startSweeper(new Set([folder, dataFolder]))
  try {
    const binFolder = await ensureBinaries(await findBinaries(), folder)
    const binFolder15 = findPostgres15()
    const [url, url15] = await Promise.all([
      startServer({ folder: dataFolder, name: '18', binFolder, locale: builtinLocale }),
      binFolder15 === undefined
        ? undefined
        : startServer({
            folder: dataFolder,
            name: '15',
            binFolder: binFolder15,
            locale: libcLocale,
          }),
      compile(folder),
    ])
    project.provide('serverUrl', url)
    project.provide('postgres15Url', url15)
    project.provide('runFolder', folder)
    project.provide('binFolder', binFolder)
    return sweep
  } catch (error) {
    await sweep()
    throw error
  }
}

interface TestServer {
  readonly folder: string
  readonly name: string
  readonly binFolder: string
  readonly locale: readonly string[]
}

async function startServer({ folder, name, binFolder, locale }: TestServer): Promise<string> {
  const serverFolder = join(folder, name)
  await mkdir(serverFolder, { mode: 0o711 })
  const cluster = { binFolder, dataFolder: join(serverFolder, 'data'), user: await serverUser() }
  const password = randomBytes(12).toString('hex')
  await initialiseCluster(cluster, { password, locale })
  const port = await freePort()
  await startCluster(cluster, { port, settings, logFile: join(serverFolder, 'log') })
  const url = `postgres://postgres:${password}@127.0.0.1:${port}/postgres`
  await simplifyPassword(url, password)
  return url
}

const settings: Readonly<Record<string, string>> = {
  ...disposableSettings,
  // Many test files at once, each with lanes.
  max_connections: '300',
  // It may be in memory.
  max_wal_size: '256MB',
}

/** Thousands of connections are opened, and each would derive the key with 4096 rounds. */
async function simplifyPassword(url: string, password: string): Promise<void> {
  const sql = postgres(url, { max: 1 })
  const [server] = await sql`select current_setting('server_version_num')::int as version`
  if (server!['version'] >= 16_00_00) {
    await sql.unsafe(`set scram_iterations = 1; alter role postgres password '${password}'`)
  }
  await sql.end()
}

/** Where a database of three hundred files is made and removed in half the time. */
const memoryFolder = '/dev/shm'

/** Not the few megabytes that a container may be given. */
async function hasMemoryFolder(): Promise<boolean> {
  try {
    const { bavail, bsize } = await statfs(memoryFolder)
    return bavail * bsize > 4 * 2 ** 30
  } catch {
    return false
  }
}

async function makeFolder(parent: string): Promise<string> {
  const folder = await realpath(await mkdtemp(join(parent, 'downpour-test-')))
  // The server's user has to pass through.
  await chmod(folder, 0o711)
  return folder
}

/**
 * A process of its own that cleans up when this one ends, be it by Ctrl-C or by `kill -9`; the
 * ordinary end takes the same way.
 */
function startSweeper(folders: ReadonlySet<string>): () => Promise<void> {
  const script = join(import.meta.dirname, 'sweeper.ts')
  const child = spawn(process.execPath, ['--import', 'tsx', script, ...folders], {
    detached: true,
    stdio: ['pipe', 'ignore', 'inherit'],
  })
  const ended = new Promise<void>((resolve, reject) => {
    child.once('error', reject)
    child.once('exit', (code) =>
      code === 0
        ? resolve()
        : reject(new Error(`${[...folders].join(' and ')} was not removed (exit ${code})`)),
    )
  })
  // Rejections are looked at in the function returned, which may be called much later.
  ended.catch(() => {})
  return async () => {
    child.stdin.end()
    await ended
  }
}

function findPostgres15(): string | undefined {
  const folders = ['/usr/lib/postgresql/15/bin', configuredBinFolder()]
  return folders.find((folder) => {
    if (folder === undefined || !existsSync(join(folder, 'initdb'))) return false
    const version = execFileSync(join(folder, 'postgres'), ['--version'], { encoding: 'utf8' })
    return / 15\./.test(version)
  })
}

function configuredBinFolder(): string | undefined {
  try {
    return execFileSync('pg_config', ['--bindir'], { encoding: 'utf8', stdio: 'pipe' }).trim()
  } catch {
    return undefined
  }
}
