import { randomBytes } from 'node:crypto'
import { access, open, readFile, stat, truncate, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { DownpourError } from '../../errors.ts'
import { ensureBinaries, findBinaries } from './binaries.ts'
import { builtinLocale, initialiseCluster, startCluster, type Cluster } from './cluster.ts'
import { makePlace, type ServerPlace } from './home.ts'
import { keepFresh } from './keep-fresh.ts'
import { freePort } from './port.ts'
import { runningPostmaster } from './postmaster.ts'
import { serverUser } from './server-user.ts'
import { openControlSession, type ControlSession } from './session.ts'
import { disposableSettings } from './settings.ts'

/** A server that answers. */
export interface RunningServer {
  readonly pid: number
  readonly port: number
  /** False when it ran already. */
  readonly started: boolean
  readonly session: ControlSession
}

const DEFAULT_PORT = 54329
const PORT_ATTEMPTS = 5
const DEADLINE_MS = 2 * 60_000
const LOG_LIMIT_BYTES = 10_000_000
const POLL_MS = 50

/** Makes the place's folders and finds the programs; to be done before the place can be locked. */
export async function prepareCluster(place: ServerPlace): Promise<Cluster> {
  const packaged = await findBinaries([place.projectFolder, import.meta.dirname])
  const user = await serverUser()
  await makePlace(place, user)
  const binFolder = await ensureBinaries(packaged, place.home)
  return { binFolder, dataFolder: place.dataFolder, user }
}

/**
 * Joins the server of the place or starts it, and connects. A server that is just coming up or
 * going down is waited for. To be called under the place's lock.
 */
export async function ensureRunning(place: ServerPlace, cluster: Cluster): Promise<RunningServer> {
  const deadline = Date.now() + DEADLINE_MS
  let started = false
  for (;;) {
    try {
      const running = await runningPostmaster(place.dataFolder)
      if (running === undefined) {
        await startServer(place, cluster)
        started = true
        continue
      }
      const { pid, port } = running
      if (running.ready) return { pid, port, started, session: await connect(place, port) }
    } catch (error) {
      if (!isPassing(error) || Date.now() > deadline) throw error
    }
    if (Date.now() > deadline) throw notAnswering(place, 'It is starting or ending all the time.')
    await sleep(POLL_MS)
  }
}

/**
 * @throws DownpourError EMBEDDED_PASSWORD when the password is missing or not accepted,
 *   EMBEDDED_NOT_ANSWERING with the reason as its cause.
 */
export async function connect(place: ServerPlace, port: number): Promise<ControlSession> {
  try {
    return await openControlSession(serverUrl(await readPassword(place), port))
  } catch (error) {
    if (error instanceof DownpourError) throw error
    if (errorCode(error) === '28P01')
      throw passwordProblem(place, 'The server does not accept the password in it.')
    throw notAnswering(place, `The reason is: ${(error as Error).message}.`, error)
  }
}

export function serverUrl(password: string, port: number, database = 'postgres'): string {
  return `postgres://postgres:${password}@127.0.0.1:${port}/${database}`
}

export async function readPassword(place: ServerPlace): Promise<string> {
  const password = await readIfThere(place.passwordFile)
  if (password === undefined) throw passwordProblem(place, 'The file is missing.')
  return password
}

async function startServer(place: ServerPlace, cluster: Cluster): Promise<void> {
  await ensureData(place, cluster)
  await Promise.all([keepFresh(place.dataFolder), keepFresh(dirname(cluster.binFolder))])
  await emptyLargeLog(place.logFile)
  const recorded = Number(await readIfThere(place.portFile))
  const wanted = recorded > 0 ? [recorded, DEFAULT_PORT] : [DEFAULT_PORT]
  for (let attempt = 1; ; attempt++) {
    const port = await freePort(attempt === 1 ? wanted : [])
    try {
      await startCluster(cluster, { port, settings: disposableSettings, logFile: place.logFile })
      await writeFile(place.portFile, String(port))
      return
    } catch (error) {
      // Somebody took it between the question and the start.
      const portTaken = error instanceof DownpourError && error.code === 'EMBEDDED_PORT_TAKEN'
      if (!portTaken || attempt === PORT_ATTEMPTS) throw error
    }
  }
}

async function ensureData(place: ServerPlace, cluster: Cluster): Promise<void> {
  const version = await readIfThere(join(place.dataFolder, 'PG_VERSION'))
  if (version !== undefined) return refuseOtherVersion(place, version.trim())
  if (await exists(place.dataFolder)) throw dataProblem(place, 'Files are missing from it.')
  const password = randomBytes(24).toString('hex')
  await writePassword(place, password)
  await initialiseCluster(cluster, { password, locale: builtinLocale })
}

async function refuseOtherVersion(place: ServerPlace, version: string): Promise<void> {
  if (version === '18') return
  throw dataProblem(place, `PostgreSQL ${version} wrote it, and this is PostgreSQL 18.`)
}

async function emptyLargeLog(logFile: string): Promise<void> {
  const found = await stat(logFile).catch(() => undefined)
  if (found !== undefined && found.size > LOG_LIMIT_BYTES) await truncate(logFile)
}

/** Never widens the mode of a file that is there already. */
async function writePassword(place: ServerPlace, password: string): Promise<void> {
  const file = await open(place.passwordFile, 'w', 0o600)
  try {
    await file.chmod(0o600)
    await file.writeFile(password)
  } finally {
    await file.close()
  }
}

/** Whether waiting may help: the server comes up, goes down, or its orphans have not ended yet. */
function isPassing(error: unknown): boolean {
  if (errorCode(error) === 'EMBEDDED_STILL_ENDING') return true
  const cause = errorCode((error as Error).cause)
  return /^(57P0[123]|ECONNREFUSED|ECONNRESET|EPIPE|CONNECTION_)/.test(cause)
}

function errorCode(error: unknown): string {
  return (error as { code?: string } | undefined)?.code ?? ''
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  )
}

async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}

function notAnswering(place: ServerPlace, why: string, cause?: unknown): DownpourError {
  return new DownpourError({
    code: 'EMBEDDED_NOT_ANSWERING',
    message: 'Cannot connect to the embedded server',
    why,
    fix: `Read ${place.logFile}.`,
    cause,
  })
}

function passwordProblem(place: ServerPlace, why: string): DownpourError {
  return new DownpourError({
    code: 'EMBEDDED_PASSWORD',
    message: `Cannot use the embedded server's password file ${place.passwordFile}`,
    why,
    fix: `Put it back, or stop the server and remove ${place.folder} to start with an empty one.`,
  })
}

function dataProblem(place: ServerPlace, why: string): DownpourError {
  return new DownpourError({
    code: 'EMBEDDED_DATA',
    message: `Cannot start the embedded server on its data folder ${place.dataFolder}`,
    why,
    fix: `Remove ${place.folder} to start with an empty one.`,
  })
}
