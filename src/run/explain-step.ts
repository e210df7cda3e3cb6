import { DownpourError } from '../errors.ts'
import type { RunTable } from '../ledger/runs.ts'
import { quoteTable } from '../postgres/identifiers.ts'
import { readLockHolders } from '../postgres/lock-holders.ts'
import { loadError, serverError } from '../postgres/server-error.ts'
import type { StepFailure } from './lane.ts'

/** What people are told of a step that failed: in terms of its table, and of who held it up. */
export async function explainStep(
  tables: readonly RunTable[],
  { step, error, session }: StepFailure,
): Promise<unknown> {
  if (!step) return error
  const own = step.position === undefined ? tables : [tables[step.position]!]
  const named = serverError(error)?.table_name
  const table = tables.find(({ name }) => name === named) ?? own.at(-1)
  const told = table ? loadError({ error, table: table.key }) : error
  if (!(told instanceof DownpourError) || told.code !== 'LOAD_LOCK') return told
  if (!session || session.closed) return told
  for (const { key, schema, name } of own) {
    const holders = await readLockHolders(session, [quoteTable(schema, name)]).catch(() => [])
    if (holders.length > 0) return lockError(error, key, holders)
  }
  return told
}

function lockError(error: unknown, table: string, holders: readonly string[]): DownpourError {
  const { code, message, why, fix, exitCode, cause } = loadError({ error, table }) as DownpourError
  const told = `${why} Held by ${holders.join(', ')}.`
  return new DownpourError({ code, message, why: told, fix, exitCode, table, cause })
}
