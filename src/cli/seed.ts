import type { Argv, CommandModule } from 'yargs'
import { leftToServer } from '../plan/plan.ts'
import type { Plan } from '../plan/plan.ts'
import type { TransactionExtent } from '../run/load.ts'
import type { StrategyChoice } from '../write/choose-strategy.ts'
import { createProgress, noProgress } from '../report/progress.ts'
import { formatSeedReport } from '../report/seed-report.ts'
import { choosePlan, openProject, readPlanOptions } from './open-project.ts'
import type { PlanArguments } from './open-project.ts'
import { withDatabase } from './open-database.ts'
import { lastOf, single, wholeNumber, withDatabaseOptions, withPlanOptions } from './options.ts'
import type { Output } from './output.ts'
import { runCommand } from './run-command.ts'
import { withSignals } from './signals.ts'

interface SeedArguments extends PlanArguments {
  readonly databaseUrl?: string | undefined
  readonly confirm?: string | undefined
  readonly strategy: StrategyChoice
  readonly 'chunk-size': string
  readonly transaction: TransactionExtent
  readonly append?: boolean | undefined
  readonly reset?: boolean | undefined
  readonly json: boolean
  readonly quiet: boolean
}

export const seedCommand: CommandModule<object, SeedArguments> = {
  command: 'seed',
  describe: 'Fill the database',
  builder: (yargs: Argv) =>
    withPlanOptions(withDatabaseOptions(yargs))
      .option('strategy', {
        choices: ['auto', 'batch', 'copy'] as const,
        coerce: lastOf<StrategyChoice>,
        default: 'auto' as const,
        describe: 'How rows are written; auto: copy for large tables',
      })
      .option('chunk-size', {
        ...single,
        default: '50000',
        defaultDescription: '50000',
        describe: 'Rows per chunk',
      })
      .option('transaction', {
        choices: ['chunk', 'table', 'run'] as const,
        coerce: lastOf<TransactionExtent>,
        default: 'chunk' as const,
        describe: 'What one transaction covers',
      })
      .option('append', { type: 'boolean', describe: 'Add rows to those there' })
      .option('reset', { type: 'boolean', describe: 'Empty the tables first' })
      .conflicts('append', 'reset')
      .example('npm run seed -- --profile staging', 'the counts of a profile')
      .example('npm run seed -- --count users=5000', 'exactly 5,000 users'),
  handler: (args) =>
    runCommand(args, (output) => withSignals(output, (signal) => seed(args, output, signal))),
}

async function seed(args: SeedArguments, output: Output, signal: AbortSignal): Promise<void> {
  const chunkSize = wholeNumber('--chunk-size', args['chunk-size'], 1)
  const options = readPlanOptions(args)
  const project = await openProject(args, output)
  const choice = await choosePlan(options, project)
  const { runSeed } = await import('../run/seed.ts')
  const progress = output.isQuiet ? noProgress : createProgress(output.messages)
  const report = await withDatabase(
    { action: 'seed', databaseUrl: args.databaseUrl, folder: project.folder, signal },
    output,
    async (database) => {
      try {
        return await runSeed({
          ...choice,
          project,
          database,
          signal,
          chunkSize,
          strategy: args.strategy,
          transaction: args.transaction,
          existing: args.append ? 'append' : args.reset ? 'reset' : 'refuse',
          confirm: args.confirm,
          environment: process.env['NODE_ENV'],
          onPlan: (plan) => noteLeftToServer(plan, output),
          onProgress: (told) => {
            if (!signal.aborted) progress.update(told)
          },
        })
      } finally {
        // The signal's own message has ended the line.
        if (!signal.aborted) progress.end()
      }
    },
  )
  if (output.isJson) output.data(`${JSON.stringify({ ok: true, ...report })}\n`)
  else output.data(formatSeedReport(report, output.width))
  if (project.config.hint) output.note(project.config.hint)
}

function noteLeftToServer(plan: Plan, output: Output): void {
  const columns = leftToServer(plan)
  if (columns.length === 0) return
  output.note(`Left to the server, so not the same in every run: ${columns.join(', ')}`)
}
