import { DownpourError } from '../errors.ts'
import type { ServerFacts } from '../postgres/catalog.ts'

/** Who is asked to write where. */
export interface GuardedAction {
  /** E.g. `seed`, for messages. */
  readonly action: string
  readonly server: ServerFacts
  /** From `--confirm`. */
  readonly confirm: string | undefined
  /** `NODE_ENV`. */
  readonly environment: string | undefined
}

/**
 * Refuses databases that look like somebody's own. Goes by what the server says of itself, since a
 * tunnel makes any server look local.
 *
 * @throws DownpourError `REFUSED_PRODUCTION`, `REFUSED_READ_ONLY`, `REFUSED_REMOTE`
 */
export function guardDatabase({ action, server, confirm, environment }: GuardedAction): void {
  if (environment === 'production') {
    throw new DownpourError({
      code: 'REFUSED_PRODUCTION',
      message: `Refusing to ${action}: NODE_ENV is "production"`,
      why: 'This command fills databases with made-up rows.',
      fix: 'Run it with another NODE_ENV, if this is really no production environment.',
    })
  }
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
        ? `It says that its address is ${server.address}.`
        : `--confirm says "${confirm}", and the database is called "${server.database}".`,
    fix: `If you mean it, say --confirm ${server.database}.`,
  })
}
