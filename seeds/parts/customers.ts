import { createLogNormal, createWeightTable, hash, unit } from '../../src/index.ts'
import type { Context } from '../../src/index.ts'
import { historyDays } from './calendar.ts'

/** What other tables need to know of a user: plain functions of the user's row. */
export interface Customer {
  row: number
  /** Days since 1970-01-01, before the reference day. */
  signupDay: number
  /** Seconds since that day's midnight, UTC. */
  signupSecond: number
  /** An index of `countries`. */
  country: number
  /** What comes in a month, in cents of the customer's currency. */
  income: number
}

/** The user that `npm run seed` names at its end. */
export const demoUser = {
  username: 'demo',
  email: 'demo@example.com',
  fullName: 'Demo User',
} as const
export const demoRow = 0

/** Where customers live. `prices`: what costs 1.00 in the euro area costs so much there. */
export const countries = [
  { code: 'DE', currency: 'EUR', prices: 1, share: 20 },
  { code: 'FR', currency: 'EUR', prices: 1, share: 11 },
  { code: 'NL', currency: 'EUR', prices: 1.05, share: 6 },
  { code: 'IE', currency: 'EUR', prices: 1.1, share: 5 },
  { code: 'ES', currency: 'EUR', prices: 0.85, share: 6 },
  { code: 'US', currency: 'USD', prices: 1.2, share: 26 },
  { code: 'GB', currency: 'GBP', prices: 0.9, share: 16 },
  { code: 'CH', currency: 'CHF', prices: 1.5, share: 4 },
  { code: 'PL', currency: 'PLN', prices: 3, share: 4 },
  { code: 'SE', currency: 'SEK', prices: 11, share: 2 },
] as const

const monthlyIncome = createLogNormal({ median: 275_000, sigma: 0.36 })

/**
 * @returns gives a user's facts; the same object each time, refilled
 */
export function openCustomers({ random, referenceDay }: Context): (row: number) => Customer {
  const keys = {
    signup: random('customers/signup'),
    second: random('customers/second'),
    country: random('customers/country'),
    income: random('customers/income'),
  }
  const table = createWeightTable(countries.map(({ share }) => share))
  const customer: Customer = { row: -1, signupDay: 0, signupSecond: 0, country: 0, income: 0 }
  return (row) => {
    if (row === customer.row) return customer
    customer.row = row
    // The demo user has been there from the beginning, so that there is something to look at.
    const time = row === demoRow ? 0 : growingTime(unit(keys.signup, row))
    customer.signupDay = referenceDay - historyDays + Math.floor(time * historyDays)
    customer.signupSecond = 21_600 + dayTime(hash(keys.second, row))
    customer.country = row === demoRow ? 0 : table.pick(hash(keys.country, row))
    customer.income = Math.floor(
      monthlyIncome.at(hash(keys.income, row)) * countries[customer.country]!.prices,
    )
    return customer
  }
}

/** From [0, 1) to [0, 1), four times as dense at the end as at the beginning. */
function growingTime(draw: number): number {
  return (Math.sqrt(0.16 + 2.4 * draw) - 0.4) / 1.2
}

/** The sum of two draws: most sign up in the middle of the 18 hours after six. */
function dayTime(bits: number): number {
  return Math.floor(((bits >>> 16) + (bits & 0xffff)) * 0.494)
}
