import { DownpourError } from '../errors.ts'
import { openTable } from '../generate/slices.ts'
import type { Plan } from '../plan/plan.ts'
import { quoteTable } from '../postgres/identifiers.ts'
import { loadError, serverError } from '../postgres/server-error.ts'
import type { Session } from '../postgres/session.ts'
import type { Target } from '../write/target.ts'
import { unnestStrategy } from '../write/unnest.ts'

const sampleRows = 100
const sample = { schema: 'pg_temp', name: 'downpour_sample' }

/**
 * Inserts some rows of each table that has checks into a temporary copy of it: what no parser
 * understands, the server does. Rows that a check refuses are refused before anything is written.
 *
 * @throws DownpourError `PLAN_CHECK`
 */
export async function trySample(
  session: Session,
  plan: Plan,
  targets: readonly Target[],
): Promise<void> {
  for (const target of targets) {
    const { model, toLoad } = target.table
    const count = Math.min(sampleRows, toLoad.count)
    if (model.checks.length === 0 || count === 0 || target.columns.length === 0) continue
    if (!(await copyTable(session, model.schema, model.name))) return
    const source = await openTable(plan, target.table)
    const copy: Target = {
      ...target,
      table: { ...target.table, model: { ...model, ...sample } },
    }
    const range = { first: toLoad.first, count }
    try {
      await unnestStrategy
        .open(copy, source)
        .write(session, { range, slices: source.slices(range) })
    } catch (error) {
      const reason = serverError(error)
      // Whatever else is wrong shows itself in the load, with its row.
      if (reason?.code !== '23514') throw loadError({ error, table: model.key })
      throw refusal(target, reason.constraint_name)
    }
    await session.query(`drop table ${quoteTable(sample.schema, sample.name)}`)
  }
}

/** @returns whether there is one: not every role may have temporary tables */
async function copyTable(session: Session, schema: string, name: string): Promise<boolean> {
  const [right] = await session.query<{ may: boolean }>(
    `select has_database_privilege(current_database(), 'TEMPORARY') as may`,
  )
  if (!right!.may) return false
  await session.query(
    `create temporary table ${sample.name} (like ${quoteTable(schema, name)} including all excluding indexes)`,
  )
  return true
}

function refusal({ table: { model } }: Target, constraint: string | undefined): DownpourError {
  const check = model.checks.find(({ name }) => name === constraint)
  const column = model.columns.find(
    ({ name }) => check?.expression.includes(`"${name}"`) ?? constraint?.includes(name),
  )
  return new DownpourError({
    code: 'PLAN_CHECK',
    message: `Cannot seed "${model.key}": the check "${constraint}" is not satisfied`,
    why: `The server has refused rows for "${constraint}" in a temporary copy of the table.`,
    fix: `Give ${column ? `"${column.property}"` : 'its columns'} a generator whose values satisfy it.`,
    table: model.key,
    ...(column && { column: column.property }),
  })
}
