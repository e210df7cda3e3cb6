import { availableParallelism } from 'node:os'
import { median } from 'simple-statistics'
import { formatCount, formatSeconds } from '../../src/report/format.ts'
import { command } from '../support/command.ts'
import { withBenchDatabase } from '../support/database.ts'
import { loadSeconds, seedFinance } from '../support/finance.ts'
import { atLeast, atMost, reported } from '../support/limit.ts'
import type { Limit } from '../support/limit.ts'
import { readServerCpu } from '../support/server-cpu.ts'

const rows = 2_000_000
const repetitions = 5
/** With fewer cores the server and the client share what one lane leaves. */
const judgedCores = 4

interface Sample {
  /** From the start of loading to the last index. */
  readonly seconds: number
  readonly clientCpu: number
  readonly serverCpu: number
}

/** Two lanes against one, and what each takes of client and server. */
export async function measureLanes(): Promise<readonly Limit[]> {
  const samples: Record<1 | 2, Sample[]> = { 1: [], 2: [] }
  await withBenchDatabase(async ({ url, label }) => {
    console.log(`${label}; ${formatCount(rows)} transactions, CPU time of client and server`)
    await command(url, 'migrate')
    for (let round = 0; round <= repetitions; round++) {
      for (const lanes of [1, 2] as const) {
        const sample = await seedWith(url, lanes)
        if (round > 0) samples[lanes].push(sample)
      }
    }
  })
  const [one, two] = [samples[1], samples[2]]
  for (const [name, sample] of Object.entries({ 'one lane': one, 'two lanes': two })) {
    const { seconds, clientCpu, serverCpu } = medians(sample)
    console.log(
      `${name.padEnd(9)} ${formatSeconds(seconds)}, client ${formatSeconds(clientCpu)}, server ${Number.isNaN(serverCpu) ? 'not known' : formatSeconds(serverCpu)}`,
    )
  }
  const speedUp = medians(one).seconds / medians(two).seconds
  const name = 'two lanes over one'
  return [
    availableParallelism() >= judgedCores
      ? atLeast({ name, value: speedUp, bound: 1.5, unit: 'times' })
      : reported(
          name,
          `${speedUp.toFixed(2)} times; judged from ${judgedCores} cores on, here are ${availableParallelism()}`,
        ),
    atMost({
      name: "the client's CPU time, of that of one lane",
      value: medians(two).clientCpu / medians(one).clientCpu,
      // It varies by a tenth from run to run.
      bound: 1.1,
    }),
  ]
}

async function seedWith(url: string, lanes: number): Promise<Sample> {
  const before = await readServerCpu(url)
  const report = await seedFinance(url, rows, '--lanes', String(lanes))
  const after = await readServerCpu(url)
  return {
    seconds: loadSeconds(report),
    clientCpu: report.cpuSeconds,
    serverCpu: after !== undefined && before !== undefined ? after - before : Number.NaN,
  }
}

function medians(samples: readonly Sample[]): Sample {
  const of = (read: (sample: Sample) => number) => median(samples.map(read))
  return {
    seconds: of(({ seconds }) => seconds),
    clientCpu: of(({ clientCpu }) => clientCpu),
    serverCpu: of(({ serverCpu }) => serverCpu),
  }
}
