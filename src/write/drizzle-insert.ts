import { sql } from 'drizzle-orm'
import type { Query } from 'drizzle-orm'
import { pgSchema, pgTable, text } from 'drizzle-orm/pg-core'
import type { PgTable, PreparedQueryConfig } from 'drizzle-orm/pg-core'
import type { PostgresJsDatabase } from 'drizzle-orm/postgres-js'
import type { Session } from '../postgres/session.ts'
import { rowsPerStatement } from './insert-statement.ts'
import { groupRows } from './row-batches.ts'
import type { RowBatch } from './row-batches.ts'
import { sendAhead } from './send-ahead.ts'
import type { ChunkWriter, Strategy, StrategyName } from './strategy.ts'
import type { Target } from './target.ts'

/**
 * Drizzle's own `INSERT … VALUES`, as many statements as a chunk needs. Single rows are inserted as
 * people do by hand, and Drizzle builds each statement anew; a statement of many rows it builds once.
 *
 * @param most - rows in a statement, as far as the driver takes so many parameters
 */
export function drizzleInsert(name: StrategyName, most: number): Strategy {
  return { name, open: most === 1 ? insertEach : (target) => insertMany(target, most) }
}

function insertEach(target: Target): ChunkWriter {
  const table = textTable(target)
  const keys = target.columns.map(keyOf)
  const group = groupRows(target, 1)
  return {
    async write({ db }, { slices }) {
      let stored = 0
      for (const { parameters } of group(slices)) {
        const row = Object.fromEntries(parameters.map((value, place) => [keys[place]!, value]))
        const { count } = await db.insert(table).overridingSystemValue().values(row)
        stored += count
      }
      return stored
    },
  }
}

function insertMany(target: Target, most: number): ChunkWriter {
  const table = textTable(target)
  const perStatement = rowsPerStatement(target, most)
  const group = groupRows(target, perStatement)
  // Nearly all chunks have as many rows, and so as many in the rest.
  const built: { full?: BuiltInsert; rest?: BuiltInsert } = {}

  async function insert({ db, pooled }: Session, { rows, parameters }: RowBatch): Promise<number> {
    const length = rows === perStatement ? 'full' : 'rest'
    const known = built[length]?.rows === rows ? built[length] : undefined
    const { query } = known ?? (built[length] = buildInsert(db, { target, table, rows }))
    // From the second time on the server keeps it parsed, which takes some 3 MB of each connection:
    // a small table needs it but once. Behind a pooler the next statement may go to another server.
    const name = known === undefined || pooled ? undefined : 'batch'
    const { session } = db._
    const prepared = session.prepareQuery<Inserted>(query, undefined, name, false)
    // Looked up by place. To copy them into an object of that type would take longer than all else.
    const { count } = await prepared.execute(parameters as object as Record<string, unknown>)
    return count
  }

  return {
    write: (session, { slices }) => sendAhead(group(slices), (batch) => insert(session, batch)),
  }
}

/** A statement as Drizzle builds it, with a placeholder for each value. */
interface BuiltInsert {
  readonly rows: number
  readonly query: Query
}

interface Inserted extends PreparedQueryConfig {
  execute: { readonly count: number }
}

function buildInsert(
  db: PostgresJsDatabase,
  { target, table, rows }: { target: Target; table: PgTable; rows: number },
): BuiltInsert {
  const { columns } = target
  const values = Array.from({ length: rows }, (_, row) =>
    Object.fromEntries(
      columns.map((column, place) => [
        keyOf(column),
        // A placeholder by itself would be mapped by its column in each execution.
        sql`${sql.placeholder(String(row * columns.length + place))}`,
      ]),
    ),
  )
  return { rows, query: db.insert(table).overridingSystemValue().values(values).toSQL() }
}

/**
 * The table as Drizzle is to see it: each column as text, which the server reads as the column's
 * type. So a value is mapped once and in one place, for every strategy alike, and columns that are
 * left to the server get its default and none of Drizzle's.
 */
function textTable({ table }: Target): PgTable {
  const { schema, name, columns } = table.model
  const texts = Object.fromEntries(
    columns
      .filter(({ generatedAs }) => generatedAs === undefined)
      .map((column) => [keyOf(column), text(column.name)]),
  )
  // Drizzle names tables of `public` without their schema, and refuses to be told.
  return schema === 'public' ? pgTable(name, texts) : pgSchema(schema).table(name, texts)
}

/** Not the name itself, since Drizzle would lose a column called `__proto__`. */
function keyOf({ name }: { readonly name: string }): string {
  return `column ${name}`
}
