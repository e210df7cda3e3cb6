import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { accessSync, constants } from 'node:fs'
import { chmod, mkdtemp, writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { delimiter, join } from 'node:path'
import { freePort } from '../../src/postgres/embedded/port.ts'
import { serverUser } from '../../src/postgres/embedded/server-user.ts'
import { runFolder, serverUrl } from './database.ts'
import { waitUntil } from './embedded.ts'

/** A transaction pooler in front of the run's server. */
export interface PgBouncer {
  /** A database's URL, by way of the pooler. */
  through(url: string): string
  /** Ends it, and with it its connections to the server. */
  stop(): Promise<void>
}

/** Why there can be no PgBouncer here; `undefined` when there can. */
export function noPgBouncer(): string | undefined {
  return findPgBouncer() === undefined ? 'needs pgbouncer on the PATH' : undefined
}

/**
 * Starts PgBouncer in transaction mode.
 *
 * @param options - `poolSize`: connections to the server for each database and user;
 *   `settings`: more lines of its configuration
 */
export async function startPgBouncer(options: {
  readonly poolSize: number
  readonly settings?: readonly string[]
}): Promise<PgBouncer> {
  const { hostname, port: serverPort, username, password } = new URL(serverUrl())
  const port = await freePort()
  const user = await serverUser()
  const folder = await mkdtemp(join(runFolder(), 'pgbouncer-'))
  // It may run as another user, who has to read this.
  await chmod(folder, 0o755)
  const users = join(folder, 'users.txt')
  const configuration = join(folder, 'pgbouncer.ini')
  await writeFile(users, `"${username}" "${password}"\n`)
  await writeFile(
    configuration,
    [
      '[databases]',
      `* = host=${hostname} port=${serverPort}`,
      '[pgbouncer]',
      'listen_addr = 127.0.0.1',
      `listen_port = ${port}`,
      'unix_socket_dir =',
      'auth_type = scram-sha-256',
      `auth_file = ${users}`,
      'pool_mode = transaction',
      `default_pool_size = ${options.poolSize}`,
      ...(options.settings ?? []),
      '',
    ].join('\n'),
  )
  const child = spawn(findPgBouncer()!, ['-q', configuration], {
    stdio: ['ignore', 'ignore', 'inherit'],
    ...(user === undefined ? {} : { uid: user.uid, gid: user.gid }),
  })
  const ended = once(child, 'exit')
  await waitUntil(() => {
    if (child.exitCode !== null) throw new Error(`pgbouncer ended (exit ${child.exitCode})`)
    return isListening(port)
  })
  return {
    through: (url) => Object.assign(new URL(url), { port: String(port) }).href,
    async stop() {
      child.kill('SIGQUIT')
      await ended
    },
  }
}

function findPgBouncer(): string | undefined {
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin']
  return folders.map((folder) => join(folder, 'pgbouncer')).find(isExecutable)
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK)
    return true
  } catch {
    return false
  }
}

function isListening(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1' })
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false))
    socket.once('connect', () => socket.destroy())
  })
}
