/**
 * Counter-based randomness: every draw is a hash of (seed, purpose, row), so no state is carried
 * from row to row and any row can be computed alone.
 */
export interface HashKey {
  readonly low: number
  readonly high: number
}

/**
 * Derives the key of one stream of draws. Streams with different purposes are independent.
 *
 * @param seed - the run's seed, a whole number
 * @param purpose - what is drawn, e.g. `transactions.amount`
 */
export function createHashKey(seed: number, purpose: string): HashKey {
  const text = `${seed}/${purpose}`
  let low = 0x9e3779b9
  let high = 0x85ebca6b
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    low = mix(low ^ code)
    high = mix(high + Math.imul(code, 0xc2b2ae35) + low)
  }
  return { low: mix(low ^ text.length), high: mix(high ^ low) }
}

/**
 * 32 random bits for a row.
 *
 * @param row - a whole number from 0 to 2^53
 * @returns a whole number from 0 to 2^32 - 1
 */
export function hash(key: HashKey, row: number): number {
  return bits(key, row) >>> 0
}

/**
 * The same 32 bits as a signed integer, for draws that take bits, as those of weights and
 * distributions do: half of the unsigned ones are too large for a small integer of V8's, so that a
 * call which is not inlined would allocate each of them.
 *
 * @param row - a whole number from 0 to 2^53
 * @returns a whole number from -2^31 to 2^31 - 1
 * @example
 * createWeightTable([90, 10]).pick(bits(key, row))
 */
export function bits(key: HashKey, row: number): number {
  const beyond32 = row < two32 ? 0 : Math.floor(row / two32)
  return mix(mix((row >>> 0) + key.low) ^ (key.high + Math.imul(beyond32, 0x9e3779b9)))
}

/**
 * `bits` of consecutive rows, into `out`.
 *
 * @param first - the first row
 * @example
 * fillBits(key, 100, 2, draws) // draws[0] is bits(key, 100), draws[1] is bits(key, 101)
 */
export function fillBits(key: HashKey, first: number, count: number, out: Int32Array): void {
  for (let i = 0; i < count;) {
    const beyond32 = Math.floor((first + i) / two32)
    const high = key.high + Math.imul(beyond32, 0x9e3779b9)
    const low = ((first + i) >>> 0) + key.low
    const end = Math.min(count, (beyond32 + 1) * two32 - first)
    for (const start = i; i < end; i++) out[i] = mix(mix(low + (i - start)) ^ high)
  }
}

/** Some of the rows from a first one on. */
export interface Offsets {
  /** How far each is from the first one, rising. */
  readonly offsets: Int32Array
  readonly count: number
}

/**
 * `bits` of some rows, into `out`.
 *
 * @param first - the row that the offsets count from
 * @example
 * fillBitsAt(key, 100, { offsets: Int32Array.of(0, 7), count: 2 }, draws) // draws[1] is bits(key, 107)
 */
export function fillBitsAt(
  key: HashKey,
  first: number,
  { offsets, count }: Offsets,
  out: Int32Array,
): void {
  if (count === 0) return
  const beyond32 = Math.floor(first / two32)
  if (first + offsets[count - 1]! >= (beyond32 + 1) * two32) {
    for (let i = 0; i < count; i++) out[i] = bits(key, first + offsets[i]!)
    return
  }
  const high = key.high + Math.imul(beyond32, 0x9e3779b9)
  const low = (first >>> 0) + key.low
  for (let i = 0; i < count; i++) out[i] = mix(mix(low + offsets[i]!) ^ high)
}

const two32 = 4294967296

/** A draw from [0, 1) with 32 random bits. */
export function unit(key: HashKey, row: number): number {
  return (bits(key, row) >>> 0) * 2.3283064365386963e-10
}

/**
 * A whole number from [0, bound). The largest bias between two values is bound / 2^32; for bounds
 * above 2^22 two hashes give 53 bits.
 */
export function below(key: HashKey, row: number, bound: number): number {
  return bound <= 4194304
    ? Math.floor((bits(key, row) >>> 0) * 2.3283064365386963e-10 * bound)
    : Math.floor(wideUnit(key, row) * bound)
}

/** A draw from [0, 1) with 53 random bits. */
export function wideUnit(key: HashKey, row: number): number {
  const top = bits(key, row) >>> 0
  const rest = mix(mix(top ^ key.high) + (row >>> 0)) >>> 11
  return (top * 2097152 + rest) * 1.1102230246251565e-16
}

/**
 * A bijection of 32-bit integers with low bias: `lowbias32` with the constants found by TheIronBorn
 * (bias 0.1075), https://github.com/skeeto/hash-prospector/issues/19
 */
export function mix(value: number): number {
  let x = value
  x = Math.imul(x ^ (x >>> 16), 0x21f0aaad)
  x = Math.imul(x ^ (x >>> 15), 0x735a2d97)
  return x ^ (x >>> 15)
}
