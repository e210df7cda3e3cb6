import type { Faker } from '@faker-js/faker'
import { extentOf } from '../extent.ts'
import { openRowFaker } from '../faker.ts'
import { createGenerator, fillVector } from '../generator.ts'
import type { ColumnFill, Context, Generator, RowFaker } from '../generator.ts'
import { below, createHashKey } from '../hash.ts'
import { createDictionary } from '../vector.ts'
import { refuseOddLength } from './refuse.ts'

export interface FakerOptions {
  /** As faker names it, e.g. `de` or `pt_BR`; loaded on use. @defaultValue 'en' */
  readonly locale?: string
  /** Makes so many values once, and draws from them. @defaultValue one is made for each row */
  readonly pool?: number
}

/**
 * Whatever faker can make, called for every row; its randomness is a function of the row. Costs
 * what faker costs, 1 to 50 µs a value: for large tables draw from a `pool`.
 *
 * @param make - gives the value as Drizzle's insert takes it; called once a row, or once for each
 *   value of the pool with its number
 * @param options - `locale`, `pool`
 * @throws DownpourError `PLAN_LENGTH` for a pool that is none, `PLAN_UNKNOWN_LOCALE` (when prepared)
 * @example
 * { columns: { bio: f.faker((faker) => faker.lorem.sentence()) } }
 * f.faker((faker) => faker.person.fullName(), { locale: 'de', pool: 5000 }) // 'Lina Bohnert', …
 */
export function fakerValue<Value>(
  make: (faker: Faker, row: number) => Value,
  options: FakerOptions = {},
): Generator<Value> {
  const { locale, pool } = options
  if (pool !== undefined) refuseOddLength('faker', 'pool', pool)
  return createGenerator<Value>('faker', async (context) => {
    const rowFaker = locale === undefined ? await context.faker() : await open(locale, context)
    return pool === undefined
      ? fillEach(rowFaker, make)
      : drawFrom(rowFaker, make, { pool, context })
  })
}

function open(locale: string, context: Context): Promise<RowFaker> {
  const referenceDate = new Date(context.referenceDay * 86_400_000).toISOString().slice(0, 10)
  return openRowFaker(context.random(`${context.purpose}/faker`), referenceDate, locale)
}

function fillEach(
  { faker, seedRow }: RowFaker,
  make: (faker: Faker, row: number) => unknown,
): ColumnFill {
  return fillVector({ kind: 'value' }, (rows, out) => {
    for (let i = 0; i < rows.count; i++) {
      const row = rows.numbers[i]!
      seedRow(row)
      out.values[i] = make(faker, row)
    }
  })
}

function drawFrom(
  { faker, seedRow }: RowFaker,
  make: (faker: Faker, row: number) => unknown,
  options: { readonly pool: number; readonly context: Context },
): ColumnFill {
  const { pool, context } = options
  const values = Array.from({ length: pool }, (_, number) => {
    seedRow(number)
    return make(faker, number)
  })
  const key = createHashKey(context.seed, context.purpose)
  const sqlForm = { kind: 'choice', values } as const
  const texts = values.filter((value) => typeof value === 'string')
  if (texts.length === pool) {
    const spec = { kind: 'dictionary', dictionary: createDictionary(texts) } as const
    const fill = fillVector(spec, (rows, out) => {
      for (let i = 0; i < rows.count; i++) out.codes[i] = below(key, rows.numbers[i]!, pool)
    })
    return { ...fill, sqlForm }
  }
  const fill = fillVector({ kind: 'value' }, (rows, out) => {
    for (let i = 0; i < rows.count; i++) {
      out.values[i] = values[below(key, rows.numbers[i]!, pool)]
    }
  })
  return { ...fill, extent: extentOf(values), sqlForm, vocabulary: values }
}
