import { spawn, type ChildProcess } from 'node:child_process'
import { createReadStream } from 'node:fs'
import { chmod, chown, mkdir, open, rename, rm, stat, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { DownpourError } from '../../errors.ts'
import { runningPostmaster } from './postmaster.ts'
import type { ServerUser } from './server-user.ts'

/** A data folder with the programs that serve it. */
export interface Cluster {
  /** The folder of `initdb` and `postgres`, of any version from 15 on. */
  readonly binFolder: string
  readonly dataFolder: string
  /** Whom the programs run as; undefined for the calling user. */
  readonly user: ServerUser | undefined
}

export interface InitialiseOptions {
  /** Of the superuser `postgres`. */
  readonly password: string
  /** initdb's flags for the locale, which differ between versions. */
  readonly locale: readonly string[]
}

export interface StartOptions {
  readonly port: number
  readonly settings: Readonly<Record<string, string>>
  /** Appended to; made readable for the calling user alone, since statements may end up in it. */
  readonly logFile: string
  /** @defaultValue 300000 */
  readonly deadlineMs?: number
}

/** PostgreSQL 17 and later bring C.UTF-8 along, the same on every system. */
export const builtinLocale: readonly string[] = [
  '--locale-provider=builtin',
  '--builtin-locale=C.UTF-8',
  '--locale=C',
]

// Recovery after a crash may have to read gigabytes of WAL.
const START_DEADLINE_MS = 5 * 60_000
const STOP_DEADLINE_MS = 60_000
const POLL_MS = 20
const LOG_LINES_SHOWN = 8
const LOG_BYTES_READ = 16_384

/**
 * Runs `initdb`. The data folder appears under its name only when it is complete.
 *
 * @throws DownpourError EMBEDDED_INIT_FAILED with initdb's last lines.
 */
export async function initialiseCluster(
  cluster: Cluster,
  options: InitialiseOptions,
): Promise<void> {
  const unfinished = `${cluster.dataFolder}.new`
  const passwordFile = `${cluster.dataFolder}.password`
  await rm(unfinished, { recursive: true, force: true })
  await rm(passwordFile, { force: true })
  await mkdir(unfinished, { mode: 0o700 })
  await handOver(unfinished, { user: cluster.user, mode: 0o700 })
  // A file, because initdb cannot open a pipe that belongs to another user.
  await writeFile(passwordFile, options.password, { mode: 0o600, flag: 'wx' })
  await handOver(passwordFile, { user: cluster.user, mode: 0o600 })
  try {
    await runInitdb(cluster, [
      `--pgdata=${unfinished}`,
      `--pwfile=${passwordFile}`,
      '--username=postgres',
      '--auth=scram-sha-256',
      '--encoding=UTF8',
      '--no-sync',
      '--no-instructions',
      ...options.locale,
    ])
    await rename(unfinished, cluster.dataFolder)
  } catch (error) {
    await rm(unfinished, { recursive: true, force: true })
    throw error
  } finally {
    await rm(passwordFile, { force: true })
  }
}

/**
 * Starts the server in a session of its own, so that Ctrl-C does not reach it, and waits until it
 * takes connections. A pid file that no server stands behind is removed first.
 *
 * @returns The postmaster's process id.
 * @throws DownpourError EMBEDDED_PORT_TAKEN or EMBEDDED_START_FAILED with the log's last lines.
 */
export async function startCluster(cluster: Cluster, options: StartOptions): Promise<number> {
  if ((await runningPostmaster(cluster.dataFolder)) === undefined)
    await rm(join(cluster.dataFolder, 'postmaster.pid'), { force: true })
  const log = await open(options.logFile, 'a', 0o600)
  try {
    const logStart = (await log.stat()).size
    const child = spawn(join(cluster.binFolder, 'postgres'), serverArguments(cluster, options), {
      ...programOptions(cluster.user),
      detached: true,
      stdio: ['ignore', log.fd, log.fd],
    })
    await waitUntilReady(cluster, options, { child, logStart })
    child.unref()
    return child.pid!
  } finally {
    await log.close()
  }
}

/**
 * Stops the server (fast: sessions are ended, nothing is lost) and waits until it is gone. Does
 * nothing when none runs.
 *
 * @throws DownpourError EMBEDDED_STOP_FAILED when it still runs after a minute.
 */
export async function stopCluster(dataFolder: string): Promise<void> {
  const deadline = Date.now() + STOP_DEADLINE_MS
  let signalled: number | undefined
  for (;;) {
    const postmaster = await runningPostmaster(dataFolder)
    if (postmaster === undefined) return
    if (postmaster.pid !== signalled) {
      signal(postmaster.pid)
      signalled = postmaster.pid
    }
    if (Date.now() > deadline) throw stopFailed(postmaster.pid)
    await sleep(POLL_MS)
  }
}

function signal(pid: number): void {
  try {
    process.kill(pid, 'SIGINT')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}

function serverArguments(cluster: Cluster, options: StartOptions): string[] {
  const settings = { ...options.settings, port: String(options.port) }
  return [
    '-D',
    cluster.dataFolder,
    ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
  ]
}

async function waitUntilReady(
  cluster: Cluster,
  options: StartOptions,
  started: { child: ChildProcess; logStart: number },
): Promise<void> {
  const { child, logStart } = started
  let failure: Error | undefined
  child.once('error', (error) => (failure = error))
  child.once('exit', () => (failure ??= new Error('the server ended')))
  const deadline = Date.now() + (options.deadlineMs ?? START_DEADLINE_MS)
  for (;;) {
    if (failure !== undefined) throw await startFailed(options, { logStart, cause: failure })
    const postmaster = await runningPostmaster(cluster.dataFolder)
    if (postmaster?.ready === true && postmaster.pid === child.pid) return
    if (Date.now() > deadline) {
      child.kill('SIGQUIT')
      throw await startFailed(options, { logStart, cause: new Error('not ready in time') })
    }
    await sleep(POLL_MS)
  }
}

async function startFailed(
  options: StartOptions,
  { logStart, cause }: { logStart: number; cause: unknown },
): Promise<DownpourError> {
  const lines = await logLines(options.logFile, logStart)
  return new DownpourError({
    code: startFailureCode(lines),
    message: `Cannot start the PostgreSQL server on port ${options.port}`,
    why: lines === '' ? explainSpawnFailure(cause) : `Its log says: ${lines}`,
    fix: `Read ${options.logFile}, or set DATABASE_URL to a server of your own.`,
    cause,
  })
}

function startFailureCode(log: string): string {
  if (/could not bind|could not create any TCP\/IP sockets/.test(log)) return 'EMBEDDED_PORT_TAKEN'
  // The processes of a killed server end a moment after it.
  if (/pre-existing shared memory block|lock file ".*" already exists/.test(log))
    return 'EMBEDDED_STILL_ENDING'
  return 'EMBEDDED_START_FAILED'
}

/** A program that could not even be started says nothing itself. */
function explainSpawnFailure(cause: unknown): string {
  const { code, message } = cause as NodeJS.ErrnoException
  if (code === 'EACCES' || code === 'EPERM')
    return `The program may not be run from its folder (${message}); its disk may be mounted noexec.`
  if (code === 'ENOENT')
    return `The program does not run on this system (${message}); it needs the C library glibc.`
  return `It wrote nothing (${message}).`
}

/** The last lines the server wrote since `start`, on one line. */
async function logLines(logFile: string, start: number): Promise<string> {
  const end = (await stat(logFile)).size
  const stream = createReadStream(logFile, { start: Math.max(start, end - LOG_BYTES_READ) })
  return lastLines((await stream.toArray()).join(''))
}

function lastLines(text: string): string {
  return text.trim().split('\n').slice(-LOG_LINES_SHOWN).join(' | ')
}

/** In a session of its own, so that Ctrl-C does not reach it: half of it would be of no use. */
function runInitdb(cluster: Cluster, flags: string[]): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(join(cluster.binFolder, 'initdb'), flags, {
      ...programOptions(cluster.user),
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let output = ''
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => (output += text))
    }
    const fail = (error: Error) => reject(initFailed(cluster, { error, output }))
    child.once('error', fail)
    child.once('close', (code, signal) => {
      if (code === 0) resolve()
      else fail(new Error(`initdb ended with ${signal ?? `exit code ${code}`}`))
    })
  })
}

function initFailed(
  cluster: Cluster,
  { error, output }: { error: Error; output: string },
): DownpourError {
  const lines = lastLines(output)
  return new DownpourError({
    code: 'EMBEDDED_INIT_FAILED',
    message: `Cannot create the PostgreSQL data folder ${cluster.dataFolder}`,
    why: lines === '' ? explainSpawnFailure(error) : `initdb says: ${lines}`,
    fix: `Check the free space and the permissions of ${dirname(cluster.dataFolder)}, or set DATABASE_URL to a server of your own.`,
    cause: error,
  })
}

function stopFailed(pid: number): DownpourError {
  return new DownpourError({
    code: 'EMBEDDED_STOP_FAILED',
    message: `Cannot stop the PostgreSQL server with process id ${pid}`,
    why: `It still runs ${STOP_DEADLINE_MS / 1000} s after it was asked to stop.`,
    fix: `Look at what it does, or end it with: kill -QUIT ${pid}`,
  })
}

/**
 * A folder everybody may enter, an environment without the caller's PG* variables, and messages in
 * English, which `startFailed` reads. macOS needs LC_ALL for the server to start at all.
 */
function programOptions(user: ServerUser | undefined) {
  return {
    cwd: '/',
    env: { PATH: process.env['PATH'], LC_ALL: 'C' },
    // Node takes ids as signed numbers here.
    ...(user === undefined ? {} : { uid: user.uid | 0, gid: user.gid | 0 }),
  }
}

async function handOver(
  path: string,
  { user, mode }: { user: ServerUser | undefined; mode: number },
): Promise<void> {
  if (user !== undefined) await chown(path, user.uid, user.gid)
  await chmod(path, mode)
}
