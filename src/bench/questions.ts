import { strategyNames } from '../write/strategy.ts'
import type { StrategyName } from '../write/strategy.ts'

/** In the order in which help lists them and `all` does them. */
export const experimentNames = [
  'strategies',
  'rtt',
  'chunks',
  'lanes',
  'indexes',
  'engines',
  'reading',
] as const

export type ExperimentName = (typeof experimentNames)[number]

/** What an experiment answers, and how large it is when nobody says. */
export interface Question {
  readonly question: string
  /** What is compared, in a few words. */
  readonly compares: string
  readonly work: 'writing' | 'reading'
  readonly rows: number
  /** Repetitions of each measurement. */
  readonly repeat: number
  /** Which strategies are compared; left out where there is no choice. */
  readonly strategies?: readonly StrategyName[]
}

export const questions: Readonly<Record<ExperimentName, Question>> = {
  strategies: {
    question: 'Which way of writing loads the finance transactions fastest, and how much faster?',
    compares: 'all ways of writing',
    work: 'writing',
    rows: 100_000,
    repeat: 9,
    strategies: strategyNames,
  },
  rtt: {
    question: 'How does each way of writing degrade as the round trip to the server takes longer?',
    compares: 'ways of writing users at 0 to 20 ms of added round-trip time',
    work: 'writing',
    rows: 1_000,
    repeat: 7,
    strategies: ['row', 'pipeline', 'batch', 'copy'],
  },
  chunks: {
    question: 'How many rows should a chunk (a transaction) have, for time and for memory?',
    compares: 'chunks of 1 to 100,000 rows',
    work: 'writing',
    rows: 100_000,
    repeat: 7,
    strategies: ['batch', 'copy'],
  },
  lanes: {
    question: 'How many connections should load side by side?',
    compares: 'numbers of connections',
    work: 'writing',
    rows: 500_000,
    repeat: 7,
    strategies: ['copy'],
  },
  indexes: {
    question: 'From which size of a load on does it pay to drop the indexes and rebuild them?',
    compares: 'indexes kept, and dropped and rebuilt',
    work: 'writing',
    rows: 500_000,
    repeat: 7,
    strategies: ['copy'],
  },
  engines: {
    question: 'How do PostgreSQL and SQLite compare on products, one by one and in batches?',
    compares: 'PostgreSQL and SQLite',
    work: 'writing',
    rows: 20_000,
    repeat: 7,
  },
  reading: {
    question:
      'Which way of reading a large table back is fastest, and how much memory does it take?',
    compares: 'fetching all, pages, cursors and COPY TO',
    work: 'reading',
    rows: 100_000,
    repeat: 7,
  },
}
