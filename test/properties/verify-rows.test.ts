import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { ComparedTable } from '../../src/verify/compared-table.ts'
import type { Differences, RowAt } from '../../src/verify/differences.ts'
import type { ExpectedRows } from '../../src/verify/expected-rows.ts'
import { matchRows } from '../../src/verify/match-rows.ts'
import { keyOf, mergeRows } from '../../src/verify/merge-rows.ts'
import { cellsOf } from '../../src/verify/row-messages.ts'

/** A row of an int4 key and a text. */
interface Row {
  readonly key: number
  readonly text: string
}

/** What was done to planned rows, by their numbers; strangers have keys of their own. */
interface Changes {
  readonly count: number
  readonly deleted: ReadonlySet<number>
  readonly changed: ReadonlySet<number>
  readonly strangers: readonly number[]
  /** Rows that arrive together. */
  readonly chunk: number
}

const start = 100

const changes: fc.Arbitrary<Changes> = fc
  .integer({ min: 0, max: 60 })
  .chain((count) => {
    const some = fc.uniqueArray(fc.nat(Math.max(0, count - 1)), { maxLength: 12 })
    return fc.record({
      count: fc.constant(count),
      deleted: some.map((rows) => new Set(rows.filter((row) => row < count))),
      changed: some.map((rows) => new Set(rows.filter((row) => row < count))),
      strangers: fc.uniqueArray(
        fc.oneof(fc.integer({ min: 0, max: start - 1 }), fc.integer({ min: 1000, max: 2000 })),
        { maxLength: 8 },
      ),
      chunk: fc.integer({ min: 1, max: 20 }),
    })
  })
  .map((made) => ({
    ...made,
    changed: new Set([...made.changed].filter((row) => !made.deleted.has(row))),
  }))

const textOf = (row: number) => `row ${row} ${'é'.repeat(row % 5)}`

const plannedRows = ({ count }: Changes): readonly Row[] =>
  Array.from({ length: count }, (_, row) => ({ key: start + row, text: textOf(row) }))

function foundRows(made: Changes): readonly Row[] {
  const kept = plannedRows(made)
    .filter((_, row) => !made.deleted.has(row))
    .map(({ key, text }) => ({ key, text: made.changed.has(key - start) ? `${text} ` : text }))
  const strangers = made.strangers.map((key) => ({ key, text: 'stranger' }))
  return [...kept, ...strangers].toSorted((one, other) => one.key - other.key)
}

function message({ key, text }: Row): Buffer {
  const length = Buffer.byteLength(text)
  const bytes = Buffer.alloc(19 + length)
  bytes.write('d')
  bytes.writeInt32BE(18 + length, 1)
  bytes.writeInt16BE(2, 5)
  bytes.writeInt32BE(4, 7)
  bytes.writeInt32BE(key, 11)
  bytes.writeInt32BE(length, 15)
  bytes.write(text, 19)
  return bytes
}

function chunked(rows: readonly Row[], size: number): readonly (readonly Row[])[] {
  return Array.from({ length: Math.ceil(rows.length / size) }, (_, chunk) =>
    rows.slice(chunk * size, (chunk + 1) * size),
  )
}

async function* blocksOf(made: Changes): AsyncGenerator<ExpectedRows, void, undefined> {
  let first = 0
  for (const rows of chunked(plannedRows(made), made.chunk)) {
    yield { first, count: rows.length, rows: Buffer.concat(rows.map(message)) }
    first += rows.length
  }
}

async function* arriving(rows: readonly Row[], size: number): AsyncGenerator<Buffer, void> {
  for (const chunk of chunked(rows, size)) yield Buffer.concat(chunk.map(message))
}

function compared({ count }: Changes, keyColumns: number): ComparedTable {
  return {
    keyColumns,
    table: { key: { start } },
    rows: { first: 0, count },
    rejected: [],
    othersBefore: 0,
  } as unknown as ComparedTable
}

/** Differences as sets of row numbers, and of strangers' keys. */
function recorder() {
  const told = { missing: [] as number[], different: [] as number[], extra: [] as number[] }
  const keyAt = ({ rows, at }: RowAt) => keyOf(rows, at)
  const differences: Differences = {
    missing: (row) => told.missing.push(row),
    extra: (found) => told.extra.push(keyAt(found)),
    different(row, planned, found) {
      expect(keyAt(planned)).toBe(start + row)
      expect(keyAt(found)).toBe(start + row)
      expect(cellsOf(planned.rows, planned.at)).toHaveLength(2)
      told.different.push(row)
    },
  }
  return { told, differences }
}

const ascending = (values: Iterable<number>) => [...values].toSorted((one, other) => one - other)

const wanted = (made: Changes) => ({
  missing: ascending(made.deleted),
  different: ascending(made.changed),
  extra: ascending(made.strangers),
})

const sorted = (told: ReturnType<typeof recorder>['told']) => ({
  missing: ascending(told.missing),
  different: ascending(told.different),
  extra: ascending(told.extra),
})

describe('mergeRows', () => {
  it('tells exactly what was done to the rows, however they arrive', async () => {
    await fc.assert(
      fc.asyncProperty(changes, fc.integer({ min: 1, max: 20 }), async (made, size) => {
        const { told, differences } = recorder()
        const rows = foundRows(made)
        const { found } = await mergeRows({
          compared: compared(made, 1),
          expected: blocksOf(made),
          found: arriving(rows, size),
          differences,
          onRows: () => {},
        })
        expect(found).toBe(rows.length)
        expect(sorted(told)).toEqual(wanted(made))
      }),
    )
  })
})

describe('matchRows', () => {
  const match = (made: Changes, rows: readonly Row[], keyColumns: number) => {
    const { told, differences } = recorder()
    const planned = plannedRows(made)
    return matchRows({
      compared: compared(made, keyColumns),
      expected: {
        all: () => blocksOf(made),
        one: async (row) => message(planned[row]!),
      },
      found: () => arriving(rows, made.chunk),
      differences,
      onRows: () => {},
    }).then(({ found }) => ({ found, told: sorted(told) }))
  }

  it('tells exactly what was done to the rows, in whatever order they come', async () => {
    const shuffled = changes.chain((made) =>
      fc.record({
        made: fc.constant(made),
        rows: fc.shuffledSubarray([...foundRows(made)], { minLength: foundRows(made).length }),
      }),
    )
    await fc.assert(
      fc.asyncProperty(shuffled, async ({ made, rows }) => {
        const { found, told } = await match(made, rows, 1)
        expect(found).toBe(rows.length)
        expect(told).toEqual(wanted(made))
      }),
    )
  })

  it('counts rows that are alike, without a key', async () => {
    const made: Changes = {
      count: 9,
      deleted: new Set(),
      changed: new Set([4]),
      strangers: [],
      chunk: 4,
    }
    const rows = foundRows(made)
    const { told } = await match(made, [...rows, rows[0]!, rows[0]!], 0)
    expect(told).toEqual({ missing: [4], different: [], extra: [100, 100, 104] })
  })
})
