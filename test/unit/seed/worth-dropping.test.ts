import { describe, expect, it } from 'vitest'
import { isWorthDropping, worthOfLanes } from '../../../src/seed/worth-dropping.ts'

describe('isWorthDropping', () => {
  const key = { rows: 200_000, columns: 5, definitions: ['key'] } as const

  it('asks more of wide tables, and of more lanes', () => {
    expect(isWorthDropping([key], worthOfLanes(2, 2))).toBe(true)
    expect(isWorthDropping([{ ...key, columns: 16 }], worthOfLanes(2, 2))).toBe(false)
    expect(isWorthDropping([{ ...key, columns: 16 }], worthOfLanes(1, 2))).toBe(true)
    expect(isWorthDropping([key], worthOfLanes(4, 4))).toBe(false)
    expect(
      isWorthDropping([{ ...key, definitions: ['key', 'foreign key'] }], worthOfLanes(4, 4)),
    ).toBe(true)
  })

  it('says no for few rows: the more there is to keep up, the fewer are enough', () => {
    expect(isWorthDropping([{ ...key, rows: 49_999 }], 1)).toBe(false)
    expect(isWorthDropping([{ ...key, rows: 50_000 }], 1)).toBe(true)
    expect(isWorthDropping([{ ...key, rows: 5_000, definitions: ['foreign key'] }], 1)).toBe(true)
  })

  it('says no for so many rows that others would wait for long', () => {
    expect(isWorthDropping([{ ...key, rows: 1_000_000 }], 1)).toBe(true)
    expect(
      isWorthDropping(
        [
          { ...key, rows: 600_000 },
          { ...key, rows: 400_001 },
        ],
        1,
      ),
    ).toBe(false)
  })

  it('weighs tables by their rows', () => {
    const bare = { rows: 600_000, columns: 5, definitions: [] }
    expect(isWorthDropping([key, bare], 1.2)).toBe(false)
    expect(isWorthDropping([key, { ...bare, rows: 100_000 }], 1.2)).toBe(true)
  })

  it('says no where nothing can be dropped', () => {
    expect(isWorthDropping([], 1)).toBe(false)
    expect(isWorthDropping([{ ...key, definitions: [] }], 1)).toBe(false)
  })
})

describe('worthOfLanes', () => {
  it('is bounded by the cores that the server shares with the client', () => {
    expect(worthOfLanes(1, 2)).toBe(1)
    expect(worthOfLanes(1, 1)).toBe(1)
    expect(worthOfLanes(4, 8)).toBe(4)
    expect(worthOfLanes(8, 4)).toBeCloseTo(3.2)
    expect(worthOfLanes(2, undefined)).toBe(2)
  })
})
