import { randomBytes } from 'node:crypto'
import { chmod, mkdtemp } from 'node:fs/promises'
import { join } from 'node:path'
import { inject } from 'vitest'
import {
  builtinLocale,
  initialiseCluster,
  startCluster,
  stopCluster,
} from '../../src/postgres/embedded/cluster.ts'
import { freePort } from '../../src/postgres/embedded/port.ts'
import { runningPostmaster } from '../../src/postgres/embedded/postmaster.ts'
import { serverUser } from '../../src/postgres/embedded/server-user.ts'
import { disposableSettings } from '../../src/postgres/embedded/settings.ts'
import { runFolder } from './database.ts'
import { waitUntil } from './embedded.ts'

/** A server that a test may do anything to. */
export interface OwnServer {
  /** As superuser, database `postgres`. */
  readonly url: string
  /** As `pg_ctl stop -m immediate` does: nothing is written any more. */
  crash(): Promise<void>
  /** Again, on the same port: it recovers first. */
  start(): Promise<void>
  stop(): Promise<void>
}

/** Starts a server of the test's own, with the settings of the embedded one. */
export async function startOwnServer(): Promise<OwnServer> {
  const folder = await mkdtemp(join(runFolder(), 'own-'))
  await chmod(folder, 0o711)
  const dataFolder = join(folder, 'data')
  const cluster = { binFolder: inject('binFolder'), dataFolder, user: await serverUser() }
  const password = randomBytes(12).toString('hex')
  await initialiseCluster(cluster, { password, locale: builtinLocale })
  const port = await freePort()
  const start = async (): Promise<void> => {
    await startCluster(cluster, {
      port,
      settings: disposableSettings,
      logFile: join(folder, 'log'),
    })
  }
  await start()
  return {
    url: `postgres://postgres:${password}@127.0.0.1:${port}/postgres`,
    start,
    async crash() {
      const postmaster = await runningPostmaster(dataFolder)
      process.kill(postmaster!.pid, 'SIGQUIT')
      await waitUntil(async () => (await runningPostmaster(dataFolder)) === undefined)
    },
    stop: () => stopCluster(dataFolder),
  }
}
