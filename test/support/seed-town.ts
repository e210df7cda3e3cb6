import { DownpourError } from '../../src/errors.ts'
import type { Project } from '../../src/config/load-project.ts'
import type { Refinements } from '../../src/plan/refinement.ts'
import type { RunOptions } from '../../src/run/options.ts'
import type { SeedReport } from '../../src/run/report-run.ts'
import { runSeed } from '../../src/run/seed.ts'
import type { SeedRequest } from '../../src/run/seed.ts'
import { withSql } from './embedded.ts'
import { townMigrations } from './town-database.ts'
import { townRefinements, townTables } from './town.ts'

/** What a test asks of a run, where it matters. */
export interface SeedWishes
  extends
    Partial<Omit<SeedRequest, 'options' | 'database' | 'ledger'>>,
    Partial<Omit<RunOptions, 'only'>> {
  /** By table, as `--only` gives them. */
  readonly only?: readonly string[] | undefined
  /** Apply pending migrations, as in the embedded server. */
  readonly isEmbedded?: boolean
  /** URLs where rows enter. */
  readonly nodes?: readonly string[]
  /** In place of the town's own for these tables. */
  readonly refine?: Refinements
  readonly ledger?: SeedRequest['ledger']
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

/**
 * Runs the main job on a database as the command does, on the town unless another project is given;
 * lanes are connections of this thread.
 */
export async function seedTown(url: string, wishes: SeedWishes = {}): Promise<SeedReport> {
  const { refine = {}, project = townProject, isEmbedded = false, nodes } = wishes
  const given: Partial<RunOptions> = Object.fromEntries(
    optionNames.flatMap((name) => (wishes[name] === undefined ? [] : [[name, wishes[name]]])),
  )
  return runSeed({
    wishes: {},
    unfinished: 'continue',
    join: undefined,
    ledger: 'ledger',
    lanes: 1,
    threads: 1,
    confirm: undefined,
    environment: 'test',
    signal: new AbortController().signal,
    onPlan: () => {},
    onRun: () => {},
    onProgress: () => {},
    ...wishes,
    options: { ...plainOptions, ...given },
    project: { ...project, refinements: { ...project.refinements, ...refine } },
    database: { url, isEmbedded, ...(nodes && { nodes }) },
  })
}

export const plainOptions: RunOptions = {
  profile: 'test',
  seed: 1,
  profileCounts: {},
  counts: {},
  scale: 1,
  otherwise: null,
  only: null,
  existing: 'refuse',
  strategy: 'copy',
  chunkSize: 50_000,
  transaction: 'chunk',
  indexes: 'keep',
  onError: 'stop',
  maxErrors: 1000,
}

const optionNames = Object.keys(plainOptions) as (keyof RunOptions)[]

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
