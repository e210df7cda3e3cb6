import { openSession } from '../postgres/session.ts'
import type { Session } from '../postgres/session.ts'

/**
 * Watches for a connection that has silently died: this side waits for the server, nothing moves,
 * and the server says that it waits for this side. Then the connection is given up as lost. Behind a
 * pooler nothing can be told, since the server's process may be anybody's.
 *
 * @param seconds - of silence after which the server is asked, over a connection of its own
 * @returns what ends the watch
 */
export function watchConnection(session: Session, url: string, seconds: number): () => void {
  if (session.pooled) return () => {}
  let mark = ''
  let isAsking = false
  async function look(): Promise<void> {
    const { activity } = session
    const isSilent = activity.isWaiting && activity.mark === mark
    mark = activity.mark
    if (!isSilent || isAsking || session.closed) return
    isAsking = true
    const isAtWork = await isBackendAtWork(session, url, seconds)
    isAsking = false
    if (!isAtWork && session.activity.mark === mark && session.activity.isWaiting) {
      session.lose(Object.assign(new Error('The connection is silent'), { code: 'ETIMEDOUT' }))
    }
  }
  const timer = setInterval(() => void look(), seconds * 1000)
  timer.unref()
  return () => clearInterval(timer)
}

/** A server that cannot even be asked is taken to be at work, unless it cannot be reached at all. */
async function isBackendAtWork(session: Session, url: string, seconds: number): Promise<boolean> {
  try {
    const probe = await openSession({
      url,
      applicationName: 'downpour watch',
      connectTimeoutSeconds: Math.max(seconds, 2),
    })
    try {
      const shown = await probe.query<{ pid: number; event: string | null }>(
        `select pid, wait_event as event from pg_stat_activity
         where pid in ($1::int, pg_backend_pid())`,
        [session.pid],
      )
      // CockroachDB shows nobody.
      if (shown.length === 0) return true
      const backend = shown.find(({ pid }) => pid === session.pid)
      return backend !== undefined && backend.event !== 'ClientRead'
    } finally {
      await probe.close()
    }
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined
    return code !== 'CONNECT_TIMEOUT' && code !== 'CONNECT_UNREACHABLE'
  }
}
