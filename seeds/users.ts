import * as schema from '../schema/index.ts'
import {
  createDictionary,
  defineSeeder,
  fillVectors,
  firstNames,
  lastNames,
  vocabulary,
} from '../src/index.ts'
import { countries, demoUser, openCustomers } from './parts/customers.ts'

/** What people put behind their name when the name alone is taken. */
const endings = vocabulary('ending', [
  ...Array.from({ length: 47 }, (_, n) => String(1960 + n)),
  ...Array.from({ length: 40 }, (_, n) => String(60 + n)),
  ...Array.from({ length: 9 }, (_, n) => String(n + 1)),
  '.home',
  '.mail',
  '.online',
  '.private',
  '.web',
  '.work',
])
const separators = vocabulary('separator', ['.', '_', '-'])

export default defineSeeder(schema, (f) => {
  const person = f.templates({
    parts: { first: firstNames, last: lastNames, separator: separators, ending: endings },
    columns: {
      fullName: '{first} {last}',
      username: '{first:slug}{separator}{last:slug}{ending}',
      email: '{first:slug}{separator}{last:slug}{ending}@example.com',
    },
    isUnique: true,
  })
  const { country } = f.group(['country'], (context) => {
    const customers = openCustomers(context)
    const dictionary = createDictionary(countries.map(({ code }) => code))
    return fillVectors({ country: { kind: 'dictionary', dictionary } }, (rows, out) => {
      for (let i = 0; i < rows.count; i++) {
        out.country.codes[i] = customers.country(rows.numbers[i]!)
      }
    })
  })
  const { createdAt } = f.group(['createdAt'], (context) => {
    const customers = openCustomers(context)
    return fillVectors({ createdAt: { kind: 'timestamp' } }, (rows, out) => {
      for (let i = 0; i < rows.count; i++) {
        const row = rows.numbers[i]!
        out.createdAt.values[i] =
          (customers.signupDay(row) * 86_400 + customers.signupSecond(row)) * 1_000_000
      }
    })
  })
  return {
    users: {
      count: 1000,
      rows: [{ ...demoUser, role: 'admin' }],
      columns: {
        username: person.username,
        email: person.email,
        fullName: person.fullName,
        role: f.valuesFromArray({
          values: [
            { weight: 94, values: ['member'] },
            { weight: 4, values: ['support'] },
            { weight: 2, values: ['admin'] },
          ],
        }),
        country,
        createdAt,
      },
    },
  }
})
