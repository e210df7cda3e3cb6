import { createLogNormal, createWeightTable, hash, unit } from '../../src/index.ts'
import type { Context } from '../../src/index.ts'
import { historyDays } from './calendar.ts'

/** What other tables need to know of users: plain functions of a user's row. */
export interface Customers {
  /** Days since 1970-01-01, before the reference day. */
  signupDay(row: number): number
  /** Seconds since that day's midnight, UTC. */
  signupSecond(row: number): number
  /** An index of `countries`. */
  country(row: number): number
  /** What comes in a month, in cents of the customer's currency. */
  income(row: number): number
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

export function openCustomers({ random, referenceDay }: Context): Customers {
  const signupKey = random('customers/signup')
  const secondKey = random('customers/second')
  const countryKey = random('customers/country')
  const incomeKey = random('customers/income')
  const firstDay = referenceDay - historyDays
  const table = createWeightTable(countries.map(({ share }) => share))

  function country(row: number): number {
    return row === demoRow ? 0 : table.pick(hash(countryKey, row))
  }

  return {
    country,
    // The demo user has been there from the beginning, so that there is something to look at.
    signupDay: (row) =>
      row === demoRow
        ? firstDay
        : firstDay + Math.floor(growingTime(unit(signupKey, row)) * historyDays),
    signupSecond: (row) => 21_600 + dayTime(hash(secondKey, row)),
    income: (row) =>
      Math.floor(monthlyIncome.at(hash(incomeKey, row)) * countries[country(row)]!.prices),
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
