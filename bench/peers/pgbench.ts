import postgres from 'postgres'
import { median } from 'simple-statistics'
import { formatRows, threeDigits } from '../../src/report/format.ts'
import { reported, skipped } from '../support/limit.ts'
import type { Limit } from '../support/limit.ts'
import { formatRates, measureInTurns } from '../support/measure.ts'
import type { Contestant } from '../support/measure.ts'
import { seedProject } from '../support/seed-project.ts'
import { loadPeersProject } from './downpour.ts'
import { libpqTarget, runProgram, whyAbsent } from '../support/program.ts'
import type { PeerSizes } from './sizes.ts'

const accountsPerScale = 100_000

/**
 * `pgbench -i` against a Drizzle table shaped like its accounts, primary key included: pgbench loads
 * by COPY FREEZE in the transaction that has truncated the table, and builds the key afterwards.
 *
 * @param url - of a database that has the project's tables
 */
export async function compareWithPgbench(url: string, sizes: PeerSizes): Promise<readonly Limit[]> {
  const name = 'Downpour over pgbench -i'
  const reason = await whyAbsent('pgbench')
  if (reason !== undefined) return [skipped(name, reason)]

  const scale = Math.max(1, Math.round(sizes.rows / accountsPerScale))
  const rows = scale * accountsPerScale
  const sql = postgres(url, { max: 1, onnotice: () => {} })
  const project = await loadPeersProject()
  const run = { project, counts: { accounts: rows }, only: ['accounts'] }
  const prepare = async () => {
    await sql`truncate bench_accounts`
    await sql`checkpoint`
  }
  const initialise = (name: string, steps: string): Contestant => ({
    name,
    rows,
    prepare,
    run: () => runPgbench(url, ['--scale', String(scale), '--init-steps', steps]),
  })
  try {
    const measured = await measureInTurns(
      [
        { name: 'Downpour, by default', rows, prepare, run: () => seedProject(url, run) },
        {
          name: 'Downpour, one lane',
          rows,
          prepare,
          run: () => seedProject(url, { ...run, lanes: 1 }),
        },
        initialise('pgbench -i', 'dtgvp'),
        initialise('pgbench -i -I dtgp (no vacuum)', 'dtgp'),
      ],
      sizes.repetitions,
    )
    console.log(`\nTable of the shape of pgbench_accounts, ${formatRows(rows)}, with its key`)
    for (const one of measured) console.log(`  ${one.name.padEnd(32)}${formatRates(one)}`)
    const [byDefault, oneLane, pgbench, withoutVacuum] = measured.map(({ rates }) => median(rates))
    return [
      reported(name, ratios(byDefault!, oneLane!, pgbench!)),
      reported(`${name} without vacuum`, ratios(byDefault!, oneLane!, withoutVacuum!)),
    ]
  } finally {
    await sql.end()
  }
}

function ratios(byDefault: number, oneLane: number, theirs: number): string {
  return `${threeDigits(byDefault / theirs)} times by default; ${threeDigits(oneLane / theirs)} with one lane`
}

async function runPgbench(url: string, args: readonly string[]): Promise<void> {
  const { database, environment } = libpqTarget(url)
  await runProgram({
    name: 'pgbench',
    args: ['--initialize', '--quiet', ...args, database],
    environment,
  })
}
