import type { Slice } from '../generate/slices.ts'
import type { TargetColumn } from '../postgres/server-type.ts'
import { insertStatement } from './insert-statement.ts'
import { parameterText } from './parameter-text.ts'
import type { Strategy } from './strategy.ts'
import type { Target } from './target.ts'
import { writeSlices } from './write-slices.ts'

/** `INSERT … SELECT … FROM unnest($1, $2, …)`: an array for each column, a statement for each slice. */
export const unnestStrategy: Strategy = {
  name: 'unnest',
  open(target) {
    const statement = insertStatement(target, selectUnnest(target.columns))
    return writeSlices(statement, (slice) =>
      target.columns.map((_, place) => arrayLiteral(target, slice, place)),
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
function arrayLiteral(target: Target, slice: Slice, place: number): string {
  const elements: string[] = []
  for (let index = 0; index < slice.count; index++) {
    const text = parameterText(target, slice, { place, index })
    elements.push(text === null ? 'NULL' : `"${text.replaceAll(/["\\]/g, '\\$&')}"`)
  }
  return `{${elements.join(',')}}`
}
