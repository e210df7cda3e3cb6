import { describe, expect, it } from 'vitest'
import {
  effortOf,
  formatFigure,
  formatTimes,
  machineText,
  serverText,
} from '../../../src/report/bench/figures.ts'
import { formatDuration } from '../../../src/report/format.ts'
import { sampleReport } from '../../support/bench-report.ts'

describe(formatFigure, () => {
  it.each([
    [0, '0'],
    [0.0512, '0.0512'],
    [0.2, '0.200'],
    [1e-9, '0'],
    [5, '5'],
    [41.25, '41.3'],
    [950, '950'],
    [999.6, '1.00k'],
    [11_240, '11.2k'],
    [999_600, '1.00M'],
    [1_040_000, '1.04M'],
    [2_500_000_000, '2.50G'],
    [-11_240, '-11.2k'],
    [NaN, '–'],
    [null as unknown as number, '–'],
  ])('shows %d as %s', (value, text) => {
    expect(formatFigure(value)).toBe(text)
  })
})

describe(formatDuration, () => {
  it.each([
    [0, '0 s'],
    [0.000_000_25, '0.250 µs'],
    [0.000_25, '250 µs'],
    [0.000_999_9, '1.00 ms'],
    [0.0824, '82.4 ms'],
    [0.9999, '1.00 s'],
    [75.23, '75.2 s'],
    [4321, '4,320 s'],
    [Infinity, '–'],
  ])('shows %d seconds as %s', (seconds, text) => {
    expect(formatDuration(seconds)).toBe(text)
  })
})

describe(formatTimes, () => {
  it.each([
    [0.8512, '0.851×'],
    [1, '1.00×'],
    [12.34, '12.3×'],
    [1234, '1,230×'],
  ])('shows %d as %s', (value, text) => {
    expect(formatTimes(value)).toBe(text)
  })
})

describe(effortOf, () => {
  const [strategies, , chunks] = sampleReport.experiments

  it('tells how many rows where they are the same for all', () => {
    expect(effortOf(strategies!)).toBe(
      '7 repetitions of 20,000 rows each, after a warm-up that does not count.',
    )
    expect(effortOf(chunks!)).toBe('7 repetitions each, after a warm-up that does not count.')
  })

  it('knows one from many', () => {
    const measurements = chunks!.measurements.map((one) => ({
      ...one,
      samples: one.samples.slice(0, 1),
    }))
    expect(effortOf({ ...chunks!, measurements })).toBe(
      '1 repetition each, after a warm-up that does not count.',
    )
  })

  it('tells how many there were where it was interrupted', () => {
    const measurements = chunks!.measurements.map((one, index) => ({
      ...one,
      samples: one.samples.slice(0, index === 0 ? 3 : 2),
    }))
    expect(effortOf({ ...chunks!, measurements })).toBe(
      '2 to 3 repetitions each, after a warm-up that does not count.',
    )
  })
})

describe(machineText, () => {
  it('tells the machine in one line', () => {
    expect(machineText(sampleReport.machine)).toBe(
      '2 cores of AMD EPYC 7763 64-Core Processor, 15.6 GiB, linux 6.1 x64, Node 20.20.2',
    )
  })
})

describe(serverText, () => {
  it('tells where the server is and how it was reached', () => {
    expect(serverText(sampleReport.server)).toBe(
      'PostgreSQL 18.4, embedded, over TCP, on the machine that measures',
    )
    expect(
      serverText({
        ...sampleReport.server,
        place: 'postgres://seed@db.example.com/shop',
        connection: 'socket',
        isLocal: false,
      }),
    ).toBe(
      'PostgreSQL 18.4, postgres://seed@db.example.com/shop, over a socket, on another machine',
    )
  })
})
