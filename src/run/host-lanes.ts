import type { Step } from '../ledger/step.ts'
import type { LaneEnd, Patience } from './lane.ts'

/** What a lane tells of its work. */
export type LaneEvent =
  /** So many rows of a chunk have been sent. */
  | { readonly kind: 'rows'; readonly step: Step; readonly rows: number }
  | { readonly kind: 'committed'; readonly step: Step }
  | { readonly kind: 'rolled back'; readonly step: Step }

export interface LaneStart {
  /** Counted from 1. */
  readonly number: number
  readonly signal: AbortSignal
  /** Aborted when everything is done: a lane need not go on asking for a connection. */
  readonly over: AbortSignal
  readonly patience: Patience
  readonly onEvent: (event: LaneEvent) => void
}

/** Starts a lane somewhere: on this thread, or on one of its own. */
export type HostLane = (start: LaneStart) => Promise<LaneEnd>

/**
 * Runs lanes side by side until all steps are done. When one fails the others stop; when the server
 * has no connection for some, the rest do the work.
 *
 * @returns how many lanes had a connection
 * @throws what the first lane failed with; the signal's reason
 */
export async function runLanes(
  count: number,
  host: HostLane,
  options: Pick<LaneStart, 'signal' | 'patience'> & {
    readonly onEvent: (lane: number, event: LaneEvent) => void
  },
): Promise<number> {
  const failure = new AbortController()
  const over = new AbortController()
  const signal = AbortSignal.any([options.signal, failure.signal])
  const ends = await Promise.all(
    Array.from({ length: count }, async (_, index) => {
      const number = index + 1
      try {
        const end = await host({
          number,
          signal,
          over: over.signal,
          patience: options.patience,
          onEvent: (event) => options.onEvent(number, event),
        })
        if (end.kind === 'done') over.abort()
        return end
      } catch (error) {
        failure.abort(error)
        return undefined
      }
    }),
  )
  options.signal.throwIfAborted()
  failure.signal.throwIfAborted()
  const [first] = ends
  if (first?.kind === 'no connection' && ends.every((end) => end?.kind !== 'done')) {
    throw first.error
  }
  return ends.filter((end) => end?.kind === 'done').length
}
