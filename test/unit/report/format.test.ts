import { describe, expect, it } from 'vitest'
import {
  formatBytes,
  formatClock,
  formatCount,
  formatSeconds,
  formatShort,
} from '../../../src/report/format.ts'

describe(formatCount, () => {
  it('groups the digits in threes', () => {
    expect([0, 999, 1000, 1_234_567, 2 ** 53].map(formatCount)).toEqual([
      '0',
      '999',
      '1,000',
      '1,234,567',
      '9,007,199,254,740,992',
    ])
  })
})

describe(formatShort, () => {
  it('never takes more than five characters below a thousand billion', () => {
    const values = [0, 950, 999.6, 1000, 72_499, 999_499, 999_500, 9_949_999, 9_960_000, 5e8, 12e9]
    expect(values.map(formatShort)).toEqual([
      '0',
      '950',
      '1k',
      '1k',
      '72k',
      '999k',
      '1.0M',
      '9.9M',
      '10M',
      '500M',
      '12.0G',
    ])
  })
})

describe(formatSeconds, () => {
  it('turns into a clock from a minute on', () => {
    expect([0, 0.0824, 59.99, 60, 75].map(formatSeconds)).toEqual([
      '0.00 s',
      '0.08 s',
      '59.99 s',
      '1:00',
      '1:15',
    ])
  })
})

describe(formatClock, () => {
  it('shows hours where there are any', () => {
    expect([-1, 0.4, 59.6, 3599, 3600, 360_000].map(formatClock)).toEqual([
      '0:00',
      '0:00',
      '1:00',
      '59:59',
      '1:00:00',
      '100:00:00',
    ])
  })
})

describe(formatBytes, () => {
  it('uses the largest unit that leaves at least 1', () => {
    expect([0, 1023, 1024, 13_100_000, 2 ** 40, 2 ** 52].map(formatBytes)).toEqual([
      '0 B',
      '1023 B',
      '1.0 KiB',
      '12.5 MiB',
      '1.0 TiB',
      '4096.0 TiB',
    ])
  })
})
