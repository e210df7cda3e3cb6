import { is, sql } from 'drizzle-orm'
import { getTableConfig, PgTable } from 'drizzle-orm/pg-core'
import { DownpourError } from '../errors.ts'
import { quoteTable } from '../postgres/identifiers.ts'
import { serverError, serverSaid, unwrapError } from '../postgres/server-error.ts'
import { guardCall } from '../run/guard.ts'
import { refuseProduction } from '../run/refuse-production.ts'
import { recognise } from './database.ts'
import { sessionOver } from './session-over.ts'

/** What `reset` does: see there. */
export async function emptySchema(
  db: unknown,
  schema: Readonly<Record<string, unknown>>,
): Promise<void> {
  refuseProduction('reset', { nodeEnvironment: process.env['NODE_ENV'] })
  const { database } = recognise('reset', db)
  // Not read as a model, since a part of a schema can be emptied by itself.
  const names = new Set(
    Object.values(schema)
      .filter((value): value is PgTable => is(value, PgTable))
      .map((table) => getTableConfig(table))
      .map((table) => quoteTable(table.schema, table.name)),
  )
  if (names.size === 0) throw noTable()
  try {
    await guardCall(sessionOver(database), 'reset')
    await database.execute(sql.raw(`truncate ${[...names].join(', ')} restart identity cascade`))
  } catch (error) {
    throw resetError(error)
  }
}

function noTable(): DownpourError {
  return new DownpourError({
    code: 'SCHEMA_EMPTY',
    message: 'The schema holds no table',
    why: 'None of its exports is a table made by pgTable().',
    fix: "Give the module of the tables: import * as schema from './schema'.",
  })
}

function resetError(error: unknown): unknown {
  const reason = serverError(error)
  if (!reason) return unwrapError(error)
  const fixes: Readonly<Record<string, string>> = {
    '42P01': 'Apply the migrations that create it.',
    '42501': 'Use a role that may truncate these tables.',
  }
  return new DownpourError({
    code: 'RESET_FAILED',
    message: 'Cannot empty the tables',
    why: `${serverSaid(reason)}.`,
    fix: fixes[reason.code] ?? 'Remove the cause, then run it again; nothing was emptied.',
    exitCode: 4,
    cause: reason,
  })
}
