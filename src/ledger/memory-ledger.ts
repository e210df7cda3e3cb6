import { DownpourError } from '../errors.ts'
import type { Ledger, Reject } from './ledger.ts'
import type { StepTimes } from './progress.ts'
import type { RunTable } from './runs.ts'
import type { Step } from './step.ts'

export interface MemoryLedger extends Ledger {
  readonly rejects: readonly Reject[]
  readonly times: readonly StepTimes[]
  readonly notes: readonly string[]
}

/**
 * A ledger that ends with the process: for runs of one lane that are one transaction, and for
 * databases that cannot have a ledger.
 *
 * @param options - `tables`: parents first; `recordEnd`: what the last step is to write down
 */
export function memoryLedger(options: {
  readonly tables: readonly RunTable[]
  readonly steps: readonly Step[]
  readonly recordEnd: Ledger['recordEnd']
}): MemoryLedger {
  const open = [...options.steps]
  const rejects: Reject[] = []
  let pending: readonly Reject[] = []
  const times: StepTimes[] = []
  const notes: string[] = []
  /** Its commit may be under way. */
  let completing: Step | undefined
  let pendingTimes: readonly StepTimes[] = []
  let pendingNotes: readonly string[] = []
  return {
    rejects,
    times,
    notes,
    claim() {
      pending = []
      completing = undefined
      return Promise.resolve(open[0])
    },

    reclaim(_session, step) {
      if (completing !== step) return Promise.resolve('open')
      throw new DownpourError({
        code: 'RUN_IN_DOUBT',
        message: 'Cannot go on: the connection was lost during a commit',
        why: `Without a ledger nothing tells whether rows ${step.firstRow} to ${step.firstRow + step.rowCount - 1} are in the table or not.`,
        fix: 'Run it again with --reset; without --no-ledger this cannot happen.',
        exitCode: 4,
      })
    },

    complete(_session, step, { notes: added = [], ...outcome }) {
      completing = step
      pendingNotes = added
      const { kind, position } = step
      pendingTimes = [position, 'all' as const]
        .filter((place) => place !== undefined)
        .map((place) => ({ kind, position: place, steps: 1, ...outcome }))
      return Promise.resolve()
    },

    committed(step) {
      open.splice(open.indexOf(step), 1)
      rejects.push(...pending)
      notes.push(...pendingNotes)
      for (const added of pendingTimes) addTimes(times, added)
    },

    addSteps(_session, added) {
      open.push(...added)
      open.sort((a, b) => a.phase - b.phase || a.number - b.number)
      return Promise.resolve()
    },

    setOrder: () => Promise.resolve(),
    recordDropped: () => Promise.resolve(),
    recordRestored: () => Promise.resolve(),

    recordRejects(_session, rejected) {
      pending = rejected
      return Promise.resolve()
    },

    countRejects: () => Promise.resolve(rejects.length + pending.length),
    recordEnd: options.recordEnd,
  }
}

/** One lane does one step after the other, so that their times add up. */
function addTimes(times: StepTimes[], added: StepTimes): void {
  const index = times.findIndex(
    ({ kind, position }) => kind === added.kind && position === added.position,
  )
  const known = times[index]
  if (!known) times.push(added)
  else {
    times[index] = {
      ...known,
      steps: known.steps + added.steps,
      seconds: known.seconds + added.seconds,
      generateSeconds: known.generateSeconds + added.generateSeconds,
    }
  }
}
