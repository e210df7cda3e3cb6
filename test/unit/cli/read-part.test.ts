import { describe, expect, it } from 'vitest'
import { readPart } from '../../../src/cli/read-part.ts'
import { DownpourError } from '../../../src/errors.ts'

function refusalOf(text: string, index?: string) {
  try {
    return readPart(text, index === undefined ? {} : { JOB_COMPLETION_INDEX: index })
  } catch (error) {
    const { code, message, why, fix, exitCode } = error as DownpourError
    return { code, message, why, fix, exitCode }
  }
}

describe('readPart', () => {
  it('reads a part, counted from 1, and the number of parts', () => {
    expect(readPart('2/4', {})).toEqual({ number: 2, of: 4 })
    expect(readPart('1/1', {})).toEqual({ number: 1, of: 1 })
    expect(readPart('2/4', { JOB_COMPLETION_INDEX: '0' })).toEqual({ number: 2, of: 4 })
  })

  it('takes everything where no part is named, in a Job, too', () => {
    expect(readPart(undefined, { JOB_COMPLETION_INDEX: '3' })).toEqual({ number: 1, of: 1 })
  })

  it('takes that of a pod’s index, which is counted from 0', () => {
    const parts = ['0', '1', '7'].map((index) => readPart('job/8', { JOB_COMPLETION_INDEX: index }))
    expect(parts).toEqual([
      { number: 1, of: 8 },
      { number: 2, of: 8 },
      { number: 8, of: 8 },
    ])
  })

  it.each([
    '0/4',
    '5/4',
    '0/0',
    'half',
    '1/4/2',
    '-1/4',
    '1.5/4',
    'job',
    'job/0',
    'Job/4',
    'job/x',
  ])('refuses %s', (text) => {
    expect(refusalOf(text, '0')).toEqual({
      code: 'USAGE_CHUNK',
      message: `--chunk cannot be "${text}"`,
      why: 'It takes a part and the number of parts, counted from 1.',
      fix: 'Write it as --chunk 1/4, and --chunk 4/4 for the last of them; in the pods of a Kubernetes Indexed Job as --chunk job/4.',
      exitCode: 2,
    })
  })

  it.each([undefined, ''])('refuses job/8 where the index is %j', (index) => {
    expect(refusalOf('job/8', index)).toEqual({
      code: 'USAGE_CHUNK',
      message: '--chunk cannot be "job/8"',
      why: 'JOB_COMPLETION_INDEX is not set; Kubernetes sets it in the pods of an Indexed Job.',
      fix: 'Give the Job completionMode: Indexed; elsewhere name the part, as in --chunk 1/8.',
      exitCode: 2,
    })
  })

  it.each(['one', '-1', '1.0', ' 1', '1e1', '99999999999'])(
    'refuses job/8 where the index is "%s"',
    (index) => {
      expect(refusalOf('job/8', index)).toEqual({
        code: 'USAGE_CHUNK',
        message: '--chunk cannot be "job/8"',
        why: `JOB_COMPLETION_INDEX is "${index}", and not a whole number.`,
        fix: 'Leave it as Kubernetes sets it in the pods of an Indexed Job: counted from 0.',
        exitCode: 2,
      })
    },
  )

  it('refuses job/8 in a Job of more than eight', () => {
    expect(refusalOf('job/8', '8')).toEqual({
      code: 'USAGE_CHUNK',
      message: '--chunk cannot be "job/8"',
      why: 'JOB_COMPLETION_INDEX is 8, counted from 0: there are no 9 parts.',
      fix: 'Give the Job as many completions as there are parts: completions: 8.',
      exitCode: 2,
    })
  })
})
