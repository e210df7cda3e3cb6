import type { Contestant } from '../support/measure.ts'

/** A way of filling the table of document 001. */
export interface Peer extends Contestant {
  /** What it begins with, e.g. `rows in memory`. */
  readonly from: string
  /** Why it cannot take part, e.g. `psql is not installed`. */
  absent(): Promise<string | undefined>
}

/** For those that `npm install` brings. */
export async function neverAbsent(): Promise<undefined> {}
