import { DownpourError } from '../errors.ts'
import type { ServerFacts } from '../postgres/catalog.ts'

/** Who is asked to write where. */
export interface GuardedAction {
  /** E.g. `seed`, for messages. */
  readonly action: string
  readonly server: ServerFacts
  /** From `--confirm`. */
  readonly confirm: string | undefined
}

/**
 * To be asked before anything is opened or started.
 *
 * @param action - e.g. `seed`, for messages
 * @param environment - `NODE_ENV`
 * @throws DownpourError `REFUSED_PRODUCTION`
 */
export function refuseProduction(action: string, environment: string | undefined): void {
  if (environment !== 'production') return
  throw new DownpourError({
    code: 'REFUSED_PRODUCTION',
    message: `Refusing to ${action}: NODE_ENV is "production"`,
    why: 'Downpour changes, fills and empties databases for development and tests.',
    fix: 'Run it with another NODE_ENV, if this is really no production environment.',
  })
}

/**
 * Refuses databases that look like somebody else's. A server counts as local when the URL leads to
 * this machine and the server says that it is there: behind a pooler or a proxy it would say so
 * wherever it is. A tunnel that begins on this machine and ends on the server's stays undetected.
 *
 * @throws DownpourError `REFUSED_READ_ONLY`, `REFUSED_REMOTE`
 */
export function guardDatabase({ action, server, confirm }: GuardedAction): void {
  if (server.readOnly) {
    throw new DownpourError({
      code: 'REFUSED_READ_ONLY',
      message: `Cannot ${action}: the server takes no writes`,
      why: 'It is a standby, or its transactions are read-only by default.',
      fix: 'Use the primary server.',
    })
  }
  if (server.isLocal || confirm === server.database) return
  throw new DownpourError({
    code: 'REFUSED_REMOTE',
    message: `Refusing to ${action} "${server.database}": the server is not on this machine`,
    why:
      confirm === undefined
        ? `The database URL names ${server.host}, and the server says that its address is ${server.address}.`
        : `--confirm says "${confirm}", and the database is called "${server.database}".`,
    fix: `If you mean it, say --confirm ${server.database}.`,
  })
}
