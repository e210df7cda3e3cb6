import { DownpourError } from '../../src/errors.ts'
import type { Project } from '../../src/config/load-project.ts'
import type { Refinements } from '../../src/plan/refinement.ts'
import { runSeed } from '../../src/run/seed.ts'
import type { SeedReport, SeedRequest } from '../../src/run/seed.ts'
import { withSql } from './embedded.ts'
import { townMigrations } from './town-database.ts'
import { townRefinements, townTables } from './town.ts'

/** What a test asks of a run, where it matters. */
export interface SeedWishes extends Partial<Omit<SeedRequest, 'counts' | 'database'>> {
  /** By table, as `--count` gives them. */
  readonly counts?: Readonly<Record<string, number>>
  /** Apply pending migrations, as in the embedded server. */
  readonly isEmbedded?: boolean
  /** In place of the town's own for these tables. */
  readonly refine?: Refinements
}

export const townProject: Project = {
  folder: import.meta.dirname,
  configFile: 'downpour.config.ts',
  config: { schema: '', seeds: [], profiles: {}, referenceDate: '2026-01-01' },
  tables: townTables,
  refinements: townRefinements,
  get migrationsFolder() {
    return townMigrations()
  },
}

/** Runs the main job on a database as the command does, on the town unless another project is given. */
export async function seedTown(url: string, wishes: SeedWishes = {}): Promise<SeedReport> {
  const { counts = {}, refine = {}, project = townProject, isEmbedded = false, ...request } = wishes
  return runSeed({
    project: { ...project, refinements: { ...project.refinements, ...refine } },
    database: { url, isEmbedded },
    profile: 'test',
    seed: 1,
    counts: { explicit: counts, profile: {}, scale: 1 },
    only: undefined,
    strategy: 'copy',
    chunkSize: 50_000,
    transaction: 'chunk',
    existing: 'refuse',
    confirm: undefined,
    environment: 'test',
    signal: new AbortController().signal,
    onPlan: () => {},
    onProgress: () => {},
    ...request,
  })
}

/** What people are told of a failure, with the command's exit code. */
export type Told = Pick<DownpourError, 'code' | 'message' | 'why' | 'fix' | 'exitCode'>

/** Waits for work that must fail. */
export async function failureFrom(work: Promise<unknown>): Promise<Told> {
  const error = await work.then(
    () => new Error('It did not fail'),
    (reason: unknown) => reason,
  )
  if (!(error instanceof DownpourError)) throw error
  const { code, message, why, fix, exitCode } = error
  return { code, message, why, fix, exitCode }
}

/** One value, as text. */
export async function ask(url: string, query: string): Promise<string> {
  return withSql(url, async (sql) => {
    const [row] = await sql.unsafe(query).values()
    return String(row?.[0])
  })
}

/** Statements without a result that matters. */
export async function change(url: string, statements: string): Promise<void> {
  await withSql(url, (sql) => sql.unsafe(statements))
}

/** Rows of the town's tables, by key. */
export async function townCounts(url: string): Promise<Record<string, number>> {
  return withSql(url, async (sql) => {
    const [row] = await sql.unsafe<[Record<string, number>]>(`
      select (select count(*)::int from "select") as kinds,
        (select count(*)::int from residents) as residents,
        (select count(*)::int from "Odd Schema"."Places ""to be""") as places,
        (select count(*)::int from visits) as visits,
        (select count(*)::int from "Odd Schema".samples) as samples,
        (select count(*)::int from papers) as papers`)
    return { ...row }
  })
}

/** Other sessions in the database, once those that are ending have ended. */
export async function sessionsIn(url: string): Promise<number> {
  const query =
    'select count(*) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()'
  for (let attempt = 0; ; attempt++) {
    const count = Number(await ask(url, query))
    if (count === 0 || attempt === 20) return count
    await new Promise((resolve) => setTimeout(resolve, 25))
  }
}
