import { mkdtemp, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { median } from 'simple-statistics'
import { formatBytes, formatCount, formatSeconds } from '../../src/report/format.ts'
import { command, seedCommand } from '../support/command.ts'
import { withBenchDatabase } from '../support/database.ts'
import { financeCounts, loadSeconds, seedFinance } from '../support/finance.ts'
import { atLeast, atMost, skipped } from '../support/limit.ts'
import type { Limit } from '../support/limit.ts'
import { whyAbsent } from '../support/program.ts'
import { psql } from '../support/psql.ts'

const rows = 2_000_000
/** COPY with everything in place takes too long for all of them; its rate falls with the rows. */
const rowsInPlace = 200_000
const repetitions = 5

/** What both sides sort with: Downpour's own choice. */
const settings = { maintenance_work_mem: '256MB' }

const indexes = [
  'create index ix_transactions_account_id_tx_date on transactions (account_id, tx_date)',
  'create index ix_transactions_user_id on transactions (user_id)',
]
const foreignKeys = [
  ['transactions_user_id_users_id_fk', '(user_id) references users'],
  ['transactions_account_id_accounts_id_fk', '(account_id) references accounts'],
  ['transactions_category_id_categories_id_fk', '(category_id) references categories'],
]

const dropKeys = [
  `alter table transactions ${[...foreignKeys.map(([name]) => name), 'transactions_pkey']
    .map((name) => `drop constraint ${name}`)
    .join(', ')}`,
  'drop index ix_transactions_account_id_tx_date, ix_transactions_user_id',
]
const buildKeys = [
  'alter table transactions add primary key (id)',
  ...indexes,
  `alter table transactions ${foreignKeys
    .map(([name, reference]) => `add constraint ${name} foreign key ${reference}`)
    .join(', ')}`,
]

/**
 * The finance transactions from a file that lies ready, by psql, against the same rows by Downpour,
 * which computes them as well.
 */
export async function measureReadyMade(): Promise<readonly Limit[]> {
  const absence = await whyAbsent('psql')
  if (absence !== undefined) return [skipped('Downpour over psql \\copy', absence)]
  const folder = await mkdtemp(path.join(tmpdir(), 'downpour-bench-'))
  let limits: readonly Limit[] = []
  try {
    await withBenchDatabase(async ({ url, label }) => {
      console.log(`${label}; ${formatCount(rows)} transactions`)
      limits = await compare(url, folder)
    })
  } finally {
    await rm(folder, { recursive: true })
  }
  return limits
}

async function compare(url: string, folder: string): Promise<readonly Limit[]> {
  const file = path.join(folder, 'transactions')
  const firstFile = path.join(folder, 'first-transactions')
  await command(url, 'migrate')
  await seedFinance(url, rows)
  const first = `(select * from transactions where id <= ${rowsInPlace} order by id)`
  await psql(url, [
    `\\copy (select * from transactions order by id) to '${file}' (format binary)`,
    `\\copy ${first} to '${firstFile}' (format binary)`,
  ])
  console.log(`the file has ${formatBytes((await stat(file)).size)}`)
  const checksum = await checksumOf(url)

  const ways = {
    async fromFile() {
      await psql(url, ['truncate transactions', ...dropKeys, 'checkpoint'])
      const started = performance.now()
      await psql(url, [`\\copy transactions from '${file}' (format binary)`], settings)
      const copied = performance.now()
      await psql(url, buildKeys, settings)
      const ended = performance.now()
      tell('psql, then keys', [ended - started, copied - started, ended - copied])
      return (ended - started) / 1000
    },
    async downpour() {
      await psql(url, ['truncate transactions', 'checkpoint'])
      const report = await seedCommand(url, '--only', 'transactions', ...financeCounts(rows))
      const { indexes: building } = report.phases
      const seconds = loadSeconds(report)
      tell(`Downpour, ${report.lanes} lanes`, [seconds, seconds - building!, building!].map(inMs))
      return seconds
    },
    async inPlace() {
      await psql(url, ['truncate transactions', 'checkpoint'])
      const started = performance.now()
      await psql(url, [`\\copy transactions from '${firstFile}' (format binary)`], settings)
      return ((performance.now() - started) / 1000) * (rows / rowsInPlace)
    },
  }

  const times = { fromFile: [] as number[], downpour: [] as number[], inPlace: [] as number[] }
  for (let round = 0; round <= repetitions; round++) {
    const fromFile = await ways.fromFile()
    if (round === 0) await expectSame(url, checksum)
    const downpour = await ways.downpour()
    if (round === 0) await expectSame(url, checksum)
    const inPlace = await ways.inPlace()
    if (round === 0) continue
    times.fromFile.push(fromFile)
    times.downpour.push(downpour)
    times.inPlace.push(inPlace)
  }
  const [fromFile, downpour, inPlace] = [times.fromFile, times.downpour, times.inPlace].map(median)
  console.log(`medians: psql, then keys ${formatSeconds(fromFile!)}; Downpour ${formatSeconds(downpour!)}
psql with everything in place: ${formatSeconds(inPlace!)}, from the rate of its first ${formatCount(rowsInPlace)} rows`)
  return [
    atMost({
      name: 'time, of psql \\copy of a file and then the keys',
      value: downpour! / fromFile!,
      bound: 1,
    }),
    atLeast({
      name: 'over psql \\copy with keys and indexes in place',
      value: inPlace! / downpour!,
      bound: 6,
      unit: 'times',
    }),
  ]
}

function tell(name: string, [all, copy, keys]: readonly number[]): void {
  const seconds = (milliseconds: number) => formatSeconds(milliseconds / 1000)
  console.log(
    `${name.padEnd(20)} ${seconds(all!)} (rows ${seconds(copy!)}, keys and indexes ${seconds(keys!)})`,
  )
}

function inMs(seconds: number): number {
  return seconds * 1000
}

function checksumOf(url: string): Promise<string> {
  return psql(url, [
    'select count(*), sum(hashtextextended(transactions::text, 0)::numeric) from transactions',
  ])
}

async function expectSame(url: string, checksum: string): Promise<void> {
  if ((await checksumOf(url)) !== checksum) throw new Error('The rows are not the same')
}
