import type { Argv, CommandModule } from 'yargs'
import { leftToServer } from '../plan/plan.ts'
import type { Plan } from '../plan/plan.ts'
import { chunkSizeFor } from '../run/options.ts'
import type { IndexMode, RunOptions, RunWishes, TransactionExtent } from '../run/options.ts'
import type { RunNews, SeedRequest } from '../run/seed.ts'
import { strategyNames } from '../write/strategy.ts'
import type { StrategyChoice } from '../write/strategy.ts'
import { createProgress, noProgress } from '../report/progress.ts'
import { formatSeedReport } from '../report/seed-report.ts'
import { choosePlan, openProject, readPlanOptions } from './open-project.ts'
import type { PlanArguments, PlanChoice, PlanOptions } from './open-project.ts'
import { withDatabase } from './open-database.ts'
import { lastOf, single, wholeNumber, withDatabaseOptions, withPlanOptions } from './options.ts'
import type { Output } from './output.ts'
import { runCommand } from './run-command.ts'
import { withSignals } from './signals.ts'

interface SeedArguments extends PlanArguments {
  readonly databaseUrl?: string | undefined
  readonly confirm?: string | undefined
  readonly strategy?: StrategyChoice | undefined
  readonly 'chunk-size'?: string | undefined
  readonly transaction?: TransactionExtent | undefined
  readonly lanes?: string | undefined
  readonly indexes?: IndexMode | undefined
  readonly 'on-error'?: 'stop' | 'skip' | undefined
  readonly 'max-errors'?: string | undefined
  readonly append?: boolean | undefined
  readonly reset?: boolean | undefined
  readonly resume?: boolean | undefined
  readonly restart?: boolean | undefined
  readonly join?: string | undefined
  readonly ledger: boolean
  readonly json: boolean
  readonly quiet: boolean
}

export const seedCommand: CommandModule<object, SeedArguments> = {
  command: 'seed',
  describe: 'Fill the database',
  builder: (yargs: Argv) =>
    withPlanOptions(withDatabaseOptions(yargs))
      .option('strategy', {
        choices: ['auto', ...strategyNames] as const,
        coerce: lastOf<StrategyChoice>,
        defaultDescription: 'auto',
        describe: 'How rows are written; auto: copy for large tables',
      })
      .option('chunk-size', {
        ...single,
        defaultDescription: '50000',
        describe: 'Rows per chunk',
      })
      .option('transaction', {
        choices: ['chunk', 'table', 'run'] as const,
        coerce: lastOf<TransactionExtent>,
        defaultDescription: 'chunk',
        describe: 'What one transaction covers',
      })
      .option('lanes', {
        ...single,
        defaultDescription: 'as many as pay',
        describe: 'Connections that load side by side',
      })
      .option('indexes', {
        choices: ['auto', 'keep', 'defer'] as const,
        coerce: lastOf<IndexMode>,
        defaultDescription: 'auto',
        describe: 'Drop indexes and foreign keys, and rebuild them; auto: of large empty tables',
      })
      .option('on-error', {
        choices: ['stop', 'skip'] as const,
        coerce: lastOf<'stop' | 'skip'>,
        defaultDescription: 'stop',
        describe: 'What becomes of rows that the database refuses',
      })
      .option('max-errors', {
        ...single,
        defaultDescription: '1000',
        describe: 'How many rows --on-error skip may leave out',
      })
      .option('append', { type: 'boolean', describe: 'Grow the tables to their counts' })
      .option('reset', { type: 'boolean', describe: 'Empty the tables first' })
      .option('resume', { type: 'boolean', describe: 'Go on with an unfinished run, or fail' })
      .option('restart', { type: 'boolean', describe: 'Throw an unfinished run away' })
      .option('join', { ...single, describe: 'Help another process: its run, or latest' })
      .option('ledger', {
        type: 'boolean',
        default: true,
        describe: 'Write the run down; after --no-ledger it cannot be resumed or undone',
      })
      .conflicts('append', 'reset')
      .conflicts('resume', ['restart', 'reset', 'join'])
      .conflicts('join', ['restart', 'reset', 'append'])
      .example('npm run seed -- --profile staging', 'the counts of a profile')
      .example('npm run seed -- --count users=5000', 'exactly 5,000 users')
      .example('npm run seed -- --resume', 'go on after an interruption'),
  handler: (args) =>
    runCommand(args, (output) =>
      withSignals({ output, howToGoOn: howToGoOn(args) }, (signal) => seed(args, output, signal)),
    ),
}

async function seed(args: SeedArguments, output: Output, signal: AbortSignal): Promise<void> {
  const planOptions = readPlanOptions(args)
  const wishes = readWishes(args, planOptions)
  const lanes = args.lanes === undefined ? undefined : wholeNumber('--lanes', args.lanes, 1)
  const project = await openProject(args, output)
  const options = runOptions(wishes, await choosePlan(planOptions, project))
  const { runSeed } = await import('../run/seed.ts')
  const progress = output.isQuiet ? noProgress : createProgress(output.messages)
  const report = await withDatabase(
    { action: 'seed', databaseUrl: args.databaseUrl, folder: project.folder, signal },
    output,
    async (database) => {
      try {
        return await runSeed({
          project,
          database,
          options,
          wishes,
          unfinished: args.resume ? 'resume' : args.restart ? 'restart' : 'continue',
          join: args.join,
          ledger: args.ledger ? 'ledger' : 'no ledger',
          lanes,
          lanesOn: 'threads',
          signal,
          confirm: args.confirm,
          environment: process.env['NODE_ENV'],
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
    output.note(`Left out ${report.rejected} rows: npm run downpour -- rejects ${report.run}`)
  }
  if (project.config.hint) output.note(project.config.hint)
}

/** The options that were said. */
function readWishes(args: SeedArguments, plan: PlanOptions): RunWishes {
  const { 'chunk-size': chunkSize, 'max-errors': maxErrors } = args
  return {
    profile: plan.profile,
    seed: plan.seed,
    counts: args.count === undefined ? undefined : plan.counts,
    scale: args.scale === undefined ? undefined : plan.scale,
    only: plan.only,
    existing: args.append ? 'append' : args.reset ? 'reset' : undefined,
    strategy: args.strategy,
    chunkSize: chunkSize === undefined ? undefined : wholeNumber('--chunk-size', chunkSize, 1),
    transaction: args.transaction,
    indexes: args.indexes,
    onError: args['on-error'],
    maxErrors: maxErrors === undefined ? undefined : wholeNumber('--max-errors', maxErrors, 0),
  }
}

function runOptions(wishes: RunWishes, choice: PlanChoice): RunOptions {
  const { explicit, profile: profileCounts, scale } = choice.counts
  const strategy = wishes.strategy ?? 'auto'
  return {
    profile: choice.profile,
    seed: choice.seed,
    profileCounts,
    counts: explicit,
    scale,
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

/** What is to be done after Ctrl-C. */
function howToGoOn({ ledger, transaction }: SeedArguments): string {
  if (transaction === 'run') return 'Run it again; nothing was changed.'
  if (!ledger) return 'Run it again with --reset, which empties the tables first.'
  return 'Go on with "npm run seed -- --resume", or throw the run away with --restart.'
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
