import { leftToServer } from '../plan/plan.ts'
import type { Plan } from '../plan/plan.ts'
import { serverName } from '../postgres/connect-error.ts'
import { parseDatabaseUrl, tlsWords } from '../postgres/url.ts'
import { createProgress, noProgress } from '../report/progress.ts'
import { formatSeedReport } from '../report/seed-report.ts'
import type { RunNews, SeedDatabase, SeedRequest } from '../run/seed.ts'
import { withDatabase } from './open-database.ts'
import { choosePlan, openProject, readPlanOptions } from './open-project.ts'
import { databaseOf } from './options.ts'
import type { Output } from './output.ts'
import { hostsOf } from './read-hosts.ts'
import { readRunArguments, runFrom } from './read-run-arguments.ts'
import { readRunName } from './read-run-name.ts'
import type { SeedArguments } from './seed.ts'

/** Plans and loads, and tells of it. */
export async function seedDatabase(
  args: SeedArguments,
  output: Output,
  signal: AbortSignal,
): Promise<void> {
  const planOptions = readPlanOptions(args)
  const said = readRunArguments(args, planOptions)
  const name = readRunName(args)
  const hosts = hostsOf(args)
  const project = await openProject(args, output)
  const run = runFrom(said, await choosePlan(planOptions, project))
  const { runSeed } = await import('../run/seed.ts')
  const progress = output.isQuiet ? noProgress : createProgress(output.messages)
  const report = await withDatabase(
    { ...databaseOf(args), action: 'seed', hosts, project, signal },
    output,
    async ({ consent, ...database }) => {
      noteNodes(database, output)
      try {
        return await runSeed({
          ...consent,
          ...run,
          project,
          database,
          join: args.join,
          name,
          signal,
          onPlan: (plan) => noteLeftToServer(plan, output),
          onWaiting: (busy) => output.note(`Waiting: ${busy.why}`),
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

/** Where rows enter, unless that is where all else is done. */
function noteNodes({ url, nodes = [] }: SeedDatabase, output: Output): void {
  if (nodes.every((node) => node === url)) return
  const shown = nodes.map((node) => {
    const address = parseDatabaseUrl(node)
    const words = tlsWords(address)
    return words === undefined ? serverName(address) : `${serverName(address)} (${words})`
  })
  output.note(`Rows enter through: ${shown.join(', ')}`)
}

function noteRun({ run, kind, lanes }: RunNews, output: Output): void {
  if (kind === 'finished') {
    output.note(`Run ${run} is finished; this is what it has done`)
    return
  }
  const begun = { new: 'Run', continued: 'Going on with run', joined: 'Joining run' }[kind]
  output.note(`${begun} ${run}, ${lanes === 1 ? 'one lane' : `${lanes} lanes`}`)
}

function noteLeftToServer(plan: Plan, output: Output): void {
  const columns = leftToServer(plan)
  if (columns.length === 0) return
  output.note(`Left to the server, so not the same in every run: ${columns.join(', ')}`)
}
