import type { ServerType } from '../postgres/server-type.ts'
import { readArray } from '../write/encode/array.ts'
import type { ArrayLiteral } from '../write/encode/array.ts'
import { numericModifier, Refusal } from '../write/encode/refusal.ts'
import { dateJson, intervalJson, timeJson, timestampJson } from './json-time.ts'

/** A value in PostgreSQL's text form as JSON. */
export type ToJson = (text: string) => string

/**
 * How the values of a type are written as JSON, as the server's `to_json` does.
 *
 * @example
 * toJson(numeric)('12.34') // '12.34'
 * toJson(numeric)('NaN') // '"NaN"'
 * toJson(textArray)('{a,NULL}') // '["a",null]'
 */
export function toJson(type: ServerType): ToJson {
  // Also of one that has no binary form.
  if (type.element) return arrayJson(type.element, type.modifier)
  return (type.kind === 'scalar' ? scalars[type.name]?.(type) : undefined) ?? JSON.stringify
}

/** Whether values are written as their texts, in quotes. */
export function isJsonText(type: ServerType): boolean {
  return toJson(type) === JSON.stringify
}

const scalars: Readonly<Record<string, (type: ServerType) => ToJson>> = {
  int2: () => numberJson,
  int4: () => numberJson,
  int8: () => numberJson,
  float4: () => (text) => numberJson(shortest(text)),
  float8: () => numberJson,
  numeric: numericJson,
  bool: () => (text) => String(/^\s*(?:t|y|on|1)/i.test(text)),
  json: () => documentJson,
  jsonb: () => documentJson,
  date: () => dateJson,
  time: timeJson,
  timetz: timeJson,
  timestamp: timestampJson,
  timestamptz: timestampJson,
  interval: () => intervalJson,
  uuid: () => (text) => JSON.stringify(text.toLowerCase()),
  bpchar: (type) => (text) => JSON.stringify(padded(text, type)),
  varchar: (type) => (text) => JSON.stringify(withinLength(text, type)),
}

const numberForm = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:e[+-]?\d+)?$/i

function numberJson(text: string): string {
  if (numberForm.test(text)) return text
  const written = text.trim()
  if (/^nan$/i.test(written)) return '"NaN"'
  const infinity = /^([+-]?)inf(?:inity)?$/i.exec(written)
  if (infinity) return infinity[1] === '-' ? '"-Infinity"' : '"Infinity"'
  const parts = /^([+-]?)0*(\d*)\.?(\d*)(e[+-]?\d+)?$/i.exec(written)
  if (!parts) return JSON.stringify(text)
  const [, sign, whole, fraction, exponent = ''] = parts
  return `${sign === '-' ? '-' : ''}${whole || '0'}${fraction ? `.${fraction}` : ''}${exponent}`
}

/** The shortest digits that lead to the same float4. */
function shortest(text: string): string {
  const value = Math.fround(Number(text))
  if (!Number.isFinite(value)) return text
  for (let digits = 1; digits < 9; digits++) {
    const short = Number(value.toPrecision(digits))
    if (Math.fround(short) === value) return String(short)
  }
  return String(Number(value.toPrecision(9)))
}

/** To the column's scale, half away from zero. */
function numericJson({ modifier }: ServerType): ToJson {
  const { scale } = numericModifier(modifier)
  if (modifier < 4 || scale < 0) return numberJson
  return (text) => {
    const point = text.indexOf('.')
    const isLonger = point >= 0 && text.length - point - 1 > scale
    return numberJson(isLonger ? rounded(text, scale) : text)
  }
}

function rounded(text: string, scale: number): string {
  const parts = /^(-?)(\d+)\.(\d+)$/.exec(text)
  if (!parts) return text
  const [, sign, whole = '', fraction = ''] = parts
  const kept = BigInt(whole + fraction.slice(0, scale)) + (fraction[scale]! >= '5' ? 1n : 0n)
  const digits = String(kept).padStart(scale + 1, '0')
  const point = digits.length - scale
  return `${sign}${digits.slice(0, point)}${scale > 0 ? `.${digits.slice(point)}` : ''}`
}

/** A document is a value, and stays in its line. */
function documentJson(text: string): string {
  try {
    JSON.parse(text)
  } catch {
    throw new Refusal({
      code: 'DATA_INVALID',
      problem: 'got a value that is no JSON',
      why: 'The column holds JSON, and the text cannot be read as such.',
      fix: 'Give a value that JSON.stringify can write.',
    })
  }
  return text.replaceAll(/[\r\n]+/g, ' ')
}

/** `char(n)` is filled up with blanks. */
function padded(text: string, type: ServerType): string {
  const { modifier } = type
  if (modifier < 4) return text
  const missing = modifier - 4 - Array.from(text).length
  return missing > 0 ? text + ' '.repeat(missing) : withinLength(text, type)
}

/** What stands over is blanks: anything else has been refused. */
function withinLength(text: string, { modifier }: ServerType): string {
  const most = modifier - 4
  return modifier < 4 || text.length <= most ? text : Array.from(text).slice(0, most).join('')
}

/** @param modifier - of the array, which a column keeps for its elements */
function arrayJson(element: ServerType, modifier: number): ToJson {
  const write = toJson({
    ...element,
    modifier: element.modifier === -1 ? modifier : element.modifier,
  })
  return (text) => {
    const { lengths, elements } = readArray(text)
    return nested(
      lengths,
      elements.map((value) => (value === null ? 'null' : write(value))),
    )
  }
}

function nested(lengths: ArrayLiteral['lengths'], written: readonly string[]): string {
  const [length = 0, ...inner] = lengths
  if (inner.length === 0) return `[${written.join(',')}]`
  const size = written.length / length
  const rows = Array.from({ length }, (_, i) =>
    nested(inner, written.slice(i * size, (i + 1) * size)),
  )
  return `[${rows.join(',')}]`
}
