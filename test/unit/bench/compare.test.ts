import { describe, expect, it } from 'vitest'
import { compareReports } from '../../../src/bench/compare.ts'
import type { BenchReport, ExperimentReport, Measurement } from '../../../src/bench/report.ts'
import { readReport } from '../../../src/bench/read-report.ts'
import { summarise } from '../../../src/bench/summarise.ts'
import { DownpourError } from '../../../src/errors.ts'

const steady = [1, 1.02, 0.98, 1.01, 0.99, 1.03, 1]
const times = (factor: number) => steady.map((seconds) => seconds * factor)

describe(compareReports, () => {
  it.each([
    ['no difference', 1],
    ['no difference', 1.02],
    ['slower', 1.08],
    ['regression', 1.5],
    ['faster', 0.9],
    ['faster', 0.2],
  ])('gives the verdict %s where a measurement takes %d times as long', (verdict, factor) => {
    const [found] = compare([measure('row', steady)], [measure('row', times(factor))])
    expect(found!.verdict).toBe(verdict)
    expect(found!.slowdown.value).toBeCloseTo(factor, 12)
  })

  it('calls a regression only what is beyond the threshold for sure', () => {
    const before = [measure('row', steady)]
    const after = [measure('row', times(1.1))]
    const { low, value } = compare(before, after)[0]!.slowdown
    expect(low).toBeLessThan(value)
    expect(compare(before, after, low - 1 - 0.001)[0]!.verdict).toBe('regression')
    expect(compare(before, after, low - 1 + 0.001)[0]!.verdict).toBe('slower')
    // Surely slower, by 10 % or so, but by no more than 10 % for sure.
    expect(compare(before, after, 0.1)[0]!.verdict).toBe('slower')
    expect(compare(before, after, 0)[0]!.verdict).toBe('regression')
  })

  it('tells everything about a measurement', () => {
    const before = measure('row', [1, 2, 3, 4, 5], { walBytes: [10, 20, null, 30, 40] })
    const after = measure('row', [2, 4, 6, 8, 10], {
      walBytes: [50, null, 50, 50, 50],
      peakRssBytes: 300,
    })
    expect(compare([before], [after])).toEqual([
      {
        name: 'row',
        verdict: 'no difference',
        slowdown: { value: 2, low: expect.any(Number), high: expect.any(Number) },
        rows: { before: 1000, after: 1000 },
        seconds: { before: { value: 3, low: 1, high: 5 }, after: { value: 6, low: 2, high: 10 } },
        peakRssBytes: { before: 200, after: 300, ratio: 1.5 },
        walBytes: { before: 25, after: 50, ratio: 2 },
      },
    ])
  })

  it('knows no change of what a server does not tell, nor a ratio to nothing', () => {
    const silent = measure('row', steady)
    const nothing = measure('row', steady, { walBytes: [0] })
    const some = measure('row', steady, { walBytes: [7] })
    expect(compare([silent], [some])[0]!.walBytes).toBeNull()
    expect(compare([nothing], [some])[0]!.walBytes).toEqual({ before: 0, after: 7, ratio: null })
  })

  it('compares rows per second where the rows differ, and warns', () => {
    const before = report([experiment('strategies', [measure('row', steady)])])
    const after = report([experiment('strategies', [measure('row', times(2), { rows: 2000 })])])
    const comparison = compareReports(before, after, { threshold: 0.1 })
    const [found] = comparison.experiments[0]!.measurements
    expect(found!.slowdown.value).toBeCloseTo(1, 12)
    expect(found!.verdict).toBe('no difference')
    expect(comparison.warnings).toEqual([
      {
        code: 'OTHER_ROWS',
        message:
          'Rows per second are compared where the number of rows differs: "strategies: row".',
        remedy: 'Measure both with the same rows: --rows, and a --time-limit that they fit into.',
      },
    ])
  })

  it('gives no verdict on so few repetitions that chance would do', () => {
    const comparison = compareReports(
      report([experiment('strategies', [measure('row', [1, 1.01, 1.02])])]),
      report([experiment('strategies', [measure('row', [9, 9.01, 9.02])])]),
      { threshold: 0.1 },
    )
    expect(comparison.experiments[0]!.measurements[0]!.verdict).toBe('unknown')
    expect(comparison.regressions).toBe(0)
    expect(comparison.warnings).toEqual([
      {
        code: 'FEW_REPETITIONS',
        message: 'There are too few repetitions to tell a change from chance: "strategies: row".',
        remedy: 'Measure both at least 5 times, better 7 or more: --repeat 7.',
      },
    ])
  })

  it('lists what is only in one of the two, and counts regressions', () => {
    const before = report([
      experiment('strategies', [measure('row', steady), measure('json', steady)]),
      experiment('rtt', [measure('row', steady)]),
    ])
    const after = report([
      experiment('lanes', [measure('copy', steady)]),
      experiment('strategies', [measure('copy', steady), measure('row', times(3))]),
    ])
    const comparison = compareReports(before, after, { threshold: 0.1 })
    expect(comparison).toMatchObject({
      threshold: 0.1,
      onlyBefore: ['rtt'],
      onlyAfter: ['lanes'],
      regressions: 1,
      warnings: [],
      experiments: [
        {
          name: 'strategies',
          onlyBefore: ['json'],
          onlyAfter: ['copy'],
          measurements: [{ name: 'row', verdict: 'regression' }],
        },
      ],
    })
  })

  it('says that there is nothing to compare', () => {
    const [before, after] = ['rtt', 'lanes'].map((name) =>
      report([experiment(name, [measure('row', steady)])]),
    )
    expect(compareReports(before!, after!, { threshold: 0.1 }).warnings).toEqual([
      {
        code: 'NOTHING_IN_COMMON',
        message: 'No measurement is in both reports.',
        remedy: 'Compare two reports of the same experiments.',
      },
    ])
  })

  it('warns where machines, servers or their settings differ, and says in what', () => {
    const before = report([experiment('strategies', [measure('row', steady)])])
    const after: BenchReport = {
      ...before,
      machine: { ...before.machine, cores: 4, memoryBytes: 16 * 2 ** 30, node: '22.12.0' },
      server: {
        ...before.server,
        name: 'PostgreSQL 17.2',
        settings: { shared_buffers: '1GB', fsync: 'off' },
      },
    }
    expect(compareReports(before, after, { threshold: 0.1 }).warnings).toEqual([
      {
        code: 'OTHER_MACHINE',
        message:
          'The reports come from different machines (before / after): cores 2 / 4, memory 8.0 GiB / 16.0 GiB, Node.js 20.20.2 / 22.12.0.',
        remedy: 'Measure both on the same machine, or read the changes as those of the machines.',
      },
      {
        code: 'OTHER_SERVER',
        message:
          'The servers or their settings differ (before / after): server PostgreSQL 18.4 / PostgreSQL 17.2, shared_buffers 256MB / 1GB, wal_level minimal / not told.',
        remedy: 'Measure both on the same server, or read the changes as those of its settings.',
      },
    ])
  })

  it('overlooks some pages of memory', () => {
    const before = report([experiment('strategies', [measure('row', steady)])])
    const machine = { ...before.machine, memoryBytes: before.machine.memoryBytes - 4_194_304 }
    expect(compareReports(before, { ...before, machine }, { threshold: 0.1 }).warnings).toEqual([])
  })

  it('refuses a threshold that is none', () => {
    const empty = report([])
    expect(() => compareReports(empty, empty, { threshold: Number.NaN })).toThrow(
      'A threshold is 0 or above, not NaN',
    )
  })
})

describe(readReport, () => {
  const whole = report([experiment('strategies', [measure('row', steady, { walBytes: [5] })])])

  it('reads what --json prints', () => {
    expect(readReport(JSON.stringify({ ok: true, ...whole }), 'a.json')).toEqual(whole)
  })

  it('reads what a run that failed has measured, and what Windows has saved', () => {
    const printed = { ok: false, error: { code: 'SERVER_GONE' }, ...whole }
    expect(readReport(`\uFEFF${JSON.stringify(printed, null, 2)}\r\n`, 'a.json')).toEqual(whole)
  })

  it('ignores what a later version adds to the same format', () => {
    const printed = { ...whole, weather: 'rain' }
    expect(readReport(JSON.stringify(printed), 'a.json')).toEqual(printed)
  })

  it.each([
    ['', 'It is empty.'],
    ['  \n', 'It is empty.'],
    ['PASSWORD=secret', 'It is no JSON.'],
    [
      '\n> shop@1.0.0 bench\n> downpour bench strategies --json\n\n{"ok":true}',
      'It begins with the lines that npm prints before a command, and is no JSON.',
    ],
    ['[1]', 'It holds no JSON object.'],
    ['null', 'It holds no JSON object.'],
    ['{"ok":true,"run":7}', '"format" is not 1.'],
    [
      '{"ok":false,"error":{"code":"CONNECT"}}',
      'It is the error of a run that ended before it measured anything.',
    ],
  ])('refuses %j', (text, why) => {
    expect(failureOf(text)).toEqual({
      code: 'BENCH_FILE',
      exitCode: 2,
      message: 'Cannot read a.json as a report of bench',
      why,
      fix: 'Write one: npx downpour bench strategies --json > report.json',
    })
  })

  it('refuses a newer format', () => {
    expect(failureOf(JSON.stringify({ ok: true, ...whole, format: 2 }))).toEqual({
      code: 'BENCH_FILE',
      exitCode: 2,
      message: 'Cannot read a.json as a report of bench',
      why: 'It has format 2, and this version of Downpour knows format 1.',
      fix: 'Read it with the newer version that wrote it, or measure again with this one.',
    })
  })

  it.each([
    ['machine', '"machine" is no object.'],
    ['machine.cores', '"machine.cores" is no number above 0.'],
    ['server.connection', '"server.connection" is none of TCP, socket.'],
    ['server.isLocal', '"server.isLocal" is neither true nor false.'],
    ['server.settings.fsync', '"server.settings.fsync" is no text.'],
    ['experiments.0.name', '"experiments[0].name" is no text.'],
    [
      'experiments.0.measurements.0.rows',
      '"experiments[0].measurements[0].rows" is no number above 0.',
    ],
    [
      'experiments.0.measurements.0.samples.0.seconds',
      '"experiments[0].measurements[0].samples[0].seconds" is no number above 0.',
    ],
    [
      'experiments.0.measurements.0.samples.0.server.walBytes',
      '"experiments[0].measurements[0].samples[0].server.walBytes" is no number, 0 or above.',
    ],
    [
      'experiments.0.measurements.0.summary.seconds.low',
      '"experiments[0].measurements[0].summary.seconds.low" is no number above 0.',
    ],
    ['experiments.0.charts.0.points.0.y', '"experiments[0].charts[0].points[0].y" is no number.'],
    [
      'experiments.0.charts.0.x.scale',
      '"experiments[0].charts[0].x.scale" is none of names, linear, log.',
    ],
  ])('refuses a report whose %s is not right', (path, why) => {
    const broken = structuredClone(whole) as unknown as Record<string, unknown>
    replace(broken, path.split('.'), ['neither'])
    expect(failureOf(JSON.stringify(broken)).why).toBe(why)
  })

  it('refuses a measurement without samples, and what is no list', () => {
    const broken = structuredClone(whole) as unknown as Record<string, unknown>
    replace(broken, 'experiments.0.measurements.0.samples'.split('.'), [])
    expect(failureOf(JSON.stringify(broken)).why).toBe(
      '"experiments[0].measurements[0].samples" is empty.',
    )
    const listless = JSON.stringify({ ...whole, experiments: {} })
    expect(failureOf(listless).why).toBe('"experiments" is no list.')
  })
})

interface More {
  readonly rows?: number
  /** Of each sample; the last counts for those that follow. */
  readonly walBytes?: readonly (number | null)[]
  readonly peakRssBytes?: number
}

function measure(name: string, seconds: readonly number[], more: More = {}): Measurement {
  const { rows = 1000, walBytes, peakRssBytes = 200 } = more
  const samples = seconds.map((seconds, index) => ({
    seconds,
    phases: { write: seconds },
    server: walBytes
      ? {
          walBytes: walBytes[Math.min(index, walBytes.length - 1)]!,
          blocksHit: 10,
          blocksRead: 0,
          checkpoints: 0,
          relationBytes: 8192,
          freeDiskBytesBefore: null,
          freeDiskBytesAfter: null,
        }
      : null,
  }))
  return {
    name,
    factors: { strategy: name },
    rows,
    samples,
    summary: summarise({ rows, samples, baseline: null }),
    peakRssBytes,
  }
}

function experiment(name: string, measurements: readonly Measurement[]): ExperimentReport {
  return {
    name,
    question: 'Which way is fastest?',
    baseline: null,
    repetitions: 7,
    measurements,
    conclusion: ['None.'],
    notes: [],
    warnings: [{ code: 'TOO_SHORT', message: 'It is.', remedy: 'More.' }],
    charts: [
      {
        title: 'Rows per second',
        says: 'All are as fast.',
        kind: 'bars',
        x: { title: 'strategy', scale: 'names' },
        y: { title: 'rows/s', scale: 'linear' },
        points: [
          { series: 'rows/s', x: 'row', y: 1000, low: 900, high: 1100 },
          { series: 'rows/s', x: 7, y: 0 },
        ],
      },
    ],
  }
}

function report(experiments: readonly ExperimentReport[]): BenchReport {
  return {
    format: 1,
    version: '0.1.0',
    startedAt: '2026-01-01T12:00:00Z',
    command: 'npm run bench -- strategies',
    machine: {
      processor: 'Abacus 9',
      cores: 2,
      memoryBytes: 8 * 2 ** 30,
      platform: 'linux 6.1 x64',
      node: '20.20.2',
    },
    server: {
      name: 'PostgreSQL 18.4',
      place: 'embedded',
      connection: 'TCP',
      isLocal: true,
      settings: { shared_buffers: '256MB', fsync: 'off', wal_level: 'minimal' },
    },
    experiments,
  }
}

function compare(before: readonly Measurement[], after: readonly Measurement[], threshold = 0.1) {
  const [first, second] = [before, after].map((one) => report([experiment('strategies', one)]))
  return compareReports(first!, second!, { threshold }).experiments[0]!.measurements
}

function failureOf(text: string) {
  try {
    readReport(text, 'a.json')
  } catch (error) {
    if (!(error instanceof DownpourError)) throw error
    expect(error.cause).toBeUndefined()
    const { code, exitCode, message, why, fix } = error
    return { code, exitCode, message, why, fix }
  }
  throw new Error('It was read')
}

function replace(object: Record<string, unknown>, path: readonly string[], value: unknown): void {
  const [name, ...rest] = path
  if (rest.length === 0) object[name!] = value
  else replace(object[name!] as Record<string, unknown>, rest, value)
}
