import { describe, expect, it } from 'vitest'
import { phases } from '../../../src/ledger/step.ts'
import type { RunOptions } from '../../../src/run/options.ts'
import { planSteps } from '../../../src/run/run-steps.ts'

const options: RunOptions = {
  profile: 'dev',
  seed: 1,
  profileCounts: {},
  counts: {},
  scale: 1,
  only: null,
  existing: 'refuse',
  strategy: 'auto',
  chunkSize: 10,
  transaction: 'chunk',
  indexes: 'auto',
  onError: 'stop',
  maxErrors: 1000,
}

const tables = [
  { toLoad: { first: 0, count: 25 } },
  { toLoad: { first: 0, count: 0 } },
  { toLoad: { first: 40, count: 10 } },
]

/** `kind`, or `kind of table: rows`. */
function stepsOf(changed: Partial<RunOptions>, of = tables): readonly string[] {
  return planSteps(of, { ...options, ...changed }).map((step) => {
    const { kind, position, firstRow, rowCount } = step
    if (position === undefined) return kind
    return kind === 'chunk' ? `${position}: ${firstRow} + ${rowCount}` : `${kind} ${position}`
  })
}

const settled = ['settle 0', 'settle 1', 'settle 2', 'finish']

describe(planSteps, () => {
  it('covers each table’s rows once, parents first, the last chunk with what is left', () => {
    expect(stepsOf({})).toEqual([
      'drop',
      '0: 0 + 10',
      '0: 10 + 10',
      '0: 20 + 5',
      '2: 40 + 10',
      ...settled,
    ])
  })

  it.each(['table', 'run'] as const)(
    'has one chunk a table under --transaction %s',
    (transaction) => {
      expect(stepsOf({ transaction })).toEqual(['drop', '0: 0 + 25', '2: 40 + 10', ...settled])
    },
  )

  it('empties the tables before all else under --reset, and under nothing else', () => {
    expect(stepsOf({ existing: 'reset' })[0]).toBe('reset')
    expect(stepsOf({ existing: 'append' })).not.toContain('reset')
    expect(stepsOf({ existing: 'refuse' })).not.toContain('reset')
  })

  it('drops no indexes where they are kept, or where no row is loaded', () => {
    expect(stepsOf({ indexes: 'keep' })).not.toContain('drop')
    expect(stepsOf({ indexes: 'defer' })).toContain('drop')
    const none = [{ toLoad: { first: 0, count: 0 } }]
    expect(stepsOf({ indexes: 'defer' }, none)).toEqual(['settle 0', 'finish'])
  })

  it('has nothing but an end for a run of no table', () => {
    expect(stepsOf({}, [])).toEqual(['finish'])
  })

  it('gives each step a number of its own in its phase, in the order in which they may begin', () => {
    const steps = planSteps(tables, { ...options, existing: 'reset' })
    const places = steps.map(({ phase, number }) => phase * 1000 + number)
    expect(places).toEqual([...new Set(places)].toSorted((a, b) => a - b))
    expect(steps.map(({ phase, kind }) => [kind, phase])).toContainEqual(['chunk', phases.load])
  })
})
