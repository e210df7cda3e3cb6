import type { Session } from '../postgres/session.ts'
import { insertStatement, rowsPerStatement, valuesOf } from './insert-statement.ts'
import { parameterText } from './parameter-text.ts'
import type { Strategy } from './strategy.ts'

/** More rows in one statement are no faster. */
const maxRows = 1_000

/**
 * Multi-row `INSERT … VALUES` straight through the driver; the statement of full length stays
 * prepared, so that the server parses it once.
 */
export const valuesStrategy: Strategy = {
  name: 'values',
  open(target) {
    const width = target.columns.length
    const perStatement = rowsPerStatement(target, maxRows)
    const fullLength = insertStatement(target, valuesOf(perStatement, width))

    async function insert(session: Session, parameters: readonly (string | null)[]) {
      const rows = parameters.length / width
      const { count } =
        rows === perStatement
          ? await session.query(fullLength, parameters, { prepare: true })
          : await session.query(insertStatement(target, valuesOf(rows, width)), parameters)
      return count
    }

    return {
      async write(session, { slices }) {
        let stored = 0
        let parameters: (string | null)[] = []
        for (const slice of slices) {
          for (let index = 0; index < slice.count; index++) {
            for (let place = 0; place < width; place++) {
              parameters.push(parameterText(target, slice, { place, index }))
            }
            if (parameters.length < perStatement * width) continue
            stored += await insert(session, parameters)
            parameters = []
          }
        }
        return parameters.length > 0 ? stored + (await insert(session, parameters)) : stored
      },
    }
  },
}
