import { describe, expect, it } from 'vitest'
import { formatSeedReport } from '../../../src/report/seed-report.ts'
import type { SeedReport } from '../../../src/run/report-run.ts'

const report: SeedReport = {
  run: '00c0ffee',
  profile: 'dev',
  seed: 1,
  database: { server: 'PostgreSQL', version: '18.4', name: 'downpour' },
  tables: [
    {
      table: 'users',
      rows: 1_000,
      rejected: 0,
      firstRow: 0,
      firstKey: 1,
      strategy: 'batch',
      chunks: 1,
      seconds: 0.05,
      rowsPerSecond: 20_000,
      bytes: 262_144,
    },
    {
      table: 'transactions',
      rows: 10_000_000,
      rejected: 0,
      firstRow: 0,
      firstKey: 1,
      strategy: 'copy',
      chunks: 200,
      seconds: 75.2,
      rowsPerSecond: 132_979,
      bytes: 1_500_000_000,
    },
  ],
  rows: 10_001_000,
  rejected: 0,
  lanes: 1,
  notes: [],
  seconds: 76.1,
  phases: { connect: 0.02, migrate: 0.001, generate: 20, write: 55.25 },
  peakRssBytes: 150_000_000,
  cpuSeconds: 1.5,
  walBytes: 2_000_000_000,
  freeDiskBytes: undefined,
}

describe(formatSeedReport, () => {
  it('shows the tables, what it took, and the phases that took time', () => {
    expect(formatSeedReport(report, Infinity)).toMatchInlineSnapshot(`
      "table               rows  strategy    time  rows/s       size
      users              1,000  batch     0.05 s     20k  256.0 KiB
      transactions  10,000,000  copy        1:15    133k    1.4 GiB

      10,001,000 rows in 1:16, peak memory 143.1 MiB, WAL written 1.9 GiB
      connect 0.02 s, generate 20.00 s, write 55.25 s
      "
    `)
  })

  it('leaves columns out where the window is narrow', () => {
    expect(formatSeedReport(report, 42)).toMatchInlineSnapshot(`
      "table               rows  strategy    time
      users              1,000  batch     0.05 s
      transactions  10,000,000  copy        1:15

      10,001,000 rows in 1:16, peak memory 143.1
      MiB, WAL written 1.9 GiB
      connect 0.02 s, generate 20.00 s, write
      55.25 s
      "
    `)
    for (const line of formatSeedReport(report, 30).split('\n')) {
      expect(line.length).toBeLessThanOrEqual(30)
    }
  })

  it('tells of lanes where there are several, of rows left out where there are some, and of indexes', () => {
    const phases = { ...report.phases, indexes: 31.4 }
    const text = formatSeedReport({ ...report, lanes: 4, rejected: 1_234, phases }, Infinity)
    expect(text.split('\n').slice(-3, -1)).toEqual([
      '10,001,000 rows in 1:16, 4 lanes, 1,234 rows left out, peak memory 143.1 MiB, WAL written 1.9 GiB',
      'connect 0.02 s, generate 20.00 s, write 55.25 s, indexes 31.40 s',
    ])
  })
})
