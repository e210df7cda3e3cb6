import type { Slice } from '../generate/slices.ts'
import { quoteIdentifier, quoteTable } from '../postgres/identifiers.ts'
import type { TargetColumn } from '../postgres/server-type.ts'
import { insertStatement } from './insert-statement.ts'
import { parameterText } from './parameter-text.ts'
import type { Strategy } from './strategy.ts'
import type { Target } from './target.ts'
import { writeSlices } from './write-slices.ts'

/** `INSERT … SELECT … FROM json_populate_recordset(…)`: one JSON document for each slice. */
export const jsonStrategy: Strategy = {
  name: 'json',
  open(target) {
    const { schema, name } = target.table.model
    const statement = insertStatement(
      target,
      `select ${target.columns.map(selected).join(', ')} from json_populate_recordset(null::${quoteTable(schema, name)}, $1::json) as r`,
    )
    const keys = target.columns.map((column) => JSON.stringify(column.name))
    return writeSlices(statement, (slice) => [jsonDocument(target, slice, keys)])
  },
}

/**
 * A JSON value is sent as a string with its text, as every value is: taken for JSON itself, `null`
 * would become NULL and a string's escapes would be written anew.
 */
function selected({ name, serverType }: TargetColumn): string {
  const column = `r.${quoteIdentifier(name)}`
  const isJson = serverType.name === 'json' || serverType.name === 'jsonb'
  return isJson ? `(${column} #>> '{}')::${serverType.name}` : column
}

function jsonDocument(target: Target, slice: Slice, keys: readonly string[]): string {
  const rows: string[] = []
  for (let index = 0; index < slice.count; index++) {
    const members = keys.map((key, place) => {
      const text = parameterText(target, slice, { place, index })
      return `${key}:${text === null ? 'null' : JSON.stringify(text)}`
    })
    rows.push(`{${members.join(',')}}`)
  }
  return `[${rows.join(',')}]`
}
