import { join } from 'node:path'
import { loadProject } from '../../src/config/load-project.ts'
import { downpour, startDownpour } from './command.ts'
import type { Running } from './command.ts'
import type { TestDatabase } from './database.ts'
import { lingerOverChunks, lingerOverIndexes } from './linger.ts'
import { runStateOf } from './run-state.ts'
import type { RunState } from './run-state.ts'
import { createShopDatabase, makeCompiledShop } from './shop-project.ts'

/** A run of the command on the shop, long enough for something to happen to it. */
export interface ShopRun {
  readonly cwd: string
  /** Of the notes; the other chunks come before. */
  readonly chunks: number
  /** How much longer an index takes. */
  readonly indexSeconds: number
  /** What one process with one lane, which nobody disturbs, makes of a database. */
  readonly undisturbed: RunState
  /** A database of the shop, empty; each chunk of its notes takes a while, and each index. */
  createDatabase(): Promise<TestDatabase>
  /** Starts `seed` with the run's own options and some more. */
  start(url: string, ...args: readonly string[]): Running
  stateOf(url: string): Promise<RunState>
}

export interface ShopRunOptions {
  readonly chunks: number
  /** Seconds that a chunk takes at least. */
  readonly chunkSeconds: number
  /** More options for all of the run's commands. */
  readonly args: readonly string[]
}

/** Makes the project and seeds it once. */
export async function prepareShopRun(options: ShopRunOptions): Promise<ShopRun> {
  const { chunks, chunkSeconds, args } = options
  const cwd = await makeCompiledShop()
  const counts = ['--count', 'people=300', '--count', `notes=${chunks * chunkRows}`]
  const own = [...counts, '--chunk-size', String(chunkRows)]
  const { tables } = await loadProject(join(cwd, 'downpour.config.js'))
  const stateOf = (url: string) => runStateOf(url, tables)

  const reference = await createShopDatabase(cwd)
  const plain = ['seed', ...own, '--lanes', '1', '--indexes', 'keep']
  const finished = await downpour([...plain, '--database-url', reference.url], { cwd })
  if (finished.exitCode !== 0) throw new Error(finished.stderr)
  const undisturbed = await stateOf(reference.url)
  await reference.drop()

  return {
    cwd,
    chunks,
    indexSeconds,
    undisturbed,
    stateOf,
    async createDatabase() {
      const database = await createShopDatabase(cwd)
      await lingerOverIndexes(database.url, indexSeconds)
      await lingerOverChunks(database.url, 'notes', chunkSeconds)
      return database
    },
    start: (url, ...more) =>
      startDownpour(['seed', ...own, ...args, ...more, '--database-url', url], { cwd }),
  }
}

/** Rows of a chunk. */
const chunkRows = 200

const indexSeconds = 0.5
