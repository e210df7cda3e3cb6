import { insertStatement, rowsPerStatement, valuesOf } from './insert-statement.ts'
import { groupRows } from './row-batches.ts'
import { sendAhead } from './send-ahead.ts'
import type { Strategy } from './strategy.ts'

/** More rows in one statement are no faster. */
export const maxRows = 1_000

/**
 * Multi-row `INSERT … VALUES` straight through the driver; the statement of full length stays
 * prepared, so that the server parses it once.
 */
export const valuesStrategy: Strategy = {
  name: 'values',
  open(target) {
    const width = target.columns.length
    const perStatement = rowsPerStatement(target, maxRows)
    const group = groupRows(target, perStatement)
    const fullLength = insertStatement(target, valuesOf(perStatement, width))
    return {
      write: (session, { slices }) =>
        sendAhead(group(slices), async ({ rows, parameters }) => {
          const { count } =
            rows === perStatement
              ? await session.query(fullLength, parameters, { prepare: true })
              : await session.query(insertStatement(target, valuesOf(rows, width)), parameters)
          return count
        }),
    }
  },
}
