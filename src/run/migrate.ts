import { access } from 'node:fs/promises'
import { readMigrationFiles } from 'drizzle-orm/migrator'
import { migrate } from 'drizzle-orm/postgres-js/migrator'
import { usualMigrationsTable } from '../config/drizzle-config.ts'
import type { MigrationsTable } from '../config/drizzle-config.ts'
import { DownpourError } from '../errors.ts'
import { quoteTable } from '../postgres/identifiers.ts'
import { serverError, serverSaid } from '../postgres/server-error.ts'
import type { Session } from '../postgres/session.ts'

/** A migration that drizzle-kit wrote. */
export interface Migration {
  readonly hash: string
  readonly createdAt: number
  readonly statements: readonly string[]
}

/**
 * The migrations that the database does not have yet.
 *
 * @param folder - what drizzle-kit wrote
 * @param table - where it is noted what is applied
 * @throws DownpourError `MIGRATE_FOLDER` when the folder cannot be read, `MIGRATE_UNREADABLE` when
 *   the role may not see what is applied, `MIGRATE_ORDER` when
 *   Drizzle's migrator would silently skip one (https://github.com/drizzle-team/drizzle-orm/issues/5316)
 */
export async function findPendingMigrations(
  session: Session,
  folder: string,
  table: MigrationsTable = usualMigrationsTable,
): Promise<readonly Migration[]> {
  const migrations = await readMigrations(folder)
  const applied = await readApplied(session, table)
  const hashes = new Set(applied.map(({ hash }) => hash))
  const newest = Math.max(0, ...applied.map(({ created_at }) => created_at))
  const pending = migrations.filter(({ hash }) => !hashes.has(hash))
  const late = pending.find(({ createdAt }) => createdAt <= newest)
  if (late) {
    throw new DownpourError({
      code: 'MIGRATE_ORDER',
      message: 'A migration is older than one that is applied already',
      why: `It dates from ${new Date(late.createdAt).toISOString()}, and Drizzle applies newer ones only, or it was edited after it was applied.`,
      fix: 'Generate it again with drizzle-kit, so that it comes last; or begin with an empty database.',
    })
  }
  return pending
}

/**
 * Applies the pending migrations through Drizzle's own migrator, all in one transaction. The caller
 * holds the lock, since the migrator takes none
 * (https://github.com/drizzle-team/drizzle-orm/issues/874).
 *
 * @returns how many were applied
 * @throws DownpourError `MIGRATE_FAILED` with the server's reason, and nothing is applied then
 */
export async function applyMigrations(
  session: Session,
  folder: string,
  table: MigrationsTable = usualMigrationsTable,
): Promise<number> {
  const pending = await findPendingMigrations(session, folder, table)
  if (pending.length === 0) return 0
  try {
    await migrate(session.db, { migrationsFolder: folder, ...table })
  } catch (error) {
    const reason = serverError(error)
    if (!reason) throw error
    const statement = error instanceof Error && 'query' in error ? String(error.query) : ''
    throw new DownpourError({
      code: 'MIGRATE_FAILED',
      message: 'A migration failed, and none was applied',
      why: `${serverSaid(reason)}${placeOf(statement)}`,
      fix: `Correct the migration in ${folder}, then run "npx downpour migrate" again.`,
      exitCode: 4,
      cause: reason,
    })
  }
  return pending.length
}

async function readMigrations(folder: string): Promise<readonly Migration[]> {
  try {
    await access(folder)
    return readMigrationFiles({ migrationsFolder: folder }).map(({ hash, folderMillis, sql }) => ({
      hash,
      createdAt: folderMillis,
      statements: sql,
    }))
  } catch (error) {
    throw new DownpourError({
      code: 'MIGRATE_FOLDER',
      message: `Cannot read the migrations in ${folder}`,
      why: error instanceof Error ? error.message : String(error),
      fix: 'Write them with "npx drizzle-kit generate", or correct "migrations" in downpour.config.ts, "out" in drizzle.config.ts.',
      cause: error,
    })
  }
}

async function readApplied(
  session: Session,
  { migrationsSchema, migrationsTable }: MigrationsTable,
): Promise<readonly { readonly hash: string; readonly created_at: number }[]> {
  const table = quoteTable(migrationsSchema, migrationsTable)
  try {
    const [found] = await session.query<{ exists: boolean }>(
      'select to_regclass($1) is not null as exists',
      [table],
    )
    if (!found!.exists) return []
    return await session.query<{ hash: string; created_at: number }>(
      `select hash, created_at::float8 as created_at from ${table}`,
    )
  } catch (error) {
    const reason = serverError(error)
    if (!reason) throw error
    throw new DownpourError({
      code: 'MIGRATE_UNREADABLE',
      message: 'Cannot see which migrations are applied',
      why: `${serverSaid(reason)}.`,
      fix: `Use a role that may read ${migrationsSchema}.${migrationsTable}.`,
      cause: reason,
    })
  }
}

/** The beginning of a statement, up to where a value could stand. */
function placeOf(statement: string): string {
  const text = statement
    .replaceAll(/--[^\n]*|\/\*[^]*?\*\//g, ' ')
    .replaceAll(/\s+/g, ' ')
    .replace(/[\s;]+$/, '')
    .trimStart()
  const end = text.search(/[('$=;]|[ ,][-+.]?\d/)
  const beginning = text.slice(0, end === -1 ? text.length : end).trimEnd()
  if (beginning === '') return '.'
  if (beginning === text && text.length <= 60) return `, at: ${text}.`
  return `, at: ${wholeWords(beginning, 60)} …`
}

function wholeWords(text: string, limit: number): string {
  return text.length <= limit ? text : text.slice(0, limit + 1).replace(/\s?\S*$/, '')
}
