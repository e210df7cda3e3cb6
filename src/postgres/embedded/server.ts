import { existsSync } from 'node:fs'
import { rm, writeFile } from 'node:fs/promises'
import { DownpourError } from '../../errors.ts'
import { stopCluster } from './cluster.ts'
import { serverPlace, type EmbeddedProject, type ServerPlace } from './home.ts'
import { withLock } from './lock.ts'
import { runningPostmaster } from './postmaster.ts'
import {
  countLastingOthers,
  countOthers,
  ensureDatabase,
  giveLeaseBack,
  serverVersion,
  takeLease,
  type ControlSession,
  type OtherUsers,
} from './session.ts'
import { connect, ensureRunning, prepareCluster, readPassword, serverUrl } from './start.ts'

/** A running server with a lease: it is not stopped by another command before `release`. */
export interface EmbeddedServer {
  /** With the password; the database is `downpour`. */
  readonly url: string
  /** The server's folder, with its log and its data. */
  readonly folder: string
  readonly dataFolder: string
  /** PostgreSQL's version, e.g. `18.4`. */
  readonly version: string
  readonly port: number
  /** Whether this call started it. */
  readonly started: boolean
  /** Gives the lease back and stops the server if nobody else uses it. Never called, it keeps the process alive. */
  release(): Promise<Released>
}

export interface Released {
  readonly stopped: boolean
  /** Why this call did not stop it, e.g. `1 other command uses it`; undefined when it did. */
  readonly reason: string | undefined
}

/** What is known about a project's server. */
export interface EmbeddedStatus {
  readonly folder: string
  readonly dataFolder: string
  readonly logFile: string
  /** Whether it was ever started: there is a data folder. */
  readonly exists: boolean
  /** Whether `db start` asked for it to stay when nobody uses it. */
  readonly stays: boolean
  /** Undefined when it does not run. */
  readonly running: RunningStatus | undefined
}

export interface RunningStatus {
  readonly pid: number
  readonly port: number
  /** PostgreSQL's version, e.g. `18.4`. */
  readonly version: string
  /** Commands that use it right now. */
  readonly leases: number
  /** Client sessions of any kind, leases among them. */
  readonly sessions: number
}

const DATABASE = 'downpour'

/**
 * Starts the project's embedded server, or joins it when it runs, and takes a lease on it. Two
 * commands that call this at once get one server.
 *
 * @returns The server; call `release` when its use is over and all other connections are ended.
 * @throws DownpourError with a code that begins with EMBEDDED_, e.g. EMBEDDED_MISSING when the
 *   optional package is not installed; `why` holds the last lines of the server's log.
 *
 * @example
 * const server = await openEmbeddedServer({ folder: process.cwd() })
 * server.url // 'postgres://postgres:…@127.0.0.1:54329/downpour'
 * await server.release() // { stopped: true, reason: undefined }
 */
export async function openEmbeddedServer(project: EmbeddedProject): Promise<EmbeddedServer> {
  const place = await serverPlace(project)
  const cluster = await prepareCluster(place)
  return withLock(place, async () => {
    const { session, port, started } = await ensureRunning(place, cluster)
    return endOnError(session, async () => {
      await takeLease(session)
      await ensureDatabase(session, DATABASE)
      let released: Promise<Released> | undefined
      return {
        url: serverUrl(await readPassword(place), port, DATABASE),
        folder: place.folder,
        dataFolder: place.dataFolder,
        version: await serverVersion(session),
        port,
        started,
        release: () => (released ??= release(place, session)),
      }
    })
  })
}

/**
 * Starts the project's server, or finds it running, and lets it stay until `stopEmbedded`.
 *
 * @throws DownpourError as `openEmbeddedServer`.
 */
export async function startEmbedded(
  project: EmbeddedProject,
): Promise<RunningStatus & { readonly started: boolean }> {
  const place = await serverPlace(project)
  const cluster = await prepareCluster(place)
  return withLock(place, async () => {
    const { session, pid, port, started } = await ensureRunning(place, cluster)
    return endAfter(session, async () => {
      await ensureDatabase(session, DATABASE)
      await writeFile(place.stayFile, '')
      return { ...(await runningStatus(session, { pid, port })), started }
    })
  })
}

/**
 * Stops the project's server, whoever is connected, unless a command uses it.
 *
 * @returns False when it did not run.
 * @throws DownpourError EMBEDDED_IN_USE when a command holds a lease.
 */
export async function stopEmbedded(project: EmbeddedProject): Promise<{ stopped: boolean }> {
  const place = await serverPlace(project)
  if (!existsSync(place.folder)) return { stopped: false }
  return withLock(place, async () => {
    const running = await runningPostmaster(place.dataFolder)
    if (running?.ready === true) await refuseWhileUsed(await connect(place, running.port))
    await rm(place.stayFile, { force: true })
    await stopCluster(place.dataFolder)
    return { stopped: running !== undefined }
  })
}

/** Looks without touching anything: makes no folder, starts nothing, waits for nobody. */
export async function embeddedStatus(project: EmbeddedProject): Promise<EmbeddedStatus> {
  const place = await serverPlace(project)
  const postmaster = await runningPostmaster(place.dataFolder)
  return {
    folder: place.folder,
    dataFolder: place.dataFolder,
    logFile: place.logFile,
    exists: existsSync(place.dataFolder),
    stays: existsSync(place.stayFile),
    running:
      postmaster?.ready === true
        ? await withSession(place, postmaster.port, (session) => runningStatus(session, postmaster))
        : undefined,
  }
}

/**
 * The URL of the running server, with its password.
 *
 * @throws DownpourError EMBEDDED_NOT_RUNNING.
 */
export async function embeddedUrl(project: EmbeddedProject): Promise<string> {
  const place = await serverPlace(project)
  const running = await runningPostmaster(place.dataFolder)
  if (running !== undefined) return serverUrl(await readPassword(place), running.port, DATABASE)
  throw new DownpourError({
    code: 'EMBEDDED_NOT_RUNNING',
    message: 'Cannot tell the URL of the embedded server',
    why: 'It does not run, and its port is only certain while it does.',
    fix: 'Run: npx downpour db start',
  })
}

function release(place: ServerPlace, session: ControlSession): Promise<Released> {
  return withLock(place, () =>
    endAfter(session, async () => {
      const reason = await reasonToStay(place, session)
      if (reason !== undefined) return { stopped: false, reason }
      await session.end()
      await stopCluster(place.dataFolder)
      return { stopped: true, reason: undefined }
    }),
  )
}

async function reasonToStay(
  place: ServerPlace,
  session: ControlSession,
): Promise<string | undefined> {
  const gone = 'it was stopped by somebody else'
  if (session.lost()) return gone
  try {
    // At once, so that of two commands that end together the second sees no lease.
    await giveLeaseBack(session)
    if (existsSync(place.stayFile)) return 'it was started to stay'
    return usersInWords(await countLastingOthers(session))
  } catch (error) {
    if (session.lost()) return gone
    throw error
  }
}

async function refuseWhileUsed(session: ControlSession): Promise<void> {
  const { leases } = await endAfter(session, () => countOthers(session))
  if (leases === 0) return
  throw new DownpourError({
    code: 'EMBEDDED_IN_USE',
    message: 'Cannot stop the embedded server',
    why: leases === 1 ? 'Another command uses it.' : `${leases} other commands use it.`,
    fix: 'Wait until they are done, or end them.',
  })
}

function usersInWords({ leases, sessions }: OtherUsers): string | undefined {
  if (leases > 0) return `${leases} other ${leases === 1 ? 'command uses' : 'commands use'} it`
  if (sessions > 0)
    return `${sessions} other ${sessions === 1 ? 'session is' : 'sessions are'} connected`
  return undefined
}

async function runningStatus(
  session: ControlSession,
  { pid, port }: { pid: number; port: number },
): Promise<RunningStatus> {
  const version = await serverVersion(session)
  return { pid, port, version, ...(await countOthers(session)) }
}

async function withSession<T>(
  place: ServerPlace,
  port: number,
  work: (session: ControlSession) => Promise<T>,
): Promise<T> {
  const session = await connect(place, port)
  return endAfter(session, () => work(session))
}

async function endAfter<T>(session: ControlSession, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } finally {
    await session.end()
  }
}

async function endOnError<T>(session: ControlSession, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    await session.end()
    throw error
  }
}
