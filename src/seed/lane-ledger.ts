import { once } from 'node:events'
import { DownpourError } from '../errors.ts'
import type { Ledger, TableOrder } from '../ledger/ledger.ts'
import type { Step } from '../ledger/step.ts'

/** Steps for several lanes of this process, and for each of them a ledger over these. */
export interface LaneLedgers {
  /** @param signal - aborted when the lane is to stop */
  open(signal: AbortSignal): LaneLedger
}

export interface LaneLedger extends Ledger {
  /** The lane has ended: what it was at is for the others. */
  close(): void
}

/**
 * A ledger that ends with the process, for loads that nobody goes on with: which steps are free,
 * taken and done.
 *
 * @param options - `tables`: for which others each waits; `steps`: in order
 */
export function laneLedgers(options: {
  readonly tables: readonly TableOrder[]
  readonly steps: readonly Step[]
}): LaneLedgers {
  const { tables } = options
  const open = [...options.steps]
  const taken = new Set<Step>()
  const changes = new EventTarget()

  function tell(): void {
    changes.dispatchEvent(new Event('change'))
  }

  /** None of a phase before those of the phases before, and no rows before those that they refer to. */
  function mayBegin(step: Step): boolean {
    const [first] = open
    if (taken.has(step) || step.phase > first!.phase) return false
    if (step.kind !== 'chunk') return true
    const { waitsFor, isSequential } = tables[step.position!]!
    return !open.some(
      (other) =>
        other.kind === 'chunk' &&
        (waitsFor.includes(other.position!) ||
          (isSequential && other.position === step.position && other.number < step.number)),
    )
  }

  return {
    open(signal) {
      /** Until its commit, in as many attempts as it takes. */
      let own: Step | undefined
      let isCommitting = false
      return {
        async claim() {
          isCommitting = false
          while (!own) {
            signal.throwIfAborted()
            if (open.length === 0) return undefined
            own = open.find(mayBegin)
            if (own) taken.add(own)
            else await once(changes, 'change', { signal }).catch(() => {})
          }
          return own
        },

        reclaim(_session, step) {
          if (isCommitting) return Promise.reject(inDoubt(step))
          return Promise.resolve('open')
        },

        complete() {
          isCommitting = true
          return Promise.resolve()
        },

        committed(step) {
          own = undefined
          isCommitting = false
          taken.delete(step)
          open.splice(open.indexOf(step), 1)
          tell()
        },

        close() {
          if (own) taken.delete(own)
          own = undefined
          tell()
        },

        addSteps: () => Promise.resolve(),
        setOrder: () => Promise.resolve(),
        recordDropped: () => Promise.resolve(),
        recordRestored: () => Promise.resolve(),
        recordRejects: () => Promise.resolve(),
        countRejects: () => Promise.resolve(0),
        recordEnd: () => Promise.resolve(),
      }
    },
  }
}

function inDoubt({ firstRow, rowCount }: Step): DownpourError {
  return new DownpourError({
    code: 'RUN_IN_DOUBT',
    message: 'Cannot go on: the connection was lost during a commit',
    why: `Nothing tells whether rows ${firstRow} to ${firstRow + rowCount - 1} are in the table or not.`,
    fix: 'Empty the tables with reset(db, schema) and seed again; with lanes: 1 all is one transaction.',
    exitCode: 4,
  })
}
