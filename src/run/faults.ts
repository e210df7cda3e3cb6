import { DownpourError } from '../errors.ts'
import { isConnectionLost, serverError } from '../postgres/server-error.ts'

/**
 * What to do about an error of a step, as PostgreSQL's manual
 * (https://www.postgresql.org/docs/current/mvcc-serialization-failure-handling.html) and
 * experience say:
 *
 * - `reconnect`: the connection is gone, and whether the step's commit happened is unknown
 * - `retry`: the server gave the transaction up for reasons that pass
 * - `no connection`: the server has none to spare
 * - `fail`: the same would happen again
 */
export type Verdict = 'reconnect' | 'retry' | 'no connection' | 'fail'

export function verdictOn(error: unknown): Verdict {
  for (let inner = error; inner instanceof Error; inner = inner.cause) {
    const code = serverError(inner)?.code
    if (isConnectionLost(inner)) return 'reconnect'
    if (code === '53300' || (inner instanceof DownpourError && inner.code === 'CONNECT_TOO_MANY')) {
      return 'no connection'
    }
    if (inner instanceof DownpourError && connectStates.has(inner.code)) return 'reconnect'
    if (code !== undefined) return passing.has(code) ? 'retry' : 'fail'
  }
  return 'fail'
}

/** The server's state, which may be another one soon. */
const connectStates = new Set(['CONNECT_STARTING', 'CONNECT_CLOSED', 'CONNECT_TIMEOUT'])

/** Serialization failure, deadlock, lock not available. */
const passing = new Set(['40001', '40P01', '55P03'])

/**
 * How long to wait before the next attempt: longer each time, and not the same for all lanes.
 *
 * @param attempt - counted from 1
 * @returns milliseconds, 5 seconds at most
 */
export function backoff(attempt: number): number {
  return Math.min(5_000, 50 * 2 ** attempt) * (0.5 + Math.random() / 2)
}
