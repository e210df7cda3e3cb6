import type { Session } from '../postgres/session.ts'
import type { StrategyName } from '../write/strategy.ts'
import type { ExperimentName } from './questions.ts'
import type { Chart, Measurement, ServerSettings } from './report.ts'
import type { Task } from './task.ts'

/** What is timed to answer a question. */
export interface Experiment {
  readonly name: ExperimentName
  /** Whether cases can be compared whose numbers of rows are not the same. */
  readonly rows: 'each its own' | 'the same'
  /**
   * Makes sure that it can be done here, before anything is.
   *
   * @throws DownpourError `BENCH_…`
   */
  check?(asked: Pick<Setting, 'url' | 'strategies'>): Promise<void>
  /** Makes the tables and whatever else its cases need. */
  open(setting: Setting): Promise<OpenExperiment>
  conclude(measurements: readonly Measurement[], server: ServerSettings): Conclusion
}

/** Where an experiment takes place, and how large it is to be. */
export interface Setting {
  readonly url: string
  /** Nothing is timed on it. */
  readonly session: Session
  /** The schema of the benchmark's own. */
  readonly schema: string
  readonly rows: number
  readonly strategies: readonly StrategyName[]
  /** For all of it. */
  readonly limitSeconds: number
  /** Whether the server's disk can be looked at from here. */
  readonly isLocal: boolean
  readonly signal: AbortSignal
}

export interface OpenExperiment {
  readonly cases: readonly Case[]
  /** What is otherwise than asked for, in sentences. */
  readonly notes?: readonly string[]
  /** Ends what is not in the schema. */
  close(): Promise<void>
}

/** One way of doing the work, measured in a process of its own. */
export interface Case {
  /** Unique in its experiment, e.g. `copy, 5 ms`. */
  readonly name: string
  readonly factors: Measurement['factors']
  readonly rows: number
  /** Fewer would be another question. */
  readonly minimumRows: number
  /** What it is compared with, by name. */
  readonly baseline: string | null
  readonly task: Task
}

export interface Conclusion {
  /** The measurement that all others are compared with, where there is one. */
  readonly baseline: string | null
  readonly sentences: readonly string[]
  readonly charts: readonly Chart[]
}
