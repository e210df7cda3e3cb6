import type { Argv, CommandModule } from 'yargs'
import path from 'node:path'
import { experimentNames, questions } from '../bench/questions.ts'
import type { ExperimentName } from '../bench/questions.ts'
import type { BenchReport } from '../bench/report.ts'
import type { BenchOutcome } from '../bench/run-bench.ts'
import { DownpourError } from '../errors.ts'
import { formatCount } from '../report/format.ts'
import { strategyNames } from '../write/strategy.ts'
import type { StrategyName } from '../write/strategy.ts'
import { compareCommand, withCompareOptions } from './bench-compare.ts'
import type { BenchFormat } from './bench-report.ts'
import { didYouMean } from '../plan/nearest.ts'
import { npmCommand } from './npm-command.ts'
import { withDatabase } from './open-database.ts'
import { loadEnvironmentFile, projectFolder } from './open-project.ts'
import {
  databaseOf,
  positiveNumber,
  single,
  splitList,
  wholeNumber,
  withDatabaseOptions,
} from './options.ts'
import type { DatabaseArguments } from './options.ts'
import type { Output } from './output.ts'
import { reportFailure, runCommand } from './run-command.ts'
import { withSignals } from './signals.ts'

interface BenchArguments extends DatabaseArguments {
  readonly rows?: string | undefined
  readonly repeat?: string | undefined
  readonly strategies?: readonly string[] | undefined
  readonly 'time-limit'?: string | undefined
  readonly html?: string | undefined
  readonly csv: boolean
  readonly markdown: boolean
}

/** Seconds for one experiment. */
const usualTimeLimit = 120

/** The words that may follow `bench`. */
export const benchActions: readonly string[] = [...experimentNames, 'all', 'compare']

export const benchCommand: CommandModule<object, object> = {
  command: 'bench',
  describe: 'Time ways of writing and reading, in tables of its own',
  builder: (yargs: Argv) =>
    experimentNames
      .reduce(
        (commands, name) =>
          commands.command(
            experimentCommand(name, [name], {
              describe: `Compare ${questions[name].compares}`,
              question: questions[name].question,
            }),
          ),
        yargs,
      )
      .command(
        experimentCommand('all', experimentNames, {
          describe: 'All of the experiments, one after the other.',
          question: 'All of the experiments, one after the other.',
        }),
      )
      .command(compareCommand as CommandModule)
      .demandCommand(1, 'Say what: one of the experiments, all, or compare.'),
  handler: () => {},
}

function withBenchOptions<T>(yargs: Argv<T>, { rows, repeat, strategies }: Asked) {
  const common = withDatabaseOptions(yargs)
    .option('rows', {
      ...single,
      defaultDescription: rows,
      describe: 'Rows of the largest measurement',
    })
    .option('repeat', {
      ...single,
      defaultDescription: repeat,
      describe: 'Repetitions of each measurement; one more is discarded',
    })
    .option('time-limit', {
      ...single,
      defaultDescription: String(usualTimeLimit),
      describe: 'Seconds that an experiment may measure: slow ways get fewer rows, and it is said',
    })
    .option('html', { ...single, describe: 'Write a page with charts to this file' })
    .option('csv', { type: 'boolean', default: false, describe: 'Print every sample as CSV' })
    .option('markdown', { type: 'boolean', default: false, describe: 'Print Markdown' })
  if (strategies === undefined) return common
  return common.option('strategies', {
    type: 'string',
    array: true,
    requiresArg: true,
    defaultDescription: strategies,
    describe: 'Which ways of writing, separated by commas',
  })
}

/** What stands in help. */
interface Asked {
  readonly rows: string
  readonly repeat: string
  readonly strategies: string | undefined
}

const ofEach = 'each experiment’s own'
const askedOfAll: Asked = { rows: ofEach, repeat: ofEach, strategies: ofEach }

/** The options that may follow one of the words after `bench`. */
export function withOptionsOf(action: string, yargs: Argv): Argv {
  if (action === 'compare') return withCompareOptions(yargs)
  return withBenchOptions(yargs, action === 'all' ? askedOfAll : askedOf(action as ExperimentName))
}

function askedOf(name: ExperimentName): Asked {
  const { rows, repeat, strategies } = questions[name]
  return {
    rows: formatCount(rows),
    repeat: String(repeat),
    strategies: strategies?.join(','),
  }
}

function experimentCommand(
  word: string,
  names: readonly ExperimentName[],
  { describe, question }: { readonly describe: string; readonly question: string },
): CommandModule<object, object> {
  return {
    command: word,
    describe,
    builder: (yargs: Argv) => withOptionsOf(word, yargs).usage(`$0 bench ${word}\n\n${question}`),
    handler: (args) => bench({ word, names }, args as unknown as BenchArguments),
  }
}

interface Chosen {
  readonly word: string
  readonly names: readonly ExperimentName[]
}

function bench({ word, names }: Chosen, args: BenchArguments): Promise<void> {
  return runCommand(args, (output) =>
    withSignals(
      {
        output,
        whatStays: 'What was measured until then is reported.',
        howToGoOn: 'Run it again; with a shorter --time-limit if it takes too long.',
      },
      async (signal) => {
        const format = readFormat(args)
        const html = args.html === undefined ? undefined : path.resolve(args.html)
        const { checkHtml, writeReport } = await import('./bench-report.ts')
        const measure = await prepare({ word, names }, args, { output, signal })
        if (html !== undefined) await checkHtml(html)
        const { report, failure, leftBehind } = await measure()
        if (leftBehind && leftBehind !== failure) {
          output.note(`${leftBehind.message}. ${leftBehind.why} ${leftBehind.fix}`)
        }
        await tell(output, { report, failure, html, format }, writeReport)
      },
    ),
  )
}

/** Reads what is asked for, before anything is opened. */
async function prepare(
  { word, names }: Chosen,
  args: BenchArguments,
  { output, signal }: { readonly output: Output; readonly signal: AbortSignal },
): Promise<() => Promise<BenchOutcome>> {
  const wishes = readWishes(args)
  const folder = projectFolder(args.config)
  loadEnvironmentFile(folder)
  const [{ runBench }, { displayUrl }, { createBenchProgress }, { readVersion }] =
    await Promise.all([
      import('../bench/run-bench.ts'),
      import('../postgres/url.ts'),
      import('../report/bench/progress.ts'),
      import('../version.ts'),
    ])
  // Without its password.
  const url = args.databaseUrl === undefined ? undefined : displayUrl(args.databaseUrl)
  const progress = createBenchProgress(output.messages)
  const where = { ...databaseOf(args), action: 'measure', project: { folder }, signal }
  return () =>
    withDatabase(where, output, async ({ consent, ...database }) => {
      try {
        return await runBench({
          ...consent,
          database,
          names,
          ...wishes,
          command: commandOf(word, { ...args, databaseUrl: url }),
          version: readVersion(),
          signal,
          onProgress: (told) => {
            if (!output.isQuiet && !signal.aborted) progress.update(told)
          },
        })
      } finally {
        // The signal's own message has ended the line.
        if (!signal.aborted) progress.end()
      }
    })
}

interface Told {
  readonly report: BenchReport
  readonly failure: unknown
  readonly html: string | undefined
  readonly format: BenchFormat
}

/** What was measured is told even when the rest failed; then the failure. */
async function tell(
  output: Output,
  { report, failure, html, format }: Told,
  writeReport: typeof import('./bench-report.ts').writeReport,
): Promise<void> {
  const isMeasured = report.experiments.some(({ measurements }) => measurements.length > 0)
  if (failure === undefined || isMeasured) {
    await writeReport(output, report, { format, html, isWhole: failure === undefined })
  }
  if (failure !== undefined) {
    process.exitCode = await reportFailure(output, failure, isMeasured ? report : {})
  }
}

/** @throws DownpourError `USAGE_FORMAT` */
function readFormat(args: BenchArguments): BenchFormat {
  const [format = 'text', other] = (['json', 'csv', 'markdown'] as const).filter(
    (name) => args[name],
  )
  if (other === undefined) return format
  throw new DownpourError({
    code: 'USAGE_FORMAT',
    message: `--${format} and --${other} do not go together`,
    why: 'A report is printed once, in one form.',
    fix: 'Leave one of them out; --html goes with each, since it writes a file.',
  })
}

function readWishes(args: BenchArguments) {
  return {
    rows: args.rows === undefined ? undefined : wholeNumber('--rows', args.rows, 1),
    repeat: args.repeat === undefined ? undefined : wholeNumber('--repeat', args.repeat, 1),
    strategies: readStrategies(args.strategies),
    timeLimit:
      args['time-limit'] === undefined
        ? usualTimeLimit
        : positiveNumber('--time-limit', args['time-limit']),
  }
}

/** @throws DownpourError `USAGE_STRATEGY` */
function readStrategies(
  values: readonly string[] | undefined,
): readonly StrategyName[] | undefined {
  if (values === undefined) return undefined
  const names = splitList(values)
  const unknown =
    names.length === 0
      ? values.join()
      : names.find((name) => !(strategyNames as readonly string[]).includes(name))
  if (unknown === undefined) return [...new Set(names)] as StrategyName[]
  throw new DownpourError({
    code: 'USAGE_STRATEGY',
    message: `There is no strategy "${unknown}"`,
    why: '--strategies takes names of ways of writing.',
    fix: `${didYouMean(unknown, strategyNames)}Use some of: ${strategyNames.join(', ')}.`,
  })
}

function commandOf(word: string, args: BenchArguments): string {
  const options = (['rows', 'repeat', 'time-limit'] as const).flatMap((name) =>
    args[name] === undefined ? [] : [`--${name}`, args[name]],
  )
  const { strategies, databaseUrl } = args
  return npmCommand([
    'bench',
    word,
    ...options,
    ...(strategies === undefined ? [] : ['--strategies', strategies.join()]),
    ...(databaseUrl === undefined ? [] : ['--database-url', databaseUrl]),
  ])
}
