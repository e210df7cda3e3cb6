import type { Ledger } from '../ledger/ledger.ts'
import type { Step, StepOutcome } from '../ledger/step.ts'
import type { Session } from '../postgres/session.ts'
import { pause, verdictOn } from './faults.ts'
import { beginStep } from './lane-session.ts'
import { watchConnection } from './watchdog.ts'

/** One worker with one connection. */
export interface LaneOptions {
  readonly url: string
  /** Opens its connection; again when that is lost, and then it waits for the server. */
  readonly open: OpenLane
  readonly ledger: Ledger
  /** Does a step, in the transaction that is open. */
  readonly perform: Perform
  /** Aborted when the lane is to stop: its open transaction is rolled back. */
  readonly signal: AbortSignal
  /** Aborted when everything is done: the lane need not go on asking for a connection. */
  readonly over?: AbortSignal
  /** Aborted when the lane is to end between two steps. */
  readonly leave?: AbortSignal | undefined
  /** A step of this lane is committed. */
  readonly onCommitted: (step: Step) => void
  /** What a step had done is undone: it will be done again, by whomever. */
  readonly onRolledBack: (step: Step) => void
  /** Makes of a step's error what people are told. */
  readonly explain: (failure: StepFailure) => Promise<unknown>
  readonly patience: Patience
}

export type OpenLane = (options: { readonly waitSeconds: number | undefined }) => Promise<Session>

export type Perform = (
  session: Session,
  step: Step,
  options: { /** Counted from 1. */ readonly attempt: number; readonly signal: AbortSignal },
) => Promise<StepOutcome>

export interface StepFailure {
  /** `undefined` when the lane was between two steps. */
  readonly step: Step | undefined
  readonly error: unknown
  /** Its transaction is rolled back; it may be closed. */
  readonly session: Session | undefined
}

/** How long a lane goes on in the face of faults. */
export interface Patience {
  /** Attempts of one step, in all. */
  readonly attempts: number
  /** For a server that does not answer, in seconds. */
  readonly reconnectSeconds: number
  /** After which a silent connection is looked into, in seconds. */
  readonly silenceSeconds: number
}

export const defaultPatience: Patience = {
  attempts: 8,
  reconnectSeconds: 60,
  silenceSeconds: 15,
}

/** Without a connection to spare on the server, what the lane was at is left to the others. */
export type LaneEnd =
  { readonly kind: 'done' } | { readonly kind: 'no connection'; readonly error: unknown }

/** `left`: it was asked to, and the steps that are left are for others. */
export type LaneStop = LaneEnd | { readonly kind: 'left' }

/**
 * Claims steps and does them until there are none. Errors that pass are waited out: the whole
 * transaction is done again, after a lost connection on a new one.
 *
 * @throws the first error that would come again, or that came too often; the signal's reason
 */
export async function runLane(options: LaneOptions): Promise<LaneStop> {
  const { signal, patience } = options
  let session: Session | undefined
  let doubtful: Step | undefined
  let attempt = 1
  try {
    for (;;) {
      const turn: Turn = { attempt, doubtful, step: undefined }
      try {
        signal.throwIfAborted()
        if (options.leave?.aborted && !doubtful) return { kind: 'left' }
        if (!session || session.closed) {
          const waitSeconds = attempt > 1 ? patience.reconnectSeconds : undefined
          session = await options.open({ waitSeconds })
        }
        if ((await takeTurn(session, options, turn)) === 'none') return { kind: 'done' }
        doubtful = undefined
        attempt = 1
      } catch (error) {
        if (turn.step) options.onRolledBack(turn.step)
        await session?.rollback().catch(() => {})
        signal.throwIfAborted()
        const verdict = verdictOn(error)
        const isNeeded = verdict !== 'no connection' || options.over?.aborted !== true
        if (verdict === 'fail' || attempt >= patience.attempts || !isNeeded) {
          const told = await options.explain({ step: turn.step, error, session })
          if (verdict === 'no connection') return { kind: 'no connection', error: told }
          throw told
        }
        if (verdict === 'reconnect') {
          doubtful = turn.step ?? doubtful
          await session?.close()
        }
        await pause(attempt, verdict === 'no connection' ? [signal, options.over] : [signal])
        attempt++
      }
    }
  } finally {
    await session?.close()
  }
}

/** A step from its claim to its commit. */
interface Turn {
  readonly attempt: number
  /** A step that may or may not be committed. */
  readonly doubtful: Step | undefined
  step: Step | undefined
}

async function takeTurn(
  session: Session,
  options: LaneOptions,
  turn: Turn,
): Promise<'some' | 'none'> {
  const { ledger, perform, signal } = options
  const endWatch = watchConnection(session, options.url, options.patience.silenceSeconds)
  const cancel = () => void session.cancel()
  signal.addEventListener('abort', cancel)
  try {
    await beginStep(session)
    const { doubtful } = turn
    if (doubtful && (await ledger.reclaim(session, doubtful)) === 'done') {
      await session.rollback()
      ledger.committed(doubtful)
      options.onCommitted(doubtful)
      return 'some'
    }
    const step = doubtful ?? (await ledger.claim(session))
    if (!step) {
      await session.rollback()
      return 'none'
    }
    turn.step = step
    const outcome = await perform(session, step, { attempt: turn.attempt, signal })
    signal.throwIfAborted()
    await ledger.complete(session, step, outcome)
    await session.commit()
    ledger.committed(step)
    options.onCommitted(step)
    return 'some'
  } finally {
    signal.removeEventListener('abort', cancel)
    endWatch()
  }
}
