import { createHash } from 'node:crypto'
import { chmod, lstat, mkdir, realpath, stat } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import { DownpourError } from '../../errors.ts'
import type { ServerUser } from './server-user.ts'

/** Which project's server is meant. */
export interface EmbeddedProject {
  /** The project's folder; each has a server of its own. */
  readonly folder: string
  /**
   * Where servers and binaries are kept.
   * @defaultValue `DOWNPOUR_HOME`, else `/var/tmp/downpour-<uid>`
   */
  readonly home?: string | undefined
}

/** Where one project's server keeps what. */
export interface ServerPlace {
  readonly projectFolder: string
  readonly home: string
  readonly folder: string
  readonly dataFolder: string
  readonly passwordFile: string
  readonly portFile: string
  readonly logFile: string
  /** There while the server is to stay up when nobody uses it. */
  readonly stayFile: string
  readonly lockFolder: string
}

/** Names the place without making or checking anything. */
export async function serverPlace(project: EmbeddedProject): Promise<ServerPlace> {
  const home = await resolveHome(project.home ?? process.env['DOWNPOUR_HOME'])
  const projectFolder = await realpath(project.folder)
  const name =
    basename(projectFolder)
      .replaceAll(/[^\w-]/g, '-')
      .slice(0, 20) || 'project'
  const hash = createHash('sha256').update(projectFolder).digest('hex').slice(0, 8)
  const folder = join(home, `${name}-${hash}`)
  return {
    projectFolder,
    home,
    folder,
    dataFolder: join(folder, 'data'),
    passwordFile: join(folder, 'password'),
    portFile: join(folder, 'port'),
    logFile: join(folder, 'log'),
    stayFile: join(folder, 'stay'),
    lockFolder: join(folder, 'lock'),
  }
}

/**
 * Makes the home and the server's folder. Others, among them the user the server runs as, can pass
 * through both but not list them.
 *
 * @throws DownpourError EMBEDDED_HOME_UNSAFE when somebody else could have put things there (the
 *   default lies in a folder everybody can write to), EMBEDDED_HOME_UNUSABLE when it cannot be made
 *   or the server's user cannot reach it.
 */
export async function makePlace(place: ServerPlace, user: ServerUser | undefined): Promise<void> {
  try {
    await mkdir(dirname(place.home), { recursive: true })
    for (const folder of [place.home, place.folder]) {
      await makeFolder(folder)
      await refuseForeign(folder)
    }
  } catch (error) {
    throw error instanceof DownpourError ? error : homeUnusable(place.home, error)
  }
  if (user !== undefined) await refuseUnreachable(place, user)
}

/** `/var` is a link on macOS: only the last part of the path has to be what it seems. */
async function resolveHome(wanted: string | undefined): Promise<string> {
  const home = resolve(wanted || `/var/tmp/downpour-${process.getuid?.() ?? 'user'}`)
  try {
    return join(await realpath(dirname(home)), basename(home))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return home
    throw homeUnusable(home, error)
  }
}

async function makeFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder)
    // Whatever the umask is. A folder that was there already is left as it is.
    await chmod(folder, 0o711)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  }
}

async function refuseForeign(folder: string): Promise<void> {
  const found = await lstat(folder)
  const reason = !found.isDirectory()
    ? 'It is not a real folder.'
    : found.uid !== process.getuid?.()
      ? `It belongs to the user with id ${found.uid}.`
      : (found.mode & 0o022) !== 0
        ? 'Other users may write to it.'
        : undefined
  if (reason === undefined) return
  throw new DownpourError({
    code: 'EMBEDDED_HOME_UNSAFE',
    message: `Cannot keep the embedded server in ${folder}`,
    why: reason,
    fix: 'Remove it or take it over (chown, chmod go-w), or set DOWNPOUR_HOME to a folder of your own.',
  })
}

async function refuseUnreachable(place: ServerPlace, user: ServerUser): Promise<void> {
  for (let folder = place.folder; ; folder = dirname(folder)) {
    const { mode, uid, gid } = await stat(folder)
    const bit = uid === user.uid ? 0o100 : gid === user.gid ? 0o010 : 0o001
    if ((mode & bit) === 0)
      throw homeUnusable(place.home, new Error(`the user "${user.name}" may not enter ${folder}`))
    if (folder === dirname(folder)) return
  }
}

function homeUnusable(home: string, cause: unknown): DownpourError {
  return new DownpourError({
    code: 'EMBEDDED_HOME_UNUSABLE',
    message: `Cannot keep the embedded server in ${home}`,
    why: `The reason is: ${cause instanceof Error ? cause.message : String(cause)}.`,
    fix: 'Set DOWNPOUR_HOME to a folder on a local disk that the server can reach.',
    cause,
  })
}
