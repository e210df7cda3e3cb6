/**
 * How far the values of an output go, where that is known before any is drawn: what does not fit its
 * column is then found even if no row that is tried has it.
 */
export interface Extent {
  /** The smallest and the largest number. */
  readonly numbers?: readonly [number | bigint, number | bigint]
  /** The fewest and the most characters of a text, or elements of a list. */
  readonly lengths?: readonly [number, number]
  /** Of the elements of lists. */
  readonly elements?: Extent
}

/**
 * @param values - as Drizzle's insert takes them; of what is no number, text or list nothing is said
 * @example
 * extentOf([5, 'abc', 12]) // { numbers: [5, 12], lengths: [3, 3] }
 */
export function extentOf(values: readonly unknown[]): Extent {
  const texts = values.filter((value) => typeof value === 'string')
  const others = values.filter((value) => typeof value !== 'string')
  return uniteExtents([extentOfTexts(texts), ...others.map(extentOfOne)])
}

/**
 * What several outputs have together; one of which nothing is known adds nothing.
 *
 * @example
 * uniteExtents([{ numbers: [0, 9] }, undefined, { numbers: [100, 999] }]) // { numbers: [0, 999] }
 */
export function uniteExtents(extents: readonly (Extent | undefined)[]): Extent {
  let united: Extent = {}
  for (const extent of extents) {
    if (!extent) continue
    const numbers = spanning(united.numbers, extent.numbers)
    const lengths = spanning(united.lengths, extent.lengths)
    const elements = extent.elements && uniteExtents([united.elements, extent.elements])
    united = {
      ...united,
      ...(numbers && { numbers }),
      ...(lengths && { lengths }),
      ...(elements && { elements }),
    }
  }
  return united
}

/** Of characters, as PostgreSQL counts them. */
export function lengthOf(text: string): number {
  return /[\ud800-\udfff]/.test(text) ? [...text].length : text.length
}

function extentOfOne(value: unknown): Extent | undefined {
  if (typeof value === 'bigint' || (typeof value === 'number' && !Number.isNaN(value))) {
    return { numbers: [value, value] }
  }
  if (!Array.isArray(value)) return undefined
  return { lengths: [value.length, value.length], elements: extentOf(value) }
}

/** Vocabularies have many. */
function extentOfTexts(texts: readonly string[]): Extent | undefined {
  if (texts.length === 0) return undefined
  let [least, most] = [Infinity, 0]
  for (const text of texts) {
    const length = lengthOf(text)
    if (length < least) least = length
    if (length > most) most = length
  }
  return { lengths: [least, most] }
}

function spanning<Measure extends number | bigint>(
  one: readonly [Measure, Measure] | undefined,
  other: readonly [Measure, Measure] | undefined,
): readonly [Measure, Measure] | undefined {
  if (!one || !other) return one ?? other
  return [one[0] < other[0] ? one[0] : other[0], one[1] > other[1] ? one[1] : other[1]]
}
