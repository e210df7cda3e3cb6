import type { Ledger } from '../ledger/ledger.ts'
import type { StepTask } from '../ledger/step.ts'
import { DownpourError } from '../errors.ts'
import { serverError, serverSaid } from '../postgres/server-error.ts'
import type { Session } from '../postgres/session.ts'

/**
 * Does a rebuild step, and writes it down.
 *
 * @throws as `putBack`
 */
export async function rebuild(session: Session, ledger: Ledger, task: StepTask): Promise<void> {
  await putBack(session, task)
  await ledger.recordRestored(session, task.completes)
}

/**
 * Puts indexes or constraints back, in whatever transaction is open, with more memory for sorting
 * than the server gives to everybody.
 *
 * @throws DownpourError `REBUILD_VIOLATION` when rows that were loaded meanwhile do not allow it;
 *   they stay
 */
export async function putBack(session: Session, task: StepTask): Promise<void> {
  await session.query(
    `select set_config(name, '${sortingMemory}kB', true) from pg_settings
     where name = 'maintenance_work_mem' and setting::int8 < ${sortingMemory}`,
  )
  // What was dropped has to come back, however long that takes.
  await session.query('set local statement_timeout = 0')
  for (const statement of task.statements) {
    try {
      await session.query(statement)
    } catch (error) {
      throw rebuildError(error, task)
    }
  }
}

/** In kB. Enough to sort some ten million keys without a file, and bearable for each of some lanes. */
const sortingMemory = 256 * 1024

function rebuildError(error: unknown, { title }: StepTask): unknown {
  const reason = serverError(error)
  if (!reason?.code.startsWith('23')) return error
  const name = reason.constraint_name ?? title
  // The columns only: after them come the values.
  const columns = /\((.*?)\)=\(/.exec(reason.detail ?? '')?.[1]
  return new DownpourError({
    code: 'REBUILD_VIOLATION',
    message: `Cannot put "${name}" back: the rows do not keep to it`,
    why: `${serverSaid(reason)}${columns === undefined ? '' : `, key (${columns})`}.`,
    fix: 'The rows stay. Correct them and run "npm run downpour -- restore"; or correct the seeder and begin again with --reset.',
    exitCode: 4,
    ...(reason.table_name === undefined ? {} : { table: reason.table_name }),
    cause: new Error(reason.code),
  })
}
