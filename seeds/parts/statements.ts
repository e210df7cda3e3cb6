/**
 * The transactions of an account, each computed from its place among the account's transactions.
 *
 * The places are shared out among the months by their busyness, so the dates rise. In a month, a
 * standing order takes the place that belongs to its day, and the other places are payments of a
 * random kind. One standing order settles what came before: a credit card's repayment is the sum of
 * the months since the last one, and what is left of a salary is put aside. So balances stay
 * believable however many transactions an account has, and no state is carried along.
 */
import { fillBits, fillBitsAt } from '../../src/index.ts'
import type { Context, Offsets, Rows } from '../../src/index.ts'
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

/** The standing orders that an account carries out, in the order of their places. */
interface Bookings {
  /** Places among the account's transactions, with the numbers of their orders, days and months. */
  readonly places: Int32Array
  readonly orders: Int32Array
  readonly days: Int32Array
  readonly monthsOf: Int32Array
  /** By month: its first booking; the next month's is behind its last one. */
  readonly firsts: Int32Array
}

/** A standing order's turn in a month that begins with booking `first`. */
interface Booking {
  readonly first: number
  readonly place: number
  readonly order: number
  readonly day: number
}

/** What is known of a run's payments before they are entered. */
interface Draft {
  /** By row of the run: 0 where a standing order has its place. */
  readonly isPayment: Uint8Array
  /** By row of the run: random bits for its day and for its text. */
  readonly when: Int32Array
  /** The rows of the run that are payments. */
  readonly payments: Offsets & { count: number }
  /** By payment: random bits, the table that they choose a line from, that line and its amount. */
  readonly draws: Int32Array
  readonly tables: Int32Array
  readonly lineOf: Int32Array
  readonly cents: Float64Array
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
  /** The booking that settles what came before; -1 in months without one. */
  readonly settledBy: Int32Array
}

const orderPlaces = orderNames.map((name) => placeOf(standingOrders[name].category))
const orderTexts = orderNames.map((name): readonly string[] => standingOrders[name].texts)
/** By order, as `Lines` by line. */
const orderLines = {
  categoryRow: Int32Array.from(orderPlaces, ({ categoryRow }) => categoryRow),
  sign: Int32Array.from(orderPlaces, ({ sign }) => sign),
  firstText: Int32Array.from(orderTexts, (_, order) => orderTexts.slice(0, order).flat().length),
}
const { opening, interest, surplus, shortfall, deposit } = orderNumber

/** Depends on nothing, and each reader of transactions needs it. */
let sharedSpending: Spending | undefined

export function openStatements(context: Context): Statements {
  const calendar = createCalendar(context.referenceDay)
  const spending = (sharedSpending ??= createSpending(orderTexts.flat()))
  const termsOf = openTerms(context, calendar, spending)
  const whenKey = context.random('transactions/when')
  const lineKey = context.random('transactions/line')
  const amountKey = context.random('transactions/amount')
  const months = createMonths(calendar)
  const bookings = createBookings(calendar)
  const unseen = createEntries(context.capacity)
  const draft = createDraft(context.capacity)
  /** By place in a month; 1 for what a standing order has, while the month's are laid out. */
  let takenPlaces = new Uint8Array(context.capacity)
  let accountRow = -1
  let siblings = -1

  /**
   * Payments at the places of a run that no standing order has. One fact after the other: a
   * processor works on several rows at once while a loop is short, and V8 keeps in registers what
   * a loop takes from variables of its own.
   */
  function pay(terms: Terms, run: Run, out: Entries): void {
    markPayments(terms, run)
    chooseDays(terms, run, out.day)
    chooseLines(terms, run, out.day)
    chooseAmounts(terms, run, out.amount)
    chooseTexts(terms, run, out)
  }

  function markPayments(terms: Terms, { ordinal, count }: Run): void {
    const { places, firsts } = bookings
    const { isPayment } = draft
    const end = firsts.at(-1)!
    isPayment.fill(1, 0, count)
    for (let n = firsts[monthAt(terms, ordinal)]!; n < end; n++) {
      const i = places[n]! - ordinal
      if (i >= count) break
      if (i >= 0) isPayment[i] = 0
    }
  }

  function chooseDays(terms: Terms, { row, ordinal, index, count }: Run, day: Int32Array): void {
    const { starts, firstDays, times, perPlace } = months
    const { firstDay, dayOfTime } = calendar
    const { isPayment, when, payments } = draft
    const { offsets } = payments
    fillBits(whenKey, row, count, when)
    let paid = 0
    for (let month = monthAt(terms, ordinal), i = 0; i < count; month++) {
      const end = Math.min(starts[month + 1]! - ordinal, count)
      const toPlace = ordinal - starts[month]!
      const time = times[month]!
      const step = perPlace[month]!
      const first = firstDays[month]!
      const last = firstDays[month + 1]! - 1
      for (; i < end; i++) {
        const place = toPlace + i + (when[i]! & 0xffff) / 65_536
        const busyDay = firstDay + dayOfTime[(time + place * step) | 0]!
        day[index + i] = Math.min(Math.max(busyDay, first), last)
        // No branch, because which rows are payments cannot be guessed.
        offsets[paid] = i
        paid += isPayment[i]!
      }
    }
    payments.count = paid
  }

  function chooseLines({ mix }: Terms, { row, index }: Run, day: Int32Array): void {
    const { firstTable } = mix
    const { firstDay, occasionOfDay } = calendar
    const { payments, draws, tables, lineOf } = draft
    const { offsets, count } = payments
    fillBitsAt(lineKey, row, payments, draws)
    for (let n = 0; n < count; n++)
      tables[n] = firstTable + occasionOfDay[day[index + offsets[n]!]! - firstDay]!
    spending.choices.pickEach(tables, draws, count, lineOf)
  }

  function chooseAmounts({ scale }: Terms, { row, index }: Run, amount: Float64Array): void {
    const { sign, step, under } = spending.lines
    const { payments, draws, lineOf, cents } = draft
    const { offsets, count } = payments
    fillBitsAt(amountKey, row, payments, draws)
    spending.amounts.atEach(lineOf, draws, count, cents)
    for (let n = 0; n < count; n++) {
      const line = lineOf[n]!
      const price = roundPrice(cents[n]! * scale, step[line]!, under[line]!)
      amount[index + offsets[n]!] = sign[line]! * price
    }
  }

  function chooseTexts({ taste }: Terms, { index }: Run, out: Entries): void {
    const { categoryRow, firstText, texts } = spending.lines
    const { payments, when, lineOf } = draft
    const { offsets, count } = payments
    for (let n = 0; n < count; n++) {
      const i = offsets[n]!
      const line = lineOf[n]!
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
    const { orders, firsts } = bookings
    const end = months.starts[month + 1]!
    let net = 0
    for (let ordinal = months.starts[month]!; ordinal < end; ordinal += unseen.day.length) {
      const count = Math.min(end - ordinal, unseen.day.length)
      pay(terms, { row: firstRow + ordinal, ordinal, count, index: 0 }, unseen)
      const { payments } = draft
      for (let n = 0; n < payments.count; n++) net += unseen.amount[payments.offsets[n]!]!
    }
    for (let n = firsts[month]!; n < firsts[month + 1]!; n++) {
      const order = orders[n]!
      if (!isOrdinary(terms, order)) continue
      net += orderLines.sign[order]! * amountIn(terms, order, calendar, month)
    }
    return net
  }

  /** The net of the months since the last settlement. */
  function netBefore(terms: Terms, settling: number, firstRow: number): number {
    const { nets, settledBy } = months
    let net = 0
    for (let month = settling - 1; month >= terms.firstMonth; month--) {
      // Who reads row after row has added up the months before already.
      if (Number.isNaN(nets[month])) nets[month] = netOf(terms, month, firstRow)
      net += nets[month]!
      if (settledBy[month]! >= 0) break
    }
    return net
  }

  /** Gives a settlement, which is booked at an index, the amount that follows from the net. */
  function settle({ settlement, account }: Terms, net: number, index: number, out: Entries): void {
    const { categoryRow, sign, firstText } = orderLines
    const aside = Math.floor((net * 0.9) / 1_000) * 1_000
    const missing = Math.max(1, Math.ceil(-net / 1_000)) * 1_000
    if (account.kind === creditCard) {
      // Refunds may have paid for everything: then a small rate.
      out.amount[index] = sign[settlement]! * (-net >= 100 ? -net : 1_000)
    } else if (settlement !== surplus) {
      out.amount[index] = sign[settlement]! * missing
    } else if (aside > 0) {
      out.amount[index] = sign[surplus]! * aside
    } else {
      out.amount[index] = sign[shortfall]! * missing
      out.categoryRow[index] = categoryRow[shortfall]!
      out.text[index] = firstText[shortfall]!
    }
  }

  /** Puts the standing orders of a run at their places, settlements with an amount of 0. */
  function book(terms: Terms, { ordinal, index, count }: Run, out: Entries): void {
    const { places, orders, days, firsts, monthsOf } = bookings
    const { choices } = terms
    const { categoryRow, sign, firstText } = orderLines
    const end = firsts.at(-1)!
    for (let n = firsts[monthAt(terms, ordinal)]!; n < end; n++) {
      const i = places[n]! - ordinal
      if (i >= count) break
      if (i < 0) continue
      const order = orders[n]!
      out.day[index + i] = days[n]!
      out.amount[index + i] = sign[order]! * amountIn(terms, order, calendar, monthsOf[n]!)
      out.categoryRow[index + i] = categoryRow[order]!
      out.text[index + i] = firstText[order]! + choices[order]!
    }
  }

  /** Gives the settlements of a run their amounts, and adds up its whole months for those to come. */
  function balance(terms: Terms, run: Run, out: Entries): void {
    if (terms.settlement === -1) return
    const { starts, nets, settledBy } = months
    const { places } = bookings
    const end = run.ordinal + run.count
    const toIndex = run.index - run.ordinal
    for (let month = monthAt(terms, run.ordinal); month < nets.length; month++) {
      const start = starts[month]!
      const next = starts[month + 1]!
      if (start >= end) break
      if (start >= run.ordinal && next <= end) {
        // An opening deposit is an account's first transaction.
        const isOpening = start === 0 && terms.orders.includes(opening)
        const opened = isOpening ? out.amount[toIndex]! : 0
        nets[month] = sumOf(out.amount, start + toIndex, next + toIndex) - opened
      }
      const settling = settledBy[month]!
      const place = settling < 0 ? -1 : places[settling]!
      if (place < run.ordinal || place >= end) continue
      settle(terms, netBefore(terms, month, run.row - run.ordinal), place + toIndex, out)
    }
  }

  /** Shares an account's places out among the months. */
  function turnTo(terms: Terms): void {
    if (terms.accountRow === accountRow && terms.siblings === siblings) return
    accountRow = terms.accountRow
    siblings = terms.siblings
    const { starts, firstDays, before, times, perPlace, nets } = months
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
    layOut(terms)
  }

  /** The month that a place belongs to. */
  function monthAt(terms: Terms, ordinal: number): number {
    const { starts } = months
    let month = terms.firstMonth
    while (ordinal >= starts[month + 1]!) month++
    return month
  }

  /** Gives the standing orders of each month their places. */
  function layOut(terms: Terms): void {
    const { starts, firstDays, before, nets, settledBy } = months
    const { orders, settlement } = terms
    const { busynessOfDay } = calendar
    const { places, monthsOf, firsts } = bookings
    let taken = 0
    for (let month = terms.firstMonth; month < nets.length; month++) {
      const start = starts[month]!
      const size = starts[month + 1]! - start
      const firstDay = firstDays[month]!
      const lastDay = firstDays[month + 1]! - 1
      const busyness = before[month + 1]! - before[month]!
      const first = taken
      firsts[month] = first
      settledBy[month] = -1
      if (size > takenPlaces.length) takenPlaces = new Uint8Array(size)
      const isTaken = takenPlaces
      // The first month with transactions has nothing before it to settle, and no other opens.
      const absent = start === 0 ? settlement : opening
      for (let k = 0; k < orders.length && taken - first < size; k++) {
        const order = orders[k]!
        if (order === absent) continue
        const day = order === opening ? firstDay : orderDay(terms, order, calendar, month)
        if (day < firstDay || day > lastDay) continue
        const share = (busynessOfDay[day - calendar.firstDay]! - before[month]!) / busyness
        const place = nearestFree(isTaken, Math.floor(share * size), size)
        isTaken[place] = 1
        insert(bookings, taken, { first, place: start + place, order, day })
        taken++
      }
      for (let n = first; n < taken; n++) {
        isTaken[places[n]! - start] = 0
        monthsOf[n] = month
        if (bookings.orders[n] === settlement) settledBy[month] = n
      }
    }
    firsts[nets.length] = taken
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
        balance(terms, run, out)
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

function createDraft(capacity: number): Draft {
  return {
    isPayment: new Uint8Array(capacity),
    when: new Int32Array(capacity),
    payments: { offsets: new Int32Array(capacity), count: 0 },
    draws: new Int32Array(capacity),
    tables: new Int32Array(capacity),
    lineOf: new Int32Array(capacity),
    cents: new Float64Array(capacity),
  }
}

function createMonths({ months }: Calendar): Months {
  return {
    starts: new Int32Array(months.length + 1),
    firstDays: new Int32Array(months.length + 1),
    before: new Float64Array(months.length + 1),
    times: new Float64Array(months.length),
    perPlace: new Float64Array(months.length),
    nets: new Float64Array(months.length),
    settledBy: new Int32Array(months.length),
  }
}

function createBookings({ months }: Calendar): Bookings {
  const most = months.length * orderNames.length
  return {
    places: new Int32Array(most),
    orders: new Int32Array(most),
    days: new Int32Array(most),
    monthsOf: new Int32Array(most),
    firsts: new Int32Array(months.length + 1),
  }
}

/** The first free place from the wanted one on, or else the last one before it. */
function nearestFree(isTaken: Uint8Array, wanted: number, size: number): number {
  let place = wanted
  while (place < size && isTaken[place] === 1) place++
  if (place < size) return place
  for (place = wanted; isTaken[place] === 1;) place--
  return place
}

/** As place `end`. Places and days both rise: the nearest free place may be out of order. */
function insert({ places, orders, days }: Bookings, end: number, booking: Booking): void {
  const { first, place, order, day } = booking
  let at = end
  for (; at > first && places[at - 1]! > place; at--) places[at] = places[at - 1]!
  places[at] = place
  for (at = end; at > first && days[at - 1]! > day; at--) {
    days[at] = days[at - 1]!
    orders[at] = orders[at - 1]!
  }
  days[at] = day
  orders[at] = order
}

/** A standing order's cents in a month, without its sign; 0 for a settlement. */
function amountIn(terms: Terms, order: number, calendar: Calendar, month: number): number {
  const { amounts, growth } = terms
  if (order === interest) {
    const saved = amounts[opening]! + amounts[deposit]! * (month - terms.firstMonth)
    return Math.max(1, Math.floor((saved * growth) / 12))
  }
  const years = calendar.years[month]! - terms.openedYear
  return Math.floor(amounts[order]! * (1 + terms.raises[order]! * years))
}

/** To the nearest price that looks like one: 23.95, 4.80; small amounts stay as they are. */
function roundPrice(cents: number, step: number, under: number): number {
  return cents < step * 4
    ? Math.max(1, Math.floor(cents + 0.5))
    : Math.floor(cents / step + 0.5) * step - under
}
