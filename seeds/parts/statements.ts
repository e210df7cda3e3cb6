/**
 * The transactions of an account, each computed from its place among the account's transactions.
 *
 * The places are shared out among the months by their busyness, so the dates rise. In a month, a
 * standing order takes the place that belongs to its day, and the other places are payments of a
 * random kind. One standing order settles what came before: a credit card's repayment is the sum of
 * the months since the last one, and what is left of a salary is put aside. So balances stay
 * believable however many transactions an account has, and no state is carried along.
 */
import { hash } from '../../src/index.ts'
import type { Context } from '../../src/index.ts'
import { creditCard } from './accounts.ts'
import { createCalendar, weekdayOf } from './calendar.ts'
import type { Calendar } from './calendar.ts'
import { createSpending, dayKindOf, dayKinds, placeOf } from './spending.ts'
import { standingOrders } from './standing-orders.ts'
import { openTerms, orderDay, orderNames, orderNumber } from './terms.ts'
import type { Terms } from './terms.ts'

export interface Statements {
  /** All descriptions; an entry's text is one of them. */
  readonly texts: readonly string[]
  /**
   * @param row - the transaction's row
   * @param ordinal - its place among the `siblings` transactions of the account
   * @returns the transaction; the same object each time, refilled
   */
  read(row: number, accountRow: number, ordinal: number, siblings: number): Entry
}

export interface Entry {
  userRow: number
  /** Days since 1970-01-01. */
  day: number
  /** Cents, below zero for what is spent. */
  amount: number
  categoryRow: number
  /** An index of `texts`. */
  text: number
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

export function openStatements(context: Context): Statements {
  const calendar = createCalendar(context.referenceDay)
  const spending = createSpending(orderTexts.flat())
  const firstTexts = orderTexts.map((_, order) => orderTexts.slice(0, order).flat().length)
  const termsOf = openTerms(context, calendar, spending)
  const whenKey = context.random('transactions/when')
  const lineKey = context.random('transactions/line')
  const amountKey = context.random('transactions/amount')
  const scratch = createBlock()
  let current = createBlock()
  let previous = createBlock()
  const entry: Entry = { userRow: 0, day: 0, amount: 0, categoryRow: 0, text: 0 }
  let accountRow = -1
  let count = -1

  function pay(terms: Terms, block: Block, place: number, row: number): void {
    const when = hash(whenKey, row)
    const share = (place + (when & 0xffff) / 65_536) / block.size
    const day = calendar.dayAt(block.before + share * block.busyness)
    entry.day = day < block.firstDay ? block.firstDay : day > block.lastDay ? block.lastDay : day
    const { ofYear } = calendar.months[block.month]!
    const table = terms.mix.tables[ofYear * dayKinds + dayKindOf(weekdayOf(entry.day))]!
    const line = spending.lines[table.pick(hash(lineKey, row))]!
    const cents = line.amounts.at(hash(amountKey, row)) * terms.scale
    entry.amount = line.sign * roundPrice(cents, line.step, line.under)
    entry.categoryRow = line.categoryRow
    // Squared, so that an account comes back to its favourites.
    const chance = (when >>> 16) / 65_536
    const rank = Math.floor(chance * chance * line.texts)
    entry.text = line.firstText + ((rank + terms.taste + line.firstText * 7) % line.texts)
  }

  function book(order: number, amount: number, choice: number): void {
    const { categoryRow, sign } = orderPlaces[order]!
    entry.amount = sign * amount
    entry.categoryRow = categoryRow
    entry.text = firstTexts[order]! + choice
  }

  /** What a month brought and cost, its settlement and the opening deposit apart. */
  function netOf(terms: Terms, block: Block, firstRow: number): number {
    let net = 0
    for (let place = 0; place < block.size; place++) {
      const taken = findTaken(block, place)
      if (taken < 0) {
        pay(terms, block, place, firstRow + block.start + place)
        net += entry.amount
      } else {
        const order = block.orders[taken]!
        if (isOrdinary(terms, order)) {
          net += orderPlaces[order]!.sign * amountIn(terms, order, calendar, block.month)
        }
      }
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

  function settle(terms: Terms, net: number): void {
    const { settlement } = terms
    const choice = terms.choices[settlement]!
    if (terms.account.kind === creditCard) {
      // Refunds may have paid for everything: then a small rate.
      return book(settlement, -net >= 100 ? -net : 1_000, choice)
    }
    const aside = Math.floor((net * 0.9) / 1_000) * 1_000
    if (settlement === surplus && aside > 0) return book(surplus, aside, choice)
    const missing = Math.max(1, Math.ceil(-net / 1_000)) * 1_000
    if (settlement === surplus) return book(shortfall, missing, 0)
    return book(settlement, missing, choice)
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

  return {
    texts: spending.texts,
    read(row, account, ordinal, siblings) {
      const terms = termsOf(account, siblings)
      turnTo(terms, ordinal)
      const place = ordinal - current.start
      const taken = findTaken(current, place)
      const order = taken < 0 ? -1 : current.orders[taken]!
      if (order < 0) pay(terms, current, place, row)
      else if (order === terms.settlement) settle(terms, netBefore(terms, current, row - ordinal))
      else book(order, amountIn(terms, order, calendar, current.month), terms.choices[order]!)
      if (taken >= 0) entry.day = current.days[taken]!
      if (place === current.read) {
        current.read++
        if (order < 0 || isOrdinary(terms, order)) current.net += entry.amount
      }
      entry.userRow = terms.account.userRow
      return entry
    },
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

/** To the nearest price that looks like one: 23.95, 4.80; small amounts stay as they are. */
function roundPrice(cents: number, step: number, under: number): number {
  return cents < step * 4
    ? Math.max(1, Math.floor(cents + 0.5))
    : Math.floor(cents / step + 0.5) * step - under
}
