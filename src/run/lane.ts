import type { Ledger } from '../ledger/ledger.ts'
import type { Step, StepOutcome } from '../ledger/step.ts'
import type { Session } from '../postgres/session.ts'
import { pause, verdictOn } from './faults.ts'
import type { Verdict } from './faults.ts'
import { beginStep } from './lane-session.ts'
import { watchConnection } from './watchdog.ts'

/** One worker with one connection. */
export interface LaneOptions {
  /** Where it does everything but load rows. */
  readonly url: string
  /** Where its rows enter, if not there. */
  readonly node?: LaneNode
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

/** Plain data, for threads. */
export interface LaneNode {
  readonly url: string
  /** Positions of tables that are not there: their rows enter where all else is done. */
  readonly lacks: readonly number[]
}

export type OpenLane = (options: {
  readonly url: string
  readonly waitSeconds: number | undefined
}) => Promise<Session>

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

/**
 * Without a connection to spare on the server, or with a node that is gone, what the lane was at is
 * left to the others.
 */
export type LaneEnd =
  { readonly kind: 'done' } | { readonly kind: 'no connection'; readonly error: unknown }

/** `left`: it was asked to, and the steps that are left are for others. */
export type LaneStop = LaneEnd | { readonly kind: 'left' }

/**
 * Claims steps and does them until there are none, each where it belongs: chunks at the lane's node. A
 * step that belongs elsewhere is given back, and the lane goes there: seldom, since no step begins before
 * those of earlier phases are done, and chunks of a table come one after the other. Errors that pass are waited out: the whole
 * transaction is done again, after a lost connection on a new one.
 *
 * @throws the first error that would come again, or that came too often; the signal's reason
 */
export async function runLane(options: LaneOptions): Promise<LaneStop> {
  const { signal, patience } = options
  let session: Session | undefined
  let url = options.node?.url ?? options.url
  let doubtful: Step | undefined
  let attempt = 1
  try {
    for (;;) {
      const turn: Turn = { url, attempt, doubtful, isConnected: false, step: undefined }
      try {
        signal.throwIfAborted()
        if (options.leave?.aborted && !doubtful) return { kind: 'left' }
        if (!session || session.closed) {
          session = await options.open({ url, waitSeconds: waitSeconds(options, turn) })
        }
        turn.isConnected = true
        const end = await takeTurn(session, options, turn)
        if (end.kind === 'none') return { kind: 'done' }
        if (end.kind === 'elsewhere') {
          await session.close()
          url = end.url
          continue
        }
        doubtful = undefined
        attempt = 1
      } catch (error) {
        if (turn.step) options.onRolledBack(turn.step)
        await session?.rollback().catch(() => {})
        signal.throwIfAborted()
        const verdict = verdictOnTurn(error, options, turn)
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
  /** Where the lane is. */
  readonly url: string
  readonly attempt: number
  /** A step that may or may not be committed; it belongs where the lane is. */
  readonly doubtful: Step | undefined
  isConnected: boolean
  step: Step | undefined
}

type TurnEnd =
  { readonly kind: 'some' | 'none' } | { readonly kind: 'elsewhere'; readonly url: string }

/** For a node they are its share of what the lane waits in all: others do its work meanwhile. */
function waitSeconds({ url, patience }: LaneOptions, turn: Turn): number | undefined {
  if (turn.attempt === 1) return undefined
  const { reconnectSeconds, attempts } = patience
  return turn.url === url ? reconnectSeconds : reconnectSeconds / attempts
}

/** A node that is gone is not waited for longer than for a connection to spare. */
function verdictOnTurn(error: unknown, { url }: LaneOptions, turn: Turn): Verdict {
  const verdict = verdictOn(error)
  const isNodeGone = verdict === 'reconnect' && !turn.isConnected && turn.url !== url
  return isNodeGone ? 'no connection' : verdict
}

async function takeTurn(session: Session, options: LaneOptions, turn: Turn): Promise<TurnEnd> {
  const { ledger, perform, signal } = options
  const endWatch = watchConnection(session, turn.url, options.patience.silenceSeconds)
  const cancel = () => void session.cancel()
  signal.addEventListener('abort', cancel)
  try {
    await beginStep(session)
    const { doubtful } = turn
    if (doubtful && (await ledger.reclaim(session, doubtful)) === 'done') {
      await session.rollback()
      ledger.committed(doubtful)
      options.onCommitted(doubtful)
      return { kind: 'some' }
    }
    const step = doubtful ?? (await ledger.claim(session))
    if (!step) {
      await session.rollback()
      return { kind: 'none' }
    }
    const url = placeOf(step, options)
    if (url !== turn.url) {
      await session.rollback()
      return { kind: 'elsewhere', url }
    }
    turn.step = step
    const outcome = await perform(session, step, { attempt: turn.attempt, signal })
    signal.throwIfAborted()
    await ledger.complete(session, step, outcome)
    await session.commit()
    ledger.committed(step)
    options.onCommitted(step)
    return { kind: 'some' }
  } finally {
    signal.removeEventListener('abort', cancel)
    endWatch()
  }
}

function placeOf({ kind, position }: Step, { url, node }: LaneOptions): string {
  return node && kind === 'chunk' && !node.lacks.includes(position!) ? node.url : url
}
