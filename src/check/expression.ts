import type { SqlType } from '../model/sql-type.ts'
import type { Interval } from './calendar.ts'
import type { Decimal } from './decimal.ts'

/** A column's type; the labels of an enumeration in their order. */
export interface ValueType extends SqlType {
  readonly labels?: readonly string[]
}

/** A value of `json` or `jsonb`, as `JSON.parse` gives it. */
export interface Json {
  readonly json: unknown
}

/**
 * A value inside an expression. Which form it has is its type's matter: integers and floats are
 * numbers; `numeric` a number or a `Decimal`; `date` days and timestamps microseconds since
 * 1970-01-01 UTC; `time` microseconds since midnight; texts, enumerations and `uuid` strings; an
 * array is a list.
 */
export type Value =
  null | boolean | number | string | Decimal | Interval | Json | Uint8Array | readonly Value[]

export type Comparison = '=' | '<>' | '<' | '<=' | '>' | '>='

/**
 * An SQL expression as plain data. Every part knows its type, and both sides of a comparison and the
 * arguments of a call have been brought to the types that the server would bring them to.
 */
export type Expression =
  | Constant
  | ColumnReference
  | { readonly kind: 'and' | 'or'; readonly type: ValueType; readonly terms: readonly Expression[] }
  | { readonly kind: 'not' | 'is null'; readonly type: ValueType; readonly term: Expression }
  /** `term IS TRUE` or `term IS FALSE`. */
  | {
      readonly kind: 'is'
      readonly type: ValueType
      readonly term: Expression
      readonly value: boolean
    }
  | CompareExpression
  /** `left IS NOT DISTINCT FROM right`. */
  | {
      readonly kind: 'same'
      readonly type: ValueType
      readonly left: Expression
      readonly right: Expression
    }
  | QuantifiedExpression
  /** `LIKE`, or a regular expression. */
  | MatchExpression
  | CallExpression
  | CastExpression
  | {
      readonly kind: 'array'
      readonly type: ValueType
      readonly items: readonly Expression[]
    }
  | CaseExpression
  | UnknownExpression

export interface Constant {
  readonly kind: 'constant'
  readonly type: ValueType
  readonly value: Value
}

export interface ColumnReference {
  readonly kind: 'column'
  readonly type: ValueType
  readonly name: string
}

export interface CompareExpression {
  readonly kind: 'compare'
  readonly type: ValueType
  readonly operator: Comparison
  readonly left: Expression
  readonly right: Expression
}

/** `left operator ANY (right)` or `ALL (right)`; `IN` and `NOT IN` too. */
export interface QuantifiedExpression {
  readonly kind: 'any' | 'all'
  readonly type: ValueType
  readonly operator: Comparison
  readonly left: Expression
  /** An array. */
  readonly right: Expression
}

export interface MatchExpression {
  readonly kind: 'match'
  readonly type: ValueType
  readonly language: 'like' | 'regex'
  readonly ignoresCase: boolean
  readonly term: Expression
  readonly pattern: Expression
}

/** A function, or an operator that is none of the others. */
export interface CallExpression {
  readonly kind: 'call'
  readonly type: ValueType
  readonly name: string
  readonly terms: readonly Expression[]
}

export interface CastExpression {
  readonly kind: 'cast'
  readonly type: ValueType
  readonly term: Expression
}

export interface CaseExpression {
  readonly kind: 'case'
  readonly type: ValueType
  readonly branches: readonly { readonly when: Expression; readonly result: Expression }[]
  readonly otherwise: Expression
}

/** A part that is not understood. */
export interface UnknownExpression {
  readonly kind: 'unknown'
  readonly type: ValueType
  /** e.g. `the function "to_tsvector"`. */
  readonly what: string
  /** The columns it refers to. */
  readonly columns: readonly string[]
}

/**
 * The parts directly below an expression.
 *
 * @example
 * termsOf(await parseExpression('a > 1', columns)).length // 2
 */
export function termsOf(expression: Expression): readonly Expression[] {
  switch (expression.kind) {
    case 'constant':
    case 'column':
    case 'unknown':
      return []
    case 'and':
    case 'or':
    case 'call':
      return expression.terms
    case 'not':
    case 'is':
    case 'is null':
    case 'cast':
      return [expression.term]
    case 'compare':
    case 'same':
    case 'any':
    case 'all':
      return [expression.left, expression.right]
    case 'match':
      return [expression.term, expression.pattern]
    case 'array':
      return expression.items
    case 'case':
      return [
        ...expression.branches.flatMap(({ when, result }) => [when, result]),
        expression.otherwise,
      ]
  }
}

/**
 * The columns that an expression refers to, those of parts that are not understood too.
 *
 * @example
 * columnsOf(await parseExpression('b > a + 1', columns)) // ['b', 'a']
 */
export function columnsOf(expression: Expression): readonly string[] {
  const names = new Set<string>()
  const visit = (part: Expression): void => {
    if (part.kind === 'column') names.add(part.name)
    if (part.kind === 'unknown') for (const name of part.columns) names.add(name)
    termsOf(part).forEach(visit)
  }
  visit(expression)
  return [...names]
}

/**
 * What is not understood of an expression; nothing when all of it is.
 *
 * @example
 * unknownParts(await parseExpression('a > 1 AND is_ok(a)', columns)) // ['the function "is_ok"']
 */
export function unknownParts(expression: Expression): readonly string[] {
  if (expression.kind === 'unknown') return [expression.what]
  return [...new Set(termsOf(expression).flatMap(unknownParts))]
}

/**
 * The same expression with other parts in the place of its columns.
 *
 * @param replace - `undefined` leaves a column as it is
 */
export function replaceColumns(
  expression: Expression,
  replace: (column: ColumnReference) => Expression | undefined,
): Expression {
  const inner = (part: Expression): Expression => replaceColumns(part, replace)
  switch (expression.kind) {
    case 'column':
      return replace(expression) ?? expression
    case 'constant':
    case 'unknown':
      return expression
    case 'and':
    case 'or':
    case 'call':
      return { ...expression, terms: expression.terms.map(inner) }
    case 'not':
    case 'is':
    case 'is null':
    case 'cast':
      return { ...expression, term: inner(expression.term) }
    case 'compare':
    case 'same':
    case 'any':
    case 'all':
      return { ...expression, left: inner(expression.left), right: inner(expression.right) }
    case 'match':
      return { ...expression, term: inner(expression.term), pattern: inner(expression.pattern) }
    case 'array':
      return { ...expression, items: expression.items.map(inner) }
    case 'case':
      return {
        ...expression,
        branches: expression.branches.map(({ when, result }) => ({
          when: inner(when),
          result: inner(result),
        })),
        otherwise: inner(expression.otherwise),
      }
  }
}
