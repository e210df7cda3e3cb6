import { areEqual, castValue, compareValues, elementOf, readCellValue, refused } from './value.ts'
import type { Outcome } from './value.ts'
import type {
  CallExpression,
  Comparison,
  Expression,
  MatchExpression,
  QuantifiedExpression,
  Value,
  ValueType,
} from './expression.ts'
import { termsOf } from './expression.ts'
import { findRoutine } from './functions.ts'
import { createMatcher, parseLike, parseRegularExpression } from './regular-expression.ts'
import type { Matcher } from './regular-expression.ts'

/**
 * The cell of a column, as Drizzle's insert takes it or a vector holds it: `null` or `undefined` for
 * NULL, a number for a date is days and for a timestamp microseconds since 1970-01-01 UTC. It is
 * what the column stores: not longer, nor with more digits, than its type allows.
 */
export type Row = (column: string) => unknown

/** An expression made ready for many rows. */
export interface Evaluator {
  /**
   * @returns SQL's `true`, `false` or `null`; `undefined` where it cannot be told here. A row that
   *   the server would refuse with an error, as for a division by zero, is `false`.
   */
  test(row: Row): boolean | null | undefined
  /** @returns `undefined` where it cannot be told here, or the server would raise an error */
  value(row: Row): Value | undefined
}

/**
 * Makes an expression ready for many rows. A CHECK is kept unless the answer is `false`.
 *
 * Time zones are UTC. The order of texts and the case of letters beyond ASCII depend on the
 * database's collation, and are answered only where all collations agree.
 *
 * @param reference - what `now()` and `CURRENT_DATE` are
 * @example
 * const { test } = createEvaluator(await parseExpression('age >= 18', columns), new Date())
 * test(() => 17) // false
 */
export function createEvaluator(expression: Expression, reference: Date): Evaluator {
  const compute = compile(expression, reference.getTime() * 1000)
  return {
    test(row) {
      const outcome = compute(row)
      return outcome === refused ? false : (outcome as boolean | null | undefined)
    },
    value(row) {
      const outcome = compute(row)
      return outcome === refused ? undefined : outcome
    },
  }
}

/**
 * One answer; `createEvaluator` is faster for many.
 *
 * @example
 * evaluate(await parseExpression('a < b', columns), (name) => ({ a: 1, b: null })[name], now) // null
 */
export function evaluate(
  expression: Expression,
  row: Row,
  reference: Date,
): boolean | null | undefined {
  return createEvaluator(expression, reference).test(row)
}

/**
 * One value, as of a generated column.
 *
 * @example
 * evaluateValue(await parseExpression("first || ' ' || last", columns), row, now) // 'Ada Byron'
 */
export function evaluateValue(
  expression: Expression,
  row: Row,
  reference: Date,
): Value | undefined {
  return createEvaluator(expression, reference).value(row)
}

/** The value of an expression without columns; `undefined` when that cannot be told, or is an error. */
export function evaluateConstant(expression: Expression, reference?: Date): Value | undefined {
  const outcome = compile(expression, reference ? reference.getTime() * 1000 : undefined)(noRow)
  return outcome === refused ? undefined : outcome
}

type Compute = (row: Row) => Outcome

const noRow = (): null => null

function compile(expression: Expression, now: number | undefined): Compute {
  if (isAlwaysNull(expression)) return noRow
  const [first, second] = termsOf(expression).map((term) => compile(term, now))
  switch (expression.kind) {
    case 'constant': {
      const { value } = expression
      return () => value
    }
    case 'unknown':
      return () => undefined
    case 'column': {
      const { name, type } = expression
      return (row) => readCellValue(row(name), type)
    }
    case 'and':
    case 'or': {
      const terms = expression.terms.map((term) => compile(term, now))
      return connect(terms, expression.kind === 'or')
    }
    case 'not':
      return (row) => {
        const outcome = first!(row)
        return typeof outcome === 'boolean' ? !outcome : outcome
      }
    case 'is null':
      return (row) => {
        const outcome = first!(row)
        return outcome === undefined || outcome === refused ? outcome : outcome === null
      }
    case 'is': {
      const { value } = expression
      return (row) => {
        const outcome = first!(row)
        return outcome === undefined || outcome === refused ? outcome : outcome === value
      }
    }
    case 'compare': {
      const holds = comparer(expression.operator, expression.left.type)
      return strict(first!, second!, holds)
    }
    case 'same': {
      const { type } = expression.left
      return (row) => {
        const left = first!(row)
        const right = second!(row)
        if (left === refused || right === refused) return refused
        if (left === undefined || right === undefined) return undefined
        return left === null || right === null ? left === right : areEqual(left, right, type)
      }
    }
    case 'any':
    case 'all':
      return quantify(expression, first!, second!)
    case 'match':
      return matching(expression, first!, second!)
    case 'cast': {
      const { type, term } = expression
      return (row) => {
        const outcome = first!(row)
        return outcome === undefined || outcome === refused || outcome === null
          ? outcome
          : castValue(outcome, term.type, type)
      }
    }
    case 'array': {
      const items = expression.items.map((item) => compile(item, now))
      return (row) => {
        const values = items.map((item) => item(row))
        if (values.includes(refused)) return refused
        return values.includes(undefined) ? undefined : (values as Value[])
      }
    }
    case 'case': {
      const branches = expression.branches.map(({ when, result }) => ({
        when: compile(when, now),
        result: compile(result, now),
      }))
      const otherwise = compile(expression.otherwise, now)
      return (row) => {
        for (const { when, result } of branches) {
          const outcome = when(row)
          if (outcome === undefined || outcome === refused) return outcome
          if (outcome === true) return result(row)
        }
        return otherwise(row)
      }
    }
    case 'call':
      return calling(expression, now)
  }
}

/** The server's planner does not even compute the other side of a comparison with NULL. */
function isAlwaysNull(expression: Expression): boolean {
  const isNull = (term: Expression) => term.kind === 'constant' && term.value === null
  switch (expression.kind) {
    case 'compare':
    case 'match':
    case 'cast':
      return termsOf(expression).some(isNull)
    case 'call':
      return !lenient.has(expression.name) && expression.terms.some(isNull)
    case 'any':
    case 'all': {
      const { right } = expression
      const items = right.kind === 'constant' && Array.isArray(right.value) ? right.value : []
      return items.length === 1 && items[0] === null
    }
    default:
      return false
  }
}

/** What takes NULL for a value like any other. */
const lenient = new Set(['coalesce', 'nullif', 'greatest', 'least', 'num_nonnulls', 'num_nulls'])

/** Terms are answered one after the other, so an error behind what decides is none. */
function connect(terms: readonly Compute[], decisive: boolean): Compute {
  return (row) => {
    let result: Outcome = !decisive
    for (const term of terms) {
      const outcome = term(row)
      if (outcome === decisive) return decisive
      if (outcome === refused) return result === undefined ? undefined : refused
      if (outcome === undefined) result = undefined
      else if (outcome === null && result !== undefined) result = null
    }
    return result
  }
}

function strict(
  first: Compute,
  second: Compute,
  apply: (left: NonNullable<Value>, right: NonNullable<Value>) => Outcome,
): Compute {
  return (row) => {
    const left = first(row)
    const right = second(row)
    if (left === refused || right === refused) return refused
    if (left === undefined || right === undefined) return undefined
    return left === null || right === null ? null : apply(left, right)
  }
}

function comparer(
  operator: Comparison,
  type: ValueType,
): (left: NonNullable<Value>, right: NonNullable<Value>) => boolean | undefined {
  if (operator === '=') return (left, right) => areEqual(left, right, type)
  if (operator === '<>') {
    return (left, right) => {
      const isEqual = areEqual(left, right, type)
      return isEqual === undefined ? undefined : !isEqual
    }
  }
  return (left, right) => {
    const order = compareValues(left, right, type)
    if (order === undefined) return undefined
    if (operator === '<') return order < 0
    if (operator === '<=') return order <= 0
    return operator === '>' ? order > 0 : order >= 0
  }
}

function quantify(
  { kind, operator, right }: QuantifiedExpression,
  first: Compute,
  second: Compute,
): Compute {
  const element = elementOf(right.type)
  const decisive = kind === 'any'
  const holds = comparer(operator, element)
  // What `===` tells apart, a set finds without looking at each item.
  const isPlain = ['text', 'varchar', 'int2', 'int4', 'int8'].includes(element.name)
  if (right.kind === 'constant' && Array.isArray(right.value) && (isPlain || element.labels)) {
    const items = new Set(right.value as readonly Value[])
    const hasNull = items.has(null)
    if ((operator === '=' && decisive) || (operator === '<>' && !decisive)) {
      return (row) => {
        const left = first(row)
        if (left === undefined || left === refused) return left
        if (left === null) return items.size === 0 ? !decisive : null
        return items.has(left) ? decisive : hasNull ? null : !decisive
      }
    }
  }
  return (row) => {
    const left = first(row)
    const list = second(row)
    if (left === refused || list === refused) return refused
    if (left === undefined || list === undefined) return undefined
    if (list === null) return null
    let result: boolean | null | undefined = !decisive
    for (const item of list as readonly Value[]) {
      const outcome = left === null || item === null ? null : holds(left, item)
      if (outcome === decisive) return decisive
      if (outcome === undefined) result = undefined
      else if (outcome === null && result !== undefined) result = null
    }
    return result
  }
}

function matching(expression: MatchExpression, first: Compute, second: Compute): Compute {
  const { pattern, language, ignoresCase } = expression
  const matcherOf = (source: string): Matcher | undefined => {
    if (language === 'regex') {
      const parsed = parseRegularExpression(source)
      return parsed && createMatcher(parsed, { ignoresCase })
    }
    const like = parseLike(source)
    return like && createMatcher({ pattern: like, usesClasses: false }, { ignoresCase })
  }
  if (pattern.kind === 'constant') {
    const matcher = matcherOf(pattern.value as string)
    if (!matcher) return (row) => (first(row) === null ? null : undefined)
    return (row) => {
      const value = first(row)
      return typeof value === 'string' ? matcher(value) : value
    }
  }
  return strict(first, second, (value, source) => matcherOf(source as string)?.(value as string))
}

function calling(expression: CallExpression, now: number | undefined): Compute {
  const { name, terms } = expression
  const computes = terms.map((term) => compile(term, now))
  const [first, second] = computes
  switch (name) {
    case 'now':
      return () => now
    case 'coalesce':
      return (row) => {
        for (const compute of computes) {
          const outcome = compute(row)
          if (outcome !== null) return outcome
        }
        return null
      }
    case 'nullif': {
      const { type } = terms[0]!
      return (row) => {
        const left = first!(row)
        const right = second!(row)
        if (left === refused || right === refused) return refused
        if (left === undefined || right === undefined) return undefined
        if (left === null || right === null) return left
        const isEqual = areEqual(left, right, type)
        return isEqual === undefined ? undefined : isEqual ? null : left
      }
    }
    case 'greatest':
    case 'least':
      return extreme(computes, { type: expression.type, sign: name === 'least' ? -1 : 1 })
    case 'num_nonnulls':
    case 'num_nulls': {
      const isCounted = name === 'num_nulls'
      return (row) => {
        let count = 0
        for (const compute of computes) {
          const outcome = compute(row)
          if (outcome === undefined || outcome === refused) return outcome
          if ((outcome === null) === isCounted) count++
        }
        return count
      }
    }
    case 'contains':
    case 'overlap':
      return strict(first!, second!, setComparer(name, elementOf(terms[0]!.type)))
  }
  const routine = findRoutine(
    name,
    terms.map(({ type }) => type),
  )
  if (!routine) return () => undefined
  const { apply } = routine
  if (computes.length === 2) return strict(first!, second!, apply)
  return (row) => {
    const values = computes.map((compute) => compute(row))
    if (values.includes(refused)) return refused
    if (values.includes(undefined)) return undefined
    return values.includes(null) ? null : apply(...(values as NonNullable<Value>[]))
  }
}

function extreme(
  computes: readonly Compute[],
  { type, sign }: { readonly type: ValueType; readonly sign: number },
): Compute {
  return (row) => {
    const values = computes.map((compute) => compute(row))
    if (values.includes(refused)) return refused
    let best: Outcome = null
    for (const value of values as (Value | undefined)[]) {
      if (value === undefined) return undefined
      if (value === null) continue
      const order: number | undefined = best === null ? sign : compareValues(value, best, type)
      if (order === undefined) return undefined
      if (order * sign > 0) best = value
    }
    return best
  }
}

function setComparer(name: 'contains' | 'overlap', element: ValueType) {
  return (left: NonNullable<Value>, right: NonNullable<Value>): boolean | undefined => {
    const wanted = right as readonly Value[]
    const has = (item: Value) =>
      item !== null &&
      (left as readonly Value[]).some(
        (other) => other !== null && areEqual(other, item, element) === true,
      )
    return name === 'contains' ? wanted.every(has) : wanted.some(has)
  }
}
