/**
 * The transactions of an account, each computed from its place among the account's transactions.
 *
 * The places are shared out among the months by their busyness, so the dates rise. In a month, a
 * standing order takes the place that belongs to its day, and the other places are payments of a
 * random kind. One standing order settles what came before: a credit card's repayment is the sum of
 * the months since the last one, and what is left of a salary is put aside. So balances stay
 * believable however many transactions an account has, and no state is carried along.
 */
import { bits } from '../../src/index.ts'
import type { Context, Rows } from '../../src/index.ts'
import { creditCard } from './accounts.ts'
import { createCalendar } from './calendar.ts'
import type { Calendar } from './calendar.ts'
import { createSpending, placeOf } from './spending.ts'
import type { Spending } from './spending.ts'
import { standingOrders } from './standing-orders.ts'
import { openTerms, orderDay, orderNames, orderNumber } from './terms.ts'
import type { Terms } from './terms.ts'

export interface Statements {
  /** All descriptions; an entry's text is one of them. */
  readonly texts: readonly string[]
  /** Computes the transactions of a slice of rows, counted per account. */
  read(rows: Rows, out: Entries): void
}

/** A slice of transactions, one array for each of their facts. */
export interface Entries {
  readonly userRow: Float64Array
  /** Days since 1970-01-01. */
  readonly day: Int32Array
  /** Cents, below zero for what is spent. */
  readonly amount: Float64Array
  readonly categoryRow: Float64Array
  /** Indices of `texts`. */
  readonly text: Int32Array
}

/** The transactions of an account in one month. */
interface Block {
  month: number
  /** The place of the first one, and how many there are. */
  start: number
  size: number
  firstDay: number
  lastDay: number
  /** The busyness before the first day, and within. */
  before: number
  busyness: number
  /** Places within the block that standing orders take, with their numbers and days. */
  readonly places: Int32Array
  readonly orders: Int32Array
  readonly days: Int32Array
  taken: number
  settles: boolean
  /** How many places were read one after the other from the first, and what they add up to. */
  read: number
  net: number
}

const orderPlaces = orderNames.map((name) => placeOf(standingOrders[name].category))
const orderTexts = orderNames.map((name): readonly string[] => standingOrders[name].texts)
const { opening, salary, interest, surplus, shortfall, deposit } = orderNumber
const { utilities, insurance, subscription } = orderNumber

/** Depends on nothing, and each reader of transactions needs it. */
let sharedSpending: Spending | undefined

export function openStatements(context: Context): Statements {
  const calendar = createCalendar(context.referenceDay)
  const spending = (sharedSpending ??= createSpending(orderTexts.flat()))
  const firstTexts = orderTexts.map((_, order) => orderTexts.slice(0, order).flat().length)
  const termsOf = openTerms(context, calendar, spending)
  const whenKey = context.random('transactions/when')
  const lineKey = context.random('transactions/line')
  const amountKey = context.random('transactions/amount')
  const scratch = createBlock()
  const unseen = createEntries(context.capacity)
  let current = createBlock()
  let previous = createBlock()
  let accountRow = -1
  let count = -1

  /** Payments at the places of a run, as if no standing order had any of them. */
  function pay(terms: Terms, block: Block, run: Run, out: Entries): void {
    const { lines, lineOf, amountOf } = spending
    const { scale, taste } = terms
    const { firstTable } = terms.mix
    const { before, busyness, size, firstDay, lastDay } = block
    for (let i = 0; i < run.count; i++) {
      const row = run.row + i
      const when = bits(whenKey, row)
      const share = (run.place + i + (when & 0xffff) / 65_536) / size
      const busyDay = calendar.dayAt(before + share * busyness)
      const day = busyDay < firstDay ? firstDay : busyDay > lastDay ? lastDay : busyDay
      const line = lineOf(firstTable + calendar.occasionOf(day), bits(lineKey, row))
      const cents = amountOf(line, bits(amountKey, row)) * scale
      // Squared, so that an account comes back to its favourites.
      const chance = (when >>> 16) / 65_536
      const texts = lines.texts[line]!
      const firstText = lines.firstText[line]!
      const rank = Math.floor(chance * chance * texts)
      const index = run.index + i
      out.day[index] = day
      out.amount[index] =
        lines.sign[line]! * roundPrice(cents, lines.step[line]!, lines.under[line]!)
      out.categoryRow[index] = lines.categoryRow[line]!
      out.text[index] = firstText + remainder(rank + taste + firstText * 7, texts)
    }
  }

  /** What a month brought and cost, its settlement and the opening deposit apart. */
  function netOf(terms: Terms, block: Block, firstRow: number): number {
    let net = 0
    for (let place = 0; place < block.size; place += unseen.day.length) {
      const row = firstRow + block.start + place
      const run = { row, place, count: Math.min(block.size - place, unseen.day.length), index: 0 }
      pay(terms, block, run, unseen)
      net += sumOf(unseen.amount, 0, run.count)
      for (let taken = 0; taken < block.taken; taken++) {
        const index = block.places[taken]! - place
        if (index >= 0 && index < run.count) net -= unseen.amount[index]!
      }
    }
    for (let taken = 0; taken < block.taken; taken++) {
      const order = block.orders[taken]!
      if (!isOrdinary(terms, order)) continue
      net += orderPlaces[order]!.sign * amountIn(terms, order, calendar, block.month)
    }
    return net
  }

  /** The net of the months since the last settlement. */
  function netBefore(terms: Terms, block: Block, firstRow: number): number {
    let net = 0
    for (let month = block.month - 1; month >= terms.firstMonth; month--) {
      // Who reads row after row has added up the month before already.
      const isKnown = previous.month === month && previous.read === previous.size
      if (!isKnown) layOut(scratch, terms, calendar, month)
      net += isKnown ? previous.net : netOf(terms, scratch, firstRow)
      if (isKnown ? previous.settles : scratch.settles) break
    }
    return net
  }

  function book(out: Entries, index: number, order: number, amount: number, choice: number): void {
    const { categoryRow, sign } = orderPlaces[order]!
    out.amount[index] = sign * amount
    out.categoryRow[index] = categoryRow
    out.text[index] = firstTexts[order]! + choice
  }

  function settle(terms: Terms, net: number, out: Entries, index: number): void {
    const { settlement } = terms
    const choice = terms.choices[settlement]!
    if (terms.account.kind === creditCard) {
      // Refunds may have paid for everything: then a small rate.
      return book(out, index, settlement, -net >= 100 ? -net : 1_000, choice)
    }
    const aside = Math.floor((net * 0.9) / 1_000) * 1_000
    if (settlement === surplus && aside > 0) return book(out, index, surplus, aside, choice)
    const missing = Math.max(1, Math.ceil(-net / 1_000)) * 1_000
    if (settlement === surplus) return book(out, index, shortfall, missing, 0)
    return book(out, index, settlement, missing, choice)
  }

  /**
   * The standing orders among some places of the current month.
   *
   * @returns the sum of those that do not count towards what the month brought and cost
   */
  function bookOrders(terms: Terms, run: Run, out: Entries): number {
    let apart = 0
    for (let taken = 0; taken < current.taken; taken++) {
      const place = current.places[taken]! - run.place
      if (place < 0 || place >= run.count) continue
      const index = run.index + place
      const order = current.orders[taken]!
      const firstRow = run.row - run.place - current.start
      if (order === terms.settlement) {
        settle(terms, netBefore(terms, current, firstRow), out, index)
      } else {
        const amount = amountIn(terms, order, calendar, current.month)
        book(out, index, order, amount, terms.choices[order]!)
      }
      out.day[index] = current.days[taken]!
      if (!isOrdinary(terms, order)) apart += out.amount[index]!
    }
    return apart
  }

  /** Makes `current` the month that a place belongs to. */
  function turnTo(terms: Terms, ordinal: number): void {
    const isSameAccount = terms.accountRow === accountRow && terms.siblings === count
    const isInside = ordinal >= current.start && ordinal < current.start + current.size
    if (isSameAccount && isInside) return
    accountRow = terms.accountRow
    count = terms.siblings
    const left = current
    current = previous
    previous = left
    if (!isSameAccount) previous.month = -1
    findBlock(current, terms, calendar, ordinal)
  }

  const run: Run = { row: 0, count: 0, place: 0, index: 0 }

  return {
    texts: spending.texts,
    read(rows, out) {
      for (let index = 0; index < rows.count;) {
        const terms = termsOf(rows.parents[index]!, rows.siblings[index]!)
        const ordinal = rows.ordinals[index]!
        turnTo(terms, ordinal)
        const place = ordinal - current.start
        run.row = rows.numbers[index]!
        run.place = place
        run.index = index
        run.count = countConsecutive(rows, index, current.size - place)
        pay(terms, current, run, out)
        const apart = bookOrders(terms, run, out)
        if (place === current.read) {
          current.read += run.count
          current.net += sumOf(out.amount, index, index + run.count) - apart
        }
        for (let i = index; i < index + run.count; i++) out.userRow[i] = terms.account.userRow
        index += run.count
      }
    },
  }
}

/** Consecutive rows, all of them in one month of an account. */
interface Run {
  row: number
  count: number
  /** The first one's place in its month, and its index in the slice. */
  place: number
  index: number
}

function countConsecutive({ numbers, count }: Rows, index: number, most: number): number {
  const first = numbers[index]!
  const limit = Math.min(most, count - index)
  let length = 1
  while (length < limit && numbers[index + length] === first + length) length++
  return length
}

function sumOf(amounts: Float64Array, from: number, to: number): number {
  let sum = 0
  for (let i = from; i < to; i++) sum += amounts[i]!
  return sum
}

function createEntries(capacity: number): Entries {
  return {
    userRow: new Float64Array(capacity),
    day: new Int32Array(capacity),
    amount: new Float64Array(capacity),
    categoryRow: new Float64Array(capacity),
    text: new Int32Array(capacity),
  }
}

/** Whether an order counts towards what a month brought and cost. */
function isOrdinary(terms: Terms, order: number): boolean {
  return order !== opening && order !== terms.settlement
}

function createBlock(): Block {
  return {
    month: -1,
    start: 0,
    size: 0,
    firstDay: 0,
    lastDay: 0,
    before: 0,
    busyness: 0,
    places: new Int32Array(orderNames.length),
    orders: new Int32Array(orderNames.length),
    days: new Int32Array(orderNames.length),
    taken: 0,
    settles: false,
    read: 0,
    net: 0,
  }
}

/** Lays out the month that a place belongs to. */
function findBlock(block: Block, terms: Terms, calendar: Calendar, ordinal: number): void {
  const busyness = terms.opened + ((ordinal + 0.5) / terms.siblings) * terms.span
  let month = calendar.monthOf(calendar.dayAt(busyness))
  layOut(block, terms, calendar, month)
  while (ordinal < block.start) layOut(block, terms, calendar, --month)
  while (ordinal >= block.start + block.size) layOut(block, terms, calendar, ++month)
}

function layOut(block: Block, terms: Terms, calendar: Calendar, number: number): void {
  const month = calendar.months[number]!
  const { siblings, opened, span } = terms
  block.month = number
  block.firstDay = Math.max(month.firstDay, terms.account.openedDay)
  block.lastDay = Math.min(month.lastDay, calendar.lastDay)
  block.before = calendar.before(block.firstDay)
  const after = calendar.before(block.lastDay + 1)
  block.busyness = after - block.before
  block.start = Math.floor(siblings * ((block.before - opened) / span) + terms.rounding)
  block.size = Math.floor(siblings * ((after - opened) / span) + terms.rounding) - block.start
  block.taken = 0
  block.settles = false
  block.read = 0
  block.net = 0
  if (block.size === 0) return
  for (const order of terms.orders) {
    if (order === opening) {
      if (block.start === 0) take(block, order, block.firstDay, 0, false)
      continue
    }
    // The first month with transactions has nothing before it to settle.
    if (order === terms.settlement && block.start === 0) continue
    const day = orderDay(terms, order, month)
    if (day < block.firstDay || day > block.lastDay) continue
    const share = (calendar.before(day) - block.before) / block.busyness
    take(block, order, day, Math.floor(share * block.size), order === terms.settlement)
  }
  sortTaken(block)
}

/** Gives an order the place of its day, or the nearest free one; none when the month is full. */
function take(block: Block, order: number, day: number, wanted: number, settles: boolean): void {
  if (block.taken === block.size) return
  let place = wanted
  while (place < block.size && findTaken(block, place) >= 0) place++
  if (place === block.size) place = wanted
  while (findTaken(block, place) >= 0) place--
  block.places[block.taken] = place
  block.orders[block.taken] = order
  block.days[block.taken] = day
  block.taken++
  block.settles ||= settles
}

/** Places and days both rise: what was moved to a free place may have come out of order. */
function sortTaken(block: Block): void {
  const { places, orders, days, taken } = block
  for (let end = 1; end < taken; end++) {
    for (let i = end; i > 0 && places[i - 1]! > places[i]!; i--) swap(places, i)
    for (let i = end; i > 0 && days[i - 1]! > days[i]!; i--) {
      swap(days, i)
      swap(orders, i)
    }
  }
}

function swap(values: Int32Array, index: number): void {
  const value = values[index]!
  values[index] = values[index - 1]!
  values[index - 1] = value
}

function findTaken(block: Block, place: number): number {
  const { places, taken } = block
  for (let i = 0; i < taken; i++) if (places[i] === place) return i
  return -1
}

/** A standing order's cents in a month, without its sign. */
function amountIn(terms: Terms, order: number, calendar: Calendar, month: number): number {
  const { amounts, growth } = terms
  const first = amounts[order]!
  switch (order) {
    case salary:
    case utilities:
    case insurance:
    case subscription: {
      const years = calendar.months[month]!.year - terms.openedYear
      return Math.floor(first * (1 + growth * years))
    }
    case interest: {
      const saved = amounts[opening]! + amounts[deposit]! * (month - terms.firstMonth)
      return Math.max(1, Math.floor((saved * growth) / 12))
    }
    default:
      return first
  }
}

/** Exact, and faster than `%` where whole numbers are beyond 2^31. */
function remainder(value: number, divisor: number): number {
  return value - Math.floor(value / divisor) * divisor
}

/** To the nearest price that looks like one: 23.95, 4.80; small amounts stay as they are. */
function roundPrice(cents: number, step: number, under: number): number {
  return cents < step * 4
    ? Math.max(1, Math.floor(cents + 0.5))
    : Math.floor(cents / step + 0.5) * step - under
}
