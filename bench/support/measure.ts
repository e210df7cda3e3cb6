import os from 'node:os'
import { median } from 'simple-statistics'
import { formatCount } from '../../src/report/format.ts'

/** Two ways of doing the same, by what they are called. */
export interface Contestant {
  readonly name: string
  readonly rows: number
  /** Makes everything as it was before. */
  prepare(): Promise<void>
  run(): Promise<void>
}

export interface Measurement {
  readonly name: string
  /** Rows per second of each repetition. */
  readonly rates: readonly number[]
}

/**
 * Times contestants in turns, so that what drifts on the machine hits all of them alike. The first
 * round is discarded.
 */
export async function measureInTurns(
  contestants: readonly Contestant[],
  repetitions: number,
): Promise<readonly Measurement[]> {
  const rates = contestants.map((): number[] => [])
  for (let round = 0; round <= repetitions; round++) {
    for (const [index, contestant] of contestants.entries()) {
      await contestant.prepare()
      const started = performance.now()
      await contestant.run()
      const seconds = (performance.now() - started) / 1000
      if (round > 0) rates[index]!.push(contestant.rows / seconds)
    }
  }
  return contestants.map(({ name }, index) => ({ name, rates: rates[index]! }))
}

/** `412,000 rows/s (398,000 to 430,000)`: the median, and the range of all repetitions. */
export function formatRates({ rates }: Measurement): string {
  return `${formatCount(median(rates))} rows/s (${formatCount(Math.min(...rates))} to ${formatCount(Math.max(...rates))}, ${rates.length} runs)`
}

/** What the figures came from. */
export function machineLabel(): string {
  const [cpu] = os.cpus()
  return `${os.cpus().length} × ${cpu?.model.trim() ?? 'unknown CPU'}, Node ${process.versions.node}, ${os.platform()}`
}
