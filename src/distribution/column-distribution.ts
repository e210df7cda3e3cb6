import { readColumnCell } from '../generate/cell.ts'
import { jsonText } from '../generate/json-text.ts'
import type { Vector } from '../generate/vector.ts'
import type { ColumnModel } from '../model/table.ts'
import { createDistinctCounter } from './distinct-counter.ts'
import { createGrowingHistogram } from './growing-histogram.ts'

/** How a column's values are spread over rows. */
export interface ColumnDistribution {
  readonly column: string
  /** As the schema declares it. */
  readonly type: string
  readonly nulls: number
  /** Different values, NULL apart; where there are many, about so many. */
  readonly distinct: number
  readonly isExact: boolean
  /** As text; `null` where all are NULL, or the type has no order that is known here. */
  readonly minimum: string | null
  readonly maximum: string | null
  /** What the bars count: each value, values by range, or texts by their length. */
  readonly by: 'value' | 'range' | 'length'
  readonly bars: readonly Bar[]
}

export interface Bar {
  readonly label: string
  readonly count: number
}

/** Gathers the distribution of a column, slice by slice, in constant memory. */
export interface DistributionBuilder {
  add(vector: Vector, count: number): void
  finish(): ColumnDistribution
}

/** Up to so many different values each has its own bar. */
const mostValues = 12
/** Up to so many are counted exactly. */
const exactly = 10_000

export function createDistribution(column: ColumnModel): DistributionBuilder {
  const order = orderOf(column)
  const counter = createDistinctCounter(exactly)
  const histogram = createGrowingHistogram(order.least)
  let values: Map<string, number> | undefined = new Map()
  let nulls = 0
  let present = 0
  let [smallest, largest] = [Infinity, -Infinity]
  let [first, last]: [string | undefined, string | undefined] = [undefined, undefined]

  function note(cell: NonNullable<unknown>): void {
    present++
    const text = textOf(cell)
    counter.add(text)
    if (values) {
      values.set(text, (values.get(text) ?? 0) + 1)
      if (values.size > mostValues) values = undefined
    }
    const number = order.numberOf(cell, text)
    if (Number.isFinite(number)) histogram.add(number)
    if (order.isText) {
      if (first === undefined || text < first) first = text
      if (last === undefined || text > last) last = text
    } else {
      if (number < smallest) [smallest, first] = [number, text]
      if (number > largest) [largest, last] = [number, text]
    }
  }

  return {
    add(vector, count) {
      for (let row = 0; row < count; row++) {
        const cell = readColumnCell(vector, row, column)
        if (cell === null || cell === undefined) nulls++
        else note(cell)
      }
    },
    finish() {
      return {
        column: column.property,
        type: column.declaration,
        nulls,
        distinct: counter.count,
        isExact: counter.isExact,
        minimum: first ?? null,
        maximum: last ?? null,
        ...(values && present > 0
          ? { by: 'value' as const, bars: valueBars(values, order) }
          : {
              by: order.isText ? ('length' as const) : ('range' as const),
              bars: histogram.bins(mostValues).map(({ from, to, count }) => ({
                label: order.rangeLabel(from, to),
                count,
              })),
            }),
      }
    },
  }
}

/** What makes a value small or large. */
interface Order {
  /** The histogram's number; for texts, whose order is another, their length. */
  numberOf(cell: NonNullable<unknown>, text: string): number
  rangeLabel(from: number, to: number): string
  readonly isText: boolean
  /** The histogram's narrowest bin. */
  readonly least: number
}

function orderOf({ base, type }: ColumnModel): Order {
  const { name, dimensions } = base ?? type
  if (dimensions > 0) return byLength
  if (['int2', 'int4', 'int8'].includes(name)) return byInteger
  if (['float4', 'float8', 'numeric'].includes(name)) return byNumber
  if (['date', 'timestamp', 'timestamptz'].includes(name)) return byTime
  return byLength
}

const byNumber: Order = {
  numberOf: (cell) => Number(cell),
  rangeLabel: (from, to) => `${plain(from)} to ${plain(to)}`,
  isText: false,
  least: 0,
}

const byInteger: Order = {
  ...byNumber,
  rangeLabel: (from, to) => (to - from <= 1 ? plain(from) : `${plain(from)} to ${plain(to - 1)}`),
  least: 1,
}

const byLength: Order = {
  numberOf: (_cell, text) => text.length,
  rangeLabel: (from, to) =>
    to - from <= 1 ? letters(from) : `${plain(from)} to ${letters(to - 1)}`,
  isText: true,
  least: 1,
}

const dayMillis = 86_400_000

/** In days. */
const byTime: Order = {
  numberOf: (cell, text) => (cell instanceof Date ? cell.getTime() : Date.parse(text)) / dayMillis,
  rangeLabel: (from, to) => (to - from <= 1 ? dayOf(from) : `${dayOf(from)} to ${dayOf(to - 1)}`),
  isText: false,
  least: 1,
}

function dayOf(days: number): string {
  return new Date(days * dayMillis).toISOString().slice(0, 10)
}

function letters(length: number): string {
  return length === 1 ? '1 letter' : `${plain(length)} letters`
}

/** Without the digits that binary fractions leave behind. */
function plain(value: number): string {
  return String(Number(value.toPrecision(12)))
}

/** In the order of the values where they have one, else the most frequent first. */
function valueBars(
  values: ReadonlyMap<string, number>,
  { isText, numberOf }: Order,
): readonly Bar[] {
  const bars = [...values].map(([label, count]) => ({ label, count }))
  return isText
    ? bars.toSorted((a, b) => b.count - a.count || (a.label < b.label ? -1 : 1))
    : bars.toSorted((a, b) => numberOf(a.label, a.label) - numberOf(b.label, b.label))
}

function textOf(cell: NonNullable<unknown>): string {
  if (typeof cell === 'string') return cell
  if (cell instanceof Date) return cell.toISOString()
  if (cell instanceof Uint8Array) return `\\x${Buffer.from(cell).toString('hex')}`
  return typeof cell === 'object' ? jsonText(cell) : `${cell as number | bigint | boolean}`
}
