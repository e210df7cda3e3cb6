import { fileURLToPath } from 'node:url'
import { loadProject } from '../../src/config/load-project.ts'
import type { Project } from '../../src/config/load-project.ts'
import type { RunOptions } from '../../src/run/options.ts'
import { runSeed } from '../../src/run/seed.ts'
import { command } from '../support/command.ts'

/** A run of the command's, with its defaults. */
export interface DownpourRun {
  readonly project: Project
  readonly counts: Readonly<Record<string, number>>
  /** Other tables are left alone. */
  readonly only: readonly string[]
  /** @defaultValue as many as pay */
  readonly lanes?: number
  /** @defaultValue `auto` */
  readonly indexes?: RunOptions['indexes']
}

/** The project of the tables that peers are compared on. */
export async function loadPeersProject(): Promise<Project> {
  return loadProject(configFile)
}

/** What `downpour seed` does, but for the start of its process. */
export async function seedProject(url: string, run: DownpourRun): Promise<void> {
  const { project, counts, only, lanes, indexes = 'auto' } = run
  await runSeed({
    project,
    database: { url, isEmbedded: false },
    options: {
      profile: 'bench',
      seed: 1,
      profileCounts: {},
      counts,
      scale: 1,
      only,
      existing: 'refuse',
      strategy: 'auto',
      chunkSize: 50_000,
      transaction: 'chunk',
      indexes,
      onError: 'stop',
      maxErrors: 0,
    },
    wishes: {},
    unfinished: 'restart',
    join: undefined,
    ledger: 'ledger',
    lanes,
    threads: undefined,
    confirm: new URL(url).pathname.slice(1),
    environment: undefined,
    signal: new AbortController().signal,
    onPlan: () => {},
    onRun: () => {},
    onProgress: () => {},
  })
}

/** The command itself, from the start of its process to the end. */
export async function seedTransactions(url: string, rows: number): Promise<void> {
  const { pathname } = new URL(url)
  const [tables, count, confirm] = ['transactions', `transactions=${rows}`, pathname.slice(1)]
  const args = ['--config', configFile, '--only', tables, '--count', count, '--confirm', confirm]
  await command(url, 'seed', ...args)
}

const configFile = fileURLToPath(new URL('./project/downpour.config.ts', import.meta.url))
