import type { CommandModule } from 'yargs'
import type { RejectedRow } from '../ledger/overview.ts'
import { formatCount } from '../report/format.ts'
import type { RunOptions } from '../run/options.ts'
import { asTyped } from './npm-command.ts'
import { withDatabase } from './open-database.ts'
import { openProject } from './open-project.ts'
import { withDatabaseOptions } from './options.ts'
import type { DatabaseArguments } from './options.ts'
import type { Output } from './output.ts'
import type { RejectsOfRun } from './read-rejects.ts'
import { runCommand } from './run-command.ts'
import { withSignals } from './signals.ts'

interface RejectsArguments extends DatabaseArguments {
  readonly run?: string | undefined
}

export const rejectsCommand: CommandModule<object, RejectsArguments> = {
  command: 'rejects [run]',
  describe: 'Print the rows that a run left out',
  builder: (yargs) =>
    withDatabaseOptions(yargs)
      .positional('run', {
        type: 'string',
        defaultDescription: 'the latest that left rows out',
        describe: 'Which run',
      })
      .example(asTyped('npx downpour rejects > rejects.tsv'), 'a file of them'),
  handler: (args) =>
    runCommand(args, (output) =>
      withSignals({ output, howToGoOn: 'Run it again.' }, async (signal) => {
        const { run } = args
        const project = await openProject(args, output)
        const { readRejectsOf } = await import('./read-rejects.ts')
        const found = await withDatabase(
          {
            action: 'read the ledger',
            databaseUrl: args.databaseUrl,
            project,
            signal,
          },
          output,
          ({ url }) => readRejectsOf({ url, run, signal }),
        )
        report(found, output)
      }),
    ),
}

function report(found: RejectsOfRun | undefined, output: Output): void {
  const rejects = found?.rejects ?? []
  if (output.isJson) {
    output.data(`${JSON.stringify({ ok: true, run: found?.run.id ?? null, rejects })}\n`)
  } else {
    const lines = rejects.map((reject) => columns.map((column) => reject[column] ?? '').join('\t'))
    output.data([columns.join('\t'), ...lines, ''].join('\n'))
  }
  if (!found) output.note('No run has left rows out.')
  else noteHow(found, output)
}

const columns = [
  'table',
  'row',
  'key',
  'code',
  'constraint',
  'column',
] as const satisfies readonly (keyof RejectedRow)[]

function noteHow({ run, rejects }: RejectsOfRun, output: Output): void {
  const count = `${formatCount(rejects.length)} ${rejects.length === 1 ? 'row' : 'rows'}`
  output.note(`Run ${run.id} left ${rejects.length === 0 ? 'no rows' : count} out.`)
  const [first] = rejects
  if (!first) return
  output.note(
    `Their values are not kept. To see them:\n  npx downpour preview ${first.table} --row ${first.row} ${planOptions(run.options)}`,
  )
}

/** What gives the same rows as the run's. */
function planOptions({ profile, seed, scale, otherwise, counts }: RunOptions): string {
  return [
    `--profile ${profile}`,
    `--seed ${seed}`,
    ...(scale === 1 ? [] : [`--scale ${scale}`]),
    ...(typeof otherwise === 'number' ? [`--count ${otherwise}`] : []),
    ...Object.entries(counts).map(([table, rows]) => `--count ${table}=${rows}`),
  ].join(' ')
}
