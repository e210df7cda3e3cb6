import { readFile } from 'node:fs/promises'
import type { Argv, CommandModule } from 'yargs'
import type { Warning } from '../bench/report.ts'
import { DownpourError } from '../errors.ts'
import { positiveNumber, single } from './options.ts'
import { runCommand } from './run-command.ts'

interface CompareArguments {
  readonly before: string
  readonly after: string
  readonly threshold: string
  readonly json: boolean
}

export const compareCommand: CommandModule<object, CompareArguments> = {
  command: 'compare <before> <after>',
  describe: 'Tell what has changed between two reports; exit 5 on a regression',
  builder: (yargs: Argv) =>
    withCompareOptions(yargs)
      .positional('before', { type: 'string', demandOption: true, describe: 'From bench --json' })
      .positional('after', { type: 'string', demandOption: true, describe: 'The later one' })
      .usage(
        '$0 bench compare <before> <after>\n\nWhat has become faster or slower, and how sure is that?',
      ),
  handler: (args) =>
    runCommand(args, async (output) => {
      const threshold = positiveNumber('--threshold', args.threshold) / 100
      const [{ compareReports }, { formatComparison }] = await Promise.all([
        import('../bench/compare.ts'),
        import('../report/bench/comparison.ts'),
      ])
      const comparison = compareReports(await open(args.before), await open(args.after), {
        threshold,
      })
      refuseNothing(comparison.warnings)
      const isSame = comparison.regressions === 0
      if (output.isJson) output.data(`${JSON.stringify({ ok: isSame, ...comparison })}\n`)
      else output.data(formatComparison(comparison, output.width))
      if (!isSame) process.exitCode = 5
    }),
}

export function withCompareOptions<T>(yargs: Argv<T>) {
  return yargs
    .option('threshold', {
      ...single,
      default: '5',
      describe: 'Per cent of time that may be lost',
    })
    .option('json', { type: 'boolean', default: false, describe: 'Print one JSON object' })
}

/** Silence would look like success. */
function refuseNothing(warnings: readonly Warning[]): void {
  const nothing = warnings.find(({ code }) => code === 'NOTHING_IN_COMMON')
  if (!nothing) return
  throw new DownpourError({
    code: 'BENCH_COMPARE',
    message: 'Cannot compare the reports',
    why: nothing.message,
    fix: nothing.remedy,
  })
}

async function open(file: string) {
  const { readReport } = await import('../bench/read-report.ts')
  let text: string
  try {
    text = await readFile(file, 'utf8')
  } catch (error) {
    throw new DownpourError({
      code: 'BENCH_FILE',
      message: `Cannot read ${file}`,
      why: `${error instanceof Error ? error.message : String(error)}.`,
      fix: 'Name a file that "npx downpour bench strategies --json > report.json" has written.',
      cause: error,
    })
  }
  return readReport(text, file)
}
