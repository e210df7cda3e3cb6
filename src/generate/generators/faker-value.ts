import type { Faker } from '@faker-js/faker'
import { createGenerator, fillVector } from '../generator.ts'
import type { Generator } from '../generator.ts'

/**
 * Whatever faker can make, called for every row; its randomness is a function of the row. Costs
 * what faker costs, 1 to 50 µs a value: for large tables draw from a pool with `f.pool` instead.
 *
 * @param make - gives the value as Drizzle's insert takes it; called once a row
 * @example
 * { columns: { bio: f.faker((faker) => faker.lorem.sentence()) } }
 */
export function fakerValue(make: (faker: Faker, row: number) => unknown): Generator {
  return createGenerator('faker', async (context) => {
    const { faker, seedRow } = await context.faker()
    return fillVector({ kind: 'value' }, (rows, out) => {
      for (let i = 0; i < rows.count; i++) {
        const row = rows.numbers[i]!
        seedRow(row)
        out.values[i] = make(faker, row)
      }
    })
  })
}
