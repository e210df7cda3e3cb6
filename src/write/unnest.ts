import type { TargetColumn } from '../postgres/server-type.ts'
import { withRowNumber } from './encode/refusal.ts'
import { insertStatement } from './insert-statement.ts'
import { textReaders } from './parameter-text.ts'
import type { TextReader } from './parameter-text.ts'
import type { Strategy } from './strategy.ts'
import { writeSlices } from './write-slices.ts'

/** `INSERT … SELECT … FROM unnest($1, $2, …)`: an array for each column, a statement for each slice. */
export const unnestStrategy: Strategy = {
  name: 'unnest',
  open(target) {
    const statement = insertStatement(target, selectUnnest(target.columns))
    const readersOf = textReaders(target.columns, quoteElement)

    return writeSlices(statement, (slice) =>
      withRowNumber(slice.first, () =>
        readersOf(slice).map((read) => arrayLiteral(read, slice.count)),
      ),
    )
  },
}

/** `unnest` would take an array of arrays apart altogether: these pass as texts, and are cast. */
function selectUnnest(columns: readonly TargetColumn[]): string {
  const isArray = ({ serverType }: TargetColumn) => serverType.kind === 'array'
  const parameters = columns.map(
    (column, place) => `$${place + 1}::${isArray(column) ? 'text' : column.serverType.sqlName}[]`,
  )
  const values = columns.map((column, place) =>
    isArray(column) ? `c${place}::${column.serverType.sqlName}` : `c${place}`,
  )
  const names = columns.map((_, place) => `c${place}`)
  return `select ${values.join(', ')} from unnest(${parameters.join(', ')}) as u(${names.join(', ')})`
}

/** A column of a slice, https://www.postgresql.org/docs/current/arrays.html#ARRAYS-IO */
function arrayLiteral(read: TextReader, count: number): string {
  const elements: string[] = []
  for (let index = 0; index < count; index++) elements.push(read(index) ?? 'NULL')
  return `{${elements.join(',')}}`
}

function quoteElement(text: string): string {
  return /["\\]/.test(text) ? `"${text.replaceAll(/["\\]/g, '\\$&')}"` : `"${text}"`
}
