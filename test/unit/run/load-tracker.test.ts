import { describe, expect, it } from 'vitest'
import type { RunProgress } from '../../../src/ledger/progress.ts'
import type { RunTable } from '../../../src/ledger/runs.ts'
import { phases } from '../../../src/ledger/step.ts'
import type { Step, StepKind } from '../../../src/ledger/step.ts'
import { createLoadTracker } from '../../../src/run/load-tracker.ts'
import type { LoadTracker } from '../../../src/run/load-tracker.ts'

function table(position: number, key: string, rowCount: number): RunTable {
  return {
    position,
    key,
    schema: 'public',
    name: key,
    planFirst: 0,
    planCount: rowCount,
    firstRow: 0,
    rowCount,
    strategy: 'copy',
    keyColumn: null,
    keyStart: null,
    waitsFor: [],
    isSequential: false,
    isEmptied: false,
    summaries: [],
  }
}

const tables = [table(0, 'users', 20), table(1, 'none', 0), table(2, 'notes', 30)]

function step(kind: StepKind, position?: number, rowCount = 0): Step {
  return { phase: phases.load, number: 0, kind, position, firstRow: 0, rowCount, task: undefined }
}

const progressOf = (rows: readonly number[], done = 0, total = 0): RunProgress => ({
  rows,
  rebuild: { done, total },
})

/** What is told, as `table rows/total`, since the last time it was asked. */
function tracked(before = progressOf([0, 0, 0])): LoadTracker & { told(): readonly string[] } {
  let told: string[] = []
  const tracker = createLoadTracker(tables, before, ({ table: key, rows, total, unit }) =>
    told.push(`${key} ${rows}/${total} ${unit}`),
  )
  return {
    ...tracker,
    told() {
      const latest = told
      told = []
      return latest
    },
  }
}

describe(createLoadTracker, () => {
  it('adds up what lanes have committed and what they are at', () => {
    const { onEvent, told } = tracked()
    const chunk = step('chunk', 0, 10)
    onEvent(1, { kind: 'rows', step: chunk, rows: 4 })
    onEvent(2, { kind: 'rows', step: chunk, rows: 3 })
    onEvent(1, { kind: 'rows', step: chunk, rows: 9 })
    onEvent(1, { kind: 'committed', step: chunk })
    expect(told()).toEqual([
      'users 4/20 rows',
      'users 7/20 rows',
      'users 12/20 rows',
      'users 13/20 rows',
    ])
  })

  it('takes back what was rolled back', () => {
    const { onEvent, told } = tracked()
    const chunk = step('chunk', 0, 10)
    onEvent(1, { kind: 'committed', step: chunk })
    onEvent(1, { kind: 'rows', step: chunk, rows: 8 })
    onEvent(1, { kind: 'rolled back', step: chunk })
    expect(told()).toEqual(['users 10/20 rows', 'users 18/20 rows', 'users 10/20 rows'])
  })

  it('tells of the first table that is not whole, and of one without rows never', () => {
    const { onEvent, told } = tracked()
    onEvent(2, { kind: 'committed', step: step('chunk', 2, 10) })
    expect(told()).toEqual(['users 0/20 rows'])
    onEvent(1, { kind: 'committed', step: step('chunk', 0, 20) })
    expect(told()).toEqual(['users 20/20 rows', 'notes 10/30 rows'])
    onEvent(1, { kind: 'committed', step: step('chunk', 2, 20) })
    expect(told()).toEqual(['notes 30/30 rows'])
  })

  it('does not call a table whole before its last chunk is committed', () => {
    const { onEvent, told } = tracked()
    onEvent(1, { kind: 'rows', step: step('chunk', 0, 20), rows: 20 })
    expect(told()).toEqual(['users 20/20 rows'])
  })

  it('begins with what was done before, and takes what other processes have done', () => {
    const { onEvent, refresh, told } = tracked(progressOf([20, 0, 5]))
    onEvent(1, { kind: 'committed', step: step('chunk', 2, 10) })
    expect(told()).toEqual(['users 20/20 rows', 'notes 15/30 rows'])
    refresh(progressOf([20, 0, 25]))
    expect(told()).toEqual(['notes 25/30 rows'])
  })

  it('never goes back or beyond the end when the ledger was read a moment ago', () => {
    const { onEvent, refresh, told } = tracked()
    const chunk = step('chunk', 0, 10)
    onEvent(1, { kind: 'committed', step: chunk })
    refresh(progressOf([0, 0, 0]))
    refresh(progressOf([20, 0, 0]))
    onEvent(1, { kind: 'committed', step: chunk })
    expect(told()).toEqual([
      'users 10/20 rows',
      'users 10/20 rows',
      'users 20/20 rows',
      'notes 0/30 rows',
      'notes 0/30 rows',
    ])
  })

  it('counts the steps of the work on indexes, once the tables are whole', () => {
    const { onEvent, refresh, told } = tracked(progressOf([20, 0, 0], 0, 3))
    refresh(progressOf([20, 0, 30], 1, 3))
    onEvent(1, { kind: 'committed', step: step('rebuild') })
    onEvent(2, { kind: 'rolled back', step: step('rebuild') })
    onEvent(2, { kind: 'committed', step: step('rebuild') })
    onEvent(2, { kind: 'committed', step: step('rebuild') })
    expect(told()).toEqual([
      'users 20/20 rows',
      'notes 30/30 rows',
      'indexes 1/3 steps',
      'indexes 2/3 steps',
      'indexes 3/3 steps',
      'indexes 3/3 steps',
    ])
  })

  it('says nothing of the other steps', () => {
    const { onEvent, told } = tracked()
    for (const kind of ['reset', 'drop', 'settle', 'finish'] as const) {
      onEvent(1, { kind: 'committed', step: step(kind, 0) })
    }
    expect(told()).toEqual([])
  })
})
