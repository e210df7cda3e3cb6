import { DownpourError } from '../errors.ts'
import { quoteTable } from '../postgres/identifiers.ts'
import { loadError, serverError } from '../postgres/server-error.ts'
import type { Session } from '../postgres/session.ts'
import type { Target } from '../write/target.ts'
import { unnestStrategy } from '../write/unnest.ts'
import type { Sample } from './sample.ts'

/** Of the temporary copy. */
const copyName = { schema: 'pg_temp', name: 'downpour_sample' }

/**
 * Inserts a sample into a temporary copy of its table: what no parser understands, the server does.
 *
 * @throws DownpourError `PLAN_CHECK`
 */
export async function trySample(
  session: Session,
  { target, source, range }: Sample,
): Promise<void> {
  const { model } = target.table
  await session.query(
    `create temporary table ${copyName.name} (like ${quoteTable(model.schema, model.name)} including all excluding indexes)`,
  )
  const copy: Target = {
    ...target,
    table: { ...target.table, model: { ...model, ...copyName } },
  }
  try {
    await unnestStrategy.open(copy, source).write(session, { range, slices: source.slices(range) })
  } catch (error) {
    const reason = serverError(error)
    // Whatever else is wrong shows itself in the load, with its row.
    if (reason?.code !== '23514') throw loadError({ error, table: model.key })
    throw refusal(target, reason.constraint_name)
  }
  await session.query(`drop table ${quoteTable(copyName.schema, copyName.name)}`)
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
