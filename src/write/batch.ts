import { DownpourError } from '../errors.ts'
import { readCell } from '../generate/cell.ts'
import type { Slice } from '../generate/slices.ts'
import type { Vector } from '../generate/vector.ts'
import type { ColumnMode, ColumnModel } from '../model/table.ts'
import { isServerError } from '../postgres/server-error.ts'
import type { Session } from '../postgres/session.ts'
import { refuseMapping } from './encode/driver-text.ts'
import { placeRefusal, Refusal } from './encode/refusal.ts'
import { checkWellFormed } from './encode/text.ts'
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
        let next = 0
        const flush = async () => {
          stored += await insert(session, target, rows).catch((error: unknown) => {
            throw insertError(error, target, { rows, first: next - rows.length })
          })
          rows = []
        }
        for (const slice of slices) {
          for (let index = 0; index < slice.count; index++) {
            rows.push(rowObject(target, slice, index))
            next = slice.first + index + 1
            if (rows.length === perStatement) await flush()
          }
        }
        if (rows.length > 0) await flush()
        return stored
      },
    }
  },
}

function rowObject({ table, columns }: Target, slice: Slice, index: number): RowObject {
  const row: RowObject = {}
  table.columns.forEach(({ model }, column) => {
    try {
      row[model.property] = cellValue(slice.vectors[column]!, index, model)
    } catch (error) {
      throw placeRefusal(refusalOf(error), columns[column]!, slice.first + index)
    }
  })
  return row
}

function cellValue(vector: Vector, index: number, column: ColumnModel): unknown {
  const value = readCell(vector, index, insertMode(column))
  // The driver would send U+FFFD in place of half a surrogate pair, and nobody would notice.
  if (typeof value === 'string' && column.mode === 'string') checkWellFormed(value)
  return value
}

/** Where `readCell` refuses a value, it knows neither the column nor the row. */
function refusalOf(error: unknown): unknown {
  if (!(error instanceof DownpourError)) return error
  const { why, fix } = error
  return new Refusal({
    code: 'DATA_INVALID',
    problem: 'got a value that Drizzle cannot take',
    why,
    fix,
  })
}

/** As a number 12.30 would lose its last digit, which a `numeric` without a scale keeps. */
function insertMode({ type, mode }: ColumnModel): ColumnMode {
  return type.name === 'numeric' && mode === 'number' ? 'string' : mode
}

interface SentRows {
  readonly rows: readonly RowObject[]
  /** The row number of the first one. */
  readonly first: number
}

/** Drizzle maps values while it builds the statement, and does not say which one it cannot map. */
function insertError(error: unknown, { table, columns }: Target, sent: SentRows): unknown {
  if (error instanceof DownpourError || isServerError(error)) return error
  for (const [index, row] of sent.rows.entries()) {
    for (const [column, { model }] of table.columns.entries()) {
      const value = row[model.property]
      if (value === null || isMappable(model.toDriver, value)) continue
      return placeRefusal(refuseMapping(), columns[column]!, sent.first + index)
    }
  }
  return error
}

function isMappable(toDriver: (value: unknown) => unknown, value: unknown): boolean {
  try {
    toDriver(value)
    return true
  } catch {
    return false
  }
}

/** `OVERRIDING SYSTEM VALUE` has a meaning for `GENERATED ALWAYS AS IDENTITY` only, and does no harm elsewhere. */
async function insert(session: Session, target: Target, rows: RowObject[]): Promise<number> {
  const result = await session.db
    .insert(target.table.model.drizzle)
    .overridingSystemValue()
    .values(rows)
  return result.count
}
