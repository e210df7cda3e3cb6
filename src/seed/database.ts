import { entityKind, is } from 'drizzle-orm'
import type { Casing } from 'drizzle-orm'
import { PgDatabase, PgTransaction } from 'drizzle-orm/pg-core'
import type { PgQueryResultHKT } from 'drizzle-orm/pg-core'
import { DownpourError } from '../errors.ts'

/** A Drizzle database on any driver of PostgreSQL, or a transaction of one. */
// oxlint-disable-next-line typescript/no-explicit-any -- whatever schema it was made with
export type SeedDatabase = PgDatabase<PgQueryResultHKT, any, any>

/** What can be done with a database that somebody hands over. */
export interface Handed {
  readonly database: SeedDatabase
  readonly casing: Casing | undefined
  /** Whether it is a transaction of somebody's. */
  readonly isOpen: boolean
}

/**
 * Tells what a database is, whatever its driver: none has to be loaded, nor to be the same copy.
 *
 * @throws DownpourError `SEED_DATABASE` when it is none of Drizzle's for PostgreSQL
 */
export function recognise(action: string, given: unknown): Handed {
  const database = primaryOf(given)
  if (!is(database, PgDatabase)) throw databaseError(action, given)
  const handed = database as SeedDatabase
  return { database: handed, casing: casingOf(handed), isOpen: is(database, PgTransaction) }
}

/** With replicas, as `withReplicas` hands it out, it is a plain object around the one that is written. */
function primaryOf(given: unknown): unknown {
  return typeof given === 'object' && given !== null && '$primary' in given ? given.$primary : given
}

/** Drizzle keeps what the casing does, and not its name. */
function casingOf(database: SeedDatabase): Casing | undefined {
  const { dialect } = database as unknown as {
    readonly dialect?: { readonly casing?: { convert?(name: string): string } }
  }
  const convert = (name: string) => dialect?.casing?.convert?.(name) ?? name
  if (convert('twoWords') === 'two_words') return 'snake_case'
  return convert('two_words') === 'twoWords' ? 'camelCase' : undefined
}

function databaseError(action: string, given: unknown): DownpourError {
  const kind = kindOf(given)
  return new DownpourError({
    code: 'SEED_DATABASE',
    message: `Cannot ${action}: what was given is no Drizzle database on PostgreSQL`,
    why:
      kind === undefined
        ? 'It was not made by drizzle().'
        : `It is a ${kind}, and Downpour loads PostgreSQL only.`,
    fix: "Give what drizzle() of 'drizzle-orm/postgres-js', 'drizzle-orm/node-postgres' or 'drizzle-orm/pglite' returns, or a transaction of it.",
  })
}

function kindOf(given: unknown): string | undefined {
  if (typeof given !== 'object' || given === null) return undefined
  const { constructor } = given as { readonly constructor?: object }
  const kind = constructor && (constructor as { readonly [entityKind]?: unknown })[entityKind]
  return typeof kind === 'string' ? kind : undefined
}
