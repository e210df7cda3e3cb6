import { describe, expect, it } from 'vitest'
import { readRunName } from '../../../src/cli/read-run-name.ts'
import { DownpourError } from '../../../src/errors.ts'

const plain = { ledger: true, transaction: undefined }

function refusalOf(args: Parameters<typeof readRunName>[0]) {
  try {
    return readRunName(args)
  } catch (error) {
    const { code, message, why, fix, exitCode } = error as DownpourError
    return { code, message, why, fix, exitCode }
  }
}

describe('readRunName', () => {
  it.each(['staging-7', 'a', '2026_11.22', 'x'.repeat(40), '1b4e28ba-2fa1-11d2-883f-0016d3cca427'])(
    'takes %s',
    (run) => {
      expect(readRunName({ ...plain, run })).toBe(run)
      expect(readRunName({ ...plain, run, transaction: 'table' })).toBe(run)
    },
  )

  it('needs no name', () => {
    expect(readRunName(plain)).toBeUndefined()
    expect(readRunName({ ledger: false, transaction: 'run' })).toBeUndefined()
  })

  it.each(['latest', '-7', '.', '$(JOB_UID)', 'two words', 'ünï', 'x'.repeat(41)])(
    'refuses %s',
    (run) => {
      expect(refusalOf({ ...plain, run })).toEqual({
        code: 'USAGE_RUN',
        message: `--run cannot be "${run}"`,
        why: 'A run’s name has 40 letters, digits, ".", "_" and "-" at most, begins with one of the first two, and is not "latest".',
        fix: 'Give it such a name, for example --run staging-7.',
        exitCode: 2,
      })
    },
  )

  it.each([
    [{ ledger: false, transaction: undefined }, '--no-ledger'],
    [{ ledger: true, transaction: 'run' }, '--transaction run'],
  ] as const)('refuses a name for a run that nobody can find: %j', (args, option) => {
    expect(refusalOf({ ...args, run: 'staging-7' })).toEqual({
      code: 'USAGE_RUN',
      message: `--run cannot have ${option}`,
      why: 'It is for a run that others find in the ledger while it is under way.',
      fix: 'Leave out one of the two.',
      exitCode: 2,
    })
  })
})
