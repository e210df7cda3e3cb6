/** A unit of work: done by one lane in one transaction. */
export interface Step {
  readonly phase: number
  /** Within its phase. */
  readonly number: number
  readonly kind: StepKind
  /** Of its table among the run's; `undefined` for steps that belong to no single one. */
  readonly position: number | undefined
  /** The rows of a chunk. */
  readonly firstRow: number
  readonly rowCount: number
  readonly task: StepTask | undefined
}

/**
 * - `reset`: empty the tables
 * - `drop`: drop indexes and constraints, and plan how they are put back
 * - `chunk`: load rows
 * - `rebuild`: put indexes or constraints back
 * - `settle`: sequences and statistics of a table
 * - `finish`: what summarises other tables; then the run is over
 */
export type StepKind = 'reset' | 'drop' | 'chunk' | 'rebuild' | 'settle' | 'finish'

/** What a `rebuild` step executes, and the definitions that it completes, by their numbers. */
export interface StepTask {
  readonly title: string
  readonly statements: readonly string[]
  readonly completes: readonly number[]
  /** How many steps its phase has; 1 where an earlier version has not written it down. */
  readonly sideBySide?: number
}

/** No step of a phase begins before all of the phases before it are done. */
export const phases = {
  reset: 0,
  drop: 1,
  load: 2,
  indexes: 3,
  constraints: 4,
  'foreign keys': 5,
  validation: 6,
  settle: 7,
  finish: 8,
} as const

/** What a step did, for the record. */
export interface StepOutcome {
  readonly seconds: number
  readonly generateSeconds: number
  /** What people should know of how it was done. */
  readonly notes?: readonly string[]
}
