import type { Session } from './session.ts'

/**
 * What speaks PostgreSQL's protocol. Citus is PostgreSQL itself, with an extension; the others have
 * never been tried: docs/engines.md.
 */
export type Engine =
  | { readonly kind: 'postgres' }
  | {
      readonly kind: 'cockroach' | 'yugabyte'
      /** E.g. `23.1.11`; of YugabyteDB its own, and not that of the PostgreSQL in it. */
      readonly version: string
    }

/** Asks what a session is connected to, once for each session. */
export async function readEngine(session: Session): Promise<Engine> {
  const known = engines.get(session)
  if (known) return known
  const [row] = await session.query<{ words: string }>('select version() as words')
  const engine = engineOf(row!.words)
  engines.set(session, engine)
  return engine
}

const engines = new WeakMap<Session, Engine>()

/**
 * Tells an engine by what it says of itself.
 *
 * @param words - what `version()` returns
 * @example
 * engineOf('CockroachDB CCL v23.1.11 (x86_64-pc-linux-gnu, built …)')
 * // { kind: 'cockroach', version: '23.1.11' }
 */
export function engineOf(words: string): Engine {
  const cockroach = /^CockroachDB \S+ v(\S+)/.exec(words)
  if (cockroach) return { kind: 'cockroach', version: cockroach[1]! }
  const yugabyte = /^PostgreSQL \S+?-YB-([\d.]+)/.exec(words)
  if (yugabyte) return { kind: 'yugabyte', version: yugabyte[1]! }
  return { kind: 'postgres' }
}

/** @example engineName({ kind: 'postgres' }) // 'PostgreSQL' */
export function engineName({ kind }: Engine): string {
  return names[kind]
}

const names: Readonly<Record<Engine['kind'], string>> = {
  postgres: 'PostgreSQL',
  cockroach: 'CockroachDB',
  yugabyte: 'YugabyteDB',
}
