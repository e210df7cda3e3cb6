import { evaluate } from '../../src/check/evaluate.ts'
import type { Expression, Value, ValueType } from '../../src/check/expression.ts'
import type { Fact } from '../../src/check/facts.ts'
import { createMatcher, parseRegularExpression } from '../../src/check/regular-expression.ts'
import { areEqual, compareValues, literal, readCellValue, scalar } from '../../src/check/value.ts'
import type { ProbeRow } from './probe-table.ts'

export interface Holding {
  readonly row: ProbeRow
  readonly columns: ReadonlyMap<string, ValueType>
  readonly reference: Date
}

/** Whether a fact is true of a row; `undefined` where that cannot be told. */
export function holds(fact: Fact, holding: Holding): boolean | undefined {
  const { row, columns } = holding
  const cell = (column: string): Value | undefined =>
    readCellValue(row[column], columns.get(column)!)
  switch (fact.kind) {
    case 'not null':
      return (row[fact.column] ?? null) !== null
    case 'null':
      return (row[fact.column] ?? null) === null
    case 'presence': {
      const filled = fact.columns.filter((column) => (row[column] ?? null) !== null)
      return fact.allowed.some((set) => set.join('\n') === filled.join('\n'))
    }
    case 'either': {
      const all = fact.alternatives.map((facts) => holdAll(facts, holding))
      return all.includes(true) || (all.includes(undefined) ? undefined : false)
    }
    case 'when': {
      const applies = fact.conditions.map((condition) => {
        const isNull = (row[condition.column] ?? null) === null
        const speaksOfNull = condition.kind === 'null' || condition.kind === 'not null'
        return isNull && !speaksOfNull ? false : holds(condition, holding)
      })
      if (applies.includes(false)) return true
      return applies.includes(undefined) ? undefined : holdAll(fact.facts, holding)
    }
    case 'order':
    case 'computed': {
      const left = fact.kind === 'order' ? fact.left : fact.column
      const right =
        fact.kind === 'computed'
          ? fact.expression
          : shifted(
              { kind: 'column', name: fact.right, type: columns.get(fact.right)! },
              fact.offset,
            )
      if (fact.kind === 'order' && fact.offset !== undefined) return undefined
      const type = columns.get(left)!
      if (right.type.name !== type.name) return undefined
      const outcome = evaluate(
        {
          kind: 'compare',
          type: scalar('bool'),
          operator: fact.operator,
          left: { kind: 'column', name: left, type },
          right,
        },
        (name) => row[name],
        holding.reference,
      )
      return outcome === undefined ? undefined : outcome !== false
    }
    default:
      break
  }
  const value = cell(fact.column)
  if (value === undefined) return undefined
  if (value === null) return true
  const type = columns.get(fact.column)!
  switch (fact.kind) {
    case 'values':
    case 'excluded': {
      const found = fact.values.map((item) => areEqual(value, item, type))
      if (found.includes(true)) return fact.kind === 'values'
      return found.includes(undefined) ? undefined : fact.kind === 'excluded'
    }
    case 'minimum':
    case 'maximum': {
      const order = compareValues(
        value,
        fact.value,
        type.name.startsWith('int') ? scalar('numeric') : type,
      )
      if (order === undefined) return undefined
      if (order === 0) return fact.isInclusive
      return fact.kind === 'minimum' ? order > 0 : order < 0
    }
    case 'length': {
      const length = lengthOf(value, fact.isTrimmed, fact.unit, type)
      if (length === undefined) return undefined
      return length >= fact.minimum && length <= fact.maximum
    }
    case 'pattern': {
      const parsed = parseRegularExpression(fact.source)
      const { ignoresCase } = fact
      const matches = parsed && createMatcher(parsed, { ignoresCase })?.(value as string)
      return matches === undefined ? undefined : matches !== fact.isNegated
    }
    case 'form': {
      const source = value as string
      if (fact.form === 'trimmed') return source === source.replace(/^ +| +$/g, '')
      return source === (fact.form === 'lower case' ? source.toLowerCase() : source.toUpperCase())
    }
    case 'multiple':
      return typeof value === 'number' ? value % fact.divisor === fact.remainder : undefined
    case 'truncated':
      return fact.to === 'month'
        ? new Date((value as number) * 86_400_000).getUTCDate() === 1
        : undefined
    case 'json': {
      const { json } = value as { json: unknown }
      const name = json === null ? 'null' : Array.isArray(json) ? 'array' : typeof json
      return fact.types.includes(name)
    }
  }
}

function holdAll(facts: readonly Fact[], holding: Holding): boolean | undefined {
  const all = facts.map((fact) => holds(fact, holding))
  if (all.includes(false)) return false
  return all.includes(undefined) ? undefined : true
}

function shifted(column: Expression, offset: unknown): Expression {
  return offset === undefined ? column : { kind: 'unknown', type: literal, what: '', columns: [] }
}

function lengthOf(
  value: Value,
  isTrimmed: boolean,
  unit: string,
  type: ValueType,
): number | undefined {
  if (Array.isArray(value)) {
    // `array_length` of an empty array is NULL, which a check keeps.
    return value.length === 0 ? undefined : value.length
  }
  if (typeof value !== 'string') return undefined
  if (unit === 'bytes') return Buffer.byteLength(value)
  const written = type.name === 'bpchar' ? value.replace(/ +$/, '') : value
  return [...(isTrimmed ? written.replace(/^ +| +$/g, '') : written)].length
}
