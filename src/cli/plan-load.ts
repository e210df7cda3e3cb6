import { chooseDatabase } from '../config/database.ts'
import type { Project } from '../config/load-project.ts'
import { DownpourError } from '../errors.ts'
import type { LoadPlan } from '../estimate/load-plan.ts'
import { planOffline } from '../estimate/plan-offline.ts'
import { formatDot, formatMermaid } from '../report/plan-picture.ts'
import { formatLoadPlan } from '../report/plan-report.ts'
import { checkOptions } from '../run/options.ts'
import { asTyped } from './npm-command.ts'
import { withDatabase } from './open-database.ts'
import { choosePlan, openProject, readPlanOptions } from './open-project.ts'
import { databaseOf } from './options.ts'
import type { Output } from './output.ts'
import type { PlanCommandArguments } from './plan.ts'
import { readRunArguments, runFrom } from './read-run-arguments.ts'

/** Plans, and tells of it. */
export async function planAndTell(
  args: PlanCommandArguments,
  output: Output,
  signal: AbortSignal,
): Promise<void> {
  refuseSeveralForms(args)
  const planOptions = readPlanOptions(args)
  const said = readRunArguments(args, planOptions)
  const project = await openProject(args, output)
  const run = runFrom(said, await choosePlan(planOptions, project))
  checkOptions(run.options)
  const isAsked = args.database ?? (await isThere(args, project))
  if (!isAsked && args.database === undefined) {
    output.note('No server was asked: with --database it is the embedded one')
  }
  const plan = isAsked
    ? await withDatabase(
        { ...databaseOf(args), action: 'plan', project, signal },
        output,
        async ({ consent, ...database }) => {
          const { planOnServer } = await import('../estimate/plan-on-server.ts')
          return planOnServer({ ...consent, ...run, project, database, signal })
        },
      )
    : await planOffline({ ...run, project, signal })
  tell(plan, args, output)
}

/** @throws DownpourError `USAGE_FORM` */
function refuseSeveralForms(args: PlanCommandArguments): void {
  const [one, other] = (['json', 'mermaid', 'dot'] as const).filter((form) => args[form])
  if (other === undefined) return
  throw new DownpourError({
    code: 'USAGE_FORM',
    message: `--${one} and --${other} do not go together`,
    why: 'Each of them says in which form the plan is printed.',
    fix: 'Leave one of them out.',
  })
}

/** A server that has to be started first is started only for who asks. */
async function isThere(args: PlanCommandArguments, { folder, drizzle }: Project): Promise<boolean> {
  const choice = await chooseDatabase({
    flag: args.databaseUrl,
    environment: process.env,
    folder,
    drizzle,
  })
  if (choice.kind === 'url') return true
  const { embeddedStatus } = await import('../postgres/embedded/server.ts')
  return (await embeddedStatus({ folder })).running !== undefined
}

function tell(plan: LoadPlan, { mermaid, dot }: PlanCommandArguments, output: Output): void {
  if (output.isJson) output.data(`${JSON.stringify({ ok: true, ...plan })}\n`)
  else if (mermaid) output.data(formatMermaid(plan))
  else if (dot) output.data(formatDot(plan))
  else output.data(asTyped(formatLoadPlan(plan, output.width)))
}
