import { readCell } from '../generate/cell.ts'
import type { Slice } from '../generate/slices.ts'
import type { ColumnMode, ColumnModel } from '../model/table.ts'
import type { Session } from '../postgres/session.ts'
import type { Strategy } from './strategy.ts'
import type { Target } from './target.ts'

/** The driver's limit for one statement; PostgreSQL's own is two more. */
const maxParameters = 65_533
/** More rows in one statement are no faster, and Drizzle's query builder recurses over them. */
const maxRows = 1_000

type RowObject = Record<string, unknown>

/**
 * Drizzle's own multi-row `INSERT … VALUES`, as many statements as a chunk needs: what an
 * application would do, Drizzle's own column mappings included.
 */
export const batchStrategy: Strategy = {
  name: 'batch',
  open(target) {
    const perStatement = Math.min(
      maxRows,
      Math.floor(maxParameters / Math.max(1, target.columns.length)),
    )
    return {
      async write(session, slices) {
        let stored = 0
        let rows: RowObject[] = []
        for (const slice of slices) {
          for (let index = 0; index < slice.count; index++) {
            rows.push(rowObject(target, slice, index))
            if (rows.length < perStatement) continue
            stored += await insert(session, target, rows)
            rows = []
          }
        }
        return rows.length > 0 ? stored + (await insert(session, target, rows)) : stored
      },
    }
  },
}

function rowObject({ table }: Target, { vectors }: Slice, index: number): RowObject {
  const row: RowObject = {}
  table.columns.forEach(({ model }, column) => {
    row[model.property] = readCell(vectors[column]!, index, insertMode(model))
  })
  return row
}

/** As a number 12.30 would lose its last digit, which a `numeric` without a scale keeps. */
function insertMode({ type, mode }: ColumnModel): ColumnMode {
  return type.name === 'numeric' && mode === 'number' ? 'string' : mode
}

/** `OVERRIDING SYSTEM VALUE` has a meaning for `GENERATED ALWAYS AS IDENTITY` only, and does no harm elsewhere. */
async function insert(session: Session, target: Target, rows: RowObject[]): Promise<number> {
  const result = await session.db
    .insert(target.table.model.drizzle)
    .overridingSystemValue()
    .values(rows)
  return result.count
}
