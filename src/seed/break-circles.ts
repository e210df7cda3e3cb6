import { readDefinitions } from '../postgres/definitions.ts'
import type { Definition } from '../postgres/definitions.ts'
import { readForeignKeys } from '../postgres/foreign-keys.ts'
import { quoteTable } from '../postgres/identifiers.ts'
import type { Session } from '../postgres/session.ts'
import { circularTables, refuseCircles } from '../run/circles.ts'
import type { PreparedRun } from '../run/prepare-run.ts'
import { readTableOrder } from '../run/table-order.ts'

/** Whether foreign keys of these tables go round in a circle: they are loaded in one transaction. */
export async function hasCircles(session: Session, { tables }: PreparedRun): Promise<boolean> {
  return circularTables(await readForeignKeys(session, tables)).length > 0
}

/**
 * Loads while foreign keys that go round in a circle are dropped, and puts them back: all of it in
 * the transaction that is open, so nobody ever sees the tables without.
 *
 * @throws DownpourError `PLAN_CYCLE` where no row could ever be inserted
 */
export async function withoutCircles(
  session: Session,
  prepared: PreparedRun,
  load: (prepared: PreparedRun) => Promise<void>,
): Promise<void> {
  const { tables } = prepared
  const circular = circularTables(await readForeignKeys(session, tables))
  if (circular.length === 0) return load(prepared)
  await refuseCircles(session, tables, 'may drop')
  const inCircle = circular.map((position) => tables[position]!)
  const { droppable } = await readDefinitions(session, inCircle)
  const foreignKeys = droppable.filter(
    ({ kind, parent }) =>
      kind === 'foreign key' &&
      inCircle.some(({ schema, name }) => schema === parent?.schema && name === parent.name),
  )
  for (const { drop } of foreignKeys) await session.query(drop)
  const order = await readTableOrder(session, tables)
  await load({
    ...prepared,
    tables: tables.map((table, position) => ({ ...table, ...order[position]! })),
  })
  for (const definition of foreignKeys) await putBack(session, definition)
}

async function putBack(session: Session, definition: Definition): Promise<void> {
  const { schema, table, attach, validate, after } = definition
  const alter = `alter table ${quoteTable(schema, table)}`
  await session.query(`${alter} ${attach!}`)
  if (validate !== undefined) await session.query(`${alter} ${validate}`)
  for (const statement of after) await session.query(statement)
}
