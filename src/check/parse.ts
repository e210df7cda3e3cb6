import type { A_Const, A_Expr, FuncCall, Node, TypeName } from 'libpg-query'
import { evaluateConstant } from './evaluate.ts'
import { columnsOf, termsOf } from './expression.ts'
import type { Comparison, Constant, Expression, ValueType } from './expression.ts'
import { findRoutine } from './functions.ts'
import {
  arrayOf,
  boolean,
  commonType,
  elementOf,
  integer,
  isNumberType,
  isSameType,
  isTextType,
  literal,
  parseValue,
  scalar,
  text,
} from './value.ts'

/** The columns that an expression may refer to, by name, with their types. */
export type Columns = ReadonlyMap<string, ValueType>

/**
 * Reads an SQL expression: of a CHECK, of a generated column or an index, or the WHERE of a partial
 * index. PostgreSQL's own parser reads it; it is loaded with the first expression.
 *
 * What is not understood becomes a part of the kind `unknown`, and the rest stays usable.
 *
 * @param sql - as it is declared, or as `pg_get_constraintdef` (`CHECK (…)`) and `pg_get_expr` print
 *   it; columns may be qualified by their table
 * @param columns - types of enumerations with their labels; a domain's base type for a domain
 * @example
 * const columns = new Map([['age', { name: 'int4', modifiers: [], dimensions: 0 }]])
 * evaluate(await parseExpression('age >= 18', columns), () => 17, new Date()) // false
 */
export async function parseExpression(sql: string, columns: Columns): Promise<Expression> {
  const { parse } = await import('libpg-query')
  const isDefinition = /^\s*check\s*\(/i.test(sql)
  let tree: Node | undefined
  try {
    tree = isDefinition
      ? definedExpression(await parse(`ALTER TABLE t ADD ${sql}\n`))
      : selectedExpression(await parse(`SELECT ${sql}\n`))
  } catch {
    tree = undefined
  }
  if (tree === undefined) {
    return { kind: 'unknown', type: literal, what: 'its syntax', columns: [] }
  }
  // A literal that nothing gave a type is a text.
  return settle(build(tree, { columns, gaps: [] }))
}

type Parsed = Awaited<ReturnType<(typeof import('libpg-query'))['parse']>>

function selectedExpression({ stmts }: Parsed): Node | undefined {
  const statement =
    stmts?.length === 1 ? (stmts[0]!.stmt as unknown as Tagged)['SelectStmt'] : undefined
  const targets = statement?.['targetList'] as Tagged[] | undefined
  const names = Object.keys(statement ?? {})
  const isPlain = names.every((name) => ['targetList', 'limitOption', 'op'].includes(name))
  return isPlain && targets?.length === 1 ? (targets[0]!['ResTarget']!['val'] as Node) : undefined
}

function definedExpression({ stmts }: Parsed): Node | undefined {
  const statement =
    stmts?.length === 1 ? (stmts[0]!.stmt as unknown as Tagged)['AlterTableStmt'] : undefined
  const [command] = (statement?.['cmds'] ?? []) as Tagged[]
  const { Constraint: constraint } = (command?.['AlterTableCmd']?.['def'] ?? {}) as Tagged
  return constraint?.['raw_expr'] as Node | undefined
}

type Tagged = Readonly<Record<string, Readonly<Record<string, unknown>>>>

interface Scope {
  readonly columns: Columns
  /** What is not understood, the innermost first. */
  readonly gaps: string[]
}

function build(node: Node, scope: Scope): Expression {
  const [kind, body] = Object.entries(node)[0] as [string, never]
  const before = scope.gaps.length
  const result = readers[kind]?.(body, scope)
  const whole =
    result === undefined ? unknown(node, `a part of the kind ${kind}`) : fold(result, node)
  if (whole.kind !== 'unknown') return whole
  scope.gaps.push(whole.what)
  return { ...whole, what: scope.gaps[before]! }
}

type Reader = (body: never, scope: Scope) => Expression | undefined

const readers: Readonly<Record<string, Reader>> = {
  A_Const: readConstant,
  ColumnRef: readColumn,
  A_Expr: readOperator,
  FuncCall: readCall,
  TypeCast: ({ arg, typeName }: { arg: Node; typeName: TypeName }, scope) =>
    castTo(build(arg, scope), typeName, scope) ??
    unknown(arg, `the type "${nameOf(typeName.names)}"`),
  BoolExpr: ({ boolop, args }: { boolop: string; args: Node[] }, scope) => {
    const terms = args.map((arg) => asBoolean(build(arg, scope)))
    if (boolop === 'NOT_EXPR') return { kind: 'not', type: boolean, term: terms[0]! }
    return { kind: boolop === 'AND_EXPR' ? 'and' : 'or', type: boolean, terms }
  },
  NullTest: ({ arg, nulltesttype }: { arg: Node; nulltesttype: string }, scope) => {
    const test: Expression = { kind: 'is null', type: boolean, term: build(arg, scope) }
    return nulltesttype === 'IS_NULL' ? test : not(test)
  },
  BooleanTest: ({ arg, booltesttype }: { arg: Node; booltesttype: string }, scope) => {
    const term = asBoolean(build(arg, scope))
    const [, negation, name] = /^IS_(NOT_)?(.*)$/.exec(booltesttype)!
    const test: Expression =
      name === 'UNKNOWN'
        ? { kind: 'is null', type: boolean, term }
        : { kind: 'is', type: boolean, term, value: name === 'TRUE' }
    return negation === undefined ? test : not(test)
  },
  CoalesceExpr: ({ args }: { args: Node[] }, scope) => alike('coalesce', buildAll(args, scope)),
  MinMaxExpr: ({ op, args }: { op: string; args: Node[] }, scope) =>
    alike(op === 'IS_GREATEST' ? 'greatest' : 'least', buildAll(args, scope)),
  CaseExpr: readCase,
  A_ArrayExpr: ({ elements = [] }: { elements?: Node[] }, scope) =>
    arrayFrom(buildAll(elements, scope)),
  CollateClause: ({ arg, collname }: { arg: Node; collname: Node[] }, scope) =>
    // These tell two texts apart wherever their characters differ, as the default does.
    ['C', 'POSIX', 'default', 'ucs_basic'].includes(nameOf(collname))
      ? build(arg, scope)
      : unknown({ CollateClause: { arg } }, `the collation "${nameOf(collname)}"`),
  SQLValueFunction: ({ op }: { op: string }) => {
    const type = {
      SVFOP_CURRENT_DATE: 'date',
      SVFOP_CURRENT_TIMESTAMP: 'timestamptz',
      SVFOP_LOCALTIMESTAMP: 'timestamp',
    }[op]
    return type === undefined ? undefined : castExpression(now, scalar(type))
  },
}

const now: Expression = { kind: 'call', type: scalar('timestamptz'), name: 'now', terms: [] }

function readConstant(body: A_Const): Expression | undefined {
  // The parser leaves out what is 0, false or empty.
  if (body.isnull) return constant(literal, null)
  if (body.boolval) return constant(boolean, body.boolval.boolval ?? false)
  if (body.ival) return constant(integer, body.ival.ival ?? 0)
  if (body.sval) return constant(literal, body.sval.sval ?? '')
  const digits = body.fval?.fval
  if (digits === undefined) return undefined
  const type = scalar(/^\d+$/.test(digits) && isLong(digits) ? 'int8' : 'numeric')
  const value = type.name === 'int8' ? Number(digits) : parseValue(digits, type)
  return value === undefined ? undefined : constant(type, value)
}

function isLong(digits: string): boolean {
  return BigInt(digits) < 2n ** 63n
}

function readColumn({ fields }: { fields: Node[] }, { columns }: Scope): Expression | undefined {
  const last = (fields.at(-1) as { String?: { sval: string } }).String?.sval
  const type = last === undefined ? undefined : columns.get(last)
  return type && { kind: 'column', type, name: last! }
}

const comparisons: Readonly<Record<string, Comparison>> = {
  '=': '=',
  '<>': '<>',
  '!=': '<>',
  '<': '<',
  '<=': '<=',
  '>': '>',
  '>=': '>=',
}

function readOperator(expression: A_Expr, scope: Scope): Expression | undefined {
  const node = { A_Expr: expression } as Node
  const name = nameOf(expression.name)
  const left = expression.lexpr && build(expression.lexpr, scope)
  switch (expression.kind) {
    case 'AEXPR_OP':
      return operator(name, left, build(expression.rexpr!, scope)) ?? notUnderstood(node, name)
    case 'AEXPR_LIKE':
    case 'AEXPR_ILIKE':
      return operator(name, left, build(expression.rexpr!, scope))
    case 'AEXPR_DISTINCT':
    case 'AEXPR_NOT_DISTINCT': {
      const right = build(expression.rexpr!, scope)
      const sides = matched(left!, right)
      if (!sides) return undefined
      const same: Expression = { kind: 'same', type: boolean, left: sides[0], right: sides[1] }
      return expression.kind === 'AEXPR_DISTINCT' ? not(same) : same
    }
    case 'AEXPR_NULLIF': {
      const sides = matched(left!, build(expression.rexpr!, scope))
      return sides && { kind: 'call', type: sides[0].type, name: 'nullif', terms: sides }
    }
    case 'AEXPR_IN': {
      const items = listOf(expression.rexpr!).map((item) => build(item, scope))
      return quantified(name, left!, arrayFrom(items, left!.type), name === '<>' ? 'all' : 'any')
    }
    case 'AEXPR_OP_ANY':
      return quantified(name, left!, build(expression.rexpr!, scope), 'any')
    case 'AEXPR_OP_ALL':
      return quantified(name, left!, build(expression.rexpr!, scope), 'all')
    case 'AEXPR_BETWEEN':
    case 'AEXPR_NOT_BETWEEN':
    case 'AEXPR_BETWEEN_SYM':
    case 'AEXPR_NOT_BETWEEN_SYM': {
      const [low, high] = listOf(expression.rexpr!).map((item) => build(item, scope))
      const within = between(left!, low!, high!)
      const turned = expression.kind.endsWith('_SYM') ? between(left!, high!, low!) : undefined
      if (!within) return undefined
      const either: Expression = turned
        ? { kind: 'or', type: boolean, terms: [within, turned] }
        : within
      return expression.kind.startsWith('AEXPR_NOT') ? not(either) : either
    }
    default:
      return undefined
  }
}

function operator(
  name: string,
  left: Expression | undefined,
  right: Expression,
): Expression | undefined {
  if (left === undefined) return name === '+' ? right : call(name, [right])
  const comparison = comparisons[name]
  if (comparison) {
    const sides = matched(left, right)
    return sides && compare(comparison, sides[0], sides[1])
  }
  const matching = /^(!?)(~~?)(\*?)$/.exec(name)
  if (matching) {
    const test = match(left, right, {
      language: matching[2] === '~' ? 'regex' : 'like',
      ignoresCase: matching[3] !== '',
    })
    return test && matching[1] === '!' ? not(test) : test
  }
  if (['@>', '<@', '&&'].includes(name)) {
    const sides = matched(left, right)
    if (!sides || sides[0].type.dimensions !== 1) return undefined
    const [container, part] = name === '<@' ? [sides[1], sides[0]] : sides
    const known = name === '&&' ? 'overlap' : 'contains'
    return { kind: 'call', type: boolean, name: known, terms: [container, part] }
  }
  return call(name, [left, right])
}

function readCall(body: FuncCall, scope: Scope): Expression | undefined {
  const name = nameOf(body.funcname)
  const terms = buildAll(body.args ?? [], scope)
  const isPlain = !body.agg_order && !body.agg_filter && !body.over && !body.func_variadic
  if (!isPlain || body.agg_star || body.agg_distinct) return undefined
  const currents = ['now', 'transaction_timestamp', 'statement_timestamp', 'clock_timestamp']
  if (terms.length === 0 && currents.includes(name)) return now
  if (name === 'num_nonnulls' || name === 'num_nulls') {
    return { kind: 'call', type: integer, name, terms }
  }
  if (name === 'timezone' && terms.length === 2) return atTimeZone(terms)
  return call(name, terms) ?? notUnderstood({ FuncCall: body }, name)
}

/** `x AT TIME ZONE 'UTC'`, which only changes the type. */
function atTimeZone([zone, term]: readonly Expression[]): Expression | undefined {
  const isUtc =
    zone?.kind === 'constant' && typeof zone.value === 'string' && /^utc$/i.test(zone.value)
  if (!isUtc) return undefined
  const to = { timestamp: 'timestamptz', timestamptz: 'timestamp' }[term!.type.name]
  return to === undefined ? undefined : castExpression(term!, scalar(to))
}

function readCase(
  body: { arg?: Node; args: Node[]; defresult?: Node },
  scope: Scope,
): Expression | undefined {
  const subject = body.arg && build(body.arg, scope)
  const branches = body.args.map((branch) => {
    const { expr, result } = (branch as { CaseWhen: { expr: Node; result: Node } }).CaseWhen
    const condition = build(expr, scope)
    const when = subject ? operator('=', subject, condition) : asBoolean(condition)
    return { when: when ?? unknown(expr, 'a branch of a CASE'), result: build(result, scope) }
  })
  const otherwise = body.defresult ? build(body.defresult, scope) : constant(literal, null)
  // The server looks at ELSE first.
  const results = [otherwise, ...branches.map(({ result }) => result)]
  const type = typeOfAll(results)
  if (!type) return undefined
  return {
    kind: 'case',
    type,
    branches: branches.map(({ when, result }) => ({ when, result: coerce(result, type) })),
    otherwise: coerce(otherwise, type),
  }
}

function compare(operator: Comparison, left: Expression, right: Expression): Expression {
  return { kind: 'compare', type: boolean, operator, left, right }
}

function between(value: Expression, low: Expression, high: Expression): Expression | undefined {
  const lower = operator('>=', value, low)
  const upper = operator('<=', value, high)
  return lower && upper && { kind: 'and', type: boolean, terms: [lower, upper] }
}

function quantified(
  name: string,
  left: Expression,
  array: Expression | undefined,
  kind: 'any' | 'all',
): Expression | undefined {
  const comparison = comparisons[name]
  if (!comparison || !array || array.kind === 'unknown' || left.kind === 'unknown') return undefined
  const element = array.type.name === 'unknown' ? left.type : elementOf(array.type)
  const type = commonType(left.type, element)
  if (!type || (array.type.dimensions !== 1 && array.type.name !== 'unknown')) return undefined
  return {
    kind,
    type: boolean,
    operator: comparison,
    left: coerce(left, type),
    right: coerce(array, arrayOf(type)),
  }
}

function match(
  left: Expression,
  right: Expression,
  options: { readonly language: 'like' | 'regex'; readonly ignoresCase: boolean },
): Expression | undefined {
  const isFolded = left.type.name === 'citext' && ['citext', 'unknown'].includes(right.type.name)
  // The spaces that fill up a char(n) count here, so it is not brought to text.
  const isTexts = left.type.name === 'bpchar' || isFolded
  const term = isTexts ? left : coerceIfText(left)
  const pattern = coerceIfText(right)
  if (!term || !pattern) return undefined
  const { language } = options
  const ignoresCase = options.ignoresCase || isFolded
  return { kind: 'match', type: boolean, language, ignoresCase, term, pattern }
}

function coerceIfText(term: Expression): Expression | undefined {
  const { name } = term.type
  const isText = isTextType(term.type) || name === 'unknown' || name === 'citext'
  return isText && term.kind !== 'unknown' ? coerce(term, text) : undefined
}

function call(name: string, terms: readonly Expression[]): Expression | undefined {
  if (terms.some(({ kind }) => kind === 'unknown')) return undefined
  const types = terms.map(({ type }) => type)
  if (name === '||' && types.length === 2) return concatenate(terms)
  // A literal takes the type of the other side of an operator.
  const [left, right] = types
  const isOperator = /^[-+*/%]$/.test(name) && types.length === 2
  const other = left?.name === 'unknown' ? right : left
  const settled =
    isOperator && types.some((type) => type.name === 'unknown') && isNumberType(other!)
      ? types.map(() => other!)
      : types
  const routine = findRoutine(name, settled)
  if (!routine) return undefined
  const given = terms.map((term, index) => coerce(term, routine.parameters[index]!))
  if (given.some(({ kind }) => kind === 'unknown')) return undefined
  return { kind: 'call', type: routine.result, name, terms: given }
}

/** Text with anything that can be written as text. */
function concatenate(terms: readonly Expression[]): Expression | undefined {
  const texts = terms.map(({ type }) => isTextType(type) || type.name === 'citext')
  const isLiteral = terms.every(({ type }) => type.name === 'unknown')
  if (!isLiteral && !texts.includes(true)) return undefined
  const given = terms.map((term) => castExpression(term, text))
  return { kind: 'call', type: text, name: '||', terms: given }
}

function alike(name: string, terms: readonly Expression[]): Expression | undefined {
  const type = typeOfAll(terms)
  return type && { kind: 'call', type, name, terms: terms.map((term) => coerce(term, type)) }
}

function arrayFrom(
  items: readonly Expression[],
  beside: ValueType = literal,
): Expression | undefined {
  if (items.length === 0) return constant(arrayOf(literal), [])
  const own = typeOfAll(items)
  const type = own && (allLiterals(items) ? beside : commonType(own, beside))
  // A list beside a column of a wider type keeps its own until they are compared.
  if (!type || items.some((item) => item.type.dimensions > 0)) return undefined
  const given = items.map((item) => coerce(item, type))
  return foldConstants({ kind: 'array', type: arrayOf(type), items: given })
}

function allLiterals(items: readonly Expression[]): boolean {
  return items.every(({ type }) => type.name === 'unknown' && type.dimensions === 0)
}

function typeOfAll(terms: readonly Expression[]): ValueType | undefined {
  if (terms.some(({ kind }) => kind === 'unknown')) return undefined
  if (allLiterals(terms)) return literal
  return terms
    .map(({ type }) => type)
    .reduce<ValueType | undefined>(
      (type, next) => type && firstOrCommon(type, next),
      terms.find(({ type }) => type.name !== 'unknown')!.type,
    )
}

/** Text types convert into each other, and then the first of them is taken, even if it is char(n). */
function firstOrCommon(type: ValueType, next: ValueType): ValueType | undefined {
  return isTextType(type) && isTextType(next) ? { ...type, modifiers: [] } : commonType(type, next)
}

/** Both sides in the type that the server compares them in. */
function matched(left: Expression, right: Expression): [Expression, Expression] | undefined {
  if (left.kind === 'unknown' || right.kind === 'unknown') return undefined
  const type = commonType(left.type, right.type)
  if (!type) return undefined
  const sides: [Expression, Expression] = [coerce(left, type), coerce(right, type)]
  return sides.some(({ kind }) => kind === 'unknown') ? undefined : sides
}

function castTo(term: Expression, typeName: TypeName, scope: Scope): Expression | undefined {
  if (term.kind === 'unknown') return term
  const type = typeOf(typeName, scope)
  if (!type) return undefined
  // `'a'::text` is a text whose type is given, where a bare 'a' takes that of its surroundings.
  return castExpression(term, type)
}

const spellings: Readonly<Record<string, string>> = { char: 'bpchar', character: 'bpchar' }
const knownTypes = new Set(
  `bool int2 int4 int8 numeric float4 float8 text varchar bpchar name citext uuid date timestamp
   timestamptz time interval json jsonb bytea`.split(/\s+/),
)

function typeOf(typeName: TypeName, { columns }: Scope): ValueType | undefined {
  const name = nameOf(typeName.names)
  const dimensions = typeName.arrayBounds?.length ?? 0
  const modifiers = (typeName.typmods ?? []).map(
    (node) => (node as { A_Const?: A_Const }).A_Const?.ival?.ival ?? 0,
  )
  const known = spellings[name] ?? name
  if (known === 'interval')
    return modifiers.length > 0 ? undefined : { ...scalar(known), dimensions }
  if (knownTypes.has(known)) return { name: known, modifiers, dimensions }
  // An enumeration that a column is of.
  const column = [...columns.values()].find((type) => type.name === name && type.labels)
  return column && { ...column, dimensions }
}

function castExpression(term: Expression, type: ValueType): Expression {
  if (term.kind === 'array' && type.dimensions === term.type.dimensions) {
    const element = elementOf(type)
    return { kind: 'array', type, items: term.items.map((item) => castExpression(item, element)) }
  }
  const isSame = isSameType(term.type, type) && type.modifiers.length === 0
  if (isSame) return term
  return foldCast({ kind: 'cast', type, term })
}

/** What the server does by itself; a literal becomes a value of the type. */
function coerce(term: Expression, type: ValueType): Expression {
  if (term.kind === 'unknown' || isSameType(term.type, type)) return term
  return castExpression(term, type.modifiers.length > 0 ? { ...type, modifiers: [] } : type)
}

function foldCast(cast: Expression & { kind: 'cast' }): Expression {
  const { term, type } = cast
  if (term.kind !== 'constant') return cast
  if (term.value === null) return constant(type, null)
  const value = evaluateConstant(cast)
  if (value !== undefined) return constant(type, value)
  return { kind: 'unknown', type, what: `a value of the type "${type.name}"`, columns: [] }
}

/** As the server's planner does, which does not come to what a constant decides. */
function fold(expression: Expression, node: Node): Expression {
  const terms = termsOf(expression)
  const { kind } = expression
  if (kind === 'array' || kind === 'call') {
    const gap = terms.find((term) => term.kind === 'unknown')
    if (gap) return unknown(node, gap.what)
  }
  return terms.length > 0 ? foldConstants(expression) : expression
}

function foldConstants(expression: Expression): Expression {
  const terms = termsOf(expression)
  if (expression.kind === 'and' || expression.kind === 'or') {
    const decisive = expression.kind === 'or'
    const decided = terms.find((term) => term.kind === 'constant' && term.value === decisive)
    if (decided) return decided
  }
  if (!terms.every((term) => term.kind === 'constant')) return expression
  const value = evaluateConstant(expression)
  return value === undefined ? expression : constant(expression.type, value)
}

function settle(expression: Expression): Expression {
  return expression.kind === 'constant' && expression.type.name === 'unknown'
    ? coerce(expression, text)
    : expression
}

function asBoolean(term: Expression): Expression {
  if (term.kind === 'unknown' || term.type.name === 'bool') return term
  if (term.type.name === 'unknown') return coerce(term, boolean)
  return { kind: 'unknown', type: boolean, what: 'a condition', columns: columnsOf(term) }
}

function not(term: Expression): Expression {
  return { kind: 'not', type: boolean, term }
}

function constant(type: ValueType, value: Constant['value']): Constant {
  return { kind: 'constant', type, value }
}

function buildAll(nodes: readonly Node[], scope: Scope): readonly Expression[] {
  return nodes.map((node) => build(node, scope))
}

function listOf(node: Node): readonly Node[] {
  return (node as { List: { items: Node[] } }).List.items
}

/** The last part of a name: PostgreSQL's own functions and types may come with their schema. */
function nameOf(names: readonly Node[] = []): string {
  return (names.at(-1) as { String?: { sval?: string } } | undefined)?.String?.sval ?? ''
}

function notUnderstood(node: Node, name: string): Expression {
  const what = /^\w/.test(name) ? 'function' : 'operator'
  return unknown(node, `the ${what} "${name}"`)
}

function unknown(node: Node, what: string): Expression {
  const names = new Set<string>()
  const visit = (part: unknown): void => {
    if (typeof part !== 'object' || part === null) return
    for (const [key, value] of Object.entries(part)) {
      if (key === 'ColumnRef') names.add(nameOf((value as { fields: Node[] }).fields))
      else visit(value)
    }
  }
  visit(node)
  return { kind: 'unknown', type: literal, what, columns: [...names] }
}
