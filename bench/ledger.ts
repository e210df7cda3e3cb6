/**
 * Where the ledger becomes the bottleneck: `npm run bench:ledger`. Lanes do nothing but take steps,
 * mark them as done and commit, on the path of a real load: how many steps a second that is with 1, 8
 * and 64 of them, and how long a claim takes by how many steps are open, on `DATABASE_URL`'s server or
 * on the embedded one. `-- --steps 10000 --lanes 1,8,64 --open 100,10000,100000 --repeat 3` changes
 * what is measured. All lanes are on one thread.
 */
import { randomBytes } from 'node:crypto'
import { median, quantile } from 'simple-statistics'
import { databaseLedger } from '../src/ledger/database-ledger.ts'
import { installLedger } from '../src/ledger/install.ts'
import type { Ledger } from '../src/ledger/ledger.ts'
import { withSession } from '../src/postgres/session.ts'
import { formatCount, threeDigits } from '../src/report/format.ts'
import { formatTable } from '../src/report/text-table.ts'
import { defaultPatience, runLane } from '../src/run/lane.ts'
import { openerOf } from '../src/run/lane-session.ts'
import { inTransaction } from '../src/run/transaction.ts'
import { count, counts, readArguments } from './support/arguments.ts'
import { withBenchDatabase } from './support/database.ts'
import { machineLabel } from './support/measure.ts'
import { recordShapes } from './support/recorded-run.ts'
import { readServerCpu } from './support/server-cpu.ts'

const wishes = await readArguments('bench:ledger', {
  steps: count(10_000, 'Steps of a run'),
  lanes: counts('1,8,64', 'Lanes that claim them'),
  open: counts('100,10000,100000', 'Steps that are open while one lane claims'),
  repeat: count(3, 'How often each is measured'),
})
const { steps, repeat } = wishes

await withBenchDatabase(async ({ url, label }) => {
  console.log(`${machineLabel()}; ${label}`)
  await withSession({ url }, (session) => installLedger(session))
  await measureLanes(url)
  await measureOpenSteps(url)
})

/** Claims a second; a first round is discarded, and the others take turns. */
async function measureLanes(url: string): Promise<void> {
  const drains = new Map(wishes.lanes.map((lanes) => [lanes, [] as Drain[]]))
  for (let round = 0; round <= repeat; round++) {
    for (const [lanes, measured] of drains) {
      const run = await recordChunks(url, [steps])
      const drain = await drainRun(url, run, { lanes, claims: Infinity })
      if (round > 0) measured.push(drain)
    }
  }
  const rows = [...drains].map(([lanes, measured]) => {
    const rates = measured.map(({ claims, seconds }) => claims / seconds)
    const milliseconds = measured.flatMap((drain) => drain.milliseconds)
    const perClaim = (cpu: (drain: Drain) => number) =>
      median(measured.map((drain) => (1000 * cpu(drain)) / drain.claims))
    const server = perClaim((drain) => drain.server)
    return [
      String(lanes),
      formatCount(median(rates)),
      `${formatCount(Math.min(...rates))} to ${formatCount(Math.max(...rates))}`,
      threeDigits(median(milliseconds)),
      threeDigits(quantile(milliseconds, 0.99)),
      threeDigits(perClaim((drain) => drain.client)),
      Number.isNaN(server) ? '' : threeDigits(server),
    ]
  })
  const titles = [
    'lanes',
    'claims/s',
    'range',
    'a claim, ms',
    'p99',
    'CPU here, ms',
    'of the server',
  ]
  console.log(`\n${formatCount(steps)} steps, ${repeat} times each\n${tableOf(titles, rows)}`)
}

/** How long a claim takes by how many steps are open, with one lane. */
async function measureOpenSteps(url: string): Promise<void> {
  const claims = 200
  const shapes = [
    { name: 'of one table', tablesOf: (open: number) => [open] },
    {
      name: 'of a hundred tables',
      tablesOf: (open: number) => Array<number>(100).fill(open / 100),
    },
  ]
  const rows: string[][] = []
  for (const { name, tablesOf } of shapes) {
    for (const open of wishes.open) {
      const run = await recordChunks(url, tablesOf(open))
      const { milliseconds } = await drainRun(url, run, { lanes: 1, claims })
      rows.push([
        `${formatCount(open)} ${name}`,
        threeDigits(median(milliseconds)),
        threeDigits(quantile(milliseconds, 0.99)),
      ])
    }
  }
  console.log(
    `\nOne lane, ${claims} claims\n${tableOf(['open steps', 'a claim, ms', 'p99'], rows)}`,
  )
}

/** Writes a run down whose tables have so many chunks each, and none of which waits for another. */
async function recordChunks(url: string, chunks: readonly number[]): Promise<string> {
  const id = randomBytes(4).toString('hex')
  await withSession({ url }, async (session) => {
    await inTransaction(session, () =>
      recordShapes(
        session,
        id,
        chunks.map((count) => ({ chunks: count })),
      ),
    )
    await session.query('vacuum analyze downpour.steps')
  })
  return id
}

interface Drain {
  readonly claims: number
  readonly seconds: number
  /** That each claim took. */
  readonly milliseconds: readonly number[]
  /** Seconds of CPU. */
  readonly client: number
  readonly server: number
}

/** Does the steps of a run, or the first of them, over lanes that are connected already. */
async function drainRun(
  url: string,
  run: string,
  { lanes, claims }: { readonly lanes: number; readonly claims: number },
): Promise<Drain> {
  const milliseconds: number[] = []
  const leave = new AbortController()
  let committed = 0
  const serverBefore = await readServerCpu(url)
  const before = process.cpuUsage()
  const started = performance.now()
  await Promise.all(
    Array.from({ length: lanes }, (_, lane) =>
      runLane({
        url,
        open: openerOf(`bench lane ${lane}`),
        ledger: timed(databaseLedger(run, `lane ${lane}`), milliseconds),
        perform: () => Promise.resolve({ seconds: 0, generateSeconds: 0 }),
        signal: new AbortController().signal,
        leave: leave.signal,
        onCommitted: () => {
          committed++
          if (committed >= claims) leave.abort()
        },
        onRolledBack: () => {},
        explain: ({ error }) => Promise.resolve(error),
        patience: defaultPatience,
      }),
    ),
  )
  const seconds = (performance.now() - started) / 1000
  const { user, system } = process.cpuUsage(before)
  const server = ((await readServerCpu(url)) ?? NaN) - (serverBefore ?? NaN)
  return { claims: committed, seconds, milliseconds, client: (user + system) / 1e6, server }
}

function timed(ledger: Ledger, milliseconds: number[]): Ledger {
  return {
    ...ledger,
    async claim(session) {
      const started = performance.now()
      const step = await ledger.claim(session)
      if (step) milliseconds.push(performance.now() - started)
      return step
    },
  }
}

function tableOf(titles: readonly string[], rows: readonly (readonly string[])[]): string {
  const columns = titles.map((title, place) => ({
    title,
    align: place === 0 ? ('left' as const) : ('right' as const),
  }))
  return formatTable(columns, rows).join('\n')
}
