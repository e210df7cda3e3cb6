import { createGenerator, fillVector } from '../generator.ts'
import type { Context, Generator } from '../generator.ts'
import type { Segment } from '../template.ts'
import { createChoices, createTextWriter } from '../text-writer.ts'
import { createTuples } from '../tuples.ts'
import { withArraySize } from './array-of.ts'
import type { ArrayOptions } from './array-of.ts'
import { followColumn } from './follow-column.ts'
import { refuse } from './refuse.ts'

export interface IntervalOptions {
  /** From which field to which, or one alone. @defaultValue all of them */
  readonly fields?: IntervalFields
  /** No interval twice. @defaultValue false */
  readonly isUnique?: boolean
}

/** What PostgreSQL's `interval` type can be restricted to. */
export type IntervalFields =
  | Field
  | 'year to month'
  | 'day to hour'
  | 'day to minute'
  | 'day to second'
  | 'hour to minute'
  | 'hour to second'
  | 'minute to second'

type Field = 'year' | 'month' | 'day' | 'hour' | 'minute' | 'second'

/**
 * Spans of time, each field uniformly: up to 5 years, 11 months, 29 days, 23 hours, 59 minutes and
 * 59 seconds. No field is as long as the one before it, so what differs as a text differs for the
 * server.
 *
 * @throws DownpourError `PLAN_FIELDS`
 * @example
 * { columns: { spent: f.interval({ fields: 'day to hour' }) } } // '12 days 7 hours', …
 */
export function interval(options: IntervalOptions & ArrayOptions): Generator<string[]>
export function interval(options?: IntervalOptions): Generator<string>
export function interval(options: IntervalOptions & Partial<ArrayOptions> = {}): Generator {
  const { fields = 'year to second', isUnique = false } = options
  const [first = '', last = first] = fields.split(' to ')
  const names = ranges.map(({ name }) => name)
  const [from, to] = [names.indexOf(first as Field), names.indexOf(last as Field)]
  if (from < 0 || to < from) {
    refuse('PLAN_FIELDS', 'interval', {
      what: `cannot have the fields ${fields}`,
      why: `The fields are ${names.join(', ')}.`,
      fix: "Give one of them, or two such as 'day to second'.",
    })
  }
  const chosen = pairUp(ranges.slice(from, to + 1))
  return followColumn({
    generator: withArraySize(
      options,
      createGenerator('interval', (context) => fillIntervals(context, chosen, isUnique)),
    ),
    options,
    make: interval,
  })
}

interface FieldRange {
  readonly name: Field
  readonly least: number
  readonly most: number
}

const ranges: readonly FieldRange[] = [
  { name: 'year', least: 0, most: 5 },
  { name: 'month', least: 0, most: 11 },
  { name: 'day', least: 1, most: 29 },
  { name: 'hour', least: 0, most: 23 },
  { name: 'minute', least: 0, most: 59 },
  { name: 'second', least: 0, most: 59 },
]

/** One or two fields that are drawn and written as one. */
type Piece = readonly FieldRange[]

function pairUp(fields: readonly FieldRange[]): readonly Piece[] {
  return fields.flatMap((_, index) => (index % 2 === 0 ? [fields.slice(index, index + 2)] : []))
}

function fillIntervals(context: Context, pieces: readonly Piece[], isUnique: boolean) {
  const { capacity } = context
  const words = pieces.map(wordsOf)
  const counts = words.map(({ length }) => length)
  const taken = context.knownValues.map((value) =>
    pieces.map((piece) => readPiece(String(value), piece)),
  )
  const tuples = createTuples(context, { counts, isUnique, taken })
  const segments = words.flatMap((list, part): Segment[] => {
    const piece: Segment = { kind: 'words', part, words: list }
    return part === 0 ? [piece] : [{ kind: 'literal', text: ' ' }, piece]
  })
  const writer = createTextWriter(segments, pieces.length)
  const choices = createChoices(pieces.length, capacity)
  return fillVector(
    { kind: 'utf8' },
    (rows, out) => {
      const room = writer.room(capacity)
      if (out.bytes.length < room) out.bytes = new Uint8Array(room)
      out.isClean = true
      tuples.begin(rows)
      for (let part = 0; part < pieces.length; part++) {
        const from = part * capacity
        const numbers = choices.numbers.subarray(from, from + capacity)
        tuples.fill(part, rows, numbers)
        for (let i = 0; i < rows.count; i++) choices.indices[from + i] = numbers[i]!
      }
      writer.write(choices, rows.count, out)
    },
    tuples.size,
  )
}

/** The first field changes slowest. */
function wordsOf(piece: Piece): readonly string[] {
  return piece
    .map(wordsOfField)
    .reduce((before, after) => before.flatMap((one) => after.map((other) => `${one} ${other}`)))
}

function wordsOfField({ name, least, most }: FieldRange): readonly string[] {
  return Array.from({ length: most - least + 1 }, (_, index) =>
    least + index === 1 ? `1 ${name}` : `${least + index} ${name}s`,
  )
}

/** The word's number, of a literal value as people write it; what is not named is nothing. */
function readPiece(text: string, piece: Piece): number {
  return piece.reduce((sum, { name, least, most }) => {
    const match = new RegExp(String.raw`(\d+)\s*${name.slice(0, 3)}`, 'i').exec(text)
    const place = Number(match?.[1] ?? 0) - least
    return place >= 0 && place <= most - least ? sum * (most - least + 1) + place : NaN
  }, 0)
}
