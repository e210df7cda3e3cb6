import { readDefinitions } from '../postgres/definitions.ts'
import { rebuildSteps } from '../postgres/rebuild.ts'
import type { Session } from '../postgres/session.ts'
import { circularTables, refuseCircles } from '../run/circles.ts'
import type { PreparedRun } from '../run/prepare-run.ts'
import { readTableOrder } from '../run/table-order.ts'

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
  const circular = circularTables(tables)
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
  for (const { statements } of rebuildSteps(foreignKeys)) {
    for (const statement of statements) await session.query(statement)
  }
}
