import { leftToServer } from '../plan/plan.ts'
import type { Plan } from '../plan/plan.ts'
import { createProgress, noProgress } from '../report/progress.ts'
import { formatSeedReport } from '../report/seed-report.ts'
import { chunkSizeFor } from '../run/options.ts'
import type { RunOptions, RunWishes } from '../run/options.ts'
import type { RunNews, SeedRequest } from '../run/seed.ts'
import { withDatabase } from './open-database.ts'
import { choosePlan, openProject, readPlanOptions } from './open-project.ts'
import type { PlanChoice, PlanOptions } from './open-project.ts'
import { databaseOf, wholeNumber } from './options.ts'
import type { Output } from './output.ts'
import type { SeedArguments } from './seed.ts'

/** Plans and loads, and tells of it. */
export async function seedDatabase(
  args: SeedArguments,
  output: Output,
  signal: AbortSignal,
): Promise<void> {
  const planOptions = readPlanOptions(args)
  const wishes = readWishes(args, planOptions)
  const lanes = args.lanes === undefined ? undefined : wholeNumber('--lanes', args.lanes, 1)
  const threads = args.threads === undefined ? undefined : wholeNumber('--threads', args.threads, 1)
  const project = await openProject(args, output)
  const choice = await choosePlan(planOptions, project)
  const options = runOptions(wishes, choice)
  const { runSeed } = await import('../run/seed.ts')
  const progress = output.isQuiet ? noProgress : createProgress(output.messages)
  const report = await withDatabase(
    { ...databaseOf(args), action: 'seed', project, signal },
    output,
    async ({ consent, ...database }) => {
      try {
        return await runSeed({
          ...consent,
          project,
          database,
          options,
          wishes: withNames(wishes, choice),
          unfinished: args.resume ? 'resume' : args.restart ? 'restart' : 'continue',
          join: args.join,
          ledger: args.ledger ? 'ledger' : 'no ledger',
          lanes,
          threads,
          signal,
          onPlan: (plan) => noteLeftToServer(plan, output),
          onRun: (run) => noteRun(run, output),
          onProgress: (told) => {
            if (!signal.aborted) progress.update(told)
          },
        } satisfies SeedRequest)
      } finally {
        // The signal's own message has ended the line.
        if (!signal.aborted) progress.end()
      }
    },
  )
  if (output.isJson) output.data(`${JSON.stringify({ ok: true, ...report })}\n`)
  else output.data(formatSeedReport(report, output.width))
  for (const note of report.notes) output.note(note)
  if (report.rows === 0 && args.append) {
    output.note('Nothing was missing: give larger counts, for example with --count or --scale.')
  }
  const byServer = report.tables.filter(({ strategy }) => strategy === 'server')
  if (byServer.length > 0) {
    const names = byServer.map(({ table }) => table).join(', ')
    output.note(`Values of the server’s own, not those of the seed: ${names}`)
  }
  if (report.rejected > 0) {
    output.note(`Left out ${report.rejected} rows: npx downpour rejects ${report.run}`)
  }
  if (project.config.hint) output.note(project.config.hint)
}

/** The options that were said. */
function readWishes(args: SeedArguments, plan: PlanOptions): RunWishes {
  const { 'chunk-size': chunkSize, 'max-errors': maxErrors } = args
  return {
    profile: plan.profile,
    seed: plan.seed,
    otherwise: plan.counts.each,
    scale: args.scale === undefined ? undefined : plan.scale,
    existing: args.append ? 'append' : args.reset ? 'reset' : undefined,
    strategy: args.strategy,
    chunkSize: chunkSize === undefined ? undefined : wholeNumber('--chunk-size', chunkSize, 1),
    transaction: args.transaction,
    indexes: args.indexes,
    onError: args['on-error'],
    maxErrors: maxErrors === undefined ? undefined : wholeNumber('--max-errors', maxErrors, 0),
  }
}

/** With what was said of tables, which are known by now. */
function withNames(wishes: RunWishes, { counts, only }: PlanChoice): RunWishes {
  const { explicit } = counts
  return { ...wishes, counts: Object.keys(explicit).length > 0 ? explicit : undefined, only }
}

function runOptions(wishes: RunWishes, choice: PlanChoice): RunOptions {
  const { explicit, profile: profileCounts, scale, otherwise = null } = choice.counts
  const strategy = wishes.strategy ?? 'auto'
  return {
    profile: choice.profile,
    seed: choice.seed,
    profileCounts,
    counts: explicit,
    scale,
    otherwise,
    only: choice.only ?? null,
    existing: wishes.existing ?? 'refuse',
    strategy,
    chunkSize: wishes.chunkSize ?? chunkSizeFor(strategy),
    transaction: wishes.transaction ?? 'chunk',
    indexes: wishes.indexes ?? 'auto',
    onError: wishes.onError ?? 'stop',
    maxErrors: wishes.maxErrors ?? 1000,
  }
}

function noteRun({ run, kind, lanes }: RunNews, output: Output): void {
  const begun = { new: 'Run', continued: 'Going on with run', joined: 'Joining run' }[kind]
  output.note(`${begun} ${run}, ${lanes === 1 ? 'one lane' : `${lanes} lanes`}`)
}

function noteLeftToServer(plan: Plan, output: Output): void {
  const columns = leftToServer(plan)
  if (columns.length === 0) return
  output.note(`Left to the server, so not the same in every run: ${columns.join(', ')}`)
}
