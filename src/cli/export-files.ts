import { columnsOfUnknownType } from '../export/declared-target.ts'
import { scriptName } from '../export/load-script.ts'
import type { PreparedExport } from '../export/prepare-export.ts'
import { runExport } from '../export/run-export.ts'
import { leftToServer, loadedTables } from '../plan/plan.ts'
import { completeUrl } from '../postgres/libpq/complete-url.ts'
import { formatExportReport } from '../report/export-report.ts'
import { createProgress, noProgress } from '../report/progress.ts'
import type { ExportArguments } from './export.ts'
import { choosePlan, openProject, readPlanOptions } from './open-project.ts'
import { wholeNumber } from './options.ts'
import type { Output } from './output.ts'
import { readPart } from './read-part.ts'

/** Plans and writes files, and tells of it. */
export async function exportFiles(
  args: ExportArguments,
  output: Output,
  signal: AbortSignal,
): Promise<void> {
  const { folder, format, gzip, databaseUrl } = args
  const planOptions = readPlanOptions(args)
  const part = readPart(args.chunk, process.env)
  const chunkSize = wholeNumber('--chunk-size', args['chunk-size'] ?? defaultChunkSize, 1)
  const lanes = args.lanes === undefined ? undefined : wholeNumber('--lanes', args.lanes, 1)
  const project = await openProject(args, output)
  const { seed, counts, only } = await choosePlan(planOptions, project)
  const url = databaseUrl && (await completeUrl(databaseUrl, process.env)).url
  const progress = output.isQuiet ? noProgress : createProgress(output.messages)
  const report = await runExport({
    project,
    options: { seed, counts, only, format, gzip, chunkSize, url },
    folder,
    part,
    lanes,
    earlier: args.restart ? 'restart' : 'continue',
    signal,
    onPrepared: (prepared) => noteWhatDiffers(prepared, url, output),
    onProgress: (told) => {
      if (!signal.aborted) progress.update(told)
    },
  }).finally(() => {
    // The signal's own message has ended the line.
    if (!signal.aborted) progress.end()
  })
  if (output.isJson) output.data(`${JSON.stringify({ ok: true, ...report })}\n`)
  else output.data(formatExportReport(report, output.width))
  if (format === 'jsonl') return
  const together = part.of > 1 ? 'With the files of all parts in one folder' : 'To load it'
  output.note(`${together}: cd ${shellWord(folder)} && psql -X -f ${scriptName} "$DATABASE_URL"`)
}

const defaultChunkSize = '250000'

/** As a shell reads it. */
function shellWord(text: string): string {
  return /^[\w./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`
}

/** What makes an export differ from a run. */
function noteWhatDiffers({ plan }: PreparedExport, url: string | undefined, output: Output): void {
  const columns = leftToServer(plan)
  if (columns.length > 0) {
    output.note(`Left to the server, so not the same in every load: ${columns.join(', ')}`)
  }
  const unknown = loadedTables(plan).flatMap((table) =>
    columnsOfUnknownType(table).map(
      ({ property, declaration }) => `${table.model.key}.${property} (${declaration})`,
    ),
  )
  if (unknown.length === 0 || url !== undefined) return
  output.note(`Types that only a server knows; --database-url asks one: ${unknown.join(', ')}`)
}
