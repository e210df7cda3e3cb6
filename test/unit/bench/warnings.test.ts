import { describe, expect, it } from 'vitest'
import type { Sample, ServerSettings } from '../../../src/bench/report.ts'
import { summarise } from '../../../src/bench/summarise.ts'
import { warningsOf } from '../../../src/bench/warnings.ts'

const server: ServerSettings = {
  name: 'PostgreSQL 18.4',
  place: 'postgres://ann@db.example/shop',
  connection: 'TCP',
  isLocal: false,
  settings: { fsync: 'on', synchronous_commit: 'on', full_page_writes: 'on', max_wal_size: '1GB' },
}

const steady = [1, 1.02, 0.98, 1.01, 0.99, 1.03, 1]

describe(warningsOf, () => {
  it('has nothing to say about steady measurements on a server of its own', () => {
    expect(warn({ measurements: [measure('row', steady)] })).toEqual([])
  })

  it('warns where commits do not wait for the disk', () => {
    const settings = { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' }
    expect(warn({ server: { ...server, settings } })).toEqual([
      {
        code: 'FSYNC_OFF',
        message:
          'The server runs with fsync, synchronous_commit and full_page_writes off, so a commit does not wait for the disk: ways that commit often look better than where data must survive a crash.',
        remedy:
          'Measure on a server with the settings of the one that you will load: --database-url.',
      },
    ])
  })

  it('names what is off, and calls it what it is', () => {
    const [warning] = warn({
      server: { ...server, settings: { ...server.settings, synchronous_commit: 'off' } },
    })
    expect(warning!.code).toBe('SYNCHRONOUS_COMMIT_OFF')
    expect(warning!.message).toContain('runs with synchronous_commit off, so')
    expect(codes({ server: { ...server, settings: { full_page_writes: 'off' } } })).toEqual([])
  })

  it('warns where client and server share their cores', () => {
    expect(warn({ server: { ...server, isLocal: true } })).toEqual([
      {
        code: 'SAME_MACHINE',
        message:
          'The server runs on the machine that measures: each takes processor time from the other, and no network lies between them.',
        remedy:
          'Measure against a server on another machine if yours will be on another: --database-url.',
      },
    ])
  })

  it('warns where there are fewer than 5 repetitions', () => {
    const remedy = 'Measure at least 5 times, better 7 or more: --repeat 7.'
    const measurements = ['row', 'copy'].map((name) => measure(name, [1, 1.01, 1.02]))
    expect(warn({ measurements, repetitions: 3 })).toEqual([
      {
        code: 'FEW_REPETITIONS',
        message:
          'With fewer than 5 repetitions an interval is hardly more than the range of what was seen; there are 3 of every measurement.',
        remedy,
      },
    ])
    expect(warn({ measurements: [measure('row', [1])], repetitions: 1 })).toEqual([
      {
        code: 'FEW_REPETITIONS',
        message:
          'Each measurement was made only once: nothing tells how much it varies, and no difference is certain.',
        remedy,
      },
    ])
    expect(codes({ measurements: [measure('row', steady.slice(0, 5))], repetitions: 5 })).toEqual(
      [],
    )
  })

  it('names the measurements that were cut short', () => {
    const measurements = [measure('copy', steady), measure('row', [1, 1.01])]
    expect(warn({ measurements })[0]!.message).toBe(
      'With fewer than 5 repetitions an interval is hardly more than the range of what was seen; there are at most 2 of "row".',
    )
  })

  it('says nothing about a measurement without samples', () => {
    const { summary } = measure('row', steady)
    expect(warn({ measurements: [{ name: 'row', samples: [], summary }] })).toEqual([])
  })

  it('warns where a repetition is too short to be timed', () => {
    const short = steady.map((seconds) => seconds / 250)
    const measurements = [
      measure('copy, 0 ms', short),
      measure('copy, 5 ms', short),
      measure('row', steady),
    ]
    expect(warn({ measurements })).toEqual([
      {
        code: 'TOO_SHORT',
        message:
          'A repetition takes less than 5 ms, which cannot be timed well: "copy, 0 ms" and "copy, 5 ms".',
        remedy: 'Measure more rows: --rows.',
      },
    ])
  })

  it('warns where the first repetition is much slower, and does not call it an outlier as well', () => {
    const measurements = [
      measure('copy', [1.6, ...steady.slice(1)]),
      measure('row', [2.4, ...steady.slice(1)]),
    ]
    expect(warn({ measurements })).toEqual([
      {
        code: 'SLOW_FIRST',
        message:
          'The first repetition took up to 2.4 times as long as those after it, so one warm-up was too little: "copy" and "row".',
        remedy:
          'Measure more rows, or repeat more often, so that it counts less: --rows, --repeat.',
      },
    ])
  })

  it('counts outliers on either side', () => {
    const measurements = [
      measure('copy', [1, 1.02, 3, 0.98, 1.01, 0.99, 1]),
      measure('row', [1, 1.02, 3, 0.5, 1.01, 0.99, 1]),
    ]
    expect(warn({ measurements })).toEqual([
      {
        code: 'OUTLIERS',
        message:
          'Some repetitions took much more or much less time than the others: 1 of 7 of "copy" and 2 of 7 of "row".',
        remedy:
          'Stop what else runs on the client and on the server, and repeat more often: --repeat.',
      },
    ])
  })

  it('calls neither jitter nor a wide spread an outlier', () => {
    // 1.2 is 13 scaled deviations from the median, but no more than a fifth of it.
    const jitter = measure('row', [1, 1.01, 1.2, 0.99, 1, 1.01, 0.99])
    // 1.5 is half as much again, but within 3.5 scaled deviations.
    const spread = measure('copy', [1, 1.2, 1.5, 0.8, 1.1, 0.85, 0.95])
    expect(codes({ measurements: [jitter, spread] })).toEqual([])
  })

  it('has its limits at 3.5 scaled deviations, and at an interval of half the median', () => {
    // The deviations are 0.2, 0.1, 0.1, 0, 0.1, 0.2 and the last one's; 3.5 × 1.4826 × 0.1 = 0.52.
    const nearly = [0.8, 0.9, 1.1, 1, 1.1, 0.8]
    expect(codes({ measurements: [measure('row', [...nearly, 1.5])] })).toEqual([])
    expect(codes({ measurements: [measure('row', [...nearly, 1.54])] })).toEqual(['OUTLIERS'])
    // Of seven samples it goes from the second to the sixth.
    const wide = (sixth: number) => measure('row', [0.7, 0.8, 0.9, 1, 1.1, sixth, sixth])
    expect(codes({ measurements: [wide(1.29)] })).toEqual([])
    expect(codes({ measurements: [wide(1.31)] })).toEqual(['WIDE_SPREAD'])
  })

  it('finds the outlier of Leys et al., 2013', () => {
    // Journal of Experimental Social Psychology 49 (4): 1000 is the only one.
    const [warning] = warn({ measurements: [measure('row', [1, 3, 3, 6, 8, 10, 10, 1000])] })
    expect(warning!.message).toContain('1 of 8 of "row"')
  })

  it('warns where the interval is too wide', () => {
    expect(warn({ measurements: [measure('row', [1, 2, 0.8, 1.9, 1.1, 0.9, 1.8])] })).toEqual([
      {
        code: 'WIDE_SPREAD',
        message:
          'The repetitions differ so much that only large differences show; the interval is wider than half the median: "row".',
        remedy:
          'Stop what else runs on the client and on the server, measure more rows, and repeat more often: --rows, --repeat.',
      },
    ])
  })

  it('counts repetitions with a checkpoint, and knows the size that was too small', () => {
    const measurements = [
      { ...measure('row', steady), samples: samplesOf(steady, [0, 1, 0, 2, 0, 0, 0]) },
      measure('copy', steady),
    ]
    const message =
      'The server made a checkpoint, which writes to the disk, in the middle of repetitions: 2 of 7 of "row".'
    expect(warn({ measurements })).toEqual([
      {
        code: 'CHECKPOINT',
        message,
        remedy: 'Raise max_wal_size above 1GB, or measure fewer rows: --rows.',
      },
    ])
    expect(warn({ measurements, server: { ...server, settings: {} } })[0]!.remedy).toBe(
      'Raise max_wal_size, or measure fewer rows: --rows.',
    )
  })

  it('names the first of many', () => {
    const short = steady.map((seconds) => seconds / 1000)
    const measurements = Array.from({ length: 20 }, (_, index) => measure(`way ${index}`, short))
    expect(warn({ measurements })[0]!.message).toBe(
      'A repetition takes less than 5 ms, which cannot be timed well: "way 0", "way 1", "way 2", "way 3", "way 4" and 15 more.',
    )
  })
})

function warn(evidence: Partial<Parameters<typeof warningsOf>[0]>) {
  return warningsOf({ server, measurements: [], repetitions: 7, work: 'writing', ...evidence })
}

function codes(evidence: Partial<Parameters<typeof warningsOf>[0]>) {
  return warn(evidence).map(({ code }) => code)
}

function measure(name: string, seconds: readonly number[]) {
  const samples = samplesOf(seconds)
  return { name, samples, summary: summarise({ rows: 1000, samples, baseline: null }) }
}

function samplesOf(seconds: readonly number[], checkpoints?: readonly number[]): Sample[] {
  return seconds.map((seconds, index) => ({
    seconds,
    phases: {},
    server: checkpoints
      ? {
          walBytes: null,
          blocksHit: null,
          blocksRead: null,
          checkpoints: checkpoints[index]!,
          relationBytes: null,
          freeDiskBytesBefore: null,
          freeDiskBytesAfter: null,
        }
      : null,
  }))
}
