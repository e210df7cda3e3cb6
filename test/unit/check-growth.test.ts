import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { loadProject } from '../../src/config/load-project.ts'
import * as f from '../../src/generate/generators/index.ts'
import { vocabulary } from '../../src/generate/vocabulary.ts'
import { buildPlan } from '../../src/plan/build-plan.ts'
import type { ExistingRows } from '../../src/plan/build-plan.ts'
import { checkGrowth } from '../../src/plan/check-growth.ts'
import type { RecordedRows } from '../../src/plan/check-growth.ts'
import { checkPlan } from '../../src/plan/check-plan.ts'
import { columnDigests } from '../../src/plan/fingerprint.ts'
import type { Plan } from '../../src/plan/plan.ts'
import type { Refinements } from '../../src/plan/refinement.ts'
import { summariesOf } from '../../src/plan/summaries.ts'
import { failureOf, planOf, range, rowsOf } from '../support/plans.ts'
import type { PlanOptions } from '../support/plans.ts'

const title = f.template('Book {n}', { n: { min: 1, max: 999_999 } }, { isUnique: true })
const notes = vocabulary('note', ['long', 'short', 'lost'])
const library: Refinements = {
  shelves: { count: 20, columns: { capacity: f.sumOf('books', 'pages') } },
  books: {
    each: f.each('shelves', 4.5),
    columns: { title, pages: f.int(), loanCount: f.sumOf('loans', 'id') },
  },
  loans: { each: f.each('books', () => (row) => row % 4), columns: { note: f.words(notes) } },
}

/** What the ledger would say after a run of the plan. */
async function recordsOf(plan: Plan): Promise<{
  readonly existing: ReadonlyMap<string, ExistingRows>
  readonly recorded: ReadonlyMap<string, RecordedRows>
}> {
  const existing = new Map<string, ExistingRows>()
  const recorded = new Map<string, RecordedRows>()
  for (const table of plan.tables.filter(({ isLoaded }) => isLoaded)) {
    const { model, rows, key } = table
    const end = rows.first + rows.count
    const start = key?.start ?? 1
    const smallestKey = key && start
    const largestKey = key && start + end - 1
    existing.set(model.key, { rows: end, ours: end, smallestKey, largestKey })
    recorded.set(model.key, { range: rows, digests: await columnDigests(plan, table, rows) })
  }
  return { existing, recorded }
}

/** Grows from one library to another, as far as plans go. */
async function grow(from: Refinements, to: Refinements, options: PlanOptions = {}): Promise<Plan> {
  const { existing, recorded } = await recordsOf(await planOf(from))
  const plan = await planOf(to, { existing, ...options })
  await checkPlan(plan)
  await checkGrowth(plan, recorded)
  return plan
}

const counting = (counts: Readonly<Record<string, number>>) => ({
  counts: { explicit: counts, profile: {}, scale: 1 },
})

const refusal = (table: string, column: string) => ({
  code: 'PLAN_NOT_PREFIX_STABLE',
  message: `Cannot grow "${table}": column "${column}" would change in rows that are there`,
  why: 'Either its values depend on how many rows there are (a draw over a table that grows too, or children that are shared out to an exact count), or its seeder has been changed since.',
  fix: 'Leave that table or count as it was, or undo the change of the seeder; to have all rows anew use --reset.',
})

describe('checkGrowth', () => {
  it('lets tables grow whose first rows stay as they are, in steps too', async () => {
    const shelves = (count: number) => ({ ...library, shelves: { ...library['shelves'], count } })
    const whole = await planOf(shelves(70))
    const loaded = new Map<string, Record<string, unknown>[]>()
    let records: Awaited<ReturnType<typeof recordsOf>> | undefined
    for (const count of [20, 21, 21, 70]) {
      const plan = await planOf(shelves(count), { existing: records?.existing })
      await checkPlan(plan)
      if (records) await checkGrowth(plan, records.recorded)
      records = await recordsOf(plan)
      for (const { model, toLoad } of plan.tables) {
        const rows = await rowsOf(plan, model.key, { numbers: range(toLoad.first, toLoad.count) })
        loaded.set(model.key, [...(loaded.get(model.key) ?? []), ...rows])
      }
    }
    for (const { model } of whole.tables) {
      expect(loaded.get(model.key)).toEqual(await rowsOf(whole, model.key))
    }
    expect(loaded.get('loans')!.length).toBeGreaterThan(400)
  })

  it('refuses a draw over a table that grows too', async () => {
    const books = (count: number, shelves: number): Refinements => ({
      shelves: { count: shelves },
      books: { count, columns: { title } },
    })
    await grow(books(100, 20), books(300, 20))
    expect(await failureOf(() => grow(books(100, 20), books(300, 21)))).toEqual(
      refusal('books', 'shelfId'),
    )
    // Without new rows of its own as well: one larger run would have drawn others.
    expect(await failureOf(() => grow(books(100, 20), books(100, 40)))).toEqual(
      refusal('books', 'shelfId'),
    )
  })

  it('refuses children that are shared out to an exact count', async () => {
    const from: Refinements = { ...library, loans: { ...library['loans'], count: 500 } }
    await grow(from, from)
    expect(await failureOf(() => grow(from, from, counting({ loans: 501 })))).toEqual(
      refusal('loans', 'bookId'),
    )
    const more = { ...from, shelves: { ...from['shelves'], count: 30 } }
    expect(await failureOf(() => grow(from, more))).toEqual(refusal('loans', 'bookId'))
  })

  it('refuses a seeder that has been changed', async () => {
    const changed = (columns: Refinements[string]['columns']) => ({
      ...library,
      books: { ...library['books'], columns: { ...library['books']!.columns, ...columns } },
    })
    const failure = (from: Refinements, to: Refinements) => failureOf(() => grow(from, to))
    const pages = changed({ pages: f.int({ maxValue: 500 }) })
    expect(await failure(library, pages)).toEqual(refusal('books', 'pages'))
    const sum = changed({ loanCount: f.int() })
    expect(await failure(library, sum)).toEqual(refusal('books', 'loanCount'))
    const { note: _, ...rest } = library['loans']!.columns!
    const less = { ...library, loans: { ...library['loans'], columns: rest } }
    expect(await failure(library, less)).toEqual(refusal('loans', 'note'))
    expect(await failure(less, library)).toEqual(refusal('loans', 'note'))
    const each = { ...library, loans: { ...library['loans'], each: f.each('books', 2) } }
    expect(await failure(library, each)).toEqual(refusal('loans', 'bookId'))
  })

  it('asks nothing of tables that the run neither writes nor refers to', async () => {
    const from = { shelves: { count: 20 }, cards: { count: 9, columns: { id: f.uuid() } } }
    const to = {
      shelves: { count: 30 },
      cards: { count: 9, columns: { id: f.uuid(), owner: f.words(notes) } },
    }
    await grow(from, to, { only: ['shelves'] })
    expect(await failureOf(() => grow(from, to))).toEqual(refusal('cards', 'owner'))
  })

  it('asks nothing of rows of another origin', async () => {
    const plan = await planOf(
      { shelves: { count: 30 } },
      { existing: new Map([['shelves', { rows: 20, smallestKey: 1, largestKey: 20 }]]) },
    )
    const recorded = new Map([['shelves', { range: { first: 0, count: 20 }, digests: {} }]])
    await checkGrowth(plan, recorded)
    await checkGrowth(plan, new Map())
  })
})

describe('the project’s own seeders', () => {
  it('grow to what one larger run gives', async () => {
    const project = await loadProject(join(import.meta.dirname, '../../downpour.config.ts'))
    const { tables, refinements, config } = project
    const planFor = (
      explicit: Readonly<Record<string, number>>,
      existing?: ReadonlyMap<string, ExistingRows>,
    ) =>
      buildPlan({
        tables,
        refinements,
        seed: 1,
        referenceDate: config.referenceDate,
        ...counting(explicit),
        only: undefined,
        existing,
      })
    const first = await planFor({ users: 18, products: 50, brands: 9 })
    const { existing, recorded } = await recordsOf(first)
    const counts = { users: 60, products: 200, brands: 9 }
    const grown = await planFor(counts, existing)
    await checkPlan(grown)
    await checkGrowth(grown, recorded)
    const whole = await planFor(counts)
    for (const { model, rows, toLoad } of grown.tables) {
      const there = await rowsOf(first, model.key)
      const added = await rowsOf(grown, model.key, { numbers: range(toLoad.first, toLoad.count) })
      expect(toLoad.first).toBe(there.length)
      expect([...there, ...added]).toEqual(await rowsOf(whole, model.key))
      expect(there.length + added.length).toBe(rows.count)
    }
    expect(
      await failureOf(async () =>
        checkGrowth(await planFor({ ...counts, brands: 10 }, existing), recorded),
      ),
    ).toEqual(refusal('products', 'brandId'))
  })
})

describe('summariesOf', () => {
  it('names the columns that sum up children, and by which key these are counted', async () => {
    const plan = await planOf(library)
    expect(
      summariesOf(plan).map(({ parent, column, child, childColumn, foreignKey }) => [
        `${parent.model.key}.${column.property}`,
        `${child.model.key}.${childColumn.property}`,
        foreignKey.columns,
      ]),
    ).toEqual([
      ['shelves.capacity', 'books.pages', ['shelf_id']],
      ['books.loanCount', 'loans.id', ['book_id']],
    ])
    expect(summariesOf(await planOf({ shelves: { count: 3 } }))).toEqual([])
  })
})
