import { localSettings } from '../postgres/local-settings.ts'
import { openSession } from '../postgres/session.ts'
import type { Session } from '../postgres/session.ts'
import type { OpenLane } from './lane.ts'

/**
 * What opens a lane's connections.
 *
 * @param name - what `pg_stat_activity` shows, e.g. `downpour 1f0c2d3e lane 2`
 */
export function openerOf(name: string): OpenLane {
  return ({ url, waitSeconds }) =>
    openSession({
      url,
      applicationName: name,
      ...(waitSeconds === undefined
        ? {}
        : { waitForServer: true, connectTimeoutSeconds: waitSeconds }),
    })
}

/**
 * Begins a transaction that does not end because its client is slow, and ends within a minute when
 * the client's machine has vanished. Set for the transaction only, since behind a pooler the session
 * is somebody else's next.
 */
export async function beginStep(session: Session): Promise<void> {
  await session.begin()
  const known = settings.get(session) ?? (await localSettings(session, wanted))
  settings.set(session, known)
  await session.query(known)
}

const settings = new WeakMap<Session, string>()

/** A Unix socket ignores TCP's. */
const wanted = {
  idle_in_transaction_session_timeout: '0',
  transaction_timeout: '0',
  tcp_keepalives_idle: '10',
  tcp_keepalives_interval: '10',
  tcp_keepalives_count: '3',
  tcp_user_timeout: '30000',
  client_connection_check_interval: '10000',
  // The ledger is read before the step is known, whose statements may not follow on local ones.
  'citus.enable_local_execution': 'off',
}
