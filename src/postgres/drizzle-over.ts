import { drizzle, type PostgresJsDatabase } from 'drizzle-orm/postgres-js'
import type { Sql } from 'postgres'

/** How a session runs what Drizzle sends. */
export interface Runner {
  /** Runs a statement of the client under the session's guard. */
  run<T>(statement: () => PromiseLike<T>): Promise<T>
  /** Runs `work` in a transaction, or in a savepoint of the open one. */
  transaction<T>(work: () => Promise<T>): Promise<T>
}

/**
 * A Drizzle database over a session's client. Drizzle gets a stand-in with the few methods it
 * calls, since the client's own `begin` raises uncaught exceptions when its backend is killed
 * (https://github.com/porsager/postgres/issues/1208).
 *
 * Drizzle changes the client's serializers, so that dates and JSON pass as text. Sharing the client
 * with COPY is safe, because a COPY sends bytes only; and the session calls this when it opens, so
 * that a date never looks different depending on whether `db` was touched before.
 */
export function drizzleOver(client: Sql, runner: Runner): PostgresJsDatabase {
  const begin = <T>(work: (client: unknown) => Promise<T>) =>
    runner.transaction(() => work(standIn))
  const standIn = {
    options: client.options,
    begin,
    savepoint: begin,
    unsafe(...statement: Parameters<Sql['unsafe']>) {
      let asArrays = false
      const result = runner.run(async () => {
        // `values()` is called in the same turn, before the statement is sent.
        await Promise.resolve()
        const query = client.unsafe(...statement)
        return asArrays ? query.values() : query
      })
      const values = () => {
        asArrays = true
        return result
      }
      return Object.assign(result, { values })
    },
  }
  return drizzle(standIn as unknown as Sql)
}
