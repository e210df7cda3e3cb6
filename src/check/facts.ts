import { dayMicros } from './calendar.ts'
import type { Interval } from './calendar.ts'
import { compareNumeric, negateNumeric } from './decimal.ts'
import type { Numeric } from './decimal.ts'
import { evaluate, evaluateConstant } from './evaluate.ts'
import { columnsOf, replaceColumns, termsOf } from './expression.ts'
import type {
  CallExpression,
  ColumnReference,
  Comparison,
  CompareExpression,
  Expression,
  Value,
  ValueType,
} from './expression.ts'
import { formatPattern, parseLike } from './regular-expression.ts'
import { simplify } from './simplify.ts'
import {
  areEqual,
  boolean,
  castValue,
  elementOf,
  isIntegerType,
  isNumberType,
  isSameType,
  isTextType,
  refused,
} from './value.ts'

/**
 * What a check demands of a row. A fact about a column speaks of its values other than NULL, since a
 * check that comes to NULL is kept; only `not null`, `null` and `presence` speak of NULL.
 */
export type Fact =
  | ColumnFact
  | PresenceFact
  | OrderFact
  | ComputedFact
  /** When all of the conditions hold, the facts do. Their columns are not NULL, unless they say so. */
  | {
      readonly kind: 'when'
      readonly conditions: readonly ConditionFact[]
      readonly facts: readonly Fact[]
    }
  /** The facts of at least one of these lists hold. */
  | { readonly kind: 'either'; readonly alternatives: readonly (readonly Fact[])[] }

/** A fact about one column alone. Values are of the column's type, as `Value` describes them. */
export type ColumnFact =
  | ConditionFact
  /** A bound of a column of integers may be a fraction. */
  | {
      readonly kind: 'minimum' | 'maximum'
      readonly column: string
      readonly value: NonNullable<Value>
      readonly isInclusive: boolean
    }
  | LengthFact
  /** A regular expression of PostgreSQL's; of LIKE too. */
  | {
      readonly kind: 'pattern'
      readonly column: string
      readonly source: string
      readonly ignoresCase: boolean
      /** Whether it must not match. */
      readonly isNegated: boolean
    }
  | {
      readonly kind: 'form'
      readonly column: string
      readonly form: 'lower case' | 'upper case' | 'trimmed'
    }
  /** Every value is `remainder` more than a multiple of `divisor`. */
  | {
      readonly kind: 'multiple'
      readonly column: string
      readonly divisor: number
      readonly remainder: number
    }
  /** Dates and timestamps at the beginning of a month, a day, … */
  | { readonly kind: 'truncated'; readonly column: string; readonly to: string }
  /** What `jsonb_typeof` may say of the column's values. */
  | { readonly kind: 'json'; readonly column: string; readonly types: readonly string[] }

/** A fact that can be the condition of others. */
export type ConditionFact =
  | {
      readonly kind: 'values' | 'excluded'
      readonly column: string
      readonly values: readonly NonNullable<Value>[]
    }
  | { readonly kind: 'not null' | 'null'; readonly column: string }

export interface LengthFact {
  readonly kind: 'length'
  readonly column: string
  readonly unit: 'characters' | 'bytes' | 'elements'
  /** Whether it is counted without the spaces at both ends. */
  readonly isTrimmed: boolean
  readonly minimum: number
  /** May be Infinity. */
  readonly maximum: number
}

/** Which columns may be filled together, the others being NULL. */
export interface PresenceFact {
  readonly kind: 'presence'
  readonly columns: readonly string[]
  readonly form: 'all or none' | 'exactly one' | 'at least one' | 'at most one' | 'other'
  /** The sets of columns that are not NULL. */
  readonly allowed: readonly (readonly string[])[]
}

/** `left operator right + offset`, of two columns. */
export interface OrderFact {
  readonly kind: 'order'
  readonly left: string
  readonly operator: Comparison
  readonly right: string
  /** A number (of days for dates), or an interval. */
  readonly offset: Numeric | Interval | undefined
}

/** `column operator expression`, of other columns. */
export interface ComputedFact {
  readonly kind: 'computed'
  readonly column: string
  readonly operator: Comparison
  readonly expression: Expression
  readonly columns: readonly string[]
}

/**
 * What holds in every row that a check keeps: enough to choose generators by, not all that the check
 * says; `evaluate` knows the rest.
 *
 * @param expression - of a CHECK
 * @param reference - what `now()` and `CURRENT_DATE` are
 * @example
 * factsOf(await parseExpression('age >= 18 AND email = lower(email)', columns), new Date())
 * // [{ kind: 'minimum', column: 'age', value: 18, isInclusive: true },
 * //  { kind: 'form', column: 'email', form: 'lower case' }]
 */
export function factsOf(expression: Expression, reference: Date): readonly Fact[] {
  return factsOfTerm(simplify(expression), reference)
}

function factsOfTerm(term: Expression, reference: Date): readonly Fact[] {
  const presence = presenceOf(term, reference)
  if (presence) return presence
  switch (term.kind) {
    case 'and':
      return term.terms.flatMap((part) => factsOfTerm(part, reference))
    case 'or':
      return factsOfChoice(term.terms, reference)
    case 'column':
      return term.type.name === 'bool' ? [values(term.name, [true])] : []
    case 'compare':
      return factsOfComparison(term, reference)
    case 'any':
    case 'all':
      return factsOfList(term)
    case 'match':
      return patternFacts(term, false)
    case 'is': {
      const inner = term.value ? term.term : simplify(negation(term.term))
      const column = inner.kind === 'not' ? inner.term : inner
      const known = column.kind === 'column' ? [column.name] : []
      return [
        ...factsOfTerm(inner, reference),
        ...known.map((name): Fact => ({ kind: 'not null', column: name })),
      ]
    }
    case 'same': {
      const facts = factsOfComparison({ ...term, kind: 'compare', operator: '=' }, reference)
      const [first] = facts
      return first?.kind === 'values'
        ? [...facts, { kind: 'not null', column: first.column }]
        : facts
    }
    case 'not':
      return factsOfNegation(term.term, reference)
    case 'call':
      return term.name === 'starts_with' || term.name === '^@' ? startFacts(term) : []
    default:
      return []
  }
}

function factsOfNegation(term: Expression, reference: Date): readonly Fact[] {
  if (term.kind === 'column' && term.type.name === 'bool') return [values(term.name, [false])]
  if (term.kind === 'match') return patternFacts(term, true)
  if (term.kind === 'is' && term.term.kind === 'column') {
    return [values(term.term.name, [!term.value])]
  }
  if (term.kind === 'same') {
    return factsOfComparison({ ...term, kind: 'compare', operator: '<>' }, reference)
  }
  return []
}

function factsOfList(term: Extract<Expression, { kind: 'any' | 'all' }>): readonly Fact[] {
  const { left, right, kind, operator } = term
  const subject = unwrap(left)
  if (right.kind !== 'constant' || !Array.isArray(right.value)) return []
  const items = (right.value as readonly Value[]).filter((item) => item !== null)
  // A NULL in the list makes NULL of what would be false.
  if (items.length < right.value.length) return []
  if (kind === 'any' && operator === '=' && isTypeOfJson(subject)) {
    const [column] = columnsOf(subject)
    return [{ kind: 'json', column: column!, types: items as readonly string[] }]
  }
  if (kind === 'any' && operator === '=' && subject.kind === 'call' && isLengthCall(subject)) {
    const lengths = items.map(Number)
    return lengthFacts(subject, Math.min(...lengths), Math.max(...lengths))
  }
  if (subject.kind !== 'column') return []
  const converted = items.map((item) => exactly(item, elementOf(right.type), subject.type))
  const fitting = converted.filter((item) => item !== undefined)
  if (kind === 'any' && operator === '=') return [values(subject.name, fitting)]
  if (kind === 'all' && operator === '<>') {
    return [{ kind: 'excluded', column: subject.name, values: fitting }]
  }
  return []
}

function factsOfComparison(term: CompareExpression, reference: Date): readonly Fact[] {
  const { left, right, operator } = term
  if (columnsOf(left).length === 0) {
    if (columnsOf(right).length === 0) return []
    return factsOfComparison(
      { ...term, left: right, right: left, operator: turned(operator) },
      reference,
    )
  }
  if (columnsOf(right).length > 0) return factsOfColumns(term)
  const value = evaluateConstant(right, reference)
  if (value === undefined || value === null) return []
  return factsOfSubject({ subject: unwrap(left), operator, value, type: right.type, reference })
}

interface Bound {
  readonly subject: Expression
  readonly operator: Comparison
  readonly value: NonNullable<Value>
  readonly type: ValueType
  readonly reference: Date
}

function factsOfSubject(bound: Bound): readonly Fact[] {
  const { subject, operator, value, type } = bound
  if (subject.kind === 'column') return factsOfColumn(subject, bound)
  if (subject.kind !== 'call') return []
  const [first, second] = subject.terms
  const column = first && unwrap(first)
  if (subject.name === 'coalesce') return factsOfDefault(subject, bound)
  if (isLengthCall(subject)) return lengthBounds(subject, operator, Number(value))
  if (isTypeOfJson(subject) && operator === '=') {
    return [{ kind: 'json', column: columnsOf(subject)[0]!, types: [value as string] }]
  }
  if (subject.name === 'btrim' && subject.terms.length === 1 && column?.kind === 'column') {
    if (operator !== '<>' || value !== '') return []
    return [lengthOf(column.name, { isTrimmed: true, minimum: 1 })]
  }
  if (column?.kind === 'column' && isNumberType(type) && typeof value === 'number') {
    const divisor = second?.kind === 'constant' ? second.value : undefined
    const isRemainder = subject.name === '%' || subject.name === 'mod'
    if (isRemainder && operator === '=' && typeof divisor === 'number') {
      return [{ kind: 'multiple', column: column.name, divisor, remainder: value }]
    }
    if (subject.name === 'abs' && (operator === '<' || operator === '<=')) {
      const isInclusive = operator === '<='
      return [
        { kind: 'minimum', column: column.name, value: 0 - value, isInclusive },
        { kind: 'maximum', column: column.name, value, isInclusive },
      ]
    }
  }
  if (subject.name === 'extract' || subject.name === 'date_part') return partFacts(subject, bound)
  if (subject.name === '-') return differenceFacts(subject, bound)
  return []
}

/** `extract(day from x) = 1`, of a date. */
function partFacts({ terms: [field, term] }: CallExpression, bound: Bound): readonly Fact[] {
  const column = unwrap(term!)
  const to =
    field?.kind === 'constant' ? { day: 'month', doy: 'year' }[field.value as string] : undefined
  const isStart = to !== undefined && bound.operator === '=' && bound.value === 1
  if (!isStart || column.kind !== 'column' || column.type.name !== 'date') return []
  return [{ kind: 'truncated', column: column.name, to }]
}

/** `a - b <= 5` is `a <= b + 5`. */
function differenceFacts(subject: CallExpression, { operator, value }: Bound): readonly Fact[] {
  const [left, right] = subject.terms.map(unwrap)
  if (left?.kind !== 'column' || right?.kind !== 'column') return []
  const offset = asOffset(value)
  if (offset === undefined) return []
  return [
    { kind: 'order', left: left.name, operator, right: right.name, offset: offset || undefined },
  ]
}

function factsOfColumn(
  { name: column, type: own }: ColumnReference,
  { operator, value: given, type }: Bound,
): readonly Fact[] {
  if (operator === '=' || operator === '<>') {
    if (given === '' && operator === '<>' && isTextType(own))
      return [lengthOf(column, { minimum: 1 })]
    const value = exactly(given, type, own)
    if (operator === '=') return [values(column, value === undefined ? [] : [value])]
    return value === undefined ? [] : [{ kind: 'excluded', column, values: [value] }]
  }
  // Which texts come before another is for the collation to say.
  if (isTextType(type) || own.name === 'citext' || own.dimensions > 0) return []
  const kind = operator.startsWith('>') ? 'minimum' : 'maximum'
  const exact = exactly(given, type, own)
  if (exact !== undefined) {
    return [{ kind, column, value: exact, isInclusive: operator.endsWith('=') }]
  }
  if (isNumberType(own))
    return [{ kind, column, value: given, isInclusive: operator.endsWith('=') }]
  if (own.name !== 'date' || typeof given !== 'number') return []
  // A time within a day: that day is before it, the next one after it.
  return [{ kind, column, value: Math.floor(given / dayMicros), isInclusive: kind === 'maximum' }]
}

/** `coalesce(x, '') <> ''`: the same of x, which is not NULL where its substitute fails. */
function factsOfDefault(subject: CallExpression, bound: Bound): readonly Fact[] {
  const [first, substitute, ...more] = subject.terms
  if (!first || !substitute || more.length > 0) return []
  const { operator, value, type, reference } = bound
  const right: Expression = { kind: 'constant', type, value }
  const test: Expression = { kind: 'compare', type: boolean, operator, left: substitute, right }
  const facts = factsOfSubject({ ...bound, subject: unwrap(first) })
  const columns = columnsOf(first)
  const isRefused = columnsOf(substitute).length === 0 && evaluate(test, noRow, reference) === false
  if (!isRefused || columns.length !== 1) return facts
  return [...facts, { kind: 'not null', column: columns[0]! }]
}

function factsOfColumns(term: CompareExpression): readonly Fact[] {
  const left = unwrap(term.left)
  const right = unwrap(term.right)
  const { operator } = term
  if (left.kind !== 'column') {
    if (right.kind !== 'column') return []
    return factsOfColumns({ ...term, left: right, right: left, operator: turned(operator) })
  }
  const { name: column } = left
  if (right.kind === 'column') {
    if (right.name === column) return []
    return [{ kind: 'order', left: column, operator, right: right.name, offset: undefined }]
  }
  const columns = columnsOf(right)
  if (columns.includes(column)) {
    return operator === '=' && columns.length === 1 ? formFacts(left, right) : []
  }
  const shifted = shiftOf(right)
  if (shifted) return [{ kind: 'order', left: column, operator, ...shifted }]
  return [{ kind: 'computed', column, operator, expression: term.right, columns }]
}

/** `x = lower(btrim(x))` and the like. */
function formFacts(column: ColumnReference, term: Expression): readonly Fact[] {
  if (term.kind !== 'call') return []
  const { name } = column
  const [first, second] = term.terms
  if (term.name === 'date_trunc') {
    const inner = second && unwrap(second)
    if (inner?.kind !== 'column' || first?.kind !== 'constant') return []
    return [{ kind: 'truncated', column: name, to: (first.value as string).toLowerCase() }]
  }
  const form = ({ lower: 'lower case', upper: 'upper case', btrim: 'trimmed' } as const)[
    term.name as 'lower' | 'upper' | 'btrim'
  ]
  if (form === undefined || term.terms.length !== 1) return []
  const inner = unwrap(first!)
  const rest = formFacts(column, inner)
  if (inner.kind !== 'column' && rest.length === 0) return []
  return [{ kind: 'form', column: name, form }, ...rest]
}

/** `column + constant`, `column - constant`. */
function shiftOf(term: Expression): { right: string; offset: Numeric | Interval } | undefined {
  if (term.kind !== 'call' || (term.name !== '+' && term.name !== '-')) return undefined
  const [left, right] = term.terms.map(unwrap)
  if (!left || !right) return undefined
  const isTurned = left.kind === 'constant' && term.name === '+'
  const column = isTurned ? right : left
  const by = isTurned ? left : right
  if (column.kind !== 'column' || by.kind !== 'constant' || by.value === null) return undefined
  const offset = asOffset(by.value)
  if (offset === undefined) return undefined
  return { right: column.name, offset: term.name === '-' ? negateOffset(offset) : offset }
}

function asOffset(value: NonNullable<Value>): Numeric | Interval | undefined {
  if (typeof value === 'number') return value
  const isOffset = typeof value === 'object' && ('units' in value || 'months' in value)
  return isOffset ? value : undefined
}

function negateOffset(offset: Numeric | Interval): Numeric | Interval {
  if (typeof offset === 'number' || 'units' in offset) return negateNumeric(offset)
  const { months, days, micros } = offset
  return { months: 0 - months, days: 0 - days, micros: 0 - micros }
}

function factsOfChoice(terms: readonly Expression[], reference: Date): readonly Fact[] {
  const branches = terms.map((term) => ({ term, facts: factsOfTerm(term, reference) }))
  return (
    sameColumnFacts(branches) ??
    discriminatedFacts(branches) ??
    conditionalFacts(branches, reference) ??
    (branches.every(({ facts }) => facts.length > 0)
      ? [{ kind: 'either', alternatives: branches.map(({ facts }) => facts) }]
      : [])
  )
}

interface Branch {
  readonly term: Expression
  readonly facts: readonly Fact[]
}

/** Branches that speak of one column alone: `x IS NULL OR x > 0`, `x = 1 OR x = 2`. */
function sameColumnFacts(branches: readonly Branch[]): readonly Fact[] | undefined {
  const columns = new Set(branches.flatMap(({ term }) => columnsOf(term)))
  if (columns.size !== 1) return undefined
  const [column] = columns as Iterable<string> as [string]
  const filled = branches.filter(({ facts }) => !(facts.length === 1 && facts[0]!.kind === 'null'))
  if (filled.length === 1) return filled[0]!.facts.filter(({ kind }) => kind !== 'not null')
  const lists = filled.map(({ facts }) => facts.find(isValues))
  if (lists.every((fact) => fact !== undefined)) {
    return [values(column, distinct(lists.flatMap(({ values: list }) => list)))]
  }
  if (filled.some(({ facts }) => facts.length === 0)) return []
  const either: Fact = { kind: 'either', alternatives: filled.map(({ facts }) => facts) }
  return [...(['minimum', 'maximum'] as const).flatMap((kind) => hull(filled, kind)), either]
}

/** The lowest of the minima when every branch has one; numbers and dates only. */
function hull(branches: readonly Branch[], kind: 'minimum' | 'maximum'): readonly Fact[] {
  const sign = kind === 'minimum' ? 1 : -1
  const bounds = branches.map(({ facts }) =>
    facts.find((fact) => fact.kind === kind && typeof fact.value === 'number'),
  ) as (Extract<Fact, { kind: 'minimum' | 'maximum' }> | undefined)[]
  const known = bounds.filter((bound) => bound !== undefined)
  if (known.length < branches.length) return []
  const order = (bound: (typeof known)[number]) => (bound.value as number) * sign
  return [
    known.reduce((lowest, bound) => {
      if (order(bound) !== order(lowest)) return order(bound) < order(lowest) ? bound : lowest
      return bound.isInclusive ? bound : lowest
    }),
  ]
}

/** `(type = 'a' AND …) OR (type = 'b' AND …)`: one column says which branch it is. */
function discriminatedFacts(branches: readonly Branch[]): readonly Fact[] | undefined {
  const lists = branches.map(({ facts }) => facts.filter(isValues))
  for (const { column } of lists[0]!) {
    const own = lists.map((facts) => facts.find((fact) => fact.column === column))
    if (!own.every((fact) => fact !== undefined)) continue
    const all = own.flatMap((fact) => fact.values)
    if (distinct(all).length < all.length) continue
    const cases = branches.map(({ facts }, index): Fact => {
      const rest = facts.filter((fact) => fact !== own[index])
      return { kind: 'when', conditions: [own[index]!], facts: rest }
    })
    return [
      values(column, all),
      ...cases.filter((fact) => fact.kind === 'when' && fact.facts.length > 0),
    ]
  }
  return undefined
}

/** `type <> 'a' OR x IS NOT NULL`: when the first fails, the second holds. */
function conditionalFacts(
  branches: readonly Branch[],
  reference: Date,
): readonly Fact[] | undefined {
  const opposites = branches.map(({ facts: [fact, ...more] }) =>
    fact && more.length === 0 ? oppositeOf(fact) : undefined,
  )
  const byValue = opposites.map((fact) => fact?.kind === 'values' || fact?.kind === 'excluded')
  const byPresence = opposites.map((fact) => fact?.kind === 'not null' || fact?.kind === 'null')
  // A list of values is the better condition; and something has to follow.
  const isCondition = byValue.includes(true) ? byValue : byPresence
  if (!isCondition.includes(true)) return undefined
  if (!isCondition.includes(false)) isCondition[isCondition.length - 1] = false
  const rest = branches.filter((_, index) => !isCondition[index])
  const facts =
    rest.length === 1
      ? rest[0]!.facts
      : factsOfTerm({ kind: 'or', type: boolean, terms: rest.map(({ term }) => term) }, reference)
  if (facts.length === 0) return undefined
  const conditions = opposites.filter((_, index) => isCondition[index]) as ConditionFact[]
  return [{ kind: 'when', conditions, facts }]
}

function oppositeOf(fact: Fact): ConditionFact | undefined {
  switch (fact.kind) {
    case 'values':
      return { ...fact, kind: 'excluded' }
    case 'excluded':
      return { ...fact, kind: 'values' }
    case 'not null':
      return { ...fact, kind: 'null' }
    case 'null':
      return { ...fact, kind: 'not null' }
    default:
      return undefined
  }
}

/** Sets of columns above this are not tried out. */
const mostColumns = 10

/**
 * Tries out which columns may be filled, where a condition asks for nothing else.
 *
 * @returns `undefined` where it asks for more
 */
function presenceOf(term: Expression, reference: Date): readonly Fact[] | undefined {
  const columns = columnsOf(term)
  if (columns.length === 0 || columns.length > mostColumns || !asksForPresence(term)) {
    return undefined
  }
  const allowed: string[][] = []
  for (let mask = 0; mask < 1 << columns.length; mask++) {
    const filled = columns.filter((_, index) => (mask >> index) % 2 === 1)
    const tried = replaceColumns(term, ({ name, type }) => ({
      kind: 'constant',
      type,
      value: filled.includes(name) ? true : null,
    }))
    const isKept = evaluate(tried, noRow, reference)
    if (isKept === undefined) return undefined
    if (isKept !== false) allowed.push(filled)
  }
  if (allowed.length === 0) return []
  const forced = columns.filter((column) => allowed.every((set) => set.includes(column)))
  const empty = columns.filter((column) => allowed.every((set) => !set.includes(column)))
  const open = columns.filter((column) => !forced.includes(column) && !empty.includes(column))
  return [
    ...forced.map((column): Fact => ({ kind: 'not null', column })),
    ...empty.map((column): Fact => ({ kind: 'null', column })),
    ...presenceFact(
      open,
      allowed.map((set) => set.filter((column) => open.includes(column))),
    ),
  ]
}

function presenceFact(
  columns: readonly string[],
  allowed: readonly (readonly string[])[],
): readonly Fact[] {
  const total = 1 << columns.length
  if (allowed.length === total) return []
  const count = (size: number) => allowed.filter((set) => set.length === size).length
  const none = count(0) === 1
  let form: PresenceFact['form'] = 'other'
  if (allowed.length === 2 && none && count(columns.length) === 1) form = 'all or none'
  else if (count(1) === columns.length && allowed.length === columns.length) form = 'exactly one'
  else if (!none && allowed.length === total - 1) form = 'at least one'
  else if (none && count(1) === columns.length && allowed.length === columns.length + 1) {
    form = 'at most one'
  }
  return [{ kind: 'presence', columns, form, allowed }]
}

/** Whether columns appear only in tests for NULL. */
function asksForPresence(term: Expression): boolean {
  if (term.kind === 'column' || term.kind === 'unknown' || term.kind === 'match') return false
  const isTest = term.kind === 'is null'
  const isCount = term.kind === 'call' && /^num_(?:non)?nulls$/.test(term.name)
  return termsOf(term).every((part) => {
    const inner = isTest || isCount ? unwrap(part) : part
    return ((isTest || isCount) && isColumnOrDefault(inner)) || asksForPresence(part)
  })
}

function isColumnOrDefault(term: Expression): boolean {
  if (term.kind === 'call' && term.name === 'coalesce') return term.terms.every(isColumnOrDefault)
  return term.kind === 'column'
}

const lengthUnits: Readonly<Record<string, LengthFact['unit']>> = {
  length: 'characters',
  char_length: 'characters',
  character_length: 'characters',
  octet_length: 'bytes',
  array_length: 'elements',
  cardinality: 'elements',
}

function isLengthCall(term: Expression): boolean {
  if (term.kind !== 'call' || !(term.name in lengthUnits)) return false
  const [first, dimension] = term.terms
  if (dimension && !(dimension.kind === 'constant' && dimension.value === 1)) return false
  return lengthSubject(first!) !== undefined
}

function lengthSubject(
  term: Expression,
): { column: ColumnReference; isTrimmed: boolean } | undefined {
  const inner = unwrap(term)
  if (inner.kind === 'column') return { column: inner, isTrimmed: false }
  const isTrim = inner.kind === 'call' && inner.name === 'btrim' && inner.terms.length === 1
  const column = isTrim ? unwrap(inner.terms[0]!) : undefined
  return column?.kind === 'column' ? { column, isTrimmed: true } : undefined
}

function lengthBounds(call: CallExpression, operator: Comparison, value: number): readonly Fact[] {
  switch (operator) {
    case '=':
      return lengthFacts(call, value, value)
    case '>=':
      return lengthFacts(call, Math.ceil(value), Infinity)
    case '>':
      return lengthFacts(call, Math.floor(value) + 1, Infinity)
    case '<=':
      return lengthFacts(call, 0, Math.floor(value))
    case '<':
      return lengthFacts(call, 0, Math.ceil(value) - 1)
    case '<>':
      return value === 0 ? lengthFacts(call, 1, Infinity) : []
  }
}

function lengthFacts(call: CallExpression, minimum: number, maximum: number): readonly Fact[] {
  const { column, isTrimmed } = lengthSubject(call.terms[0]!)!
  const isBinary = column.type.name === 'bytea'
  return [
    {
      kind: 'length',
      column: column.name,
      unit: isBinary ? 'bytes' : lengthUnits[call.name]!,
      isTrimmed,
      minimum,
      maximum,
    },
  ]
}

function lengthOf(column: string, bounds: Partial<LengthFact>): LengthFact {
  return {
    kind: 'length',
    column,
    unit: 'characters',
    isTrimmed: false,
    minimum: 0,
    maximum: Infinity,
    ...bounds,
  }
}

function isTypeOfJson(term: Expression): boolean {
  const isCall = term.kind === 'call' && /^jsonb?_typeof$/.test(term.name)
  return isCall && unwrap(term.terms[0]!).kind === 'column'
}

function patternFacts(
  { term, pattern, language, ignoresCase }: Extract<Expression, { kind: 'match' }>,
  isNegated: boolean,
): readonly Fact[] {
  const column = unwrap(term)
  if (column.kind !== 'column' || pattern.kind !== 'constant') return []
  if (typeof pattern.value !== 'string') return []
  const like = language === 'like' ? parseLike(pattern.value) : undefined
  if (language === 'like' && !like) return []
  const source = like ? formatPattern(like) : pattern.value
  return [{ kind: 'pattern', column: column.name, source, ignoresCase, isNegated }]
}

function startFacts({ terms: [first, start] }: CallExpression): readonly Fact[] {
  const column = unwrap(first!)
  if (column.kind !== 'column' || start?.kind !== 'constant') return []
  const like = parseLike(`${(start.value as string).replace(/[\\%_]/g, '\\$&')}%`)!
  const source = formatPattern(like)
  return [{ kind: 'pattern', column: column.name, source, ignoresCase: false, isNegated: false }]
}

/** Without the casts that lose nothing. */
function unwrap(term: Expression): Expression {
  if (term.kind !== 'cast' || term.type.modifiers.length > 0) return term
  const { type: to } = term
  const { type: from } = term.term
  const dates = ['date', 'timestamp', 'timestamptz']
  const keeps =
    (isNumberType(from) && isNumberType(to) && from.name !== 'float8') ||
    (isTextType(to) && (isTextType(from) || from.name === 'citext' || from.labels !== undefined)) ||
    (dates.includes(to.name) && dates.indexOf(from.name) >= 0 && to.name !== 'date') ||
    (to.dimensions > 0 && from.dimensions > 0)
  const isNarrowing = isIntegerType(to) && !isIntegerType(from)
  return keeps && !isNarrowing ? unwrap(term.term) : term
}

/** A value as one of another type, where that is the same value. */
function exactly(
  value: NonNullable<Value>,
  from: ValueType,
  to: ValueType,
): NonNullable<Value> | undefined {
  if (isSameType(from, to)) return value
  if (to.labels && typeof value === 'string') return to.labels.includes(value) ? value : undefined
  const converted = castValue(value, from, to)
  if (converted === undefined || converted === refused || converted === null) return undefined
  if (isNumberType(from) && isNumberType(to)) {
    const isEqual = compareNumeric(value as Numeric, converted as Numeric) === 0
    return isEqual ? converted : undefined
  }
  const back = castValue(converted, to, from)
  if (back === undefined || back === refused || back === null) return undefined
  return areEqual(back, value, from) === true ? converted : undefined
}

function negation(term: Expression): Expression {
  return { kind: 'not', type: boolean, term }
}

function turned(operator: Comparison): Comparison {
  const mirrored: Partial<Record<Comparison, Comparison>> = {
    '<': '>',
    '<=': '>=',
    '>': '<',
    '>=': '<=',
  }
  return mirrored[operator] ?? operator
}

type ListFact = Extract<ConditionFact, { kind: 'values' | 'excluded' }>

function isValues(fact: Fact): fact is ListFact {
  return fact.kind === 'values'
}

function values(column: string, list: readonly NonNullable<Value>[]): ListFact {
  return { kind: 'values', column, values: list }
}

function distinct(list: readonly NonNullable<Value>[]): readonly NonNullable<Value>[] {
  const seen = new Map(list.map((value) => [JSON.stringify(value, writeBig), value]))
  return [...seen.values()]
}

function writeBig(_: string, value: unknown): unknown {
  return typeof value === 'bigint' ? String(value) : value
}

const noRow = (): null => null
