import { DownpourError } from '../../errors.ts'
import type { Context, Generator, Group, PreparedGroup, Rows } from '../generator.ts'
import { below, createHashKey } from '../hash.ts'
import type { HashKey } from '../hash.ts'
import { createPermutation } from '../permutation.ts'
import { compileTemplate, lengthsOf, parseTemplate, whyAmbiguous } from '../template.ts'
import type { Part, Segment } from '../template.ts'
import { createChoices, createTextWriter } from '../text-writer.ts'
import type { BegunTexts, Choices, TextWriter } from '../text-writer.ts'
import { createUniqueIndex } from '../unique-index.ts'
import { createVector } from '../vector.ts'
import type { Utf8Vector } from '../vector.ts'
import { slug } from '../vocabulary.ts'
import type { Vocabulary } from '../vocabulary.ts'
import type { ArrayOptions } from './array-of.ts'
import { pattern } from './pattern.ts'
import type { PatternOptions } from './pattern.ts'

export interface TemplateOptions<Name extends string> {
  /** A vocabulary, or whole numbers from `min` to `max`, both included. */
  readonly parts: Readonly<
    Record<string, Vocabulary | { readonly min: number; readonly max: number }>
  >
  /** The columns' texts, with parts in braces: `{first:slug}.{last:slug}{number}`. */
  readonly columns: Readonly<Record<Name, string>>
  /** No combination of parts twice. @defaultValue false */
  readonly isUnique?: boolean
}

/**
 * Columns of text that are composed of the same parts: a name, and an address that belongs to it.
 * With `isUnique` every row has parts of its own, so every column that contains all parts is unique.
 *
 * @returns a generator for each column
 * @throws DownpourError `PLAN_AMBIGUOUS_TEMPLATE` (when prepared) when `isUnique` is asked for and no
 *   column tells all combinations of parts apart
 * @example
 * const person = f.templates({
 *   parts: { first: firstNames, last: lastNames, number: { min: 1, max: 9999 } },
 *   columns: { fullName: '{first} {last}', email: '{first:slug}.{last:slug}{number}@example.com' },
 *   isUnique: true,
 * })
 * // { fullName: 'Ada Boyle', email: 'ada.boyle4711@example.com' }, …
 */
export function templates<Name extends string>(
  options: TemplateOptions<Name>,
): Readonly<Record<Name, Generator>> {
  const shared: Group = {
    name: 'templates',
    inputs: [],
    prepare: (context) => prepareTemplates(options, context),
  }
  return Object.fromEntries(
    Object.keys(options.columns).map((name) => [name, { group: shared, output: name }]),
  ) as Record<Name, Generator>
}

/**
 * One column of composed text. Without parts of one's own there are built-in ones: see `pattern.ts`.
 *
 * @param options - `isUnique`: no text twice; without parts also `arraySize`: arrays of so many
 * @throws DownpourError `PLAN_UNKNOWN_PART` for a name in braces that is no part,
 *   `PLAN_AMBIGUOUS_TEMPLATE` (when prepared) as `templates`
 * @example
 * f.template('{adjective} {noun} {number}', { adjective, noun, number: { min: 1, max: 999 } })
 * f.template('INV-{year}-{number:6}', { isUnique: true }) // 'INV-2025-048213', …
 */
export function template(text: string, options: PatternOptions & ArrayOptions): Generator<string[]>
export function template(text: string, options?: PatternOptions): Generator<string>
export function template(
  text: string,
  parts: TemplateOptions<string>['parts'],
  options?: { readonly isUnique?: boolean },
): Generator<string>
export function template(
  text: string,
  parts: TemplateOptions<string>['parts'] | (PatternOptions & Partial<ArrayOptions>) = {},
  options: { readonly isUnique?: boolean } = {},
): Generator {
  if (!areParts(parts)) return pattern(text, parts)
  return templates({ parts, columns: { text }, ...options }).text
}

/** A part is an object; no option is. */
function areParts(
  given: TemplateOptions<string>['parts'] | (PatternOptions & Partial<ArrayOptions>),
): given is TemplateOptions<string>['parts'] {
  return Object.values(given).some((value) => typeof value === 'object')
}

async function prepareTemplates(
  options: TemplateOptions<string>,
  context: Context,
): Promise<PreparedGroup> {
  const names = Object.keys(options.parts)
  const isUnique = options.isUnique ?? false
  const parts = await Promise.all(
    Object.values(options.parts).map((source) => preparePart(source, context, isUnique)),
  )
  const columns = Object.entries(options.columns).map(([name, text]) => ({
    name,
    segments: compileTemplate(text, names, parts),
    text,
  }))
  const sizes = parts.map(sizeOf)
  const choices = createChoices(parts.length, context.capacity)
  const chooser = isUnique
    ? chooseUnique(columns, { names, sizes, context, choices })
    : chooseFreely(
        names.map((name) => createHashKey(context.seed, `${context.purpose}/${name}`)),
        sizes,
        choices,
      )
  const outputs = Object.fromEntries(
    columns.map(({ name }) => [
      name,
      createVector({ kind: 'utf8' }, context.capacity) as Utf8Vector,
    ]),
  )
  const written: WrittenColumn[] = []
  for (const { name, segments } of columns) {
    const begun = longestBeginning(written, segments)
    const writer = createTextWriter(segments.slice(begun?.segments.length), parts.length, begun)
    const texts = outputs[name]!
    const needed = writer.room(context.capacity)
    if (texts.bytes.length < needed) texts.bytes = new Uint8Array(needed)
    texts.isClean = segments.every(isClean)
    written.push({ ...writer, segments, texts })
  }
  return {
    outputs,
    sizes: chooser.sizes,
    extents: Object.fromEntries(
      columns.map(({ name, segments }) => [name, { lengths: lengthsOf(segments) }]),
    ),
    vocabulary: parts.flatMap((part) => (part.kind === 'words' ? [part.words] : [])),
    fill(rows) {
      chooser.choose(rows)
      for (const { write, texts } of written) write(choices, rows.count, texts)
    },
  }
}

interface WrittenColumn extends TextWriter, BegunTexts {
  readonly segments: readonly Segment[]
}

/** The column with most of what these segments begin with: it need not be composed once more. */
function longestBeginning(
  written: readonly WrittenColumn[],
  segments: readonly Segment[],
): WrittenColumn | undefined {
  return written
    .filter((column) => column.segments.every((segment, n) => isSame(segment, segments[n])))
    .toSorted((a, b) => b.segments.length - a.segments.length)[0]
}

function isSame(segment: Segment, other: Segment | undefined): boolean {
  if (segment.kind === 'literal') return other?.kind === 'literal' && segment.text === other.text
  if (other?.kind !== segment.kind || segment.part !== other.part) return false
  if (segment.kind === 'integer' || other.kind === 'integer') return true
  return segment.words.every((word, n) => word === other.words[n])
}

/** What a vocabulary makes of bytes is UTF-8 in any case. */
function isClean(segment: Segment): boolean {
  if (segment.kind === 'integer') return true
  const texts = segment.kind === 'words' ? segment.words : [segment.text]
  return !texts.some((text) => text.includes('\0'))
}

interface Chooser {
  /** Puts the rows' choice of each part into `choices`. */
  choose(rows: Rows): void
  /** As `PreparedGroup.sizes`. */
  readonly sizes: Readonly<Record<string, number>>
}

function chooseFreely(
  keys: readonly HashKey[],
  sizes: readonly number[],
  { capacity, numbers, indices }: Choices,
): Chooser {
  return {
    sizes: {},
    choose(rows) {
      for (const [part, key] of keys.entries()) {
        const size = sizes[part]!
        const first = part * capacity
        for (let i = 0; i < rows.count; i++) {
          const choice = below(key, rows.numbers[i]!, size)
          numbers[first + i] = choice
          indices[first + i] = choice
        }
      }
    },
  }
}

function chooseUnique(
  columns: readonly {
    readonly name: string
    readonly segments: readonly Segment[]
    text: string
  }[],
  parts: {
    readonly names: readonly string[]
    readonly sizes: readonly number[]
    readonly context: Context
    readonly choices: Choices
  },
): Chooser {
  const { names, sizes, context, choices } = parts
  const reasons = columns.map(({ name, segments, text }) => ({
    name,
    text,
    why: whyAmbiguous(segments, names),
  }))
  const [first] = reasons
  if (first && !reasons.some(({ why }) => why === undefined)) {
    throw new DownpourError({
      code: 'PLAN_AMBIGUOUS_TEMPLATE',
      message: `The template "${first.text}" cannot be unique`,
      why: `Two choices of its parts could give the same text: ${first.why!}.`,
      fix: 'Put every part into it, with a character between two parts that neither can hold.',
    })
  }
  const size = sizes.reduce((product, each) => product * each, 1)
  if (size > 9007199254740992) {
    throw new DownpourError({
      code: 'PLAN_TOO_MANY_VALUES',
      message: `The template "${first!.text}" cannot be unique`,
      why: `Its parts have ${size} combinations, and row numbers tell 2^53 apart.`,
      fix: 'Give a numeric part a smaller range, or leave a part out.',
    })
  }
  const permutation = createPermutation(context.seed, context.purpose, size)
  const known = context.knownValues.flatMap((value) =>
    columns.flatMap(({ segments }) => {
      const taken = parseTemplate(segments, String(value))
      const isWhole = taken && names.every((_, part) => taken[part] !== undefined)
      return isWhole ? [toIndex(taken, sizes)] : []
    }),
  )
  const unique = createUniqueIndex(permutation, known)
  const { capacity, numbers, indices } = choices
  const rests = new Float64Array(capacity)
  const told = reasons.filter(({ why }) => why === undefined)
  return {
    sizes: Object.fromEntries(told.map(({ name }) => [name, unique.size])),
    choose(rows) {
      unique.fill(rows.numbers, rows.count, rests)
      for (let part = sizes.length - 1; part >= 0; part--) {
        const partSize = sizes[part]!
        const start = part * capacity
        for (let i = 0; i < rows.count; i++) {
          const rest = rests[i]!
          const above = Math.floor(rest / partSize)
          const choice = rest - above * partSize
          rests[i] = above
          numbers[start + i] = choice
          indices[start + i] = choice
        }
      }
    },
  }
}

function toIndex(choices: readonly number[], sizes: readonly number[]): number {
  return sizes.reduce((index, size, part) => index * size + choices[part]!, 0)
}

/** For unique texts, words that are spelled alike as slugs count once. */
async function preparePart(
  source: TemplateOptions<string>['parts'][string],
  context: Context,
  isUnique: boolean,
): Promise<Part> {
  if ('min' in source) {
    refuseOddRange(source)
    return { kind: 'integer', ...source }
  }
  const words = await source.words(context)
  if (!isUnique) return { kind: 'words', words }
  const bySlug = new Map(words.map((word) => [slug(word) || word, word]))
  return { kind: 'words', words: [...bySlug.values()] }
}

function refuseOddRange({ min, max }: { readonly min: number; readonly max: number }): void {
  if (Number.isSafeInteger(min) && Number.isSafeInteger(max) && min >= 0 && max >= min) return
  throw new DownpourError({
    code: 'PLAN_EMPTY_RANGE',
    message: 'A part of a template was given a range without values',
    why: `It goes from ${min} to ${max}.`,
    fix: 'Give whole numbers from 0 to 2^53 with min at most max.',
  })
}

function sizeOf(part: Part): number {
  return part.kind === 'words' ? part.words.length : part.max - part.min + 1
}
