import { DownpourError } from '../../errors.ts'
import type { Context, Generator } from '../generator.ts'
import { withArraySize } from './array-of.ts'
import type { ArrayOptions } from './array-of.ts'
import { characters, composedText, decimalDigits, oneOf } from './composed-text.ts'
import type { Piece } from './composed-text.ts'

export interface PatternOptions {
  /** No text twice. @defaultValue false */
  readonly isUnique?: boolean
}

/**
 * Texts with parts in braces:
 *
 * | part                       | what it gives                                                     |
 * | -------------------------- | ----------------------------------------------------------------- |
 * | `{number:6}`               | so many digits, `000000` to `999999`                              |
 * | `{hex:8}`                  | so many digits from `0` to `f`                                    |
 * | `{letter:3}`               | so many letters from `A` to `Z`                                   |
 * | `{year}` `{month}` `{day}` | a day of the year up to the plan's reference date, the same day's |
 * | `{row}`                    | the row's number, counted from 0; unique by itself                |
 *
 * @param options - `isUnique`; `arraySize`: arrays of so many
 * @throws DownpourError `PLAN_UNKNOWN_PART` for another name in braces
 * @example
 * pattern('INV-{year}-{number:6}') // 'INV-2025-048213', …
 */
export function pattern(
  text: string,
  options: PatternOptions & Partial<ArrayOptions> = {},
): Generator<string> | Generator<string[]> {
  const { isUnique = false } = options
  const pieces = text
    .split(/(\{[^{}]*\})/)
    .filter((piece) => piece !== '')
    .map((piece) => readPiece(piece, text))
  const dateNames = pieces.flatMap((piece) => (piece.kind === 'date' ? [piece.name] : []))
  const texts = composedText('template', {
    isUnique,
    forms(context) {
      const dates = listDates(context)
      const known = isUnique ? distinctDates(dates, dateNames) : dates
      return [
        pieces.flatMap((piece): readonly Piece[] =>
          piece.kind === 'date'
            ? [
                oneOf(
                  known.map((date) => date[piece.name]),
                  'date',
                ),
              ]
            : piece.pieces,
        ),
      ]
    },
  })
  return withArraySize(options, texts)
}

type DateName = 'year' | 'month' | 'day'
type Dated = Readonly<Record<DateName, string>>

type PatternPiece =
  | { readonly kind: 'pieces'; readonly pieces: readonly Piece[] }
  | { readonly kind: 'date'; readonly name: DateName }

const alphabets = new Map([
  ['number', decimalDigits],
  ['hex', '0123456789abcdef'],
  ['letter', 'ABCDEFGHIJKLMNOPQRSTUVWXYZ'],
])

const mostCharacters = 64

function readPiece(piece: string, text: string): PatternPiece {
  const braces = /^\{([^:]*)(?::(.*))?\}$/.exec(piece)
  if (!braces) return { kind: 'pieces', pieces: [oneOf(piece)] }
  const [, name = '', width] = braces
  const alphabet = alphabets.get(name)
  if (alphabet !== undefined) {
    const length = Number(width)
    if (/^\d+$/.test(width ?? '') && length >= 1 && length <= mostCharacters) {
      return { kind: 'pieces', pieces: characters(alphabet, length) }
    }
    throw unreadable(text, piece, `"${name}" needs a length from 1 to ${mostCharacters}.`)
  }
  if (name !== 'year' && name !== 'month' && name !== 'day' && name !== 'row') {
    throw unreadable(text, piece, 'There is no built-in part of that name.')
  }
  if (width !== undefined) throw unreadable(text, piece, `"${name}" has no length.`)
  return name === 'row' ? { kind: 'pieces', pieces: [{ kind: 'row' }] } : { kind: 'date', name }
}

function unreadable(text: string, piece: string, why: string): DownpourError {
  return new DownpourError({
    code: 'PLAN_UNKNOWN_PART',
    message: `The template "${text}" cannot be read at ${piece}`,
    why,
    fix: 'Use {number:6}, {hex:8}, {letter:3}, {year}, {month}, {day} or {row}, or give parts of your own.',
  })
}

const millisecondsPerDay = 86_400_000

function listDates({ referenceDay }: Context): readonly Dated[] {
  return Array.from({ length: 366 }, (_, back) => {
    const date = new Date((referenceDay - back) * millisecondsPerDay).toISOString()
    return { year: date.slice(0, 4), month: date.slice(5, 7), day: date.slice(8, 10) }
  })
}

/** Days that differ in what the text has of them. */
function distinctDates(dates: readonly Dated[], names: readonly DateName[]): readonly Dated[] {
  return [
    ...new Map(dates.map((date) => [names.map((name) => date[name]).join('-'), date])).values(),
  ]
}
