import { DownpourError } from '../errors.ts'
import { createProgress, noProgress } from '../report/progress.ts'
import { formatVerifyReport } from '../report/verify-report.ts'
import { verifyDatabase } from '../verify/verify.ts'
import type { VerifyRequest } from '../verify/verify.ts'
import { asTyped } from './npm-command.ts'
import { withDatabase } from './open-database.ts'
import { choosePlan, chooseTables, openProject, readPlanOptions } from './open-project.ts'
import { wholeNumber } from './options.ts'
import type { Output } from './output.ts'
import type { VerifyArguments } from './verify.ts'

/** Compares, and tells of it; exit code 5 where something differs. */
export async function verifyAndTell(
  args: VerifyArguments,
  output: Output,
  signal: AbortSignal,
): Promise<void> {
  const planOptions = readPlanOptions(args)
  const isByOptions = !args.ledger || saysPlan(args)
  if (isByOptions && args.run !== undefined) throw runAndOptions(args.run)
  const most = wholeNumber('--limit', args.limit ?? '5', 0)
  const project = await openProject(args, output)
  const against: VerifyRequest['against'] = isByOptions
    ? await choosePlan(planOptions, project)
    : { run: args.run, only: await chooseTables(planOptions.tables, project) }
  const progress = output.isQuiet ? noProgress : createProgress(output.messages)
  const report = await withDatabase(
    { action: 'verify', databaseUrl: args.databaseUrl, project, signal },
    output,
    async ({ url }) => {
      if (isByOptions) output.note('Compared with what the options say, and not with recorded runs')
      try {
        return await verifyDatabase({
          url,
          project,
          against,
          most,
          isQuick: args.quick,
          showsValues: args['show-values'],
          signal,
          onProgress(told) {
            if (!signal.aborted) progress.update(told)
          },
        })
      } finally {
        // The signal's own message has ended the line.
        if (!signal.aborted) progress.end()
      }
    },
  )
  if (output.isJson) output.data(`${JSON.stringify(report)}\n`)
  else output.data(asTyped(formatVerifyReport(report, output.width)))
  if (!report.ok) process.exitCode = 5
}

/** Who says what to compare with does not mean what was recorded. */
function saysPlan({ profile, seed, scale, count }: VerifyArguments): boolean {
  return [profile, seed, scale, count].some((option) => option !== undefined)
}

function runAndOptions(run: string): DownpourError {
  return new DownpourError({
    code: 'USAGE_RUN',
    message: `Run ${run} does not go with options of another plan`,
    why: 'The ledger knows the options of the run; --profile, --seed, --scale, --count and --no-ledger ask for a plan without it.',
    fix: 'Leave the run out, or those options.',
  })
}
