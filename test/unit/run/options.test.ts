import { describe, expect, it } from 'vitest'
import { countsOf, optionDifferences } from '../../../src/run/options.ts'
import type { RunOptions } from '../../../src/run/options.ts'

const recorded: RunOptions = {
  profile: 'staging',
  seed: 7,
  profileCounts: { users: 10, notes: 40 },
  counts: { notes: 50, users: 9 },
  scale: 1,
  only: null,
  existing: 'refuse',
  strategy: 'auto',
  chunkSize: 50_000,
  transaction: 'chunk',
  indexes: 'auto',
  onError: 'stop',
  maxErrors: 1000,
}

describe(optionDifferences, () => {
  it('finds none where nothing was said', () => {
    expect(optionDifferences(recorded, {})).toEqual([])
    expect(optionDifferences(recorded, { profile: undefined, only: undefined })).toEqual([])
  })

  it('finds none where the same was said, in whatever order of keys', () => {
    const same = { ...recorded, counts: { users: 9, notes: 50 } }
    expect(optionDifferences(recorded, same)).toEqual([])
  })

  it.each([
    [{ profile: 'dev' }, '--profile "dev" was asked for, and the run has "staging"'],
    [{ seed: 8 }, '--seed 8 was asked for, and the run has 7'],
    [
      { counts: { notes: 50 } },
      '--count {"notes":50} was asked for, and the run has {"notes":50,"users":9}',
    ],
    [{ counts: {} }, '--count {} was asked for, and the run has {"notes":50,"users":9}'],
    [{ scale: 0 }, '--scale 0 was asked for, and the run has 1'],
    [{ only: ['users'] }, '--only ["users"] was asked for, and the run has null'],
    [
      { existing: 'append' },
      '--append or --reset "append" was asked for, and the run has "refuse"',
    ],
    [{ strategy: 'copy' }, '--strategy "copy" was asked for, and the run has "auto"'],
    [{ chunkSize: 1 }, '--chunk-size 1 was asked for, and the run has 50000'],
    [{ transaction: 'table' }, '--transaction "table" was asked for, and the run has "chunk"'],
    [{ indexes: 'keep' }, '--indexes "keep" was asked for, and the run has "auto"'],
    [{ onError: 'skip' }, '--on-error "skip" was asked for, and the run has "stop"'],
    [{ maxErrors: 0 }, '--max-errors 0 was asked for, and the run has 1000'],
    [
      { profileCounts: { users: 11, notes: 40 } },
      'the profile’s counts {"users":11,"notes":40} was asked for, and the run has {"users":10,"notes":40}',
    ],
  ] as const)('says what differs for %j', (wishes, said) => {
    expect(optionDifferences(recorded, wishes)).toEqual([said])
  })

  it('takes the order of --only for the same or not as it is given', () => {
    const only = { ...recorded, only: ['users', 'notes'] }
    expect(optionDifferences(only, { only: ['users', 'notes'] })).toEqual([])
    expect(optionDifferences(only, { only: ['notes', 'users'] })).toHaveLength(1)
  })

  it('names every difference, in the order in which they were said', () => {
    const said = optionDifferences(recorded, { seed: 1, profile: 'dev', scale: 1 })
    expect(said.map((each) => each.split(' ')[0])).toEqual(['--seed', '--profile'])
  })
})

describe(countsOf, () => {
  it('takes what a plan is built from, as it was recorded', () => {
    expect(countsOf(recorded)).toEqual({
      explicit: { notes: 50, users: 9 },
      profile: { users: 10, notes: 40 },
      scale: 1,
    })
  })
})
