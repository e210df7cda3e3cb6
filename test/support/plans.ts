import { integer, pgTable, text, uuid } from 'drizzle-orm/pg-core'
import { expect } from 'vitest'
import { DownpourError } from '../../src/errors.ts'
import { readCell } from '../../src/generate/cell.ts'
import type { Generator } from '../../src/generate/generator.ts'
import { openColumns } from '../../src/generate/read-columns.ts'
import { readSchema } from '../../src/model/read-schema.ts'
import type { ColumnMode } from '../../src/model/table.ts'
import { buildPlan } from '../../src/plan/build-plan.ts'
import type { PlanRequest } from '../../src/plan/build-plan.ts'
import type { KnownRow, Plan } from '../../src/plan/plan.ts'
import type { Refinements } from '../../src/plan/refinement.ts'

export const referenceDate = '2026-01-01'

const shelves = pgTable('shelves', {
  id: integer('id').primaryKey(),
  name: text('name'),
  capacity: integer('capacity'),
})

const books = pgTable('books', {
  id: integer('id').primaryKey().generatedAlwaysAsIdentity({ startWith: 100 }),
  shelfId: integer('shelf_id')
    .notNull()
    .references(() => shelves.id),
  title: text('title').notNull().unique(),
  pages: integer('pages').notNull().default(200),
  loanCount: integer('loan_count'),
})

const loans = pgTable('loans', {
  id: integer('id').primaryKey().generatedAlwaysAsIdentity(),
  bookId: integer('book_id')
    .notNull()
    .references(() => books.id),
  note: text('note'),
})

const cards = pgTable('cards', { id: uuid('id').primaryKey(), owner: text('owner') })

/** A library: shelves hold books, books have loans. Children stand first, to be put in order. */
export const library = { loans, books, shelves, cards }

/** A table without rules, whose columns take any generator. */
export const things = pgTable('things', { a: text('a'), b: text('b'), c: text('c') })

export interface PlanOptions extends Partial<Omit<PlanRequest, 'tables' | 'refinements'>> {
  readonly schema?: Readonly<Record<string, unknown>>
}

/** Builds a plan of the library, or of another schema, with seed 1 and no other wishes. */
export async function planOf(refinements: Refinements, options: PlanOptions = {}): Promise<Plan> {
  const { schema = library, ...wishes } = options
  return buildPlan({
    tables: readSchema(schema),
    refinements,
    seed: 1,
    referenceDate,
    counts: { explicit: {}, profile: {}, scale: 1 },
    only: undefined,
    existing: undefined,
    ...wishes,
  })
}

/** `count` whole numbers from `first`. */
export function range(first: number, count: number): number[] {
  return Array.from({ length: count }, (_, index) => first + index)
}

/** Reads rows as objects, by the way that `preview` and `verify` take. */
export async function rowsOf(
  plan: Plan,
  key: string,
  options: { readonly properties?: readonly string[]; readonly numbers?: readonly number[] } = {},
): Promise<Record<string, unknown>[]> {
  const table = plan.tables.find(({ model }) => model.key === key)!
  const properties = options.properties ?? table.columns.map(({ model }) => model.property)
  const numbers = options.numbers ?? range(table.rows.first, table.rows.count)
  const modes = properties.map(
    (property) => table.model.columns.find((column) => column.property === property)!.mode,
  )
  const reader = await openColumns({ plan, path: [] }, key, properties)
  const rows: Record<string, unknown>[] = []
  for (let from = 0; from < numbers.length; from += 4096) {
    const part = Float64Array.from(numbers.slice(from, from + 4096))
    reader.readRows(part, part.length)
    part.forEach((_, index) => {
      rows.push(
        Object.fromEntries(
          properties.map((property, column) => [
            property,
            readCell(reader.vectors[column]!, index, modes[column]!),
          ]),
        ),
      )
    })
  }
  return rows
}

export interface DrawOptions {
  readonly seed?: number
  /** The column of `things` that the generator fills. @defaultValue 'a' */
  readonly column?: 'a' | 'b' | 'c'
  readonly knownRows?: readonly KnownRow[]
  /** @defaultValue 'number' for numbers and decimals, else 'string' */
  readonly mode?: ColumnMode
  /** Rows of the table, where they matter. @defaultValue 1 */
  readonly count?: number
}

/** What a generator gives for some rows. */
export async function draw(
  generator: Generator,
  numbers: readonly number[],
  options: DrawOptions = {},
): Promise<unknown[]> {
  const { seed = 1, column = 'a', knownRows = [], count = 1 } = options
  const plan = await planOf(
    { things: { count, rows: knownRows, columns: { [column]: generator } } },
    { schema: { things }, seed },
  )
  const reader = await openColumns({ plan, path: [] }, 'things', [column])
  const [vector] = reader.vectors
  const isNumeric = vector!.kind === 'number' || vector!.kind === 'decimal'
  const mode = options.mode ?? (isNumeric ? 'number' : 'string')
  const values: unknown[] = []
  for (let from = 0; from < numbers.length; from += 4096) {
    const part = Float64Array.from(numbers.slice(from, from + 4096))
    reader.readRows(part, part.length)
    part.forEach((_, index) => values.push(readCell(vector!, index, mode)))
  }
  return values
}

/** What an error says, as plain data that an inline literal can be compared with. */
export async function failureOf(
  act: () => unknown,
): Promise<Pick<DownpourError, 'code' | 'message' | 'why' | 'fix'>> {
  try {
    await act()
  } catch (error) {
    expect(error).toBeInstanceOf(DownpourError)
    const { code, message, why, fix } = error as DownpourError
    return { code, message, why, fix }
  }
  throw new Error('It did not fail')
}
