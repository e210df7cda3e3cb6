import type { Project } from '../config/load-project.ts'
import { DownpourError } from '../errors.ts'
import { buildPlan } from '../plan/build-plan.ts'
import type { CountRequest } from '../plan/counts.ts'
import { loadedTables } from '../plan/plan.ts'
import type { Plan, PlannedTable } from '../plan/plan.ts'
import { withSession } from '../postgres/session.ts'
import { checkTargets } from '../run/check-target.ts'
import { withDomains } from '../run/read-domains.ts'
import { hasBinaryEncoder } from '../write/encode/binary.ts'
import { describeType } from '../write/encode/refusal.ts'
import type { Target } from '../write/target.ts'
import { declaredTarget } from './declared-target.ts'
import { exportFiles } from './file-names.ts'
import type { ExportFile } from './file-names.ts'
import type { ExportFormat, FileForm } from './format.ts'

/** What decides an export: the same on every machine and in every thread. Plain data. */
export interface ExportOptions extends FileForm {
  readonly seed: number
  readonly counts: CountRequest
  readonly only: readonly string[] | undefined
  /** Rows of a file. */
  readonly chunkSize: number
  /** The database that is asked for the types of its columns, where one is named. */
  readonly url: string | undefined
}

export interface PreparedExport {
  readonly plan: Plan
  /** In the order of loading. */
  readonly targets: readonly Target[]
  readonly files: readonly ExportFile[]
}

/**
 * Plans an export. Nothing is written; a database that is named is only read.
 *
 * @throws DownpourError `PLAN_…`, `TARGET_…`, `EXPORT_BINARY`, `EXPORT_NAME`
 */
export async function prepareExport(
  project: Project,
  options: ExportOptions,
): Promise<PreparedExport> {
  const { plan, targets } = await planTargets(project, options)
  for (const target of targets) refuseTarget(target, options.format)
  return { plan, targets, files: exportFiles(targets, options) }
}

async function planTargets(
  project: Project,
  options: ExportOptions,
): Promise<Pick<PreparedExport, 'plan' | 'targets'>> {
  const planWith = (tables: Project['tables']) =>
    buildPlan({
      tables,
      refinements: project.refinements,
      seed: options.seed,
      referenceDate: project.config.referenceDate,
      counts: options.counts,
      only: options.only,
      existing: undefined,
    })
  const { url } = options
  if (url === undefined) {
    const plan = await planWith(project.tables)
    return { plan, targets: loadedTables(plan).map(declaredTarget) }
  }
  return withSession({ url, applicationName: 'downpour export' }, async (session) => {
    const plan = await planWith(await withDomains(session, project.tables))
    return { plan, targets: await checkTargets(session, loadedTables(plan)) }
  })
}

function refuseTarget({ table, columns }: Target, format: ExportFormat): void {
  const { key } = table.model
  const unknown = format === 'binary' ? columns.find((one) => !hasBinaryEncoder(one)) : undefined
  if (unknown) {
    throw new DownpourError({
      code: 'EXPORT_BINARY',
      message: `Cannot export "${key}" in binary: column "${unknown.name}" is ${describeType(unknown.serverType)}`,
      why: 'Its binary form is not known here.',
      fix: 'Use --format copy; or name the database that it is for with --database-url, where the type is a domain or an array of an enum.',
      table: key,
      column: unknown.name,
    })
  }
  if (format !== 'sql' && format !== 'jsonl') refuseLineBreaks(table, columns)
}

/** psql's \copy ends with its line. */
function refuseLineBreaks({ model }: PlannedTable, columns: Target['columns']): void {
  const names = [model.schema, model.name, ...columns.map(({ name }) => name)]
  const broken = names.find((name) => /[\r\n]/.test(name))
  if (broken === undefined) return
  throw new DownpourError({
    code: 'EXPORT_NAME',
    message: `Cannot export "${model.key}": the name ${JSON.stringify(broken)} holds a line break`,
    why: 'The command of psql that loads such a file ends with its line.',
    fix: 'Use --format sql, or leave the table out with --except.',
    table: model.key,
  })
}
