import type { Definition } from '../postgres/definitions.ts'
import type { Session } from '../postgres/session.ts'
import type { RunTable } from './runs.ts'
import type { Step, StepOutcome } from './step.ts'

/**
 * Where a lane's steps come from, and where it writes down what it did: everything in the
 * transaction that is open on the session, so that a step is recorded if and only if it happened.
 */
export interface Ledger {
  /**
   * Takes a step that nobody is at. Where all are taken it waits for the lowest of them, which is
   * free again when its lane has died.
   *
   * @returns `undefined` when all steps are done
   * @throws DownpourError `RUN_TAKEN_OVER`
   */
  claim(session: Session): Promise<Step | undefined>
  /**
   * Takes a step once more whose outcome is unknown, since the connection was lost. Waits until the
   * old backend has ended.
   *
   * @returns whether it is done
   */
  reclaim(session: Session, step: Step): Promise<'done' | 'open'>
  /** Marks a step as done, … */
  complete(session: Session, step: Step, outcome: StepOutcome): Promise<void>
  /** … which is so from its commit on. */
  committed(step: Step): void
  addSteps(session: Session, steps: readonly Step[]): Promise<void>
  /** Changes for which tables a table has to wait. */
  setOrder(session: Session, tables: readonly TableOrder[]): Promise<void>
  recordDropped(session: Session, definitions: readonly Definition[]): Promise<void>
  /** @param numbers - of definitions, in the order in which they were dropped */
  recordRestored(session: Session, numbers: readonly number[]): Promise<void>
  recordRejects(session: Session, rejects: readonly Reject[]): Promise<void>
  countRejects(session: Session): Promise<number>
  /** The last step's record: the run is over. */
  recordEnd(session: Session): Promise<void>
}

/** Which tables' rows have to be there before those of a table. */
export type TableOrder = Pick<RunTable, 'position' | 'waitsFor' | 'isSequential'>

/** A row that was left out. */
export interface Reject {
  /** The table's key in the schema. */
  readonly tableKey: string
  readonly row: number
  /** Where the key tells the row's number. */
  readonly key: number | null
  /** SQLSTATE, or a code of ours. */
  readonly code: string
  readonly constraint: string | null
  readonly column: string | null
}
