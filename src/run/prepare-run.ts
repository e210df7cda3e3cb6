import type { Project } from '../config/load-project.ts'
import { DownpourError } from '../errors.ts'
import { readRunTables } from '../ledger/runs.ts'
import type { RunRecord, RunTable } from '../ledger/runs.ts'
import { buildPlan } from '../plan/build-plan.ts'
import type { PlanRequest } from '../plan/build-plan.ts'
import { checkPlan } from '../plan/check-plan.ts'
import { fingerprintDifferences, fingerprintPlan } from '../plan/fingerprint.ts'
import { loadedTables } from '../plan/plan.ts'
import type { Plan } from '../plan/plan.ts'
import type { OpenTable } from '../plan/table-sources.ts'
import type { Session } from '../postgres/session.ts'
import type { Target } from '../write/target.ts'
import { checkTargets } from './check-target.ts'
import { buildConnectedPlan } from './read-connected.ts'
import { withDomains } from './read-domains.ts'
import { countsOf } from './options.ts'
import type { RowsBefore, RunOptions } from './options.ts'
import { inTransaction } from './transaction.ts'
import type { Reading } from './transaction.ts'

/** What a run loads, and where. */
export interface PreparedRun {
  readonly plan: Plan
  /** For lanes, where tables have been prepared already. */
  readonly open?: OpenTable
  readonly targets: readonly Target[]
  readonly tables: readonly RunTable[]
}

/** What a run's plan follows from, besides the project. */
export interface PlannedRun {
  readonly options: RunOptions
  readonly before: RowsBefore | undefined
  /** How rows of connected tables are read. @defaultValue in a transaction of its own */
  readonly reading?: Reading
}

/** The plan that follows from a run's options; the same on every machine. */
export async function planRun(session: Session, project: Project, run: PlannedRun): Promise<Plan> {
  const { options, before, reading = (read) => inTransaction(session, read) } = run
  const request: PlanRequest = {
    tables: await withDomains(session, project.tables),
    refinements: project.refinements,
    seed: options.seed,
    referenceDate: project.config.referenceDate,
    counts: countsOf(options),
    only: options.only ?? undefined,
    existing: before && new Map(Object.entries(before)),
  }
  const { connected = [] } = options
  if (connected.length === 0) return buildPlan(request)
  return reading(() => buildConnectedPlan(session, request, connected))
}

/**
 * The plan of a recorded run, as it follows from the project now.
 *
 * @returns how it differs from what was recorded, in words
 */
export async function planAgain(
  session: Session,
  project: Project,
  { run, reading }: { readonly run: RunRecord; readonly reading?: Reading },
): Promise<{ readonly plan: Plan; readonly differences: readonly string[] }> {
  const plan = await planRun(session, project, {
    options: run.options,
    before: run.before ?? undefined,
    ...(reading && { reading }),
  })
  const fingerprint = await fingerprintPlan(plan).catch(async (error: unknown) => {
    // A plan with the run's fingerprint was checked when the run began; this one has another.
    await checkPlan(plan)
    throw error
  })
  return { plan, differences: fingerprintDifferences(run.fingerprint, fingerprint) }
}

/**
 * Prepares to go on with a recorded run, in whatever process or thread.
 *
 * @throws DownpourError `RUN_DIFFERS` when schema, seeders or the program are not those of the run
 */
export async function prepareRecorded(
  session: Session,
  project: Project,
  run: RunRecord,
): Promise<PreparedRun> {
  const { plan, differences } = await planAgain(session, project, { run })
  if (differences.length > 0) throw runDiffers(run, differences)
  const targets = await checkTargets(session, loadedTables(plan))
  return { plan, targets, tables: await readRunTables(session, run.id) }
}

/** @param differences - in words */
export function runDiffers(run: RunRecord, differences: readonly string[]): DownpourError {
  return new DownpourError({
    code: 'RUN_DIFFERS',
    message: `Cannot go on with run ${run.id}: it is not the same any more`,
    why: tellDifferences(differences),
    fix: 'Seed with the options, the schema and the seeders of that run; or throw it away and begin again with --restart.',
  })
}

/** The first few of them, as a sentence. */
export function tellDifferences(differences: readonly string[]): string {
  const rest = differences.length - mostDifferences
  const told = differences.slice(0, mostDifferences)
  return `${[...told, ...(rest > 0 ? [`and ${rest} more`] : [])].join('; ')}.`
}

const mostDifferences = 5
