/**
 * The transactions of an account, each computed from its place among the account's transactions.
 *
 * The places are shared out among the months by their busyness, so the dates rise. In a month, a
 * standing order takes the place that belongs to its day, and the other places are payments of a
 * random kind. One standing order settles what came before: a credit card's repayment is the sum of
 * the months since the last one, and what is left of a salary is put aside. So balances stay
 * believable however many transactions an account has, and no state is carried along.
 */
import { fillBits } from '../../src/index.ts'
import type { Context, Rows } from '../../src/index.ts'
import { creditCard } from './accounts.ts'
import { createCalendar, timesPerUnit } from './calendar.ts'
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

/** The standing orders of an account in one month, in the order of their places. */
interface Bookings {
  /** Places within the month that standing orders take, with their numbers and days. */
  readonly places: Int32Array
  readonly orders: Int32Array
  readonly days: Int32Array
  taken: number
  settles: boolean
}

/** An order that is to be booked: where its day is among the places of the month, of which there are `size`. */
interface Wish {
  readonly order: number
  readonly day: number
  readonly place: number
  readonly size: number
}

/** An account's transactions by month, the calendar's number of which is the index. */
interface Months {
  /** The place of a month's first transaction; the next month's is behind its last one. */
  readonly starts: Int32Array
  /** The first day that counts, and the busyness before it. */
  readonly firstDays: Int32Array
  readonly before: Float64Array
  /** Where it begins in `Calendar.dayOfTime`, and how far it is from one place to the next. */
  readonly times: Float64Array
  readonly perPlace: Float64Array
  /** What a month brought and cost; NaN where that has not been added up. */
  readonly nets: Float64Array
  /** 1 for months that settle what came before; known where the net is. */
  readonly settles: Uint8Array
}

const orderPlaces = orderNames.map((name) => placeOf(standingOrders[name].category))
const orderCategories = Int32Array.from(orderPlaces, ({ categoryRow }) => categoryRow)
const orderSigns = Int32Array.from(orderPlaces, ({ sign }) => sign)
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
  const months = createMonths(calendar)
  const bookings = createBookings()
  const scratch = createBookings()
  const unseen = createEntries(context.capacity)
  const when = new Int32Array(context.capacity)
  const draws = new Int32Array(context.capacity)
  const tables = new Int32Array(context.capacity)
  const lineOf = new Int32Array(context.capacity)
  const cents = new Float64Array(context.capacity)
  let accountRow = -1
  let siblings = -1

  /**
   * Payments at the places of a run, as if no standing order had any of them. One fact after the
   * other: a processor works on several rows at once while a loop is short.
   */
  function pay(terms: Terms, run: Run, out: Entries): void {
    chooseDays(terms, run, out.day)
    chooseLines(terms, run, out.day)
    chooseAmounts(terms, run, out.amount)
    chooseTexts(terms, run, out)
  }

  function chooseDays(terms: Terms, { row, ordinal, index, count }: Run, day: Int32Array): void {
    const { starts, firstDays, times, perPlace } = months
    const { firstDay, dayOfTime } = calendar
    fillBits(whenKey, row, count, when)
    let month = monthAt(terms, ordinal)
    for (let i = 0; i < count; i++) {
      while (ordinal + i >= starts[month + 1]!) month++
      const place = ordinal + i - starts[month]! + (when[i]! & 0xffff) / 65_536
      const busyDay = firstDay + dayOfTime[(times[month]! + place * perPlace[month]!) | 0]!
      day[index + i] = Math.min(Math.max(busyDay, firstDays[month]!), firstDays[month + 1]! - 1)
    }
  }

  function chooseLines({ mix }: Terms, { row, index, count }: Run, day: Int32Array): void {
    const { firstTable } = mix
    const { firstDay, occasionOfDay } = calendar
    fillBits(lineKey, row, count, draws)
    for (let i = 0; i < count; i++)
      tables[i] = firstTable + occasionOfDay[day[index + i]! - firstDay]!
    spending.choices.pickEach(tables, draws, count, lineOf)
  }

  function chooseAmounts({ scale }: Terms, { row, index, count }: Run, amount: Float64Array): void {
    const { sign, step, under } = spending.lines
    fillBits(amountKey, row, count, draws)
    spending.amounts.atEach(lineOf, draws, count, cents)
    for (let i = 0; i < count; i++) {
      const line = lineOf[i]!
      amount[index + i] = sign[line]! * roundPrice(cents[i]! * scale, step[line]!, under[line]!)
    }
  }

  function chooseTexts({ taste }: Terms, { index, count }: Run, out: Entries): void {
    const { categoryRow, firstText, texts } = spending.lines
    for (let i = 0; i < count; i++) {
      const line = lineOf[i]!
      // Squared, so that an account comes back to its favourites.
      const chance = (when[i]! >>> 16) / 65_536
      const rank = (chance * chance * texts[line]!) | 0
      const first = firstText[line]!
      out.categoryRow[index + i] = categoryRow[line]!
      out.text[index + i] = first + ((rank + taste + first * 7) % texts[line]!)
    }
  }

  /** What a month brought and cost, its settlement and the opening deposit apart. */
  function netOf(terms: Terms, month: number, firstRow: number): number {
    const start = months.starts[month]!
    const end = months.starts[month + 1]!
    const { places, orders, taken } = scratch
    let net = 0
    for (let ordinal = start; ordinal < end; ordinal += unseen.day.length) {
      const count = Math.min(end - ordinal, unseen.day.length)
      pay(terms, { row: firstRow + ordinal, ordinal, count, index: 0 }, unseen)
      net += sumOf(unseen.amount, 0, count)
      for (let n = 0; n < taken; n++) {
        const index = start + places[n]! - ordinal
        if (index >= 0 && index < count) net -= unseen.amount[index]!
      }
    }
    for (let n = 0; n < taken; n++) {
      const order = orders[n]!
      if (!isOrdinary(terms, order)) continue
      net += orderSigns[order]! * amountIn(terms, order, calendar, month)
    }
    return net
  }

  /** The net of the months since the last settlement. */
  function netBefore(terms: Terms, settling: number, firstRow: number): number {
    const { nets, settles } = months
    let net = 0
    for (let month = settling - 1; month >= terms.firstMonth; month--) {
      // Who reads row after row has added up the months before already.
      if (Number.isNaN(nets[month])) {
        layOut(scratch, terms, month)
        nets[month] = netOf(terms, month, firstRow)
        settles[month] = Number(scratch.settles)
      }
      net += nets[month]!
      if (settles[month] === 1) break
    }
    return net
  }

  function enter(out: Entries, index: number, order: number, amount: number, choice: number): void {
    out.amount[index] = orderSigns[order]! * amount
    out.categoryRow[index] = orderCategories[order]!
    out.text[index] = firstTexts[order]! + choice
  }

  function settle(terms: Terms, net: number, out: Entries, index: number): void {
    const { settlement } = terms
    const choice = terms.choices[settlement]!
    if (terms.account.kind === creditCard) {
      // Refunds may have paid for everything: then a small rate.
      return enter(out, index, settlement, -net >= 100 ? -net : 1_000, choice)
    }
    const aside = Math.floor((net * 0.9) / 1_000) * 1_000
    if (settlement === surplus && aside > 0) return enter(out, index, surplus, aside, choice)
    const missing = Math.max(1, Math.ceil(-net / 1_000)) * 1_000
    if (settlement === surplus) return enter(out, index, shortfall, missing, 0)
    return enter(out, index, settlement, missing, choice)
  }

  /** Puts the standing orders of a run's months over the payments, and adds up whole months. */
  function book(terms: Terms, run: Run, out: Entries): void {
    const { starts, nets, settles } = months
    const firstRow = run.row - run.ordinal
    const end = run.ordinal + run.count
    for (let month = monthAt(terms, run.ordinal); month < nets.length; month++) {
      const start = starts[month]!
      if (start >= end) break
      if (starts[month + 1] === start) {
        nets[month] = 0
        continue
      }
      layOut(bookings, terms, month)
      const from = Math.max(start, run.ordinal)
      const to = Math.min(starts[month + 1]!, end)
      const toIndex = run.index - run.ordinal
      let apart = 0
      for (let n = 0; n < bookings.taken; n++) {
        const ordinal = start + bookings.places[n]!
        if (ordinal < from || ordinal >= to) continue
        const index = ordinal + toIndex
        const order = bookings.orders[n]!
        if (order === terms.settlement) {
          settle(terms, netBefore(terms, month, firstRow), out, index)
        } else {
          enter(out, index, order, amountIn(terms, order, calendar, month), terms.choices[order]!)
        }
        out.day[index] = bookings.days[n]!
        if (!isOrdinary(terms, order)) apart += out.amount[index]!
      }
      if (to - from < starts[month + 1]! - start) continue
      nets[month] = sumOf(out.amount, from + toIndex, to + toIndex) - apart
      settles[month] = Number(bookings.settles)
    }
  }

  /** Shares an account's places out among the months. */
  function turnTo(terms: Terms): void {
    if (terms.accountRow === accountRow && terms.siblings === siblings) return
    accountRow = terms.accountRow
    siblings = terms.siblings
    const { starts, firstDays, before, times, perPlace, nets, settles } = months
    // An account begins within its first month; what the one before it changed is put back.
    firstDays.set(calendar.firstDays)
    before.set(calendar.busynessBefore)
    firstDays[terms.firstMonth] = terms.account.openedDay
    before[terms.firstMonth] = terms.opened
    for (let month = terms.firstMonth; month < starts.length; month++) {
      const share = (before[month]! - terms.opened) / terms.span
      starts[month] = Math.floor(siblings * share + terms.rounding)
    }
    for (let month = terms.firstMonth; month < nets.length; month++) {
      const busyness = before[month + 1]! - before[month]!
      times[month] = before[month]! * timesPerUnit
      perPlace[month] = (busyness * timesPerUnit) / (starts[month + 1]! - starts[month]!)
    }
    nets.fill(NaN)
    settles.fill(0)
  }

  /** The month that a place belongs to. */
  function monthAt(terms: Terms, ordinal: number): number {
    const { starts } = months
    let month = terms.firstMonth
    while (ordinal >= starts[month + 1]!) month++
    return month
  }

  /** Gives the standing orders of a month their places. */
  function layOut(bookings: Bookings, terms: Terms, month: number): void {
    const { starts, firstDays, before } = months
    const start = starts[month]!
    const size = starts[month + 1]! - start
    const firstDay = firstDays[month]!
    const lastDay = firstDays[month + 1]! - 1
    const busyness = before[month + 1]! - before[month]!
    bookings.taken = 0
    bookings.settles = false
    if (size === 0) return
    for (const order of terms.orders) {
      if (order === opening) {
        if (start === 0) take(bookings, { order, day: firstDay, place: 0, size })
        continue
      }
      // The first month with transactions has nothing before it to settle.
      if (order === terms.settlement && start === 0) continue
      const day = orderDay(terms, order, calendar.months[month]!)
      if (day < firstDay || day > lastDay) continue
      const share = (calendar.before(day) - before[month]!) / busyness
      const isTaken = take(bookings, { order, day, place: Math.floor(share * size), size })
      if (isTaken && order === terms.settlement) bookings.settles = true
    }
    sortBookings(bookings)
  }

  const run: Run = { row: 0, ordinal: 0, count: 0, index: 0 }

  return {
    texts: spending.texts,
    read(rows, out) {
      for (let index = 0; index < rows.count; index += run.count) {
        const terms = termsOf(rows.parents[index]!, rows.siblings[index]!)
        turnTo(terms)
        run.row = rows.numbers[index]!
        run.ordinal = rows.ordinals[index]!
        run.index = index
        run.count = countConsecutive(rows, index, terms.siblings - run.ordinal)
        pay(terms, run, out)
        book(terms, run, out)
        out.userRow.fill(terms.account.userRow, index, index + run.count)
      }
    },
  }
}
/** Consecutive rows of one account. */
interface Run {
  row: number
  /** The first one's place among the account's transactions, and its index in the slice. */
  ordinal: number
  index: number
  count: number
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

function createMonths({ months }: Calendar): Months {
  return {
    starts: new Int32Array(months.length + 1),
    firstDays: new Int32Array(months.length + 1),
    before: new Float64Array(months.length + 1),
    times: new Float64Array(months.length),
    perPlace: new Float64Array(months.length),
    nets: new Float64Array(months.length),
    settles: new Uint8Array(months.length),
  }
}

function createBookings(): Bookings {
  return {
    places: new Int32Array(orderNames.length),
    orders: new Int32Array(orderNames.length),
    days: new Int32Array(orderNames.length),
    taken: 0,
    settles: false,
  }
}

/** Gives an order the place of its day, or the nearest free one; none when the month is full. */
function take(bookings: Bookings, { order, day, place: wanted, size }: Wish): boolean {
  const { taken } = bookings
  if (taken === size) return false
  let place = wanted
  while (place < size && isTaken(bookings, place)) place++
  if (place === size) place = wanted
  while (isTaken(bookings, place)) place--
  bookings.places[taken] = place
  bookings.orders[taken] = order
  bookings.days[taken] = day
  bookings.taken++
  return true
}

/** Places and days both rise: what was moved to a free place may have come out of order. */
function sortBookings({ places, orders, days, taken }: Bookings): void {
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

function isTaken({ places, taken }: Bookings, place: number): boolean {
  for (let i = 0; i < taken; i++) if (places[i] === place) return true
  return false
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

/** To the nearest price that looks like one: 23.95, 4.80; small amounts stay as they are. */
function roundPrice(cents: number, step: number, under: number): number {
  return cents < step * 4
    ? Math.max(1, Math.floor(cents + 0.5))
    : Math.floor(cents / step + 0.5) * step - under
}
