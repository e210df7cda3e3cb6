import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { fitRows } from '../../../src/bench/fit-rows.ts'
import type { FitRequest, RowsCase } from '../../../src/bench/fit-rows.ts'

/** A case that takes so many milliseconds a row. */
const way = (name: string, milliseconds: number, more: Partial<RowsCase> = {}): RowsCase => ({
  name,
  wanted: 100_000,
  minimum: 100,
  probe: { rows: 1000, seconds: milliseconds },
  fixedSeconds: 0,
  ...more,
})

const request = (cases: readonly RowsCase[], limitSeconds: number): FitRequest => ({
  cases,
  repetitions: 8,
  limitSeconds,
})

const fit = (cases: readonly RowsCase[], limitSeconds: number) => {
  const { rows, notes } = fitRows(request(cases, limitSeconds))
  return { rows: Object.fromEntries(rows), notes }
}

describe(fitRows, () => {
  it('gives all what they want where there is time', () => {
    const cases = [way('row', 1), way('copy', 0.01)]
    expect(fit(cases, 808)).toEqual({ rows: { row: 100_000, copy: 100_000 }, notes: [] })
    expect(fit(cases, Infinity).rows).toEqual({ row: 100_000, copy: 100_000 })
    expect(fit([], 10)).toEqual({ rows: {}, notes: [] })
  })

  it('reduces the slow ones only, and says so', () => {
    // copy takes 8 s, so that 112 s are left for 8 repetitions of row: 14,000 rows.
    expect(fit([way('row', 1), way('copy', 0.01)], 120)).toEqual({
      rows: { row: 10_000, copy: 100_000 },
      notes: ['Fewer rows than 100,000, to keep to the time limit of 120 s: 10,000 by row.'],
    })
  })

  it('shares what is left evenly, in time and not in rows', () => {
    // 8 s for copy, 96 s for each of the others: 12 s a repetition.
    expect(fit([way('row', 1), way('row-tx', 0.2), way('copy', 0.01)], 200)).toEqual({
      rows: { row: 10_000, 'row-tx': 50_000, copy: 100_000 },
      notes: [
        'Fewer rows than 100,000, to keep to the time limit of 200 s: 10,000 by row; 50,000 by row-tx.',
      ],
    })
  })

  it.each([
    [0.8, 100],
    [1.5, 100],
    [1.6, 200],
    [3.9, 200],
    [4, 500],
    [7.9, 500],
    [8, 1000],
    [16, 2000],
    [39.9, 2000],
    [40, 5000],
  ])('rounds down to 1, 2 or 5 times a power of ten: in %d s %d rows', (limit, rows) => {
    expect(fit([way('row', 1)], limit).rows).toEqual({ row: rows })
  })

  it('does not lose half of the rows to the last bits of a number', () => {
    // 0.3 / (0.0001 × 3) is 999.9999999999999, and 0.1 + 0.2 is above 0.3.
    const thrice = { ...request([way('row', 0.1)], 0.3), repetitions: 3 }
    expect(fitRows(thrice).rows.get('row')).toBe(1000)
    const least = [way('row', 2), way('batch', 1)]
    const once = { ...request(least, 0.3), repetitions: 1 }
    expect(Object.fromEntries(fitRows(once).rows)).toEqual({ row: 100, batch: 100 })
  })

  it('counts what a repetition costs anyway', () => {
    // 8 × (0.5 s + 500 rows × 1 ms)
    expect(fit([way('row', 1, { fixedSeconds: 0.5 })], 8).rows).toEqual({ row: 500 })
    expect(fit([way('row', 1, { fixedSeconds: 0.5 })], 7.9).rows).toEqual({ row: 200 })
  })

  it('never goes below the minimum, and lets the others pay for it', () => {
    const slow = way('row', 10, { minimum: 1500 })
    expect(fit([slow, way('batch', 1)], 136).rows).toEqual({ row: 1500, batch: 2000 })
  })

  it('leaves out the slowest where not even the minimums fit', () => {
    const slow = way('row at 20 ms', 50)
    expect(fit([slow, way('batch', 0.1)], 30)).toEqual({
      rows: { batch: 20_000 },
      notes: [
        'row at 20 ms is left out: even 100 rows would take about 40 s, and the time limit is 30 s for all.',
        'Fewer rows than 100,000, to keep to the time limit of 30 s: 20,000 by batch.',
      ],
    })
  })

  it('writes one row, and large times, as people do', () => {
    const wanted = { wanted: 10, minimum: 1 }
    expect(fit([way('row', 1_000, wanted)], 8).notes).toEqual([
      'Fewer rows than 10, to keep to the time limit of 8 s: 1 by row.',
    ])
    expect(fit([way('row', 1_000_000, wanted)], 8).notes).toEqual([
      'row is left out: even 1 row would take about 8,000 s, and the time limit is 8 s for all.',
    ])
  })

  it('takes a minimum above what is wanted for what is wanted', () => {
    expect(fit([way('row', 1, { wanted: 50 })], 1).rows).toEqual({ row: 50 })
  })

  it('gives all rows to what takes no time for them', () => {
    expect(fit([way('copy', 0, { fixedSeconds: 1 }), way('row', 1)], 16.8).rows).toEqual({
      copy: 100_000,
      row: 1000,
    })
  })

  it('refuses a probe without rows', () => {
    expect(() => fit([way('row', 1, { probe: { rows: 0, seconds: 1 } })], 1)).toThrow(
      'The probe of row has no rows',
    )
  })

  it('never gives more than wanted, nor less than the minimum, and round numbers in between', () => {
    fc.assert(
      fc.property(requests, (request) => {
        const { rows } = fitRows(request)
        for (const { name, wanted, minimum } of request.cases) {
          const given = rows.get(name)
          if (given === undefined || given === wanted || given === Math.min(minimum, wanted))
            continue
          expect(given).toBeLessThan(wanted)
          expect(given).toBeGreaterThan(minimum)
          expect(String(given)).toMatch(/^[125]0*$/)
        }
      }),
    )
  })

  it('keeps to the limit', () => {
    fc.assert(
      fc.property(requests, (request) => {
        const seconds = request.cases.map((one) => estimate(request, one, fitRows(request).rows))
        const sum = seconds.reduce((total, one) => total + one, 0)
        expect(sum).toBeLessThanOrEqual(request.limitSeconds * (1 + 1e-6))
      }),
    )
  })

  it('leaves a case out only where there is no time for its minimum', () => {
    fc.assert(
      fc.property(requests, (request) => {
        const { rows } = fitRows(request)
        const leastOf = (one: RowsCase) => {
          return estimate(request, one, new Map([[one.name, Math.min(one.minimum, one.wanted)]]))
        }
        const kept = request.cases.filter(({ name }) => rows.has(name))
        const sum = kept.map(leastOf).reduce((total, one) => total + one, 0)
        for (const one of request.cases) {
          if (rows.has(one.name)) continue
          expect(sum + leastOf(one)).toBeGreaterThan(request.limitSeconds)
        }
      }),
    )
  })

  it('wastes no more than rounding does: a reduced case with the next round number would not fit', () => {
    fc.assert(
      fc.property(requests, (request) => {
        const { rows } = fitRows(request)
        // Whoever is reduced has an even share at least; what one does not need, the others have.
        const next = new Map(rows)
        for (const { name, wanted } of request.cases) {
          const given = rows.get(name)
          if (given !== undefined) next.set(name, Math.min(wanted, nextRound(given)))
        }
        const isReduced = request.cases.some(
          ({ name, wanted }) => (rows.get(name) ?? wanted) < wanted,
        )
        const sum = request.cases
          .map((one) => estimate(request, one, next))
          .reduce((total, one) => total + one, 0)
        if (isReduced) expect(sum).toBeGreaterThan(request.limitSeconds * (1 - 1e-6))
      }),
    )
  })

  it('does the same in whatever order the cases are', () => {
    fc.assert(
      fc.property(requests, (request) => {
        const turned = fitRows({ ...request, cases: request.cases.toReversed() })
        expect(new Map(turned.rows)).toEqual(new Map(fitRows(request).rows))
      }),
    )
  })

  it('gives no fewer rows in more time, unless a case comes in', () => {
    fc.assert(
      fc.property(requests, fc.integer({ min: 1, max: 2000 }), (request, more) => {
        const less = fitRows(request).rows
        const larger = fitRows({ ...request, limitSeconds: request.limitSeconds + more / 10 }).rows
        expect([...larger.keys()]).toEqual(expect.arrayContaining([...less.keys()]))
        if (larger.size > less.size) return
        for (const [name, rows] of less) expect(larger.get(name)).toBeGreaterThanOrEqual(rows)
      }),
    )
  })
})

// Round figures, so that shares often end exactly on round numbers of rows.
const requests: fc.Arbitrary<FitRequest> = fc.record({
  cases: fc
    .array(
      fc.record({
        wanted: fc.constantFrom(1, 50, 1000, 3000, 100_000, 1_000_000),
        minimum: fc.constantFrom(1, 10, 100, 300, 1000),
        probe: fc.record({
          rows: fc.constantFrom(1, 10, 1000),
          seconds: fc.constantFrom(0, 0.001, 0.003, 0.1, 1, 10),
        }),
        fixedSeconds: fc.constantFrom(0, 0, 0.05, 1),
      }),
      { maxLength: 12 },
    )
    .map((cases) => cases.map((one, index) => ({ ...one, name: `way ${index}` }))),
  repetitions: fc.constantFrom(1, 3, 8),
  limitSeconds: fc.constantFrom(0.5, 1, 10, 60, 120, 1000),
  verb: fc.constant('writes'),
})

function estimate(
  { repetitions }: FitRequest,
  { name, probe, fixedSeconds }: RowsCase,
  rows: ReadonlyMap<string, number>,
): number {
  const given = rows.get(name)
  return given === undefined
    ? 0
    : repetitions * (fixedSeconds + (given * probe.seconds) / probe.rows)
}

/** The round number that is next above: at most 2.5 times as many. */
function nextRound(rows: number): number {
  let power = 1
  while (power * 10 <= rows) power *= 10
  return [2, 5, 10].map((digit) => digit * power).find((number) => number > rows)!
}
