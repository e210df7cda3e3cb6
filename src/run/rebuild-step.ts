import type { Ledger } from '../ledger/ledger.ts'
import type { StepTask } from '../ledger/step.ts'
import { DownpourError } from '../errors.ts'
import { serverError, serverSaid } from '../postgres/server-error.ts'
import type { Session } from '../postgres/session.ts'

/** Who builds indexes side by side. */
export interface Builders {
  readonly lanes: number
  /** Of the server; `undefined` where it is on another machine. */
  readonly cores: number | undefined
}

/**
 * Does a rebuild step, and writes it down.
 *
 * @param builders - left out, the server's own settings decide on parallel workers
 * @throws as `putBack`
 */
export async function rebuild(
  session: Session,
  ledger: Ledger,
  task: StepTask,
  builders?: Builders,
): Promise<void> {
  const workers = builders && workersOf(task, builders)
  if (workers !== undefined) {
    await session.query(
      `select set_config(name, least(setting::int, $1::int)::text, true) from pg_settings
       where name = 'max_parallel_maintenance_workers'`,
      [String(workers)],
    )
  }
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

/**
 * Parallel workers for one index. They merge what each has sorted, which costs a fifth on top where
 * no core is idle: indexes that are built side by side need none of them.
 */
function workersOf({ sideBySide = 1 }: StepTask, { lanes, cores }: Builders): number | undefined {
  return cores && Math.max(0, Math.floor(cores / Math.min(lanes, sideBySide)) - 1)
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
    fix: 'The rows stay. Correct them and run "npx downpour restore"; or correct the seeder and begin again with --reset.',
    exitCode: 4,
    ...(reason.table_name === undefined ? {} : { table: reason.table_name }),
    cause: new Error(reason.code),
  })
}
