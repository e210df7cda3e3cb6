import type { Project } from '../../src/config/load-project.ts'
import type { RunOptions } from '../../src/run/options.ts'
import { runSeed } from '../../src/run/seed.ts'

/** A run as the command does it, with its defaults where nothing is said. */
export interface ProjectRun {
  readonly project: Project
  readonly counts: Readonly<Record<string, number>>
  /** Other tables are left alone. @defaultValue all */
  readonly only?: readonly string[]
  /** @defaultValue as many as pay */
  readonly lanes?: number
  readonly strategy?: RunOptions['strategy']
  readonly chunkSize?: number
  readonly indexes?: RunOptions['indexes']
}

/** What `downpour seed` does, but for the start of its process. */
export async function seedProject(url: string, run: ProjectRun): Promise<void> {
  const { project, counts, only = null, lanes } = run
  const { strategy = 'auto', chunkSize = 50_000, indexes = 'auto' } = run
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
      strategy,
      chunkSize,
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
