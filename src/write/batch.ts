import { pgSchema, pgTable, text } from 'drizzle-orm/pg-core'
import type { PgTable } from 'drizzle-orm/pg-core'
import type { Slice } from '../generate/slices.ts'
import type { Session } from '../postgres/session.ts'
import { cellText } from './encode/cell-text.ts'
import { placeRefusal } from './encode/refusal.ts'
import { checkWellFormed } from './encode/text.ts'
import type { Strategy } from './strategy.ts'
import type { Target } from './target.ts'

/** The driver's limit for one statement; PostgreSQL's own is two more. */
const maxParameters = 65_533
/** More rows in one statement are no faster, and Drizzle's query builder recurses over them. */
const maxRows = 1_000

type TextRow = Record<string, string | null>

/** Drizzle's own multi-row `INSERT … VALUES`, as many statements as a chunk needs. */
export const batchStrategy: Strategy = {
  name: 'batch',
  open(target) {
    const table = textTable(target)
    const perStatement = Math.min(
      maxRows,
      Math.floor(maxParameters / Math.max(1, target.columns.length)),
    )
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

function textRow({ columns }: Target, { first, vectors }: Slice, index: number): TextRow {
  const row: TextRow = {}
  for (const [place, column] of columns.entries()) {
    try {
      const value = cellText(column, vectors[place]!, index)
      // The driver would send U+FFFD in place of half a surrogate pair, and nobody would notice.
      if (value !== null) checkWellFormed(value)
      row[column.name] = value
    } catch (error) {
      throw placeRefusal(error, column, first + index)
    }
  }
  return row
}

/** `OVERRIDING SYSTEM VALUE` has a meaning for `GENERATED ALWAYS AS IDENTITY` only, and does no harm elsewhere. */
async function insert(session: Session, table: PgTable, rows: TextRow[]): Promise<number> {
  const result = await session.db.insert(table).overridingSystemValue().values(rows)
  return result.count
}
