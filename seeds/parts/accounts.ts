import { createLogNormal, createWeightTable, hash, unit } from '../../src/index.ts'
import type { Context } from '../../src/index.ts'
import type { Calendar } from './calendar.ts'
import { demoRow, openCustomers } from './customers.ts'

/** What other tables need to know of an account: plain functions of the account's row. */
export interface Account {
  row: number
  userRow: number
  /** The account's place among the user's own, counted from 0. */
  ordinal: number
  kind: AccountKind
  /** Days since 1970-01-01, not before the user's sign-up. */
  openedDay: number
  /** The user's country, an index of `countries`. */
  country: number
  /** The user's monthly income in cents. */
  income: number
  /** Transactions a month. */
  rate: number
}

/** The index of an account's kind in `accountKinds`. */
export type AccountKind = 0 | 1 | 2 | 3

export const accountKinds = ['checking', 'savings', 'credit card', 'cash'] as const
export const checking = 0
export const savings = 1
export const creditCard = 2
export const cash = 3

/** In which order users open accounts; the first is for everyone. */
const orders: readonly { readonly share: number; readonly kinds: readonly AccountKind[] }[] = [
  { share: 38, kinds: [checking, savings, creditCard, cash] },
  { share: 32, kinds: [checking, creditCard, savings, cash] },
  { share: 18, kinds: [checking, savings, cash, creditCard] },
  { share: 12, kinds: [checking, creditCard, cash, savings] },
]

/** Transactions a month by kind, and how far accounts of one kind differ. */
const rates = [
  createLogNormal({ median: 7.1, sigma: 0.55 }),
  createLogNormal({ median: 2.5, sigma: 0.15 }),
  createLogNormal({ median: 3.8, sigma: 0.65 }),
  createLogNormal({ median: 2.8, sigma: 0.5 }),
]

/** The draw of the demo user's accounts: nine in ten accounts have fewer transactions. */
const busy = 0.9 * 4_294_967_296

const daysPerMonth = 30.44

/** How many accounts a user has: from 1 to 4. */
export function openAccountCounts({ random }: Context): (userRow: number) => number {
  const key = random('accounts/number')
  const table = createWeightTable([30, 36, 24, 10])
  return (userRow) => (userRow === demoRow ? 4 : 1 + table.pick(hash(key, userRow)))
}

/**
 * The facts of an account whose user and place among the user's accounts are known.
 *
 * @returns gives an account's facts; the same object each time, refilled
 */
export function openAccountFacts(
  context: Context,
): (row: number, userRow: number, ordinal: number) => Account {
  const { random, referenceDay } = context
  const keys = {
    order: random('accounts/order'),
    opened: random('accounts/opened'),
    rate: random('accounts/rate'),
  }
  const orderTable = createWeightTable(orders.map(({ share }) => share))
  const customers = openCustomers(context)
  const account = createAccount()
  let signupDay = 0
  let { kinds } = orders[0]!

  /** What a user's accounts have in common: they come one after the other. */
  function turnTo(userRow: number): void {
    account.userRow = userRow
    account.country = customers.country(userRow)
    account.income = customers.income(userRow)
    signupDay = customers.signupDay(userRow)
    kinds = orders[orderTable.pick(hash(keys.order, userRow))]!.kinds
  }

  return (row, userRow, ordinal) => {
    if (row === account.row) return account
    if (userRow !== account.userRow) turnTo(userRow)
    account.row = row
    account.ordinal = ordinal
    account.kind = kinds[ordinal % kinds.length]!
    account.rate = rates[account.kind]!.at(userRow === demoRow ? busy : hash(keys.rate, row))
    const draw = unit(keys.opened, row)
    // The first account is opened within days, the others soon rather than late.
    const wait = ordinal === 0 ? draw * 4 : draw * draw * (referenceDay - signupDay)
    account.openedDay = Math.min(signupDay + Math.floor(wait), referenceDay - 1)
    return account
  }
}

/** An account to be filled. */
export function createAccount(): Account {
  return {
    row: -1,
    userRow: -1,
    ordinal: 0,
    kind: checking,
    openedDay: 0,
    country: 0,
    income: 0,
    rate: 0,
  }
}

/** The facts of any account by its row. */
export function openAccounts(context: Context): (row: number) => Account {
  const factsOf = openAccountFacts(context)
  const users = context.table('accounts').openParents()
  let account: Account | undefined
  return (row) => {
    if (account?.row === row) return account
    const userRow = users.parentRow(row)
    account = factsOf(row, userRow, row - users.firstChild(userRow))
    return account
  }
}

/** How many transactions an account has gathered since it was opened. */
export function openTransactionCounts(
  context: Context,
  calendar: Calendar,
): (accountRow: number) => number {
  const accountAt = openAccounts(context)
  const end = calendar.before(calendar.lastDay + 1)
  return (accountRow) => {
    const { rate, openedDay } = accountAt(accountRow)
    return (rate * (end - calendar.before(openedDay))) / daysPerMonth
  }
}
