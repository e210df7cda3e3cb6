import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { readReport } from '../../src/bench/read-report.ts'
import type { Chart, ExperimentReport, Sample } from '../../src/bench/report.ts'
import { strategyNames } from '../../src/write/strategy.ts'
import { runSmallBench } from '../support/bench-run.ts'
import { expectNoTraces, makeTemporary, tracesOf } from '../support/bench-traces.ts'
import { createTestDatabase } from '../support/database.ts'
import type { TestDatabase } from '../support/database.ts'
import { expectNothingUnhandled } from '../support/unhandled.ts'

expectNothingUnhandled()

let temporary: string
let database: TestDatabase
beforeEach(async () => {
  temporary = await makeTemporary()
  // Of this process, and of those that it starts.
  vi.stubEnv('TMPDIR', temporary)
  database = await createTestDatabase()
})
afterEach(async () => {
  await expectNoTraces({ url: database.url, temporary })
  await database.drop()
  vi.unstubAllEnvs()
})

type Wishes = Parameters<typeof runSmallBench>[1]

/** The names of measurements, in their order. */
function product(names: readonly string[], sizes: readonly string[]): string[] {
  return names.flatMap((name) => sizes.map((size) => `${name}, ${size}`))
}

/** One case of each experiment, with what it must measure. */
const experiments: readonly (Wishes & { readonly measurements: string[] | RegExp })[] = [
  { names: ['strategies'], measurements: [...strategyNames] },
  {
    names: ['rtt'],
    strategies: ['copy'],
    rows: 20,
    measurements: ['0', '0.5', '1', '5', '20'].map((delay) => `copy, ${delay} ms`),
  },
  {
    names: ['chunks'],
    strategies: ['copy'],
    measurements: product(['copy'], ['1 row', '10 rows', '100 rows']),
  },
  {
    names: ['lanes'],
    strategies: ['copy'],
    // Up to twice as many as there are cores.
    measurements: /^copy, 1 lane;copy, 2 lanes;copy, 3 lanes;copy, 4 lanes(;copy, \d lanes)*$/,
  },
  {
    names: ['indexes'],
    strategies: ['copy'],
    rows: 10,
    measurements: ['1', '10'].flatMap((rows) => [
      `copy, kept, ${rows} ${rows === '1' ? 'row' : 'rows'}`,
      `copy, rebuilt, ${rows} ${rows === '1' ? 'row' : 'rows'}`,
    ]),
  },
  {
    names: ['engines'],
    measurements: ['row', 'batch'].flatMap((way) => [`PostgreSQL, ${way}`, `SQLite, ${way}`]),
  },
  {
    names: ['reading'],
    measurements: [
      'fetch all',
      'LIMIT/OFFSET 1,000',
      'cursor 100',
      'cursor 1,000',
      'cursor 10,000',
      'COPY TO',
    ],
  },
]

/** Each experiment's report, once. */
async function reportFor(wishes: Wishes): Promise<ExperimentReport> {
  const { report, failure } = await runSmallBench(database.url, wishes)
  expect(failure).toBeUndefined()
  // Immediately: nothing has to be waited for but sessions that end.
  const left = await tracesOf({ url: database.url, temporary })
  expect(left.filter((trace) => !trace.startsWith('session'))).toEqual([])
  // What reads a report, and trusts none, reads it.
  expect(readReport(JSON.stringify(report), 'report.json')).toEqual(report)
  expect(report.experiments.map(({ name }) => name)).toEqual(wishes.names)
  return report.experiments[0]!
}

/** Seconds that are in no phase, beyond what is bearable. */
function missingOf({ seconds, phases }: Sample): number {
  const parts = Object.values(phases)
  expect(parts.length).toBeGreaterThan(0)
  for (const part of parts) expect(part).toBeGreaterThanOrEqual(-1e-6)
  const sum = parts.reduce((total, part) => total + part, 0)
  return Math.max(0, Math.abs(sum - seconds) - Math.max(0.1 * seconds, 0.002))
}

function expectValidChart({ title, says, x, y, points }: Chart): void {
  expect(title).toMatch(/^[A-Z]/)
  expect(says).toMatch(/^\S.*\.$/)
  expect(points.length).toBeGreaterThan(1)
  for (const point of points) {
    expect(point.y).toBeGreaterThan(0)
    if (x.scale === 'log') expect(point.x).toBeGreaterThan(0)
    if (y.scale !== 'names' && x.scale === 'names') expect(typeof point.x).toBe('string')
    if (point.low === undefined || point.high === undefined) continue
    expect(point.low).toBeLessThanOrEqual(point.y)
    expect(point.high).toBeGreaterThanOrEqual(point.y)
  }
  const places = points.map(({ series, x: place }) => `${series}: ${place}`)
  expect(places).toEqual([...new Set(places)])
}

/** What has to do with SQLite's speed. */
const sqliteNote: unknown = expect.stringMatching(
  /^SQLite 3\.\d+\.\d+: journal_mode \w+, synchronous \w+, page_size \d+ B, cache_size \d+ KiB\.$/,
)

const patient = 180_000

describe('an experiment', () => {
  it.each(experiments)(
    '$names measures all its cases, concludes, and leaves nothing',
    async ({ measurements: expected, ...wishes }) => {
      const report = await reportFor(wishes)
      const { measurements, conclusion, charts, notes, repetitions } = report
      const names = measurements.map(({ name }) => name)
      if (expected instanceof RegExp) expect(names.join(';')).toMatch(expected)
      else expect(names).toEqual(expected)
      expect(repetitions).toBe(1)
      if (wishes.names[0] === 'engines') expect(notes).toEqual([sqliteNote])
      else expect(notes).toEqual([])
      for (const { samples, summary, peakRssBytes, rows } of measurements) {
        expect(samples.length).toBe(1)
        expect(summary.seconds.value).toBe(samples[0]!.seconds)
        expect(summary.rowsPerSecond.value).toBeCloseTo(rows / samples[0]!.seconds, 3)
        // A process of Node.js, and hardly more.
        expect(peakRssBytes / 2 ** 20).toBeGreaterThan(30)
        expect(peakRssBytes / 2 ** 20).toBeLessThan(400)
      }
      const missing = measurements.map(({ samples }) => missingOf(samples[0]!))
      // A busy machine may keep a process waiting between two looks at the clock, but not often.
      expect(missing.filter((seconds) => seconds > 0).length).toBeLessThanOrEqual(1)
      expect(conclusion.length).toBeGreaterThan(0)
      for (const sentence of conclusion) expect(sentence).toMatch(/^\S.*[.)]$/)
      expect(conclusion.join(' ')).not.toMatch(/NaN|Infinity|undefined|null/)
      expect(charts.length).toBeGreaterThan(0)
      for (const chart of charts) expectValidChart(chart)
      if (wishes.names[0] === 'strategies') expectStrategies(report)
    },
    patient,
  )
})

/** What the server says of loads by all ways there are. */
function expectStrategies({ measurements, conclusion, baseline }: ExperimentReport): void {
  expect(baseline).toBe('row')
  expect(conclusion).toContain(
    'server stores random values of the server, not the rows that all others store.',
  )
  const walOf = new Map<string, number>()
  for (const { name, rows, samples, factors, summary } of measurements) {
    expect({ rows, factors }).toEqual({ rows: 200, factors: { strategy: name } })
    const [{ server }] = samples as [Sample]
    expect(server!.walBytes).toBeGreaterThan(0)
    expect(server!.relationBytes).toBeGreaterThan(0)
    expect(server!.blocksHit).toBeGreaterThan(0)
    expect(server!.blocksRead).toBeGreaterThanOrEqual(0)
    expect([0, 1]).toContain(server!.checkpoints)
    expect(server!.freeDiskBytesBefore).toBeGreaterThan(0)
    expect(server!.freeDiskBytesAfter).toBeGreaterThan(0)
    expect(summary.speedUp === null).toBe(name === 'row')
    walOf.set(name, server!.walBytes!)
  }
  // A commit record for each row.
  expect(walOf.get('row')).toBeGreaterThan(walOf.get('copy')!)
}
