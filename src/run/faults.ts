import { setTimeout as sleep } from 'node:timers/promises'
import { DownpourError } from '../errors.ts'
import { isConnectionLost, serverError } from '../postgres/server-error.ts'

/**
 * What to do about an error of a step, as PostgreSQL's manual
 * (https://www.postgresql.org/docs/current/mvcc-serialization-failure-handling.html) and
 * experience say:
 *
 * - `reconnect`: whether the step's commit happened is unknown, mostly because the connection is gone
 * - `retry`: the server gave the transaction up for reasons that pass
 * - `no connection`: the server has none to spare
 * - `fail`: the same would happen again
 */
export type Verdict = 'reconnect' | 'retry' | 'no connection' | 'fail'

export function verdictOn(error: unknown): Verdict {
  for (let inner = error; inner instanceof Error; inner = inner.cause) {
    const code = serverError(inner)?.code
    if (isConnectionLost(inner) || code === unknownOutcome) return 'reconnect'
    if (code === '53300' || (inner instanceof DownpourError && inner.code === 'CONNECT_TOO_MANY')) {
      return 'no connection'
    }
    if (inner instanceof DownpourError && connectStates.has(inner.code)) return 'reconnect'
    if (code !== undefined) return passing.has(code) ? 'retry' : 'fail'
  }
  return 'fail'
}

/**
 * Does something again as long as what stops it may pass.
 *
 * @throws what it failed with in the end; the signal's reason
 */
export async function withPatience<T>(
  options: {
    readonly attempts: number
    readonly signal: AbortSignal
    /** Aborted when a connection is not needed any more. */
    readonly over: AbortSignal
  },
  work: () => Promise<T>,
): Promise<T> {
  const { attempts, signal, over } = options
  for (let attempt = 1; ; attempt++) {
    signal.throwIfAborted()
    try {
      return await work()
    } catch (error) {
      const isVain = verdictOn(error) === 'no connection' && over.aborted
      if (verdictOn(error) === 'fail' || attempt >= attempts || isVain) throw error
      await pause(attempt, [signal, over])
    }
  }
}

/** Waits before the next attempt, or until one of the signals is aborted. */
export async function pause(
  attempt: number,
  signals: readonly (AbortSignal | undefined)[],
): Promise<void> {
  const signal = AbortSignal.any(signals.filter((each) => each !== undefined))
  await sleep(backoff(attempt), undefined, { signal }).catch(() => {})
}

/** The server's state, which may be another one soon. */
const connectStates = new Set(['CONNECT_STARTING', 'CONNECT_CLOSED', 'CONNECT_TIMEOUT'])

/**
 * CockroachDB has lost sight of a commit, and not of its client:
 * https://www.cockroachlabs.com/docs/stable/common-errors#result-is-ambiguous
 */
const unknownOutcome = '40003'

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
