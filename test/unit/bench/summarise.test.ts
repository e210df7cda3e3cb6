import { describe, expect, it } from 'vitest'
import { describeSpeedUp, formatFactor, sayHowFast } from '../../../src/bench/describe-speed-up.ts'
import { summarise } from '../../../src/bench/summarise.ts'

const seconds = (...list: number[]) => list.map((seconds) => ({ seconds }))

describe(summarise, () => {
  it('gives the median with its interval, the spread, and rows per second', () => {
    expect(
      summarise({ rows: 1000, samples: seconds(5, 1, 2, 4, 2, 2.5, 20), baseline: null }),
    ).toEqual({
      seconds: { value: 2.5, low: 2, high: 5 },
      // Deviations 2.5, 1.5, 0.5, 1.5, 0.5, 0, 17.5
      spreadSeconds: 1.5,
      rowsPerSecond: { value: 400, low: 200, high: 500 },
      speedUp: null,
    })
  })

  it('compares rows per second with the baseline, whatever its rows', () => {
    const baseline = { rows: 100, samples: seconds(1, 2, 3) }
    const summary = summarise({ rows: 1000, samples: seconds(4, 5, 6), baseline })
    expect(summary.speedUp!.value).toBeCloseTo(4, 12)
    expect(summary.speedUp!.low).toBeCloseTo(10 / 6, 12)
    expect(summary.speedUp!.high).toBeCloseTo(7.5, 12)
  })

  it('is above 1 for what is faster than the baseline', () => {
    const baseline = { rows: 100, samples: seconds(1, 1.1, 0.9, 1, 1.05) }
    const faster = summarise({ rows: 100, samples: seconds(0.5, 0.5, 0.55, 0.45, 0.5), baseline })
    expect(faster.speedUp!.low).toBeGreaterThan(1)
    expect(faster.speedUp!.value).toBe(2)
  })

  it('gives a single repetition an interval of itself', () => {
    expect(summarise({ rows: 10, samples: seconds(2), baseline: null })).toEqual({
      seconds: { value: 2, low: 2, high: 2 },
      spreadSeconds: 0,
      rowsPerSecond: { value: 5, low: 5, high: 5 },
      speedUp: null,
    })
  })

  it('refuses what has no rows per second', () => {
    expect(() => summarise({ rows: 0, samples: seconds(1), baseline: null })).toThrow(
      'Rows per second need rows, not 0',
    )
    expect(() => summarise({ rows: 1, samples: seconds(0), baseline: null })).toThrow(
      'Rows per second need time, not 0 s',
    )
    expect(() => summarise({ rows: 1, samples: [], baseline: null })).toThrow(RangeError)
  })
})

describe(describeSpeedUp, () => {
  it.each([
    [{ value: 131.4, low: 120, high: 140 }, '131 times as fast'],
    [{ value: 12_345, low: 12_000, high: 13_000 }, '12,300 times as fast'],
    [{ value: 1.31, low: 1.2, high: 1.4 }, '1.3 times as fast'],
    [{ value: 1.04, low: 1.02, high: 1.05 }, '1.04 times as fast'],
    [{ value: 0.5, low: 0.4, high: 0.6 }, '2.0 times as slow'],
    [{ value: 0.02, low: 0.01, high: 0.03 }, '50 times as slow'],
    [{ value: 0.96, low: 0.95, high: 0.97 }, '1.04 times as slow'],
    [{ value: 1.2, low: 0.9, high: 1.5 }, 'no difference'],
    [{ value: 1.2, low: 1, high: 1.5 }, 'no difference'],
    [{ value: 1.003, low: 1.001, high: 1.005 }, 'no difference'],
    [{ value: 2, low: 2, high: 2 }, 'about 2.0 times as fast'],
  ])('calls %o: %s', (speedUp, words) => {
    expect(describeSpeedUp(speedUp)).toBe(words)
  })
})

describe(sayHowFast, () => {
  it('is a sentence', () => {
    const names = { name: 'copy', baseline: 'row' }
    expect(sayHowFast({ ...names, speedUp: { value: 131.4, low: 120, high: 140 } })).toBe(
      'copy is 131 times as fast as row.',
    )
    expect(sayHowFast({ ...names, speedUp: { value: 0.4, low: 0.3, high: 0.5 } })).toBe(
      'copy is 2.5 times as slow as row.',
    )
    expect(sayHowFast({ ...names, speedUp: { value: 1.1, low: 0.9, high: 1.3 } })).toBe(
      'copy cannot be told from row by these repetitions.',
    )
  })
})

describe(formatFactor, () => {
  it('gives as many digits as a factor deserves, without a jump in between', () => {
    expect([1.0449, 1.094, 1.095, 1.1, 9.94, 9.96, 99.6, 131.4, 1234].map(formatFactor)).toEqual([
      '1.04',
      '1.09',
      '1.1',
      '1.1',
      '9.9',
      '10',
      '100',
      '131',
      '1,230',
    ])
  })
})
