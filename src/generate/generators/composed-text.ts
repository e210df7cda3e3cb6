/**
 * Texts that are composed of words, in one form or in several: `Kling LLC`, `Kling - Boyle`,
 * `Kling, Boyle and Abbott`. A row draws a form, then a word for each of its pieces; with `isUnique`
 * a row's place in the space of all texts is a permutation of its number.
 */
import { uniteExtents } from '../extent.ts'
import type { ColumnFill, Context, Generator, Rows } from '../generator.ts'
import { createGenerator, fillVector } from '../generator.ts'
import { below, createHashKey } from '../hash.ts'
import type { HashKey } from '../hash.ts'
import { createPermutation } from '../permutation.ts'
import { lengthsOf, parseTemplate } from '../template.ts'
import type { Segment } from '../template.ts'
import { createChoices, createTextWriter } from '../text-writer.ts'
import { createUniqueIndex } from '../unique-index.ts'
import type { UniqueIndex } from '../unique-index.ts'
import { createDictionary } from '../vector.ts'
import { createTaking } from './form-taking.ts'

/** A piece of a text: one of some words, or the row's number. */
export type Piece = WordPiece | { readonly kind: 'row' }

export interface WordPiece {
  readonly kind: 'words'
  /** At least one; no word twice. The same word is always written where there is only one. */
  readonly words: readonly string[]
  /** Pieces with the same draw choose the same place in their lists. @defaultValue a draw of its own */
  readonly draw?: string
}

export type Form = readonly Piece[]

export interface TextSpace {
  /**
   * Two different choices must never give the same text, whether of one form or of two, if texts
   * can be asked to be unique.
   */
  forms(context: Context): readonly Form[] | Promise<readonly Form[]>
  /** No text twice. @defaultValue false */
  readonly isUnique?: boolean | undefined
  /**
   * Whether all forms are used alike. Else texts have the first form, and unique ones another when
   * that has no more. @defaultValue false
   */
  readonly inTurn?: boolean
}

/** One of some words, or always the same one. */
export function oneOf(words: string | readonly string[], draw?: string): WordPiece {
  const list = typeof words === 'string' ? [words] : words
  return { kind: 'words', words: list, ...(draw !== undefined && { draw }) }
}

/**
 * So many characters of an alphabet.
 *
 * @example
 * characters('0123456789', 6) // from '000000' to '999999'
 */
export function characters(alphabet: string, length: number): readonly Piece[] {
  const piece = oneOf([...alphabet])
  return Array.from({ length }, () => piece)
}

export const decimalDigits = '0123456789'

/**
 * Makes a generator of composed texts.
 *
 * @param name - for messages
 * @example
 * composedText('userName', {
 *   forms: () => [[oneOf('user'), ...characters(decimalDigits, 4)]],
 *   isUnique: true,
 * }) // 'user4711', 'user0092', … 10,000 of them
 */
export function composedText(name: string, space: TextSpace): Generator<string> {
  return createGenerator<string>(name, async (context) => {
    const forms = await space.forms(context)
    const used = space.isUnique || space.inTurn ? forms : forms.slice(0, 1)
    return composeColumn(used.map(joinPieces).map(readForm), context, space)
  })
}

/** Two pieces become one while it has at most so many words, … */
const mostWords = 1024
/** … and so many letters in all: what is looked up at random had better fit the nearest cache. */
const mostLetters = 16_000

/** Fewer pieces are fewer draws and fewer copies. */
function joinPieces(form: Form): Form {
  const joined: Piece[] = []
  for (const piece of form) {
    const both = joined.length > 0 ? joinTwo(joined.at(-1)!, piece) : undefined
    if (both) joined[joined.length - 1] = both
    else joined.push(piece)
  }
  return joined
}

function joinTwo(first: Piece, second: Piece): Piece | undefined {
  if (first.kind === 'row' || second.kind === 'row') return undefined
  const draw = first.draw ?? second.draw
  const isAlone = draw === undefined || first.words.length === 1 || second.words.length === 1
  if (!isAlone || (first.draw !== undefined && second.draw !== undefined)) return undefined
  const count = first.words.length * second.words.length
  const letters =
    countLetters(first.words) * second.words.length +
    countLetters(second.words) * first.words.length
  if (count > mostWords || letters > mostLetters) return undefined
  return oneOf(
    first.words.flatMap((start) => second.words.map((end) => start + end)),
    draw,
  )
}

function countLetters(words: readonly string[]): number {
  return words.reduce((sum, word) => sum + word.length, 0)
}

/** A form with its draws told apart. */
interface ReadForm {
  readonly form: Form
  /** How many words each draw chooses from. */
  readonly sizes: readonly number[]
  /** The draw of each piece; none where there is nothing to choose. */
  readonly draws: readonly (number | undefined)[]
}

function readForm(form: Form): ReadForm {
  const sizes: number[] = []
  const named = new Map<string, number>()
  const draws = form.map((piece) => {
    if (piece.kind === 'row' || (piece.words.length === 1 && piece.draw === undefined)) return
    const known = piece.draw === undefined ? undefined : named.get(piece.draw)
    if (known !== undefined) return known
    if (piece.draw !== undefined) named.set(piece.draw, sizes.length)
    return sizes.push(piece.words.length) - 1
  })
  return { form, sizes, draws }
}

/** Where what is drawn for the rows of a slice is put. */
interface Drawn {
  readonly formOf: Int32Array
  readonly choices: Int32Array
  /** Where the choices of each draw begin. */
  readonly starts: readonly number[]
}

interface Chooser {
  choose(rows: Rows): void
  /** How many of the forms the first so many rows have. */
  reach(rows: number): number
  /** How many texts there are, when none comes twice. */
  readonly size: number | undefined
}

function chooseFreely(forms: readonly ReadForm[], context: Context, drawn: Drawn): Chooser {
  const { seed, purpose } = context
  const { formOf, choices, starts } = drawn
  const formKey = createHashKey(seed, `${purpose}/form`)
  const draws = openDraws(forms, context, drawn)
  const size = neverRepeats(forms) ? Infinity : undefined
  if (forms.length === 1) {
    const choose = ({ numbers, count }: Rows): void => {
      for (const { key, start, sizes } of draws) {
        drawEach({ key, size: sizes[0]!, numbers, count }, choices, start)
      }
    }
    return { size, choose, reach: () => 1 }
  }
  return {
    size,
    reach: () => forms.length,
    choose({ numbers, count }) {
      for (let i = 0; i < count; i++) formOf[i] = below(formKey, numbers[i]!, forms.length)
      for (const [draw, { key, sizes }] of draws.entries()) {
        const start = starts[draw]!
        for (let i = 0; i < count; i++) {
          choices[start + i] = below(key, numbers[i]!, sizes[formOf[i]!]!)
        }
      }
    },
  }
}

function drawEach(
  draw: {
    readonly key: HashKey
    readonly size: number
    readonly numbers: Float64Array
    readonly count: number
  },
  out: Int32Array,
  start: number,
): void {
  const { key, size, numbers, count } = draw
  for (let i = 0; i < count; i++) out[start + i] = below(key, numbers[i]!, size)
}

/** One of the draws of all forms. */
interface Draw {
  readonly key: HashKey
  readonly start: number
  /** By form; 1 where one has fewer draws. */
  readonly sizes: Int32Array
}

function openDraws(
  forms: readonly ReadForm[],
  { seed, purpose }: Context,
  { starts }: Drawn,
): readonly Draw[] {
  return starts.map((start, draw) => ({
    key: createHashKey(seed, `${purpose}/draw ${draw}`),
    start,
    sizes: Int32Array.from(forms, ({ sizes }) => sizes[draw] ?? 1),
  }))
}

function chooseUnique(
  forms: readonly ReadForm[],
  options: { readonly context: Context; readonly isInTurn: boolean; readonly drawn: Drawn },
): Chooser {
  const { context, isInTurn, drawn } = options
  const { seed, purpose, capacity } = context
  const { formOf, choices } = drawn
  const draws = openDraws(forms, context, drawn)
  const permuted = Int32Array.from(forms, (form) => countPermuted(form.sizes))
  const uniques = forms.map((form, n) => openUnique(form, permuted[n]!, { context, place: n }))
  const taking = createTaking(
    uniques.map(({ size }) => size),
    { isInTurn, key: createHashKey(seed, `${purpose}/form`) },
  )
  const places = new Float64Array(capacity)
  const rests = new Float64Array(capacity)
  const ownPlaces = new Float64Array(capacity)
  const ownRests = new Float64Array(capacity)

  function permute(count: number): void {
    for (const [form, { fill }] of uniques.entries()) {
      let own = 0
      for (let i = 0; i < count; i++) if (formOf[i] === form) ownPlaces[own++] = places[i]!
      if (own === 0) continue
      fill(ownPlaces, own, ownRests)
      own = 0
      for (let i = 0; i < count; i++) if (formOf[i] === form) rests[i] = ownRests[own++]!
    }
  }

  function permuteOneByOne(count: number): void {
    for (let i = 0; i < count; i++) rests[i] = uniques[formOf[i]!]!.at(places[i]!)
  }

  return {
    size: taking.size,
    reach(rows) {
      if (isInTurn) return forms.length
      let [used, held] = [0, 0]
      while (used < forms.length && held < rows) held += uniques[used++]!.size
      return used
    },
    choose({ numbers, count }) {
      const only = taking.take(numbers, count, formOf, places)
      if (only !== undefined) {
        const { fill } = uniques[only]!
        fill(places, count, rests)
        for (let draw = draws.length - 1; draw >= 0; draw--) {
          const { key, start, sizes } = draws[draw]!
          const size = sizes[only]!
          if (draw < permuted[only]!) divideEach(rests, { size, count }, choices, start)
          else drawEach({ key, size, numbers, count }, choices, start)
        }
        return
      }
      if (forms.length <= mostAtOnce) permute(count)
      else permuteOneByOne(count)
      for (let draw = draws.length - 1; draw >= 0; draw--) {
        const { key, start, sizes } = draws[draw]!
        for (let i = 0; i < count; i++) {
          const form = formOf[i]!
          const size = sizes[form]!
          if (draw >= permuted[form]!) {
            choices[start + i] = below(key, numbers[i]!, size)
            continue
          }
          const rest = rests[i]!
          const above = Math.floor(rest / size)
          choices[start + i] = rest - above * size
          rests[i] = above
        }
      }
    },
  }
}

/** Of more forms, few rows of a slice have the same. */
const mostAtOnce = 8

/** Takes a draw's choice from what is left of each row's place. */
function divideEach(
  rests: Float64Array,
  { size, count }: { readonly size: number; readonly count: number },
  out: Int32Array,
  start: number,
): void {
  for (let i = 0; i < count; i++) {
    const rest = rests[i]!
    const above = Math.floor(rest / size)
    out[start + i] = rest - above * size
    rests[i] = above
  }
}

function neverRepeats(forms: readonly ReadForm[]): boolean {
  return forms.every(({ form }) => form.some(({ kind }) => kind === 'row'))
}

/** Draws that make a text unique; more than 2^53 texts cannot be told apart, and need not be. */
function countPermuted(sizes: readonly number[]): number {
  let product = 1
  const beyond = sizes.findIndex((size) => {
    product *= size
    return product > 9007199254740992
  })
  return beyond < 0 ? sizes.length : beyond
}

function openUnique(
  { form, sizes, draws }: ReadForm,
  permuted: number,
  options: { readonly context: Context; readonly place: number },
): UniqueIndex {
  const { seed, purpose, knownValues } = options.context
  const sizesInUse = sizes.slice(0, permuted)
  const segments = form.flatMap((piece, index) =>
    piece.kind === 'words' ? [toSegment(piece.words, draws[index])] : [],
  )
  const taken = knownValues.flatMap((value) => {
    const chosen = parseTemplate(segments, String(value))
    return chosen ? [sizesInUse.reduce((index, size, draw) => index * size + chosen[draw]!, 0)] : []
  })
  const size = sizesInUse.reduce((product, each) => product * each, 1)
  return createUniqueIndex(createPermutation(seed, `${purpose}/${options.place}`, size), taken)
}

function toSegments({ form, draws }: ReadForm, rows: number): readonly Segment[] {
  return form.map((piece, index) =>
    piece.kind === 'words'
      ? toSegment(piece.words, draws[index])
      : { kind: 'integer', part: -1, min: 0, max: Math.max(0, rows - 1) },
  )
}

function toSegment(words: readonly string[], part: number | undefined): Segment {
  return part === undefined ? { kind: 'literal', text: words[0]! } : { kind: 'words', part, words }
}

/** The nth pieces of all forms, whose words stand in one dictionary. */
interface Column {
  readonly words: readonly string[]
  readonly isRow: boolean
  /** Where each form's words begin, … */
  readonly firsts: Int32Array
  /** … and by which of its draws one is chosen; -1 where there is nothing to choose. */
  readonly draws: Int32Array
}

function readColumns(forms: readonly ReadForm[]): readonly Column[] {
  const length = Math.max(...forms.map(({ form }) => form.length))
  return Array.from({ length }, (_, place) => {
    const words: string[] = []
    const firsts = new Map<readonly string[] | string, number>()
    function add(list: readonly string[]): number {
      // Lists of one word are made anew for each form.
      const key = list.length === 1 ? list[0]! : list
      const known = firsts.get(key)
      if (known !== undefined) return known
      firsts.set(key, words.length)
      return words.push(...list) - list.length
    }
    const pieces = forms.map(({ form }) => form[place] ?? oneOf(''))
    return {
      words,
      isRow: pieces.some(({ kind }) => kind === 'row'),
      firsts: Int32Array.from(pieces, (piece) => (piece.kind === 'row' ? 0 : add(piece.words))),
      draws: Int32Array.from(forms, ({ draws }) => draws[place] ?? -1),
    }
  })
}

function composeColumn(forms: readonly ReadForm[], context: Context, space: TextSpace): ColumnFill {
  const columns = readColumns(forms)
  const { capacity } = context
  const texts = createChoices(columns.length, capacity)
  const drawn = placeDraws(forms, texts.indices, capacity)
  const chooser =
    space.isUnique && !neverRepeats(forms)
      ? chooseUnique(forms, { context, isInTurn: space.inTurn ?? false, drawn })
      : chooseFreely(forms, context, drawn)
  const vocabulary = columns.map(({ words }) => words)
  const rows = context.self.firstRow + context.self.count
  const extent = uniteExtents(
    forms
      .slice(0, chooser.reach(rows))
      .map((form) => ({ lengths: lengthsOf(toSegments(form, rows)) })),
  )

  /** From the choices of a row's form to words. */
  function place({ firsts, draws }: Column, part: number, count: number): void {
    const { formOf, choices, starts } = drawn
    const out = part * capacity
    if (forms.length === 1 && starts[draws[0]!] === out) return
    for (let i = 0; i < count; i++) {
      const form = formOf[i]!
      const draw = draws[form]!
      texts.indices[out + i] = firsts[form]! + (draw < 0 ? 0 : choices[starts[draw]! + i]!)
    }
  }

  const [only] = columns
  if (only && columns.length === 1 && !only.isRow) {
    const spec = { kind: 'dictionary', dictionary: createDictionary(only.words) } as const
    const fill = fillVector(
      spec,
      (rows, out) => {
        chooser.choose(rows)
        place(only, 0, rows.count)
        out.codes.set(texts.indices.subarray(0, rows.count))
      },
      chooser.size,
    )
    if (chooser.size !== undefined || forms.length > 1) return { ...fill, extent }
    return { ...fill, extent, sqlForm: { kind: 'choice', values: only.words } }
  }

  const segments = columns.map(({ words, isRow }, part): Segment => {
    if (isRow) return { kind: 'integer', part, min: 0, max: Number.MAX_SAFE_INTEGER }
    return toSegment(words, words.length === 1 ? undefined : part)
  })
  const writer = createTextWriter(segments, columns.length)
  const room = writer.room(capacity)
  const isClean = !columns.some(({ words }) => words.some((word) => word.includes('\0')))
  const fill = fillVector(
    { kind: 'utf8' },
    (rows, out) => {
      if (out.bytes.length < room) out.bytes = new Uint8Array(room)
      out.isClean = isClean
      chooser.choose(rows)
      for (const [part, column] of columns.entries()) {
        if (column.isRow) texts.numbers.set(rows.numbers.subarray(0, rows.count), part * capacity)
        else if (column.words.length > 1) place(column, part, rows.count)
      }
      writer.write(texts, rows.count, out)
    },
    chooser.size,
  )
  return { ...fill, extent, vocabulary }
}

/** Of a single form, what is drawn for a piece is its word already. */
function placeDraws(forms: readonly ReadForm[], indices: Int32Array, capacity: number): Drawn {
  const formOf = new Int32Array(capacity)
  const [only] = forms
  if (forms.length === 1 && only) {
    const starts = only.sizes.map((_, draw) => only.draws.indexOf(draw) * capacity)
    return { formOf, choices: indices, starts }
  }
  const most = Math.max(...forms.map(({ sizes }) => sizes.length))
  const starts = Array.from({ length: most }, (_, draw) => draw * capacity)
  return { formOf, choices: new Int32Array(most * capacity), starts }
}
