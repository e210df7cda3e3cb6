import { beforeAll, describe, expect, it } from 'vitest'
import config from '../../downpour.config.ts'
import * as schema from '../../schema/index.ts'
import catalog from '../../seeds/catalog.ts'
import finance from '../../seeds/finance.ts'
import { categories } from '../../seeds/parts/categories.ts'
import users from '../../seeds/users.ts'
import { runSeeder } from '../../src/config/seeder.ts'
import { readCell } from '../../src/generate/cell.ts'
import { openTable } from '../../src/generate/slices.ts'
import { readSchema } from '../../src/model/read-schema.ts'
import { buildPlan } from '../../src/plan/build-plan.ts'
import type { PlanRequest } from '../../src/plan/build-plan.ts'
import { checkPlan } from '../../src/plan/check-plan.ts'
import type { Plan, PlannedTable } from '../../src/plan/plan.ts'

const tables = readSchema(schema)
const refinements = { ...runSeeder(users), ...runSeeder(finance), ...runSeeder(catalog) }
const { referenceDate } = config

let dev: Rows

beforeAll(async () => {
  dev = await readRows(await planOf(config.profiles.dev!.counts))
})

describe('the profiles', () => {
  it.each(Object.keys(config.profiles))('%s can be planned and checked', async (name) => {
    const plan = await planOf(config.profiles[name]!.counts)
    await expect(checkPlan(plan)).resolves.toBeUndefined()
  })

  it('dev has about 110,000 transactions of 1,000 users', () => {
    expect(dev.users).toHaveLength(1000)
    expect(dev.transactions.length).toBeGreaterThan(101_000)
    expect(dev.transactions.length).toBeLessThan(125_000)
  })

  it('staging has a hundred times as many, to within a tenth', async () => {
    const plan = await planOf(config.profiles.staging!.counts)
    const staging = tableOf(plan, 'transactions').rows.count
    expect(staging).toBeGreaterThanOrEqual(10_000_000)
    expect(staging / (100 * dev.transactions.length)).toBeGreaterThan(0.9)
    expect(staging / (100 * dev.transactions.length)).toBeLessThan(1.1)
  })

  it('tiny has 1,000 to 2,500 transactions', async () => {
    const { count } = tableOf(await planOf(config.profiles.tiny!.counts), 'transactions').rows
    expect(count).toBeGreaterThan(1_000)
    expect(count).toBeLessThan(2_500)
  })
})

describe('users', () => {
  it('begin with the demo user', () => {
    const { id, username, email, fullName, role } = dev.users[0]!
    expect({ id, username, email, fullName, role }).toEqual({
      id: 1,
      username: 'demo',
      email: 'demo@example.com',
      fullName: 'Demo User',
      role: 'admin',
    })
  })

  it('have names, usernames and addresses that belong together', () => {
    for (const { fullName, username, email } of dev.users.slice(1)) {
      const [first, last] = String(fullName).toLowerCase().replaceAll("'", '').split(' ')
      expect(username).toMatch(new RegExp(`^${first}[._-]${last}`))
      expect(email).toBe(`${String(username)}@example.com`)
    }
  })

  it('are members but for some', () => {
    const members = dev.users.filter(({ role }) => role === 'member').length
    expect(members).toBeGreaterThan(910)
    expect(members).toBeLessThan(970)
    expect(new Set(dev.users.map(({ role }) => role))).toEqual(
      new Set(['member', 'support', 'admin']),
    )
  })

  it('sign up in the two years before the reference date, more and more of them', () => {
    const days = dev.users.map(({ createdAt }) => (createdAt as Date).toISOString())
    expect(days.toSorted()[0]! >= '2024-01-01').toBe(true)
    expect(days.toSorted().at(-1)! < referenceDate).toBe(true)
    const secondYear = days.filter((day) => day >= '2025').length
    expect(secondYear / days.length).toBeGreaterThan(0.6)
  })
})

describe('accounts', () => {
  it('hold the sum of their transactions, to the cent', () => {
    const sums = new Map<unknown, number>()
    for (const { accountId, amount } of dev.transactions) {
      sums.set(accountId, (sums.get(accountId) ?? 0) + cents(amount))
    }
    expect(dev.accounts.map(({ balance }) => cents(balance))).toEqual(
      dev.accounts.map(({ id }) => sums.get(id) ?? 0),
    )
  })

  it('number 1 to 4 a user, the first a checking account, all in one currency', () => {
    const ofUser = groupBy(dev.accounts, 'userId')
    expect(ofUser.size).toBe(dev.users.length)
    for (const own of ofUser.values()) {
      expect(own.length).toBeLessThanOrEqual(4)
      expect(own[0]!.kind).toBe('checking')
      expect(new Set(own.map(({ currency }) => currency)).size).toBe(1)
      expect(new Set(own.map(({ kind }) => kind)).size).toBe(own.length)
    }
  })

  it('are not opened before their users signed up, nor after the reference date', () => {
    for (const { userId, openedAt } of dev.accounts) {
      const { createdAt } = dev.users[Number(userId) - 1]!
      expect(String(openedAt) >= (createdAt as Date).toISOString().slice(0, 10)).toBe(true)
      expect(String(openedAt) < referenceDate).toBe(true)
    }
  })

  it('differ widely in how many transactions they have', () => {
    const counts = [...groupBy(dev.transactions, 'accountId').values()]
      .map((own) => own.length)
      .toSorted((left, right) => left - right)
    const median = counts[Math.floor(counts.length / 2)]!
    const mean = dev.transactions.length / dev.accounts.length
    expect(mean).toBeGreaterThan(1.4 * median)
    expect(counts.at(-1)!).toBeGreaterThan(10 * median)
  })

  it('keep believable balances when many more transactions are forced on them', async () => {
    const plan = await planOf({ users: 50 }, { explicit: { transactions: 100_000 } })
    const forced = await readRows(plan, ['accounts', 'transactions'])
    expect(forced.transactions).toHaveLength(100_000)
    const euros = forced.accounts.filter(({ currency }) =>
      ['EUR', 'GBP'].includes(String(currency)),
    )
    expect(euros.length).toBeGreaterThan(30)
    for (const { balance } of euros) {
      expect(Math.abs(cents(balance))).toBeLessThan(3_000_000)
    }
    expectOneSalaryAMonth(forced.transactions)
  })
})

describe('transactions', () => {
  it('fall between the opening of their account and the reference date', () => {
    const outside = dev.transactions.filter(({ accountId, txDate }) => {
      const { openedAt } = dev.accounts[Number(accountId) - 1]!
      return String(txDate) < String(openedAt) || String(txDate) > referenceDate
    })
    expect(outside).toEqual([])
  })

  it('belong to the user whose account it is', () => {
    const foreign = dev.transactions.filter(
      ({ accountId, userId }) => userId !== dev.accounts[Number(accountId) - 1]!.userId,
    )
    expect(foreign).toEqual([])
  })

  it('are above zero where the category is an income, and below where it is an expense', () => {
    const wrong = dev.transactions.filter(({ categoryId, amount }) => {
      const { kind } = categories[Number(categoryId) - 1]!
      return Math.sign(cents(amount)) !== (kind === 'income' ? 1 : -1)
    })
    expect(wrong).toEqual([])
  })

  it('rise by month within an account', () => {
    for (const own of groupBy(dev.transactions, 'accountId').values()) {
      const months = own.map(({ txDate }) => String(txDate).slice(0, 7))
      expect(months).toEqual(months.toSorted())
    }
  })

  it('hold one salary a month at most, on a working day at its end, the same all year', () => {
    expectOneSalaryAMonth(dev.transactions)
    const salaries = withCategory(dev.transactions, 'Salary')
    expect(salaries.length).toBeGreaterThan(5_000)
    for (const { txDate } of salaries) {
      expect(Number(String(txDate).slice(8))).toBeGreaterThanOrEqual(23)
      expect([0, 6]).not.toContain(new Date(String(txDate)).getUTCDay())
    }
    for (const own of groupBy(salaries, 'accountId').values()) {
      const amounts = own.map((row) => `${String(row.txDate).slice(0, 4)} ${String(row.amount)}`)
      const years = new Set(amounts.map((text) => text.slice(0, 4)))
      expect(new Set(amounts).size).toBe(years.size)
      const rising = own.map(({ amount }) => cents(amount))
      expect(rising).toEqual(rising.toSorted((left, right) => left - right))
    }
  })

  it('hold one rent a month at most, in its first days', () => {
    const rents = withCategory(dev.transactions, 'Rent')
    expect(rents.length).toBeGreaterThan(5_000)
    expect(new Set(rents.map(monthOfAccount)).size).toBe(rents.length)
    for (const { txDate } of rents) {
      expect(Number(String(txDate).slice(8))).toBeLessThanOrEqual(5)
    }
  })

  it('go to the grocer more often than on a flight, and cost less', () => {
    const groceries = withCategory(dev.transactions, 'Groceries')
    const travel = withCategory(dev.transactions, 'Travel')
    expect(groceries.length).toBeGreaterThan(8 * travel.length)
    expect(medianAmount(travel)).toBeGreaterThan(2 * medianAmount(groceries))
  })

  it('follow the weekdays and the seasons', () => {
    const leisure = withCategory(dev.transactions, 'Dining out', 'Entertainment')
    const onWeekends = ({ txDate }: Row) => [0, 6].includes(new Date(String(txDate)).getUTCDay())
    const groceries = withCategory(dev.transactions, 'Groceries')
    expect(shareOf(leisure, onWeekends)).toBeGreaterThan(1.2 * shareOf(groceries, onWeekends))

    const inMonth = (month: string) => (row: Row) => String(row.txDate).slice(5, 7) === month
    const december = inMonth('12')
    const gifts = withCategory(dev.transactions, 'Gifts')
    expect(shareOf(gifts, december)).toBeGreaterThan(2 * shareOf(dev.transactions, december))
    const july = inMonth('07')
    const travel = withCategory(dev.transactions, 'Travel')
    expect(shareOf(travel, july)).toBeGreaterThan(1.3 * shareOf(dev.transactions, july))
  })

  it('repay a credit card with what was spent before', () => {
    const cards = dev.accounts.filter(({ kind }) => kind === 'credit card')
    const ofAccount = groupBy(dev.transactions, 'accountId')
    let repaidCards = 0
    for (const { id } of cards) {
      const own = ofAccount.get(id) ?? []
      const first = own.findIndex(({ description }) => description === 'Card repayment')
      if (first < 0) continue
      const month = String(own[first]!.txDate).slice(0, 7)
      const before = own.filter(({ txDate }) => String(txDate).slice(0, 7) < month)
      const owed = -before.reduce((sum, { amount }) => sum + cents(amount), 0)
      if (owed >= 100) expect(cents(own[first]!.amount)).toBe(owed)
      repaidCards++
    }
    expect(repaidCards).toBeGreaterThan(100)
  })
})

describe('budgets', () => {
  it('are set once for a user, category and month, for expenses, in the last three months', () => {
    const keys = dev.budgets.map(
      (row) => `${String(row.userId)} ${String(row.categoryId)} ${String(row.month)}`,
    )
    expect(new Set(keys).size).toBe(dev.budgets.length)
    expect(dev.budgets.length).toBeGreaterThan(2_000)
    for (const { categoryId } of dev.budgets) {
      expect(categories[Number(categoryId) - 1]!.kind).toBe('expense')
    }
    expect([...new Set(dev.budgets.map(({ month }) => String(month)))].toSorted()).toEqual([
      '2025-11-01',
      '2025-12-01',
      '2026-01-01',
    ])
  })

  it('stay unique when more are asked for than there are categories and months', async () => {
    const plan = await planOf({ users: 3 }, { explicit: { budgets: 500 } })
    const { budgets } = await readRows(plan, ['budgets'])
    const keys = budgets.map(
      (row) => `${String(row.userId)} ${String(row.categoryId)} ${String(row.month)}`,
    )
    expect(new Set(keys).size).toBe(500)
  })
})

describe('unique columns', () => {
  it('hold no value twice in 200,000 rows', async () => {
    const plan = await planOf({ users: 200_000, products: 200_000, brands: 5_000 })
    expect(await countDistinct(plan, 'users', 'username')).toBe(200_000)
    expect(await countDistinct(plan, 'users', 'email')).toBe(200_000)
    expect(await countDistinct(plan, 'products', 'name')).toBe(200_000)
    expect(await countDistinct(plan, 'brands', 'name')).toBe(5_000)
  })

  it('have room for 20 million products', async () => {
    await expect(
      checkPlan(await planOf({ products: 20_000_000, brands: 1 })),
    ).resolves.toBeUndefined()
  })
})

describe('every table', () => {
  it.each(tables.map(({ key }) => key))(
    'of the tiny profile is the same in slices of 1, 777 and 4096: %s',
    async (key) => {
      const plan = await planOf(config.profiles.tiny!.counts)
      const whole = await readTable(plan, key, 4096)
      expect(whole.length).toBeGreaterThan(0)
      expect(await readTable(plan, key, 777)).toEqual(whole)
      expect(await readTable(plan, key, 1)).toEqual(whole)
      expect((await readTable(plan, key, 1, 'backwards')).toReversed()).toEqual(whole)
    },
  )

  it('of 100 users begins with the rows of 50 users', async () => {
    const counts = { brands: 10, products: 20 }
    const small = await readRows(await planOf({ ...counts, users: 50 }))
    const large = await readRows(await planOf({ ...counts, users: 100, products: 40 }))
    for (const { key } of tables) {
      expect(large[key]!.slice(0, small[key]!.length)).toEqual(small[key]!)
    }
    expect(large.transactions.length).toBeGreaterThan(small.transactions.length)
  })

  it('gets the same rows from 50 users and 50 more as from 100 at once', async () => {
    const counts = { users: 50, brands: 10, products: 20 }
    const before = await readRows(await planOf(counts))
    const existing = new Map(
      tables.map(({ key }) => {
        const rows = before[key]!.length
        return [key, { rows, smallestKey: 1, largestKey: rows }]
      }),
    )
    const appended = await planOf({ ...counts, users: 100 }, { existing })
    await checkPlan(appended)
    const after = await readRows(appended)
    const atOnce = await readRows(await planOf({ ...counts, users: 100 }))
    for (const key of ['users', 'accounts', 'transactions', 'budgets']) {
      expect([...before[key]!, ...after[key]!]).toEqual(atOnce[key]!)
    }
  })

  it('differs with the seed', async () => {
    const first = await readTable(await planOf({ users: 5 }), 'transactions', 4096)
    const second = await readTable(await planOf({ users: 5 }, { seed: 2 }), 'transactions', 4096)
    expect(first.slice(0, 20)).not.toEqual(second.slice(0, 20))
  })

  it('can be empty', async () => {
    const explicit = { accounts: 0, transactions: 0, budgets: 0, products: 0, brands: 0 }
    const plan = await planOf({ users: 5 }, { explicit })
    await expect(checkPlan(plan)).resolves.toBeUndefined()
    expect(await readTable(plan, 'accounts', 4096)).toEqual([])
  })
})

type Row = Readonly<Record<string, unknown>>
type Rows = Record<string, readonly Row[]> & {
  [Key in 'users' | 'accounts' | 'transactions' | 'budgets']: readonly Row[]
}

function planOf(
  profile: Readonly<Record<string, number>>,
  options: {
    readonly seed?: number
    readonly explicit?: Readonly<Record<string, number>>
    readonly existing?: PlanRequest['existing']
  } = {},
): Promise<Plan> {
  const { seed = 1, explicit = {}, existing } = options
  return buildPlan({
    tables,
    refinements,
    seed,
    referenceDate,
    counts: { explicit, profile, scale: 1 },
    only: undefined,
    existing,
  })
}

function tableOf(plan: Plan, key: string): PlannedTable {
  return plan.tables.find(({ model }) => model.key === key)!
}

async function readRows(plan: Plan, keys = tables.map(({ key }) => key)): Promise<Rows> {
  const entries: [string, readonly Row[]][] = []
  for (const key of keys) entries.push([key, await readTable(plan, key, 4096)])
  return Object.fromEntries(entries) as Rows
}

async function readTable(
  plan: Plan,
  key: string,
  size: number,
  direction: 'forwards' | 'backwards' = 'forwards',
): Promise<Row[]> {
  const table = tableOf(plan, key)
  const source = await openTable(plan, table)
  const rows: Row[] = []
  const { first: start, count: total } = table.rows
  const starts = Array.from({ length: Math.ceil(total / size) }, (_, n) => start + n * size)
  for (const first of direction === 'forwards' ? starts : starts.toReversed()) {
    const count = Math.min(size, start + total - first)
    for (const slice of source.slices({ first, count })) {
      for (let i = 0; i < slice.count; i++) {
        rows.push(
          Object.fromEntries(
            table.columns.map(({ model }, column) => [
              model.property,
              readCell(slice.vectors[column]!, i, model.mode),
            ]),
          ),
        )
      }
    }
  }
  return rows
}

async function countDistinct(plan: Plan, key: string, property: string): Promise<number> {
  const table = tableOf(plan, key)
  const column = table.columns.findIndex(({ model }) => model.property === property)
  const source = await openTable(plan, table)
  const values = new Set<unknown>()
  for (const slice of source.slices(table.rows)) {
    for (let i = 0; i < slice.count; i++) values.add(readCell(slice.vectors[column]!, i, 'string'))
  }
  return values.size
}

function groupBy(rows: readonly Row[], property: string): ReadonlyMap<unknown, readonly Row[]> {
  const groups = new Map<unknown, Row[]>()
  for (const row of rows) {
    const group = groups.get(row[property])
    if (group) group.push(row)
    else groups.set(row[property], [row])
  }
  return groups
}

function withCategory(rows: readonly Row[], ...names: readonly string[]): readonly Row[] {
  return rows.filter(({ categoryId }) => names.includes(categories[Number(categoryId) - 1]!.name))
}

function expectOneSalaryAMonth(rows: readonly Row[]): void {
  const salaries = withCategory(rows, 'Salary')
  expect(new Set(salaries.map(monthOfAccount)).size).toBe(salaries.length)
}

function monthOfAccount({ accountId, txDate }: Row): string {
  return `${String(accountId)} ${String(txDate).slice(0, 7)}`
}

function shareOf(rows: readonly Row[], matches: (row: Row) => boolean): number {
  return rows.filter(matches).length / rows.length
}

function medianAmount(rows: readonly Row[]): number {
  const amounts = rows.map(({ amount }) => Math.abs(cents(amount)))
  return amounts.toSorted((left, right) => left - right)[Math.floor(rows.length / 2)]!
}

/** Exact: two decimals have no rounding to do once the point is gone. */
function cents(amount: unknown): number {
  return Number(String(amount).replace('.', ''))
}
