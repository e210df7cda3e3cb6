/**
 * Columns, not objects: a slice of one column is a vector, a typed array where the values are
 * numbers. Vectors are allocated once per lane and refilled for each slice of rows, so memory does
 * not grow with the number of rows, and no object is made per row.
 */
export type Vector =
  | NumberVector
  | DecimalVector
  | BooleanVector
  | DateVector
  | TimestampVector
  | TimeVector
  | DictionaryVector
  | TextVector
  | Utf8Vector
  | UuidVector
  | ValueVector

export type VectorKind = Vector['kind']

interface VectorBase {
  /** How many rows fit. */
  readonly capacity: number
  /** One byte a row, 1 where the cell is NULL; `null` when no cell of this column ever is. */
  nulls: Uint8Array | null
}

/** Integers up to ±2^53 and floating-point numbers. */
export interface NumberVector extends VectorBase {
  readonly kind: 'number'
  readonly values: Float64Array
}

/** Exact decimals: `values[i]` × 10^-scale, with |values[i]| ≤ 2^53. 12.34 at scale 2 is 1234. */
export interface DecimalVector extends VectorBase {
  readonly kind: 'decimal'
  readonly scale: number
  readonly values: Float64Array
}

/** 0 or 1. */
export interface BooleanVector extends VectorBase {
  readonly kind: 'boolean'
  readonly values: Uint8Array
}

/** Days since 1970-01-01. */
export interface DateVector extends VectorBase {
  readonly kind: 'date'
  readonly values: Int32Array
}

/** Microseconds since 1970-01-01 00:00 UTC; the built-in generators give whole milliseconds. */
export interface TimestampVector extends VectorBase {
  readonly kind: 'timestamp'
  readonly values: Float64Array
}

/** Microseconds since midnight. */
export interface TimeVector extends VectorBase {
  readonly kind: 'time'
  readonly values: Float64Array
}

/** Text drawn from a vocabulary: `codes[i]` is an index into the dictionary. */
export interface DictionaryVector extends VectorBase {
  readonly kind: 'dictionary'
  readonly dictionary: Dictionary
  readonly codes: Int32Array
}

/** Plain strings. */
export interface TextVector extends VectorBase {
  readonly kind: 'text'
  readonly values: string[]
}

/** Composed text, written as UTF-8: row i is `bytes[offsets[i] .. offsets[i + 1])`. */
export interface Utf8Vector extends VectorBase {
  readonly kind: 'utf8'
  /** Replaced by a larger array when a slice needs more. */
  bytes: Uint8Array
  /** Whoever fills it knows that it is UTF-8 without U+0000, which is looked for otherwise. */
  isClean?: boolean
  readonly offsets: Int32Array
}

/** 16 bytes a row. */
export interface UuidVector extends VectorBase {
  readonly kind: 'uuid'
  readonly bytes: Uint8Array
}

/**
 * Whatever has no typed form: the JavaScript values that Drizzle's insert would take for this
 * column. `null` and `undefined` are NULL; `nulls` is not used.
 */
export interface ValueVector extends VectorBase {
  readonly kind: 'value'
  readonly values: unknown[]
}

/** A vocabulary, held as strings and as UTF-8: word c is `bytes[offsets[c] .. offsets[c + 1])`. */
export interface Dictionary {
  readonly words: readonly string[]
  readonly bytes: Uint8Array
  readonly offsets: Int32Array
}

/** What a generator says about the vector it fills, before there is one. */
export type VectorSpec =
  | { readonly kind: Exclude<VectorKind, 'decimal' | 'dictionary'> }
  | { readonly kind: 'decimal'; readonly scale: number }
  | { readonly kind: 'dictionary'; readonly dictionary: Dictionary }

/**
 * Encodes a vocabulary once, so that drawing from it never encodes again.
 *
 * @param words - at most 2^31 words
 * @example
 * createDictionary(['ab', 'é']).offsets // Int32Array [0, 2, 4]
 */
export function createDictionary(words: readonly string[]): Dictionary {
  const offsets = new Int32Array(words.length + 1)
  const text = words.join('')
  const whole = Buffer.from(text, 'utf8')
  if (whole.length === text.length) {
    // All of it is ASCII, a byte for each letter: encoded at once, in a fifth of the time.
    words.forEach((word, code) => {
      offsets[code + 1] = offsets[code]! + word.length
    })
    return { words, bytes: new Uint8Array(whole), offsets }
  }
  // A UTF-16 unit is at most three bytes of UTF-8.
  const bytes = Buffer.allocUnsafe(text.length * 3)
  words.forEach((word, code) => {
    offsets[code + 1] = offsets[code]! + bytes.write(word, offsets[code]!, 'utf8')
  })
  return { words, bytes: new Uint8Array(bytes.subarray(0, offsets[words.length])), offsets }
}

/**
 * Allocates a vector.
 *
 * @param spec - the kind and what belongs to it
 * @param capacity - rows that must fit
 * @example
 * createVector({ kind: 'decimal', scale: 2 }, 4096)
 */
export function createVector(spec: VectorSpec, capacity: number): Vector {
  const base = { capacity, nulls: null }
  switch (spec.kind) {
    case 'number':
    case 'timestamp':
    case 'time':
      return { ...base, kind: spec.kind, values: new Float64Array(capacity) }
    case 'decimal':
      return { ...base, kind: 'decimal', scale: spec.scale, values: new Float64Array(capacity) }
    case 'boolean':
      return { ...base, kind: 'boolean', values: new Uint8Array(capacity) }
    case 'date':
      return { ...base, kind: 'date', values: new Int32Array(capacity) }
    case 'dictionary':
      return {
        ...base,
        kind: 'dictionary',
        dictionary: spec.dictionary,
        codes: new Int32Array(capacity),
      }
    case 'text':
      return { ...base, kind: 'text', values: Array.from({ length: capacity }, () => '') }
    case 'utf8':
      return {
        ...base,
        kind: 'utf8',
        bytes: new Uint8Array(capacity * 32),
        offsets: new Int32Array(capacity + 1),
      }
    case 'uuid':
      return { ...base, kind: 'uuid', bytes: new Uint8Array(capacity * 16) }
    case 'value':
      return { ...base, kind: 'value', values: Array.from({ length: capacity }, () => null) }
  }
}
