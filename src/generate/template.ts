import { DownpourError } from '../errors.ts'
import { lengthOf } from './extent.ts'
import { slug } from './vocabulary.ts'

/** A variable part of a template: a vocabulary, or whole numbers from `min` to `max`. */
export type Part =
  | { readonly kind: 'words'; readonly words: readonly string[] }
  | { readonly kind: 'integer'; readonly min: number; readonly max: number }

/** A piece of a compiled template. */
export type Segment =
  | { readonly kind: 'literal'; readonly text: string }
  | { readonly kind: 'words'; readonly part: number; readonly words: readonly string[] }
  | { readonly kind: 'integer'; readonly part: number; readonly min: number; readonly max: number }

/**
 * Compiles `{first:slug}.{last:slug}{number}@example.com`: names in braces are parts, `:slug` makes
 * them lower-case ASCII; the rest stands as it is.
 *
 * @param names - the parts' names, in the order of `parts`
 * @throws DownpourError `PLAN_UNKNOWN_PART` when a name in braces is no part
 * @example
 * compileTemplate('{first} {last}', ['first', 'last'], parts).length // 3 segments
 */
export function compileTemplate(
  template: string,
  names: readonly string[],
  parts: readonly Part[],
): readonly Segment[] {
  return template
    .split(/(\{[^{}]*\})/)
    .filter((piece) => piece !== '')
    .map((piece): Segment => {
      const braces = /^\{([^:]*)(?::(.*))?\}$/.exec(piece)
      if (!braces) return { kind: 'literal', text: piece }
      const index = names.indexOf(braces[1]!)
      const part = parts[index]
      const form = braces[2]
      if (!part || (form !== undefined && (form !== 'slug' || part.kind !== 'words'))) {
        throw new DownpourError({
          code: 'PLAN_UNKNOWN_PART',
          message: `The template "${template}" cannot be read at ${piece}`,
          why: part
            ? `"${form}" is no form of "${braces[1]}"; words have the form "slug".`
            : `There is no part of that name.`,
          fix: `Use one of: ${names.map((name) => `{${name}}`).join(', ')}.`,
        })
      }
      if (part.kind === 'integer') return { ...part, part: index }
      const words = form === undefined ? part.words : part.words.map(slug)
      return { kind: 'words', part: index, words }
    })
}

/**
 * Why two different choices of parts could give the same text, or `undefined` when they cannot.
 *
 * A text can be taken apart in only one way when every word is told from what follows it: no
 * character that can begin the next piece stands inside (not at the beginning of) a word.
 */
export function whyAmbiguous(
  segments: readonly Segment[],
  names: readonly string[],
): string | undefined {
  const used = segments.flatMap((segment) => (segment.kind === 'literal' ? [] : [segment.part]))
  const missing = names.find((_, index) => !used.includes(index))
  if (missing !== undefined) return `it does not contain {${missing}}`
  for (const [index, segment] of segments.entries()) {
    if (segment.kind === 'literal') continue
    if (segment.kind === 'words') {
      const { words } = segment
      if (words.includes('')) return `a word of {${names[segment.part]!}} is empty`
      if (new Set(words).size < words.length) {
        return `two words of {${names[segment.part]!}} are spelled alike`
      }
    }
    const next = segments[index + 1]
    if (!next) continue
    const starts = firstCharacters(next)
    const clash = innerCharacters(segment).find((character) => starts.has(character))
    if (clash !== undefined) {
      return `{${names[segment.part]!}} can hold "${clash}", with which the next piece can begin`
    }
  }
  return undefined
}

/**
 * The fewest and the most characters of a template's texts.
 *
 * @example
 * lengthsOf(compileTemplate('{first} {number}', ['first', 'number'], parts)) // [4, 16]
 */
export function lengthsOf(segments: readonly Segment[]): readonly [number, number] {
  let [least, most] = [0, 0]
  // A part that stands in the template twice has one choice.
  const choices = new Map<number, readonly number[]>()
  for (const segment of segments) {
    if (segment.kind === 'words') {
      const others = choices.get(segment.part)
      const lengths = segment.words.map((word, n) => lengthOf(word) + (others?.[n] ?? 0))
      choices.set(segment.part, lengths)
      continue
    }
    const isNumber = segment.kind === 'integer'
    least += lengthOf(isNumber ? String(segment.min) : segment.text)
    most += lengthOf(isNumber ? String(segment.max) : segment.text)
  }
  for (const lengths of choices.values()) {
    least += lengths.reduce((one, other) => Math.min(one, other))
    most += lengths.reduce((one, other) => Math.max(one, other))
  }
  return [least, most]
}

/**
 * Takes a text apart.
 *
 * @returns for each part the number of its word (or number above `min`), or `undefined` when the
 *   template cannot give this text
 */
export function parseTemplate(segments: readonly Segment[], text: string): number[] | undefined {
  const [segment, ...rest] = segments
  if (!segment) return text === '' ? [] : undefined
  for (const { choice, length } of matches(segment, text)) {
    const tail = parseTemplate(rest, text.slice(length))
    if (!tail) continue
    if (segment.kind === 'literal') return tail
    // A part that stands in the template twice has one choice.
    if ((tail[segment.part] ?? choice) !== choice) continue
    tail[segment.part] = choice
    return tail
  }
  return undefined
}

function* matches(segment: Segment, text: string): Iterable<{ choice: number; length: number }> {
  if (segment.kind === 'literal') {
    if (text.startsWith(segment.text)) yield { choice: 0, length: segment.text.length }
  } else if (segment.kind === 'integer') {
    const digits = /^(?:0|[1-9]\d*)/.exec(text)?.[0] ?? ''
    for (let length = digits.length; length > 0; length--) {
      const value = Number(digits.slice(0, length))
      if (value >= segment.min && value <= segment.max) {
        yield { choice: value - segment.min, length }
      }
    }
  } else {
    const { words } = segment
    for (let choice = 0; choice < words.length; choice++) {
      if (text.startsWith(words[choice]!)) yield { choice, length: words[choice]!.length }
    }
  }
}

const digits = [...'0123456789']

function firstCharacters(segment: Segment): ReadonlySet<string> {
  if (segment.kind === 'literal') return new Set([[...segment.text][0]!])
  if (segment.kind === 'integer') return new Set(digits)
  const characters = new Set<string>()
  for (const [first] of segment.words) if (first !== undefined) characters.add(first)
  return characters
}

function innerCharacters(segment: Segment): readonly string[] {
  if (segment.kind === 'integer') return digits
  if (segment.kind === 'literal') return []
  const inner = new Set<string>()
  for (const word of segment.words) {
    let isFirst = true
    for (const character of word) {
      if (!isFirst) inner.add(character)
      isFirst = false
    }
  }
  return [...inner]
}
