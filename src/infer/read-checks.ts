import { toDouble } from '../check/decimal.ts'
import { createEvaluator } from '../check/evaluate.ts'
import { columnsOf } from '../check/expression.ts'
import type { Value, ValueType } from '../check/expression.ts'
import { factsOf } from '../check/facts.ts'
import type { Fact } from '../check/facts.ts'
import { parseExpression } from '../check/parse.ts'
import { compilePattern } from '../check/pattern.ts'
import type { Condition } from '../generate/generators/satisfying.ts'
import type { SqlType } from '../model/sql-type.ts'
import type { ColumnModel, TableModel } from '../model/table.ts'
import { noRules } from './rules.ts'
import type { ColumnRules, TableRules } from './rules.ts'

/**
 * Reads the checks that say something about columns whose generators are to be chosen.
 *
 * @param isOpen - whether a column, by name, is one of those
 * @param reference - what `now()` is
 */
export async function readChecks(
  table: TableModel,
  isOpen: (column: string) => boolean,
  reference: Date,
): Promise<TableRules> {
  const types = new Map(table.columns.map((column) => [column.name, typeOf(column)]))
  const rules = new Map<string, ColumnRules>()
  const nullShares = new Map<string, number>()
  const conditions: Condition[] = []
  const rising: [string, string][] = []
  const unequal: [string, string][] = []
  for (const { name, expression: sql } of table.checks) {
    const expression = await parseExpression(sql, types)
    const columns = columnsOf(expression)
    if (!columns.some(isOpen)) continue
    const facts = factsOf(expression, reference)
    for (const fact of facts) {
      learn(fact, table, rules)
      if (fact.kind === 'order') {
        if (fact.operator.startsWith('<') && fact.operator !== '<>')
          rising.push([fact.left, fact.right])
        if (fact.operator.startsWith('>')) rising.push([fact.right, fact.left])
        if (fact.operator === '<>') unequal.push([fact.left, fact.right])
      }
      for (const column of sometimesNull(fact)) nullShares.set(column, 0.5)
      if (fact.kind === 'presence') {
        const filled = fact.allowed.reduce((sum, set) => sum + set.length, 0)
        const share = 1 - filled / (fact.allowed.length * fact.columns.length)
        for (const column of fact.columns) nullShares.set(column, share)
      }
    }
    const { test } = createEvaluator(expression, reference)
    conditions.push({ name, columns, holds: (cell) => test(cell) !== false })
  }
  compilePatterns(table, rules)
  return { rules, conditions, rising, unequal, nullShares }
}

/** Columns that are NULL or are not, as other columns say. */
function sometimesNull(fact: Fact): readonly string[] {
  switch (fact.kind) {
    case 'null':
      return [fact.column]
    case 'when':
      return fact.facts.flatMap(sometimesNull)
    case 'either':
      return fact.alternatives.flat().flatMap(sometimesNull)
    default:
      return []
  }
}

function typeOf({ base, type: declared, enumValues }: ColumnModel): ValueType {
  const type = base ?? declared
  const isEnum = enumValues?.length && !['text', 'varchar', 'bpchar'].includes(type.name)
  return isEnum ? { ...type, labels: enumValues } : type
}

interface Draft extends ColumnRules {
  readonly source?: string
}

function learn(fact: Fact, table: TableModel, rules: Map<string, Draft>): void {
  if (!('column' in fact)) return
  const column = table.columns.find(({ name }) => name === fact.column)
  if (!column) return
  const known = rules.get(fact.column) ?? noRules
  const update = (change: Partial<Draft>) => void rules.set(fact.column, { ...known, ...change })
  switch (fact.kind) {
    case 'values': {
      const values = fact.values.filter(isPlain)
      if (values.length === fact.values.length && values.length > 0) update({ values })
      return
    }
    case 'not null':
      return update({ isRequired: true })
    case 'minimum':
    case 'maximum': {
      const bound = numberOf(fact.value, column)
      if (bound === undefined) return
      const step = fact.isInclusive ? 0 : stepOf(column)
      return fact.kind === 'minimum'
        ? update({ minimum: Math.max(known.minimum ?? -Infinity, bound + step) })
        : update({ maximum: Math.min(known.maximum ?? Infinity, bound - step) })
    }
    case 'length': {
      if (fact.unit === 'elements') return
      return update({
        leastLength: Math.max(known.leastLength ?? 0, fact.minimum),
        mostLength: Math.min(known.mostLength ?? Infinity, fact.maximum),
      })
    }
    case 'pattern':
      return fact.isNegated ? undefined : update({ source: fact.source })
    case 'form':
      if (fact.form === 'trimmed') return
      return update({ spelling: fact.form === 'lower case' ? 'lower' : 'upper' })
    default:
  }
}

function compilePatterns(table: TableModel, rules: Map<string, Draft>): void {
  for (const [name, rule] of rules) {
    if (rule.source === undefined) continue
    const type = baseOf(table.columns.find((column) => column.name === name)!)
    const declared = ['varchar', 'bpchar'].includes(type.name) ? type.modifiers[0] : undefined
    const most = Math.min(rule.mostLength ?? Infinity, declared ?? Infinity)
    const pattern = compilePattern(rule.source, {
      minimumLength: rule.leastLength ?? 0,
      ...(most < Infinity && { maximumLength: most }),
    })
    rules.set(name, { ...rule, pattern })
  }
}

function isPlain(value: Value): value is string | number | boolean {
  return ['string', 'number', 'boolean'].includes(typeof value)
}

const times = ['date', 'timestamp', 'timestamptz']

/** Those of times are days and microseconds, as in vectors. */
const numbers = ['int2', 'int4', 'int8', 'float4', 'float8', 'numeric', ...times]

function numberOf(value: NonNullable<Value>, column: ColumnModel): number | undefined {
  const type = baseOf(column)
  if (!numbers.includes(type.name) || type.dimensions > 0) return undefined
  if (typeof value === 'number') return value
  return typeof value === 'object' && 'scale' in value ? toDouble(value) : undefined
}

function baseOf({ base, type }: ColumnModel): SqlType {
  return base ?? type
}

/** The smallest distance between two values. */
function stepOf(column: ColumnModel): number {
  const type = baseOf(column)
  if (type.name.startsWith('int') || times.includes(type.name)) return 1
  const scale =
    type.name === 'numeric' ? (type.modifiers[1] ?? (type.modifiers.length > 0 ? 0 : 2)) : 2
  return Number(`1e-${Math.max(0, Math.min(scale, 6))}`)
}
