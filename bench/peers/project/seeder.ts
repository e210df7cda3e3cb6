import { createGenerator, defineSeeder, fillVector, pooled } from '../../../src/index.ts'
import * as schema from './schema.ts'

const accountsPerBranch = 100_000

const descriptions = pooled((faker) => faker.finance.transactionDescription(), 1000)

/** Branches of 100,000 accounts each, one after another. */
const branch = createGenerator('branch', () =>
  fillVector({ kind: 'number' }, ({ count, numbers }, out) => {
    for (let i = 0; i < count; i++) {
      out.values[i] = 1 + Math.floor(numbers[i]! / accountsPerBranch)
    }
  }),
)

export default defineSeeder(schema, (f) => ({
  transactions: {
    columns: {
      userId: f.int({ minValue: 1, maxValue: 1000 }),
      accountId: f.int({ minValue: 1, maxValue: 3000 }),
      amount: f.decimal({ minValue: -500, maxValue: 500 }),
      description: f.words(descriptions),
      txDate: f.date(),
    },
  },
  accounts: {
    columns: {
      bid: branch,
      abalance: f.default({ defaultValue: 0 }),
      filler: f.default({ defaultValue: '' }),
    },
  },
}))
