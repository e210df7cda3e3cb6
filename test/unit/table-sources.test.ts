import { describe, expect, it } from 'vitest'
import { readCell } from '../../src/generate/cell.ts'
import type { TableSource } from '../../src/generate/slices.ts'
import { tableSources } from '../../src/plan/table-sources.ts'
import { planOf } from '../support/plans.ts'

async function open() {
  const plan = await planOf({ shelves: { count: 9 } })
  const shelves = plan.tables.find(({ model }) => model.key === 'shelves')!
  return { shelves, ...tableSources(plan) }
}

function idsOf(source: TableSource): readonly unknown[] {
  return [...source.slices({ first: 0, count: 9 })].flatMap(({ vectors, count }) =>
    Array.from({ length: count }, (_, index) => readCell(vectors[0]!, index, 'number')),
  )
}

describe('tableSources', () => {
  it('prepares a table once for all that look and for the first that takes it', async () => {
    const { look, take, shelves } = await open()
    const seen = await look(shelves)
    expect(await look(shelves)).toBe(seen)
    expect(await take(shelves)).toBe(seen)
  })

  it('gives nobody what another has taken', async () => {
    const { look, take, shelves } = await open()
    await look(shelves)
    const [one, other] = await Promise.all([take(shelves), take(shelves)])
    expect(other).not.toBe(one)
    expect(await look(shelves)).not.toBe(one)
    expect(idsOf(other)).toEqual(idsOf(one))
  })

  it('gives the same rows after others have looked at some', async () => {
    const { look, take, shelves } = await open()
    const [first] = (await look(shelves)).slices({ first: 4, count: 3 })
    expect(first!.count).toBe(3)
    expect(idsOf(await take(shelves))).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9])
  })
})
