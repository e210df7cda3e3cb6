import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp } from 'node:fs/promises'
import { join } from 'node:path'
import { runExport } from '../../src/export/run-export.ts'
import type { ExportReport, ExportRequest } from '../../src/export/run-export.ts'
import type { ExportOptions } from '../../src/export/prepare-export.ts'
import type { Refinements } from '../../src/plan/refinement.ts'
import { plainEnvironment } from './command.ts'
import type { Finished } from './command.ts'
import { runFolder } from './database.ts'
import { townProject } from './seed-town.ts'

/** What a test asks of an export, where it matters. */
export interface ExportWishes
  extends Partial<Omit<ExportRequest, 'options'>>, Partial<Omit<ExportOptions, 'counts'>> {
  /** By table, exactly. */
  readonly counts?: Readonly<Record<string, number>>
  /** Of tables that nobody counts. */
  readonly otherwise?: number | undefined
  /** In place of the project's own for these tables. */
  readonly refine?: Refinements
}

/** Exports as the command does, the town unless another project is given; lanes need a real one. */
export async function exportTo(folder: string, wishes: ExportWishes = {}): Promise<ExportReport> {
  const { project = townProject, refine = {}, counts = {}, otherwise } = wishes
  const { format = 'csv', gzip = false, chunkSize = 250_000, only, url, seed = 1 } = wishes
  return runExport({
    part: { number: 1, of: 1 },
    lanes: 1,
    earlier: 'continue',
    signal: new AbortController().signal,
    onPrepared: () => {},
    onProgress: () => {},
    ...wishes,
    folder,
    project: { ...project, refinements: { ...project.refinements, ...refine } },
    options: {
      seed,
      counts: { explicit: counts, profile: {}, scale: 1, otherwise },
      only,
      format,
      gzip,
      chunkSize,
      url,
    },
  })
}

/** A folder for an export, which is not there yet. */
export async function newFolder(): Promise<string> {
  return join(await mkdtemp(join(runFolder(), 'export-')), 'out')
}

/** Why nothing can be loaded by psql here; `undefined` when it can. */
export function noPsql(): string | undefined {
  return spawnSync('psql', ['--version']).status === 0 ? undefined : 'needs psql'
}

/** Loads an export as its load.sql says. */
export async function loadByPsql(folder: string, url: string): Promise<Finished> {
  const child = spawn('psql', ['-X', '-q', '-f', 'load.sql', '-d', url], {
    cwd: folder,
    env: plainEnvironment(),
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const finished = { stdout: '', stderr: '' }
  child.stdout.setEncoding('utf8').on('data', (text: string) => (finished.stdout += text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => (finished.stderr += text))
  const [exitCode] = (await once(child, 'close')) as [number | null]
  return { ...finished, exitCode }
}
