import { setTimeout as sleep } from 'node:timers/promises'
import type { PgDatabase, PgTransaction } from 'drizzle-orm/pg-core'
import { isConnectionLost } from '../postgres/server-error.ts'

/** A PostgreSQL database of Drizzle's, whatever its driver and its schema. */
// oxlint-disable-next-line typescript/no-explicit-any
export type AnyPgDatabase = PgDatabase<any, any, any>

// oxlint-disable-next-line typescript/no-explicit-any
export type AnyPgTransaction = PgTransaction<any, any, any>

/** A transaction that is asked from outside of the callback to which Drizzle gives it. */
export interface HeldTransaction {
  /** Runs statements, after those before; rejects when they do, or when the transaction is lost. */
  ask<T>(work: (tx: AnyPgTransaction) => Promise<T>): Promise<T>
  /** Ends it, with a rollback after a failure. Never rejects: nothing that was read is lost by it. */
  end(failure?: Failure): Promise<void>
}

export interface Failure {
  readonly error: unknown
}

/**
 * Begins a read-only transaction with the first question, and holds it until the end.
 *
 * postgres.js rejects a transaction as a whole when its connection is lost. What is sent in it from
 * then on, its own ROLLBACK included, may be thrown at the process or never be answered
 * (https://github.com/porsager/postgres/issues/1208). So nothing is sent any more, and the callback
 * is left waiting, for the garbage collector.
 */
export function holdTransaction(db: AnyPgDatabase): HeldTransaction {
  let begun: Promise<AnyPgTransaction> | undefined
  let over: Promise<void> | undefined
  let finish: ((failure: Failure | undefined) => void) | undefined
  let lost: Failure | undefined
  // One place, and no race with a promise that lives as long as the reading: each race would keep
  // what it resolved to.
  let whenLost: (error: unknown) => void

  function begin(): Promise<AnyPgTransaction> {
    return new Promise((resolve, reject) => {
      whenLost = reject
      const hold = (tx: AnyPgTransaction) =>
        new Promise<void>((commit, rollback) => {
          finish = (failure) => (failure === undefined ? commit() : rollback(failure.error))
          resolve(tx)
        })
      over = db.transaction(hold, { accessMode: 'read only' }).catch((error: unknown) => {
        lost = { error }
        whenLost(error)
      })
    })
  }

  return {
    async ask(work) {
      const tx = await (begun ??= begin())
      return new Promise((resolve, reject) => {
        if (lost !== undefined) return reject(lost.error)
        whenLost = reject
        work(tx).then(resolve, reject)
      })
    },

    async end(failure) {
      const isBroken = failure !== undefined && isConnectionLost(failure.error)
      // A socket's error comes before its end. A ROLLBACK sent in between would be stuck in postgres.js,
      // and with it all that the pool's connection is ever given.
      if (isBroken) await Promise.race([over, sleep(LOSS_MILLISECONDS)])
      if (lost !== undefined) return
      finish?.(failure)
      // A broken connection may never answer the rollback.
      if (!isBroken) await over
    },
  }
}

/** A transaction that belongs to somebody else, and goes on after the reading. */
export function joinTransaction(tx: AnyPgTransaction): HeldTransaction {
  return { ask: (work) => work(tx), end: async () => {} }
}

/** How long to wait for a driver that tells of a transaction's loss by itself; some do not. */
const LOSS_MILLISECONDS = 100
