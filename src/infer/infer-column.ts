import { boolean, uuid, valuesFromArray } from '../generate/generators/index.ts'
import { withArraySize } from '../generate/generators/array-of.ts'
import { nthText } from '../generate/generators/nth-text.ts'
import { wordsOf } from './column.ts'
import type { ColumnInQuestion } from './column.ts'
import type { Inferred } from './inferred.ts'
import { inferJson } from './json.ts'
import { inferNumber } from './numbers.ts'
import { textsOfType } from './other-types.ts'
import { inferText } from './texts.ts'
import { inferTime, inferTimeOfDay } from './times.ts'

/** Elements of an array. */
const arraySize = 3

/**
 * What a column's values are like, by its type, its name and what its checks ask for.
 *
 * @returns `undefined` for a type that only the server knows
 * @example
 * inferColumn({ table: users, column: email, rules: noRules }) // ada.boyle4711@example.com, …
 */
export function inferColumn(asked: ColumnInQuestion): Inferred | undefined {
  const { base } = asked.column
  const question = base ? { ...asked, column: { ...asked.column, type: base } } : asked
  const { column } = question
  const { dimensions } = column.type
  if (dimensions === 0) return inferScalar(question)
  const type = { ...column.type, dimensions: 0 }
  const element = inferScalar({ ...question, column: { ...column, type } })
  if (!element || dimensions > 1) return undefined
  return {
    space: element.space === Infinity ? Infinity : 1,
    make: (values) => withArraySize({ arraySize }, element.make(values)),
  }
}

function inferScalar(question: ColumnInQuestion): Inferred | undefined {
  const { column, rules } = question
  const listed = rules.values ?? (column.enumValues?.length ? column.enumValues : undefined)
  if (listed) {
    return {
      space: listed.length,
      make: (values) => valuesFromArray({ values: [...listed], isUnique: values === 'unique' }),
    }
  }
  switch (column.type.name) {
    case 'bool':
      return inferBoolean(question)
    case 'int2':
    case 'int4':
    case 'int8':
    case 'float4':
    case 'float8':
    case 'numeric':
      return inferNumber(question)
    case 'text':
    case 'varchar':
    case 'bpchar':
    case 'name':
    case 'citext':
      return inferText(question)
    case 'uuid':
      return { space: Infinity, make: () => uuid() }
    case 'date':
    case 'timestamp':
    case 'timestamptz':
      return inferTime(question)
    case 'time':
    case 'timetz':
      return inferTimeOfDay(question)
    case 'json':
    case 'jsonb':
      return inferJson(question)
    default: {
      const texts = textsOfType(column.type)
      return (
        texts && {
          space: texts.size,
          writes: 'text',
          make: (values) => nthText(column.type.name, texts, { isUnique: values === 'unique' }),
        }
      )
    }
  }
}

function inferBoolean({ column }: ColumnInQuestion): Inferred {
  const name = wordsOf(column.property).join(' ')
  const probability = /\b(deleted|archived|banned|blocked|hidden|default|primary)\b/.test(name)
    ? 0.1
    : /\b(active|enabled|verified|confirmed|visible|published|public)\b/.test(name)
      ? 0.85
      : 0.5
  return {
    space: 2,
    make: (values) =>
      values === 'unique'
        ? valuesFromArray({ values: [false, true], isUnique: true })
        : boolean({ probability }),
  }
}
