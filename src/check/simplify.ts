import type { Comparison, Constant, Expression } from './expression.ts'
import { boolean } from './value.ts'

const opposites: Readonly<Record<Comparison, Comparison>> = {
  '=': '<>',
  '<>': '=',
  '<': '>=',
  '<=': '>',
  '>': '<=',
  '>=': '<',
}

/**
 * An expression in AND, OR and tests only: negations stand at single tests, an equation of two
 * conditions becomes the two implications, and a CASE one condition per branch. It is false in the
 * same rows; it may be null where the given one is true.
 */
export function simplify(expression: Expression): Expression {
  switch (expression.kind) {
    case 'and':
    case 'or':
      return connect(expression.kind, expression.terms.map(simplify))
    case 'not':
      return negate(expression.term)
    case 'compare': {
      const { left, right, operator } = expression
      if (left.type.name !== 'bool' || left.type.dimensions > 0) return expression
      if (operator !== '=' && operator !== '<>') return expression
      if (right.kind === 'constant') return comparedWith(left, right, operator === '=')
      if (left.kind === 'constant') return comparedWith(right, left, operator === '=')
      const other = operator === '=' ? simplify(right) : negate(right)
      const opposite = operator === '=' ? negate(right) : simplify(right)
      return connect('and', [
        connect('or', [negate(left), other]),
        connect('or', [simplify(left), opposite]),
      ])
    }
    case 'case': {
      if (expression.type.name !== 'bool') return expression
      const whens: Expression[] = []
      const parts = expression.branches.map(({ when, result }) => {
        const part = connect('or', [...whens, negate(when), simplify(result)])
        whens.push(simplify(when))
        return part
      })
      return connect('and', [...parts, connect('or', [...whens, simplify(expression.otherwise)])])
    }
    default:
      return expression
  }
}

function negate(expression: Expression): Expression {
  switch (expression.kind) {
    case 'not':
      return simplify(expression.term)
    case 'and':
    case 'or':
      return connect(expression.kind === 'and' ? 'or' : 'and', expression.terms.map(negate))
    case 'compare': {
      const turned = { ...expression, operator: opposites[expression.operator] }
      return simplify(turned)
    }
    case 'any':
    case 'all':
      return {
        ...expression,
        kind: expression.kind === 'any' ? 'all' : 'any',
        operator: opposites[expression.operator],
      }
    case 'constant':
      return typeof expression.value === 'boolean'
        ? { ...expression, value: !expression.value }
        : expression
    case 'case':
      return expression.type.name === 'bool'
        ? simplify({
            ...expression,
            branches: expression.branches.map(({ when, result }) => ({
              when,
              result: negate(result),
            })),
            otherwise: negate(expression.otherwise),
          })
        : { kind: 'not', type: boolean, term: expression }
    default:
      return { kind: 'not', type: boolean, term: expression }
  }
}

function comparedWith(term: Expression, { value }: Constant, isEqual: boolean): Expression {
  return value === isEqual ? simplify(term) : negate(term)
}

/** Without an AND in an AND, and without what does not matter. */
function connect(kind: 'and' | 'or', terms: readonly Expression[]): Expression {
  const decisive = kind === 'or'
  const flat = terms.flatMap((term) => (term.kind === kind ? term.terms : [term]))
  const decided = flat.find((term) => term.kind === 'constant' && term.value === decisive)
  if (decided) return decided
  const rest = flat.filter((term) => !(term.kind === 'constant' && term.value === !decisive))
  if (rest.length === 1) return rest[0]!
  if (rest.length === 0) return { kind: 'constant', type: boolean, value: !decisive }
  return { kind, type: boolean, terms: rest }
}
