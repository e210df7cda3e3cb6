import { randomBytes } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { btreeSize } from '../../../src/estimate/btree-size.ts'
import { compressedSize } from '../../../src/estimate/compressed-size.ts'
import { estimateDistinct } from '../../../src/estimate/distinct.ts'
import { rowSize } from '../../../src/estimate/row-size.ts'
import { storedType } from '../../../src/estimate/stored-type.ts'
import { sampleNumbers } from '../../../src/estimate/table-sample.ts'
import type { ServerType } from '../../../src/postgres/server-type.ts'

const type = (name: string, modifier = -1): ServerType => ({
  oid: 0,
  name,
  sqlName: name,
  kind: 'scalar',
  modifier,
  element: undefined,
})

const cellOf = (name: string, bytes: Buffer) => {
  const stored = storedType(type(name))
  return { stored, payload: stored.payload(bytes), bytes }
}

describe(compressedSize, () => {
  it('leaves alone what is short or has no repetitions', () => {
    const noise = randomBytes(5000)
    expect(compressedSize(noise)).toBe(5000)
    expect(compressedSize(Buffer.from('aaaaaaaaaa'))).toBe(10)
  })

  it('shrinks what repeats itself, the more the longer', () => {
    const once = compressedSize(Buffer.from('downpour '.repeat(100)))
    const often = compressedSize(Buffer.from('downpour '.repeat(1000)))
    expect(once).toBeLessThan(60)
    expect(often / 9000).toBeLessThan(once / 900)
  })
})

describe(estimateDistinct, () => {
  it('is as many as rows where none is repeated', () => {
    expect(estimateDistinct(Array<number>(100).fill(1), 5000)).toBe(5000)
  })

  it('is what was seen where all of it is seen often, or all rows were looked at', () => {
    expect(estimateDistinct([50, 30, 20], 1_000_000)).toBe(3)
    expect(estimateDistinct([1, 1, 1], 3)).toBe(3)
  })
})

describe(sampleNumbers, () => {
  it('is every row of a small range, and different ones in order of a large one', () => {
    expect([...sampleNumbers({ first: 7, count: 3 }, 10)]).toEqual([7, 8, 9])
    const some = [...sampleNumbers({ first: 1000, count: 100_000 }, 500)]
    expect(new Set(some).size).toBe(500)
    expect(some).toEqual(some.toSorted((a, b) => a - b))
    expect(some[0]).toBeGreaterThanOrEqual(1000)
    expect(some.at(-1)).toBeLessThan(101_000)
  })
})

describe(rowSize, () => {
  it('puts values where they are aligned, and NULL nowhere', () => {
    const large = cellOf('int8', Buffer.alloc(8))
    const small = cellOf('int2', Buffer.alloc(2))
    // 24 + 2, filled up to 8, + 8.
    expect(rowSize([small, large])).toEqual({ bytes: 40, movedOut: [] })
    expect(rowSize([large, small])).toEqual({ bytes: 40, movedOut: [] })
    expect(rowSize([large, null])).toEqual({ bytes: 32, movedOut: [] })
  })

  it('moves out the longest value of a row that is too long for a fourth of a page', () => {
    const short = cellOf('text', randomBytes(500))
    const long = cellOf('text', randomBytes(3000))
    expect(rowSize([short, long])).toEqual({ bytes: 552, movedOut: [3000] })
  })

  it('keeps a long value in its row where it can be compressed enough', () => {
    const repeated = cellOf('text', Buffer.from('again and again '.repeat(1000)))
    const { bytes, movedOut } = rowSize([repeated])
    expect(movedOut).toEqual([])
    expect(bytes).toBeLessThan(500)
  })
})

describe(btreeSize, () => {
  const built = { fillFactor: 90, order: 'sorted', writers: 1 } as const

  it('is one page without rows, and two with a few', () => {
    expect(btreeSize({ ...built, entries: 0, entryBytes: 16, keys: 0 })).toBe(8192)
    expect(btreeSize({ ...built, entries: 100, entryBytes: 16, keys: 100 })).toBe(16_384)
  })

  it('is smaller where rows share keys, and larger where keys come in no order', () => {
    const tree = { ...built, entries: 100_000, entryBytes: 16, keys: 100_000 }
    const shared = btreeSize({ ...tree, keys: 1000 })
    const scattered = btreeSize({ ...tree, order: 'random' })
    expect(shared).toBeLessThan(btreeSize(tree) / 2)
    expect(scattered).toBeGreaterThan(btreeSize(tree) * 1.2)
  })
})
