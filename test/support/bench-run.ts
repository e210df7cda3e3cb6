import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { BenchOutcome, BenchRequest } from '../../src/bench/run-bench.ts'
import { compiledFolder } from './compile.ts'
import { runFolder } from './database.ts'

/**
 * Runs experiments as the command does, small and once unless told otherwise. It is the compiled
 * build that does: the process of each case starts in a third of the time.
 */
export async function runSmallBench(
  url: string,
  wishes: Partial<Omit<BenchRequest, 'database'>> & Pick<BenchRequest, 'names'>,
): Promise<BenchOutcome> {
  const module = join(compiledFolder(runFolder()), 'dist/src/bench/run-bench.js')
  const { runBench } = (await import(
    pathToFileURL(module).href
  )) as typeof import('../../src/bench/run-bench.ts')
  return runBench({
    database: { url, isEmbedded: false },
    rows: 200,
    repeat: 1,
    strategies: undefined,
    timeLimit: 600,
    confirm: undefined,
    command: 'npm run bench -- strategies',
    version: '0.1.0',
    signal: new AbortController().signal,
    onProgress: () => {},
    ...wishes,
  })
}
