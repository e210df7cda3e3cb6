/**
 * Generating and encoding alone, on one thread and without a server: the project's users and
 * transactions into the bytes of a binary COPY, against a loop that calls faker for each cell.
 *
 * One process makes them all, users first, as a run does: what V8 has compiled for one table is what
 * the next one finds.
 */
import { faker } from '@faker-js/faker/locale/en'
import path from 'node:path'
import { median } from 'simple-statistics'
import { loadProject } from '../../src/config/load-project.ts'
import { openTable } from '../../src/generate/slices.ts'
import type { Slice } from '../../src/generate/slices.ts'
import { buildPlan } from '../../src/plan/build-plan.ts'
import type { Plan } from '../../src/plan/plan.ts'
import { formatCount } from '../../src/report/format.ts'
import { formatTable } from '../../src/report/text-table.ts'
import { bindRowEncoder } from '../../src/write/encode/row.ts'
import type { RowEncoder } from '../../src/write/encode/row.ts'
import { createByteSink } from '../../src/write/encode/sink.ts'
import { atLeast } from '../support/limit.ts'
import type { Limit } from '../support/limit.ts'
import { offlineTarget } from '../support/offline-target.ts'
import { generateFor } from '../support/pace.ts'
import type { Pace } from '../support/pace.ts'

/** Many short ones: the processors of shared machines change their pace within seconds. */
const repetitions = 25
const secondsEach = 0.2
/** They have about two million transactions. */
const users = 20_000
/** Where the writer sends. */
const flushAt = 256 * 1024

interface Asked {
  readonly table: string
  readonly rowsPerSecond: number
  /** That of the loop that calls faker. */
  readonly times: number
  readonly fakerRow: (row: number) => unknown
}

const asked: readonly Asked[] = [
  { table: 'users', rowsPerSecond: 1_000_000, times: 50, fakerRow: fakerUser },
  { table: 'transactions', rowsPerSecond: 1_500_000, times: 100, fakerRow: fakerTransaction },
]

/** How fast rows become the bytes of a COPY. */
export async function measureGeneration(): Promise<readonly Limit[]> {
  const plan = await planProject()
  const limits: Limit[] = []
  const lines: string[][] = []
  for (const { table, rowsPerSecond, times, fakerRow } of asked) {
    const encode = await openEncoding(plan, table)
    const rates = Array.from({ length: repetitions + 1 }, () => {
      const ours = encode()
      return {
        generated: ours.generated,
        encoded: rateOf(ours),
        faker: rateOf(callFaker(fakerRow)),
      }
    }).slice(1)
    const encoded = median(rates.map((rate) => rate.encoded))
    const bare = median(rates.map((rate) => rate.generated))
    const byFaker = median(rates.map((rate) => rate.faker))
    lines.push([table, ...[encoded, bare, 1e9 / bare, 1e9 / encoded, byFaker].map(formatCount)])
    limits.push(
      atLeast({
        name: `${table}, generated and encoded`,
        value: encoded,
        bound: rowsPerSecond,
        unit: 'rows/s',
      }),
      atLeast({
        name: `${table}, of a loop that calls faker`,
        value: median(rates.map((rate) => rate.encoded / rate.faker)),
        bound: times,
        unit: 'times',
      }),
    )
    if (table === 'users') await generateOnce(plan, 'accounts')
  }
  const titles = [
    '',
    'rows/s',
    'generation alone, rows/s',
    'generation, ns/row',
    'in all, ns/row',
    'faker, rows/s',
  ]
  console.log(
    formatTable(
      titles.map((title, index) => ({ title, align: index === 0 ? 'left' : 'right' })),
      lines,
    ).join('\n'),
  )
  return limits
}

async function planProject(): Promise<Plan> {
  const project = await loadProject(path.resolve('downpour.config.ts'))
  return buildPlan({
    tables: project.tables,
    refinements: project.refinements,
    seed: 1,
    referenceDate: '2026-01-01',
    counts: { explicit: { users }, profile: { brands: 200, products: 1_000 }, scale: 1 },
    only: undefined,
    existing: undefined,
  })
}

function plannedTable(plan: Plan, key: string): Plan['tables'][number] {
  return plan.tables.find(({ model }) => model.key === key)!
}

async function generateOnce(plan: Plan, key: string): Promise<void> {
  const table = plannedTable(plan, key)
  const source = await openTable(plan, table)
  for (const _ of source.slices(table.rows));
}

/** @returns generates and encodes a table for a while; `generated` are the rows/s of that alone */
async function openEncoding(
  plan: Plan,
  key: string,
): Promise<() => Pace & { readonly generated: number }> {
  const table = plannedTable(plan, key)
  const source = await openTable(plan, table)
  const columns = offlineTarget(
    table.model,
    table.columns.map(({ model }) => model),
  )
  const encoders = new Map<Slice['vectors'], RowEncoder>(
    source.layouts.map((vectors) => [
      vectors,
      bindRowEncoder({ format: 'binary', columns, vectors }),
    ]),
  )
  const sink = createByteSink()
  return () => {
    let encoding = 0
    const pace = generateFor(secondsEach, source, table.rows, ({ count, vectors }) => {
      const started = performance.now()
      const encodeRows = encoders.get(vectors)!
      for (let row = 0; row < count;) {
        row = encodeRows(sink, row, count)
        if (sink.length > flushAt) sink.length = 0
      }
      encoding += (performance.now() - started) / 1000
    })
    return { ...pace, generated: pace.rows / (pace.seconds - encoding) }
  }
}

function callFaker(makeRow: (row: number) => unknown): Pace {
  const started = performance.now()
  const rows: unknown[] = []
  for (let made = 0; ; made++) {
    rows[made % 1_000] = makeRow(made)
    const seconds = (performance.now() - started) / 1000
    if (seconds >= secondsEach) return { rows: made + 1, seconds }
  }
}

function rateOf({ rows, seconds }: Pace): number {
  return rows / seconds
}

/** As people write it: the obvious call for each column, and nothing that goes together. */
function fakerUser(row: number): unknown {
  return {
    id: row + 1,
    username: faker.internet.username(),
    role: faker.helpers.weightedArrayElement([
      { weight: 94, value: 'member' },
      { weight: 4, value: 'support' },
      { weight: 2, value: 'admin' },
    ]),
    email: faker.internet.email(),
    fullName: faker.person.fullName(),
    country: faker.location.countryCode(),
    createdAt: faker.date.past(),
  }
}

function fakerTransaction(row: number): unknown {
  return {
    id: row + 1,
    userId: faker.number.int({ min: 1, max: users }),
    accountId: faker.number.int({ min: 1, max: 2 * users }),
    categoryId: faker.number.int({ min: 1, max: 18 }),
    amount: faker.finance.amount(),
    description: faker.finance.transactionDescription(),
    txDate: faker.date.recent(),
  }
}
