import type { ServerType } from '../../postgres/server-type.ts'
import type { BinaryType } from './binary-type.ts'
import { invalid, outOfRange } from './refusal.ts'
import { appendInt32, closeField, openField } from './sink.ts'

/**
 * Arrays in any dimension: dimensions, has-null, element oid, length and lower bound of each
 * dimension, the elements. PostgreSQL source: arrayfuncs.c.
 */
export function arrayOf(element: BinaryType, elementType: ServerType): BinaryType {
  return {
    writeLiteral: (sink, literal) => {
      const { lengths, lowerBounds, elements } = readArray(literal)
      appendInt32(sink, lengths.length)
      appendInt32(sink, elements.includes(null) ? 1 : 0)
      appendInt32(sink, elementType.oid)
      lengths.forEach((length, dimension) => {
        appendInt32(sink, length)
        appendInt32(sink, lowerBounds[dimension]!)
      })
      for (const value of elements) {
        if (value === null) {
          appendInt32(sink, -1)
          continue
        }
        const field = openField(sink)
        element.writeLiteral(sink, value)
        closeField(sink, field)
      }
    },
  }
}

export interface ArrayLiteral {
  /** Of each dimension, the outermost first; empty for `{}`. */
  readonly lengths: readonly number[]
  readonly lowerBounds: readonly number[]
  /** In row-major order. */
  readonly elements: readonly (string | null)[]
}

/**
 * Reads an array in PostgreSQL's text form (manual, 8.15.2 and 8.15.6).
 *
 * @throws Refusal where braces do not pair or rows differ in length
 * @example
 * readArray('{{1,2},{3,NULL}}') // { lengths: [2, 2], lowerBounds: [1, 1], elements: ['1', '2', '3', null] }
 */
export function readArray(literal: string): ArrayLiteral {
  const bounds = /^\s*((?:\[[^\]]*\])+)\s*=/.exec(literal)
  const body = bounds ? literal.slice(bounds[0].length) : literal
  const { lengths, elements } = readBraces(body)
  if (lengths.length > 6) throw outOfRange('An array has at most 6 dimensions.')
  if (!bounds) return { lengths, lowerBounds: lengths.map(() => 1), elements }
  const written = readBounds(bounds[1]!)
  const isRight =
    written.length === lengths.length &&
    written.every(({ low, high }, i) => high - low + 1 === lengths[i])
  if (!isRight) throw refuse()
  return { lengths, lowerBounds: written.map(({ low }) => low), elements }
}

function readBounds(written: string): { low: number; high: number }[] {
  return written
    .slice(1, -1)
    .split('][')
    .map((range) => {
      const match = /^(?:([+-]?\d+):)?([+-]?\d+)$/.exec(range)
      if (!match) throw refuse()
      return { low: Number(match[1] ?? 1), high: Number(match[2]) }
    })
}

/** One token: a brace, a comma, a quoted element, or an element as it is. */
const tokenForm = /\s*(?:([{},])|"((?:[^"\\]|\\[^])*)"|((?:[^\s{},"\\]|\\[^]|\s+(?![\s{},]))+))\s*/y

function readBraces(body: string): { lengths: number[]; elements: (string | null)[] } {
  const elements: (string | null)[] = []
  /** How many items each open brace holds so far; the length that closed braces of a depth had. */
  const open: number[] = []
  const lengths: number[] = []
  let leafDepth = 0
  let expectsItem = true
  let position = 0
  do {
    tokenForm.lastIndex = position
    const token = tokenForm.exec(body)
    if (!token) throw refuse()
    position = tokenForm.lastIndex
    const [, sign, quoted, plain] = token
    if (sign === '{') {
      if (!expectsItem || (leafDepth > 0 && open.length >= leafDepth)) throw refuse()
      if (open.length > 0) open[open.length - 1]! += 1
      open.push(0)
    } else if (sign === '}') {
      const length = open.pop()
      const depth = open.length
      if (length === undefined || (expectsItem && length > 0)) throw refuse()
      if (length === 0 && (depth > 0 || leafDepth > 0)) throw refuse()
      if (length > 0 && (lengths[depth] ??= length) !== length) throw refuse()
      expectsItem = false
    } else if (sign === ',') {
      if (expectsItem || open.length === 0) throw refuse()
      expectsItem = true
    } else {
      if (!expectsItem || open.length === 0) throw refuse()
      if (leafDepth === 0) leafDepth = open.length
      if (open.length !== leafDepth) throw refuse()
      open[open.length - 1]! += 1
      elements.push(quoted === undefined ? readPlain(plain!) : unescape(quoted))
      expectsItem = false
    }
  } while (open.length > 0)
  if (position < body.length) throw refuse()
  return { lengths, elements }
}

function readPlain(written: string): string | null {
  return written.toUpperCase() === 'NULL' ? null : unescape(written)
}

function unescape(written: string): string {
  return written.replace(/\\([^])/g, '$1')
}

function refuse() {
  return invalid('array', 'an array such as {1,NULL,3}, its rows equally long')
}
