import { readFile } from 'node:fs/promises'
import { DownpourError } from '../../errors.ts'

/** The system user a server runs as when the calling one is root. */
export interface ServerUser {
  readonly name: string
  readonly uid: number
  readonly gid: number
}

/**
 * Whom the server runs as: undefined stands for the calling user. PostgreSQL refuses to run as
 * root, so root borrows a user that exists already; none is created.
 *
 * @throws DownpourError EMBEDDED_NO_USER when root finds neither `postgres` nor `nobody`.
 */
export async function serverUser(): Promise<ServerUser | undefined> {
  if (process.getuid?.() !== 0) return undefined
  const passwd = await readFile('/etc/passwd', 'utf8').catch(() => '')
  const user = findUser(passwd, 'postgres') ?? findUser(passwd, 'nobody')
  if (user !== undefined) return user
  throw new DownpourError({
    code: 'EMBEDDED_NO_USER',
    message: 'Cannot start the embedded server as root',
    why: 'PostgreSQL refuses to run as root, and /etc/passwd lists neither "postgres" nor "nobody" to run it as.',
    fix: 'Run the command as an ordinary user, or set DATABASE_URL to a server of your own.',
  })
}

/** The entry of `name` in the text of a passwd file; one with uid 0 does not count. */
export function findUser(passwd: string, name: string): ServerUser | undefined {
  for (const line of passwd.split('\n')) {
    const [entry, , uid, gid] = line.split(':')
    // macOS writes nobody's id as -2, which system calls take as an unsigned number.
    if (entry === name && Number(uid) !== 0)
      return { name, uid: Number(uid) >>> 0, gid: Number(gid) >>> 0 }
  }
  return undefined
}
