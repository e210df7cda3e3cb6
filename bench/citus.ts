/**
 * Two million transactions into a table of 32 shards, through one node and through all, on clusters of
 * one, two and three nodes, with the CPU time of the client and of each node: `npm run bench:citus`,
 * with `CITUS_URL` set to a coordinator with two workers. `--rows 200000 --repeat 1` changes the size.
 */
import { median } from 'simple-statistics'
import { formatCount, formatSeconds } from '../src/report/format.ts'
import { formatTable } from '../src/report/text-table.ts'
import { count, readArguments } from './support/arguments.ts'
import { citusConfig, createCitusDatabase, noCitus } from './support/citus.ts'
import type { CitusDatabase } from './support/citus.ts'
import { command } from './support/command.ts'
import { loadSeconds, seedFinance } from './support/finance.ts'
import { machineLabel } from './support/measure.ts'
import { readServerCpu } from './support/server-cpu.ts'

const { rows, repeat: repetitions } = await readArguments('bench:citus', {
  rows: count(2_000_000, 'Transactions'),
  repeat: count(3, 'How often each is measured'),
})
const lanes = 3

const reason = noCitus()
if (reason !== undefined) {
  console.error(`Skipped: it ${reason}.`)
} else {
  console.log(`${machineLabel()}; ${formatCount(rows)} transactions, ${lanes} lanes`)
  for (const workers of [0, 1, 2]) await measureCluster(workers)
}

interface Sample {
  /** From the start of loading to the last index. */
  readonly seconds: number
  /** Of that the time in which rows were loaded. */
  readonly rowSeconds: number
  readonly clientCpu: number
  /** Of each node, the coordinator first. */
  readonly nodeCpu: readonly number[]
}

/** In turns, the first round discarded. */
async function measureCluster(workers: number): Promise<void> {
  const cluster = await createCitusDatabase(workers)
  try {
    await command(cluster.url, 'migrate', '--config', citusConfig)
    const entries = [...new Set([1, workers + 1])].map((nodes) => ({
      nodes,
      samples: [] as Sample[],
    }))
    for (let round = 0; round <= repetitions; round++) {
      for (const { nodes, samples } of entries) {
        const sample = await seedThrough(cluster, nodes)
        if (round > 0) samples.push(sample)
      }
    }
    console.log(`\nA cluster of ${workers + 1}`)
    console.log(describe(entries).join('\n'))
  } finally {
    await cluster.drop()
  }
}

async function seedThrough(cluster: CitusDatabase, nodes: number): Promise<Sample> {
  const urls = [cluster.url, ...cluster.workers]
  const hosts = urls.slice(0, nodes).map((url) => new URL(url).host)
  const cpuOf = () => Promise.all(urls.map(async (url) => (await readServerCpu(url)) ?? NaN))
  const before = await cpuOf()
  const report = await seedFinance(
    cluster.url,
    rows,
    '--config',
    citusConfig,
    '--lanes',
    String(lanes),
    '--hosts',
    hosts.join(),
  )
  const after = await cpuOf()
  const { generate, write } = report.phases
  return {
    seconds: loadSeconds(report),
    rowSeconds: generate! + write!,
    clientCpu: report.cpuSeconds,
    nodeCpu: after.map((seconds, node) => seconds - before[node]!),
  }
}

function describe(
  entries: readonly { readonly nodes: number; readonly samples: readonly Sample[] }[],
): readonly string[] {
  const nodes = entries[0]!.samples[0]!.nodeCpu.map((_, node) =>
    node === 0 ? 'coordinator CPU' : `worker ${node} CPU`,
  )
  const titles = ['rows through', 'rows/s', 'rows', 'in all', 'client CPU', ...nodes]
  return formatTable(
    titles.map((title, index) => ({ title, align: index === 0 ? 'left' : 'right' })),
    entries.map(({ nodes, samples }) => {
      const of = (read: (sample: Sample) => number) => median(samples.map(read))
      return [
        nodes === 1 ? 'the coordinator' : `${nodes} nodes`,
        formatCount(rows / of(({ rowSeconds }) => rowSeconds)),
        formatSeconds(of(({ rowSeconds }) => rowSeconds)),
        formatSeconds(of(({ seconds }) => seconds)),
        formatSeconds(of(({ clientCpu }) => clientCpu)),
        ...samples[0]!.nodeCpu.map((_, node) => formatSeconds(of(({ nodeCpu }) => nodeCpu[node]!))),
      ]
    }),
  )
}
