import { hash, unit } from '../../src/index.ts'
import type { Context, HashKey } from '../../src/index.ts'
import { cash, checking, createAccount, openAccounts, savings } from './accounts.ts'
import type { Account } from './accounts.ts'
import type { Calendar } from './calendar.ts'
import { weekdayOf } from './calendar.ts'
import { countries } from './customers.ts'
import type { Mix, Spending } from './spending.ts'
import { standingOrders } from './standing-orders.ts'
import type { OrderName } from './standing-orders.ts'

/** The standing orders by number, so that typed arrays can hold them. */
export const orderNames = Object.keys(standingOrders) as readonly OrderName[]

export const orderNumber = Object.fromEntries(
  orderNames.map((name, number) => [name, number]),
) as Readonly<Record<OrderName, number>>

/** What is fixed for an account: its standing orders, and how freely it spends. */
export interface Terms {
  accountRow: number
  account: Account
  /** How many transactions the account has. */
  siblings: number
  /** The busyness before the account's first day, and that from there to the calendar's end. */
  opened: number
  span: number
  firstMonth: number
  openedYear: number
  hasSalary: boolean
  mix: Mix
  /** What amounts of the mix are multiplied by. */
  scale: number
  /** The numbers of the standing orders. */
  orders: readonly number[]
  /** The order that evens out the months before: its amount follows from them; -1 for none. */
  settlement: number
  /** By order: the amount in cents, without its sign, in the account's first year. */
  readonly amounts: Float64Array
  /** By order: the day of the month. */
  readonly days: Int32Array
  /** By order: a choice among its texts. */
  readonly choices: Int32Array
  /** By order: by how much of itself the amount rises in a year. */
  readonly raises: Float64Array
  /** The yearly raise of the salary and of bills, and the interest on savings. */
  growth: number
  /** For choices that differ by account: which shop is the favourite. */
  taste: number
  /** From 0 to 1: whether the fractions of months with 2.5 transactions come early or late. */
  rounding: number
}

const daysPerMonth = 30.44
const subscriptionPrices = [799, 999, 1_299, 1_499, 1_799, 2_499, 3_499]

/**
 * @returns gives an account's terms; the same object each time, refilled
 */
export function openTerms(
  context: Context,
  calendar: Calendar,
  spending: Spending,
): (accountRow: number, siblings: number) => Terms {
  const accountAt = openAccounts(context)
  const keys = orderNames.map((name) => ({
    day: context.random(`terms/${name}/day`),
    choice: context.random(`terms/${name}/choice`),
    amount: context.random(`terms/${name}/amount`),
  }))
  const growthKey = context.random('terms/growth')
  const tasteKey = context.random('terms/taste')
  const roundingKey = context.random('terms/rounding')
  const end = calendar.before(calendar.lastDay + 1)
  const terms: Terms = {
    accountRow: -1,
    account: createAccount(),
    siblings: 0,
    opened: 0,
    span: 1,
    firstMonth: 0,
    openedYear: 0,
    hasSalary: false,
    mix: spending.mixes.checking,
    scale: 1,
    orders: [],
    settlement: -1,
    amounts: new Float64Array(orderNames.length),
    days: new Int32Array(orderNames.length),
    choices: new Int32Array(orderNames.length),
    raises: new Float64Array(orderNames.length),
    growth: 0,
    taste: 0,
    rounding: 0,
  }

  return (accountRow, siblings) => {
    if (accountRow === terms.accountRow && siblings === terms.siblings) return terms
    const account = accountAt(accountRow)
    terms.accountRow = accountRow
    terms.account = account
    terms.siblings = siblings
    terms.opened = calendar.before(account.openedDay)
    terms.span = end - terms.opened
    terms.firstMonth = calendar.monthOf(account.openedDay)
    terms.openedYear = calendar.months[terms.firstMonth]!.year
    terms.growth = 0.012 + 0.034 * unit(growthKey, accountRow)
    terms.taste = hash(tasteKey, accountRow) >>> 16
    terms.rounding = unit(roundingKey, accountRow)
    // Smoothed by a month of the usual, or an account of three days would look very busy.
    const perMonth = (siblings + account.rate) / (terms.span / daysPerMonth + 1)
    chooseOrders(terms, perMonth)
    for (const order of terms.orders) chooseDetails(terms, order, keys[order]!)
    chooseMix(terms, perMonth, spending)
    return terms
  }
}

/** The day of a standing order in a month, given by its number in the calendar. */
export function orderDay(terms: Terms, order: number, calendar: Calendar, month: number): number {
  const { firstDays, lastDays } = calendar
  const day = Math.min(firstDays[month]! + terms.days[order]! - 1, lastDays[month]!)
  return day + moves[order * 7 + weekdayOf(day)]!
}

/** By order and weekday: how many days later an order is carried out. */
const moves = Int8Array.from(
  orderNames.flatMap((name) => {
    const { weekend } = standingOrders[name]
    const onWeekends = weekend === 'before' ? [-2, -1] : weekend === 'after' ? [1, 2] : [0, 0]
    return [onWeekends[0]!, 0, 0, 0, 0, 0, onWeekends[1]!]
  }),
)

const { rent, salary, utilities, subscription, insurance, deposit, interest } = orderNumber
const { surplus, topUp, withdrawal, repayment, opening } = orderNumber

const salaried = [opening, salary, rent, surplus]
const ordersOf = {
  quiet: [opening, topUp],
  lean: salaried,
  usual: [...salaried, utilities],
  busy: [...salaried, utilities, subscription],
  full: [...salaried, utilities, subscription, insurance],
  savings: [opening, deposit, interest],
  creditCard: [repayment],
  cash: [opening, withdrawal],
} as const

function chooseOrders(terms: Terms, perMonth: number): void {
  const { kind, ordinal } = terms.account
  terms.hasSalary = kind === checking && ordinal === 0 && perMonth >= 4
  terms.settlement = terms.hasSalary ? surplus : settlements[kind]!
  terms.orders =
    kind !== checking
      ? ([ordersOf.savings, ordersOf.creditCard, ordersOf.cash] as const)[kind - 1]!
      : !terms.hasSalary
        ? ordersOf.quiet
        : perMonth < 7
          ? ordersOf.lean
          : perMonth < 9
            ? ordersOf.usual
            : perMonth < 12
              ? ordersOf.busy
              : ordersOf.full
}

const settlements = [topUp, -1, repayment, withdrawal]

function chooseDetails(
  terms: Terms,
  order: number,
  keys: { readonly day: HashKey; readonly choice: HashKey; readonly amount: HashKey },
): void {
  const row = terms.accountRow
  const { days, texts } = standingOrders[orderNames[order]!]
  terms.days[order] = days[0] + Math.floor(unit(keys.day, row) * (days[1] - days[0] + 1))
  terms.choices[order] = Math.floor(unit(keys.choice, row) * texts.length)
  terms.amounts[order] = orderAmount(terms.account, order, unit(keys.amount, row))
  terms.raises[order] = isRaised[order]! * terms.growth
}

/** By order: 1 where the amount rises with the years. */
const isRaised = Uint8Array.from(orderNames, (_, order) =>
  Number([salary, utilities, insurance, subscription].includes(order)),
)

/** Cents; 0 where the amount follows from other transactions. */
function orderAmount({ kind, income, country }: Account, order: number, draw: number): number {
  const { prices } = countries[country]!
  switch (order) {
    case salary:
      return income
    case rent:
      return round(income * (0.21 + 0.13 * draw), 500)
    case utilities:
      return round(prices * (4_500 + 8_500 * draw), 50)
    case insurance:
      return round(prices * (1_400 + 6_000 * draw * draw), 1)
    case subscription:
      return round(prices * subscriptionPrices[Math.floor(draw * subscriptionPrices.length)]!, 1)
    case deposit:
      return round(income * (0.03 + 0.1 * draw * draw), 1_000)
    case opening:
      if (kind === cash) return round(income * (0.09 + 0.05 * draw), 1_000)
      return round(income * (kind === savings ? 0.2 + 2.5 * draw * draw : 0.3 + draw), 5_000)
    default:
      return 0
  }
}

/** To the nearest multiple, and at least one. */
function round(cents: number, step: number): number {
  return Math.max(1, Math.floor(cents / step + 0.5)) * step
}

/** The share of a monthly income that an account is there to spend, by kind. */
const budgets = [0.2, 0.05, 0.22, 0.07]
const budgetOfSalaried = 0.42
/** How much more than that may be spent before amounts become smaller than they usually are. */
const overspending = 2

/**
 * Many transactions do not make a larger income: first they become everyday ones, then each of them
 * becomes smaller. What is spent beyond the income is settled by a transfer, a month at a time.
 */
function chooseMix(terms: Terms, perMonth: number, { mixes }: Spending): void {
  const { kind, income, country } = terms.account
  const { prices } = countries[country]!
  const free = Math.max(1, perMonth - terms.orders.length)
  const budget = income * (terms.hasSalary ? budgetOfSalaried : budgets[kind]!)
  const usual = [mixes.checking, mixes.savings, mixes.creditCard, mixes.cash][kind]!
  const many = [mixes.daily, mixes.roundUps, mixes.daily, mixes.cash][kind]!
  const isUsual = budget / (free * usual.mean) > prices / 2
  terms.mix = isUsual ? usual : many
  const affordable = budget / (free * terms.mix.mean)
  const generous = kind === savings ? 1 : 1.25
  terms.scale = Math.min(
    prices * generous,
    Math.max(affordable, Math.min(prices / 2, affordable * overspending)),
  )
  if (kind === cash) {
    // Cash cannot be overdrawn, and is not topped up before the next month.
    const spent = free * terms.mix.mean * terms.scale
    terms.amounts[opening] = Math.max(terms.amounts[opening]!, round(spent * 2.3, 1_000))
  }
}
