import { DownpourError } from '../errors.ts'
import type { RunTable } from '../ledger/runs.ts'
import { engineName, readEngine } from '../postgres/engine.ts'
import type { Engine } from '../postgres/engine.ts'
import { serverReason, serverSaid } from '../postgres/server-error.ts'
import type { Session } from '../postgres/session.ts'
import { aloneOption } from './options.ts'
import type { RunOptions } from './options.ts'

/** What is asked of a run, as far as not every engine does it. */
export interface EngineRequest {
  readonly options: Pick<RunOptions, 'indexes' | 'transaction'>
  readonly ledger: 'ledger' | 'no ledger'
}

/**
 * Refuses what is safe on PostgreSQL only.
 *
 * @throws DownpourError `ENGINE_INDEXES`, `ENGINE_ALONE`
 */
export function checkEngine(engine: Engine, { options, ledger }: EngineRequest): void {
  if (engine.kind === 'postgres') return
  const name = engineName(engine)
  if (options.indexes === 'defer') {
    throw new DownpourError({
      code: 'ENGINE_INDEXES',
      message: `--indexes defer cannot be had on ${name}`,
      why: `Indexes and keys are dropped for the load and built again on PostgreSQL only: nobody has tried it on ${name}.`,
      fix: 'Leave it out: they stay.',
    })
  }
  const option = aloneOption({ ledger, transaction: options.transaction })
  if (option !== undefined) {
    throw new DownpourError({
      code: 'ENGINE_ALONE',
      message: `${option} cannot be had on ${name}`,
      why: `Only an advisory lock would keep another run away, and not every ${name} has those.`,
      fix: 'Leave it out: runs that are written down in the ledger are kept apart by it.',
    })
  }
}

/** The options that a run has where `auto` has to be decided by the engine. */
export function optionsOn(engine: Engine, options: RunOptions): RunOptions {
  return engine.kind === 'postgres' ? options : { ...options, indexes: 'keep' }
}

/** What is to be said of a run on an engine that has never been tried. */
export function engineNotes(
  engine: Engine,
  tables: readonly Pick<RunTable, 'strategy'>[],
): readonly string[] {
  if (engine.kind === 'postgres') return []
  const isCopied = tables.some(({ strategy }) => strategy.startsWith('copy'))
  return [
    `${engineName(engine)} ${engine.version}: rows go in by ${isCopied ? 'COPY' : 'INSERT'} and indexes stay; Downpour has not been tried on a real one`,
  ]
}

/**
 * Makes of a statement that the server refused what people are told where it is no PostgreSQL: its
 * catalog may lack what is asked for. Anything else is returned as it is.
 */
export async function explainOnEngine(session: Session, error: unknown): Promise<unknown> {
  const isTold = error instanceof DownpourError && error.code !== 'LEDGER_FAILED'
  const reason = isTold ? undefined : serverReason(error)
  if (!reason) return error
  const engine = await readEngine(session).catch((): Engine => ({ kind: 'postgres' }))
  if (engine.kind === 'postgres') return error
  const name = engineName(engine)
  return new DownpourError({
    code: 'ENGINE_UNTRIED',
    message: `${name} ${engine.version} has refused a statement that PostgreSQL takes`,
    why: `${serverSaid(reason)}. Downpour has not been tried on ${name}.`,
    fix: 'Use PostgreSQL; what is known of other engines is in docs/engines.md.',
    exitCode: 4,
    cause: error,
  })
}
