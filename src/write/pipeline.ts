import { PIPELINE } from '../postgres/session.ts'
import { insertStatement, valuesOf } from './insert-statement.ts'
import { parameterText } from './parameter-text.ts'
import type { Strategy } from './strategy.ts'

/**
 * A prepared single-row `INSERT` for each row, sent without waiting for the answer to the one before:
 * what other languages' drivers call `executemany`.
 */
export const pipelineStrategy: Strategy = {
  name: 'pipeline',
  open(target) {
    const width = target.columns.length
    const statement = insertStatement(target, valuesOf(1, width))
    return {
      async write(session, { slices }) {
        let stored = 0
        let answers: Promise<number>[] = []
        async function receive(): Promise<void> {
          // All of them, or an error would leave others on the way and unhandled.
          const outcomes = await Promise.allSettled(answers)
          answers = []
          for (const outcome of outcomes) {
            // The first is what went wrong; the others are refused because of it.
            if (outcome.status === 'rejected') throw outcome.reason
            stored += outcome.value
          }
        }
        try {
          for (const slice of slices) {
            for (let index = 0; index < slice.count; index++) {
              const parameters = Array.from({ length: width }, (_, place) =>
                parameterText(target, slice, { place, index }),
              )
              answers.push(
                session.query(statement, parameters, { prepare: true }).then(({ count }) => count),
              )
              if (answers.length === PIPELINE) await receive()
            }
          }
        } finally {
          await receive()
        }
        return stored
      },
    }
  },
}
