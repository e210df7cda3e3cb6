import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { Sql } from 'postgres'
import postgres from 'postgres'
import { median } from 'simple-statistics'
import { formatCount, threeDigits } from '../../src/report/format.ts'
import { formatTable } from '../../src/report/text-table.ts'
import { atLeast, reported, skipped } from '../support/limit.ts'
import type { Limit } from '../support/limit.ts'
import { measureInTurns } from '../support/measure.ts'
import type { Contestant, Measurement } from '../support/measure.ts'
import { asyncpg } from './asyncpg.ts'
import { seedProject } from '../support/seed-project.ts'
import { loadPeersProject, seedTransactions } from './downpour.ts'
import { drizzleBatch } from './drizzle-batch.ts'
import { drizzleSeed } from './drizzle-seed.ts'
import { neverAbsent } from './peer.ts'
import type { Peer } from './peer.ts'
import { postgresJs } from './postgres-js.ts'
import { psqlCopy } from './psql-copy.ts'
import { keepReadyRows } from './ready-rows.ts'
import type { PeerSizes } from './sizes.ts'

/** A peer, and how many times as fast as it Downpour shall be: reported where nothing is asked. */
interface Rival {
  readonly peer: Peer
  readonly asked?: number
}

/**
 * The table of document 001, filled by Downpour and by its peers, key in place. Downpour's one lane
 * is judged; what the command does by default is shown.
 *
 * @param url - of a database that has the project's tables
 */
export async function compareOnDocument001(
  url: string,
  sizes: PeerSizes,
): Promise<readonly Limit[]> {
  const sql = postgres(url, { max: 1, onnotice: () => {} })
  const folder = await mkdtemp(path.join(tmpdir(), 'downpour-peers-'))
  try {
    const ours = await downpourWays(url, sizes.rows)
    await ours[0]!.run()
    await keepReadyRows(sql)
    return await compare(sql, { ours, rivals: rivals(url, sizes, folder), sizes })
  } finally {
    await rm(folder, { recursive: true })
    await sql.end()
  }
}

async function downpourWays(url: string, rows: number): Promise<readonly Peer[]> {
  const project = await loadPeersProject()
  const run = { project, counts: { transactions: rows }, only: ['transactions'] }
  const way = { rows, from: 'nothing', absent: neverAbsent, prepare: async () => {} }
  return [
    {
      ...way,
      name: 'Downpour, copy, one lane',
      run: () => seedProject(url, { ...run, lanes: 1, indexes: 'keep' }),
    },
    { ...way, name: 'Downpour, by default', run: () => seedProject(url, run) },
    { ...way, name: 'downpour seed, its process', run: () => seedTransactions(url, rows) },
  ]
}

function rivals(url: string, { rows, slowRows }: PeerSizes, folder: string): readonly Rival[] {
  return [
    { peer: drizzleSeed(url, slowRows), asked: 15 },
    { peer: drizzleBatch(url, slowRows), asked: 1 },
    { peer: postgresJs(url, slowRows), asked: 1 },
    { peer: asyncpg(url, rows), asked: 1 },
    { peer: psqlCopy(url, { rows, format: 'text', folder }) },
    { peer: psqlCopy(url, { rows, format: 'binary', folder }) },
  ]
}

interface Comparison {
  readonly ours: readonly Peer[]
  readonly rivals: readonly Rival[]
  readonly sizes: PeerSizes
}

async function compare(
  sql: Sql,
  { ours, rivals: invited, sizes }: Comparison,
): Promise<readonly Limit[]> {
  const reasons = await Promise.all(invited.map(({ peer }) => peer.absent()))
  const here = invited.filter((_, index) => reasons[index] === undefined)
  const peers = [...ours, ...here.map(({ peer }) => peer)]
  const measured = await measureInTurns(
    peers.map((peer) => onEmptyTable(sql, peer)),
    sizes.repetitions,
  )
  const rateOf = ({ name }: Peer) => median(measured.find((one) => one.name === name)!.rates)
  const [ourRate, defaultRate] = [rateOf(ours[0]!), rateOf(ours[1]!)]
  console.log(
    `Table of document 001, key in place; the median of ${sizes.repetitions} runs, from connecting to the last commit`,
  )
  console.log(describe(peers, measured, ourRate).join('\n'))
  return invited.map(({ peer, asked }, index) => {
    const [name, reason] = [`Downpour over ${peer.name}`, reasons[index]]
    if (reason !== undefined) return skipped(name, reason)
    // What users get; the table above has one lane as well, as a single psql is.
    const value = defaultRate / rateOf(peer)
    if (asked !== undefined) return atLeast({ name, value, bound: asked, unit: 'times' })
    const oneLane = threeDigits(ourRate / rateOf(peer))
    return reported(name, `${threeDigits(value)} times; ${oneLane} with one lane`)
  })
}

/** The first run, which is discarded, is also looked at: a way that loses rows is no way. */
function onEmptyTable(sql: Sql, peer: Peer): Contestant {
  let hasRun = false
  return {
    ...peer,
    prepare: async () => {
      await peer.prepare()
      await sql`truncate bench_transactions restart identity`
      await sql`checkpoint`
    },
    run: async () => {
      await peer.run()
      if (hasRun) return
      hasRun = true
      const [found] = await sql<{ rows: number }[]>`
        select count(*)::float8 as rows from bench_transactions`
      if (found!.rows !== peer.rows) {
        throw new Error(`${peer.name} has loaded ${found!.rows} rows of ${peer.rows}`)
      }
    },
  }
}

function describe(
  peers: readonly Peer[],
  measured: readonly Measurement[],
  ourRate: number,
): readonly string[] {
  const columns = [
    ...['way', 'begins with'].map((title) => ({ title, align: 'left' as const })),
    ...['rows', 'rows/s', 'from', 'to', 'one lane is'].map((title) => ({
      title,
      align: 'right' as const,
    })),
  ]
  const rows = peers.map(({ rows, from }, index) => {
    const { name, rates } = measured[index]!
    const figures = [rows, median(rates), Math.min(...rates), Math.max(...rates)]
    return [name, from, ...figures.map(formatCount), `${threeDigits(ourRate / median(rates))} ×`]
  })
  return formatTable(columns, rows)
}
