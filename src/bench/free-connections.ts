import { DownpourError } from '../errors.ts'
import type { Session } from '../postgres/session.ts'
import { countFreeConnections } from '../run/choose-lanes.ts'
import type { Case } from './experiment.ts'

/**
 * Refuses more connections than the server has to spare: the cases of an experiment are all open at once.
 *
 * @throws DownpourError `BENCH_CONNECTIONS`
 */
export async function refuseTooMany(session: Session, cases: readonly Case[]): Promise<void> {
  const needed = cases.reduce((sum, { task }) => sum + connectionsOf(task), 0)
  const free = await countFreeConnections(session)
  if (needed <= free) return
  throw new DownpourError({
    code: 'BENCH_CONNECTIONS',
    message: `The experiment needs ${needed} connections`,
    why: `The server has ${free} to spare (max_connections).`,
    fix: 'Compare fewer ways with --strategies, or raise max_connections.',
  })
}

function connectionsOf(task: Case['task']): number {
  switch (task.kind) {
    case 'load':
      return task.lanes
    case 'read':
      return 1
    case 'sqlite':
      return 0
  }
}
