import { pgSchema, pgTable, text } from 'drizzle-orm/pg-core'
import type { PgTable } from 'drizzle-orm/pg-core'
import type { Session } from '../postgres/session.ts'
import { rowsPerStatement } from './insert-statement.ts'
import { textRow } from './parameter-text.ts'
import type { TextRow } from './parameter-text.ts'
import type { Strategy, StrategyName } from './strategy.ts'
import type { Target } from './target.ts'

/**
 * Drizzle's own `INSERT … VALUES`, as many statements as a chunk needs.
 *
 * @param most - rows in a statement, as far as the driver takes so many parameters
 */
export function drizzleInsert(name: StrategyName, most: number): Strategy {
  return {
    name,
    open(target) {
      const table = textTable(target)
      const perStatement = rowsPerStatement(target, most)
      return {
        async write(session, { slices }) {
          let stored = 0
          let rows: TextRow[] = []
          for (const slice of slices) {
            for (let index = 0; index < slice.count; index++) {
              rows.push(textRow(target, slice, index))
              if (rows.length < perStatement) continue
              stored += await insert(session, table, rows)
              rows = []
            }
          }
          return rows.length > 0 ? stored + (await insert(session, table, rows)) : stored
        },
      }
    },
  }
}

/**
 * The table as Drizzle is to see it: each column as text, which the server reads as the column's
 * type. So a value is mapped once and in one place, for every strategy alike, and columns that are
 * left to the server get its default and none of Drizzle's.
 */
function textTable({ table }: Target): PgTable {
  const { schema, name, columns } = table.model
  const texts = Object.fromEntries(
    columns.filter(({ generated }) => !generated).map((column) => [column.name, text(column.name)]),
  )
  // Drizzle names tables of `public` without their schema, and refuses to be told.
  return schema === 'public' ? pgTable(name, texts) : pgSchema(schema).table(name, texts)
}

/** What `insertStatement` says by hand. */
async function insert(session: Session, table: PgTable, rows: TextRow[]): Promise<number> {
  const result = await session.db.insert(table).overridingSystemValue().values(rows)
  return result.count
}
