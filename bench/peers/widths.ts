import postgres from 'postgres'
import type { Sql } from 'postgres'
import { median } from 'simple-statistics'
import { formatCount, formatRows, threeDigits } from '../../src/report/format.ts'
import { formatTable } from '../../src/report/text-table.ts'
import { withBenchDatabase } from '../support/database.ts'
import { atLeast, reported } from '../support/limit.ts'
import type { Limit } from '../support/limit.ts'
import { startSeederProcess } from './seeder-process.ts'
import type { SeederAnswer, SeederName, SeederProcess } from './seeder-process.ts'
import type { PeerSizes } from './sizes.ts'
import { wideTable } from './wide-table.ts'

/** With 7, 14, 15 and 17 columns drizzle-seed sends the driver a parameter too many, or two. */
const widths = [5, 7, 14, 15, 17, 40]

const mostRows = 200_000

/** drizzle-seed takes a minute and more for the widest table. */
const mostRepetitions = 3

/**
 * The public `seed()` of Downpour and of drizzle-seed on postgres.js: the same generators, the same
 * empty table with its key. Each has a process of its own for a width, and they take turns.
 */
export async function compareWidths(sizes: PeerSizes): Promise<readonly Limit[]> {
  const rows = Math.min(sizes.rows, mostRows)
  const repetitions = Math.min(sizes.repetitions, mostRepetitions)
  const pairs: Pair[] = []
  await withBenchDatabase(async ({ url, label }) => {
    console.log(`
${label}
seed() on postgres.js, ${formatRows(rows)} by the same generators, from connecting to the end`)
    const sql = postgres(url, { max: 1, onnotice: () => {} })
    try {
      for (const width of widths) {
        pairs.push(await measurePair(sql, { url, width, rows, repetitions }))
      }
    } finally {
      await sql.end()
    }
  })
  console.log(describe(pairs, rows).join('\n'))
  return pairs.map((pair) => judge(pair))
}

/** What came of the runs of one seeder. */
interface Runs {
  readonly seconds: number[]
  readonly peakRssBytes: number[]
  /** Why the first one that failed did: it is not asked again. */
  failure: string | undefined
}

interface Pair {
  readonly width: number
  readonly ours: Runs
  readonly theirs: Runs
}

interface PairSizes {
  readonly url: string
  readonly width: number
  readonly rows: number
  readonly repetitions: number
}

async function measurePair(sql: Sql, { url, width, rows, repetitions }: PairSizes): Promise<Pair> {
  const { name, createStatement } = wideTable(width)
  await sql.unsafe(createStatement)
  const [ours, theirs] = [startContestant('Downpour'), startContestant('drizzle-seed')]
  try {
    for (let round = 0; round <= repetitions; round++) {
      for (const { seeder, process, runs } of [ours, theirs]) {
        if (runs.failure !== undefined) continue
        // The first round is discarded: a tenth is more work for drizzle-seed than all for Downpour.
        const isShort = round === 0 && seeder === 'drizzle-seed'
        const count = isShort ? Math.ceil(rows / 10) : rows
        await sql.unsafe(`truncate ${name} restart identity`)
        await sql`checkpoint`
        const answer = await process.load({ url, seeder, width, rows: count })
        if (answer.kind === 'done') await expectRows(sql, { seeder, name, count })
        if (round > 0) record(runs, answer)
      }
    }
  } finally {
    for (const { process } of [ours, theirs]) process.end()
    await sql.unsafe(`drop table ${name}`)
  }
  if (ours.runs.failure !== undefined) throw new Error(`Downpour: ${ours.runs.failure}`)
  return { width, ours: ours.runs, theirs: theirs.runs }
}

interface Contestant {
  readonly seeder: SeederName
  readonly process: SeederProcess
  readonly runs: Runs
}

function startContestant(seeder: SeederName): Contestant {
  const runs = { seconds: [], peakRssBytes: [], failure: undefined }
  return { seeder, process: startSeederProcess(), runs }
}

function record(runs: Runs, answer: SeederAnswer): void {
  if (answer.kind === 'failed') {
    runs.failure = answer.reason
    return
  }
  runs.seconds.push(answer.seconds)
  runs.peakRssBytes.push(answer.peakRssBytes)
}

/** A way that loses rows is no way. */
async function expectRows(
  sql: Sql,
  { seeder, name, count }: { seeder: SeederName; name: string; count: number },
): Promise<void> {
  const [found] = await sql<{ rows: number }[]>`
    select count(*)::float8 as rows from ${sql(name)}`
  if (found!.rows !== count) {
    throw new Error(`${seeder} has loaded ${found!.rows} rows of ${count}`)
  }
}

function judge({ width, ours, theirs }: Pair): Limit {
  const name = `Downpour over drizzle-seed, ${width} columns`
  if (theirs.failure !== undefined) return reported(name, `drizzle-seed fails: ${theirs.failure}`)
  const value = median(theirs.seconds) / median(ours.seconds)
  return atLeast({ name, value, bound: 20, unit: 'times' })
}

function describe(pairs: readonly Pair[], rows: number): readonly string[] {
  const columns = [
    ...['columns', 'seeder'].map((title) => ({ title, align: 'left' as const })),
    ...['runs', 'rows/s', 'from', 'to', 'peak MB', 'Downpour is'].map((title) => ({
      title,
      align: 'right' as const,
    })),
  ]
  return formatTable(
    columns,
    pairs.flatMap(({ width, ours, theirs }) => [
      [String(width), 'Downpour', ...figures(ours, rows), ''],
      [
        '',
        'drizzle-seed',
        ...(theirs.failure === undefined
          ? [
              ...figures(theirs, rows),
              `${threeDigits(median(theirs.seconds) / median(ours.seconds))} ×`,
            ]
          : ['', 'fails', '', '', '', '']),
      ],
    ]),
  )
}

function figures({ seconds, peakRssBytes }: Runs, rows: number): readonly string[] {
  const rates = seconds.map((each) => rows / each)
  const counts = [median(rates), Math.min(...rates), Math.max(...rates)]
  const megabytes = Math.max(...peakRssBytes) / 1e6
  return [String(seconds.length), ...counts.map(formatCount), formatCount(megabytes)]
}
