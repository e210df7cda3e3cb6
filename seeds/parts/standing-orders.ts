import type { CategoryName } from './categories.ts'

/**
 * What happens once a month, always with the same party: rent, salary, … An account has some of
 * them, each with its own day, party and amount.
 */
export interface StandingOrder {
  readonly category: CategoryName
  /** The earliest and latest day of the month; beyond the month's end means its last day. */
  readonly days: readonly [number, number]
  /** Where it goes when the day is a Saturday or Sunday; always within the month. */
  readonly weekend: 'before' | 'after' | 'stays'
  readonly texts: readonly string[]
}

export type OrderName = keyof typeof standingOrders

export const standingOrders = {
  rent: {
    category: 'Rent',
    days: [1, 3],
    weekend: 'after',
    texts: [
      'Rent 12 Maple Court',
      'Rent Hafenstraße 41',
      'Rent Lindenallee 7',
      'Rent 3 Mill Lane',
      'Rent Parkview Apartments',
      'Rent 28 Station Road',
      'Rent Old Brewery Lofts',
      'Rent Riverside House 5B',
      'Rent Sonnenweg 19',
      'Rent 104 Orchard Street',
      'Rent Northgate Residences',
      'Rent Casa Verde 2',
    ],
  },
  insurance: {
    category: 'Insurance',
    days: [2, 12],
    weekend: 'after',
    texts: [
      'Helvia Insurance',
      'Anchor Mutual',
      'Union Life',
      'Shield Car Insurance',
      'Provida Health',
    ],
  },
  utilities: {
    category: 'Utilities',
    days: [9, 16],
    weekend: 'after',
    texts: [
      'City Power & Water',
      'Stadtwerke Nord',
      'GreenGrid Energy',
      'Lumen Electricity',
      'Voltaris',
    ],
  },
  subscription: {
    category: 'Subscriptions',
    days: [5, 24],
    weekend: 'stays',
    texts: [
      'Streamly',
      'Tunebox Premium',
      'Fitness Loft membership',
      'Fibrenet Internet',
      'Talkmore Mobile',
      'The Daily Post',
    ],
  },
  salary: {
    category: 'Salary',
    days: [25, 31],
    weekend: 'before',
    texts: [
      'Salary Halden Logistics',
      'Salary Brightwater Media',
      'Salary Kestrel Systems',
      'Salary Nordlicht Software',
      'Salary City Hospital',
      'Salary Atlas Engineering',
      'Salary Greenfield Schools',
      'Salary Marlow & Partners',
      'Salary Orion Retail',
      'Salary Pinnacle Bank',
      'Salary Riverside Council',
      'Salary Solaris Energy',
      'Salary Vogel Maschinenbau',
      'Salary Westbridge Pharma',
      'Salary Bluebird Foods',
      'Salary Cedar Consulting',
    ],
  },
  deposit: {
    category: 'Transfers in',
    days: [1, 6],
    weekend: 'after',
    texts: ['Monthly savings', 'Standing order savings', 'Rainy day fund'],
  },
  interest: { category: 'Interest', days: [31, 31], weekend: 'stays', texts: ['Interest'] },
  topUp: {
    category: 'Transfers in',
    days: [2, 8],
    weekend: 'after',
    texts: ['Transfer from main account', 'Household money', 'Transfer from joint account'],
  },
  withdrawal: {
    category: 'Transfers in',
    days: [1, 9],
    weekend: 'stays',
    texts: [
      'ATM withdrawal Central Station',
      'ATM withdrawal Market Square',
      'ATM withdrawal High Street',
    ],
  },
  repayment: {
    category: 'Transfers in',
    days: [8, 20],
    weekend: 'after',
    texts: ['Card repayment'],
  },
  surplus: {
    category: 'Transfers out',
    days: [4, 6],
    weekend: 'after',
    texts: [
      'Transfer to savings',
      'Index fund savings plan',
      'Transfer to joint account',
      'Transfer to deposit account',
    ],
  },
  /** Instead of a surplus, where a month cost more than it brought. */
  shortfall: {
    category: 'Transfers in',
    days: [4, 6],
    weekend: 'after',
    texts: ['Transfer from savings'],
  },
  opening: {
    category: 'Transfers in',
    days: [1, 31],
    weekend: 'stays',
    texts: ['Opening deposit'],
  },
} as const satisfies Readonly<Record<string, StandingOrder>>
