import { describe, expect, it, vi } from 'vitest'
import { DownpourError } from '../../../src/errors.ts'
import { errorObject, formatError, stackOf, unexpectedError } from '../../../src/report/error.ts'
import type { Terminal } from '../../../src/report/terminal.ts'

const plain: Terminal = { isInteractive: false, hasColour: false, columns: 80, write: () => {} }

const emptyParent = new DownpourError({
  code: 'PLAN_EMPTY_PARENT',
  message: 'Cannot seed "orders": column "customer_id" has no rows to reference',
  why: 'customers has 0 rows planned and orders.customer_id is NOT NULL.',
  fix: 'Give customers a count of at least 1.',
  table: 'orders',
  column: 'customer_id',
  cause: new Error('not to be seen'),
})

describe(formatError, () => {
  it('says in three lines what, why and how to fix it', () => {
    expect(formatError(plain, emptyParent)).toMatchInlineSnapshot(`
      "✖ Cannot seed "orders": column "customer_id" has no rows to reference  (PLAN_EMPTY_PARENT)
        Why  customers has 0 rows planned and orders.customer_id is NOT NULL.
        Fix  Give customers a count of at least 1.
      "
    `)
  })

  it('makes one line of a reason that has several', () => {
    const error = new DownpourError({
      code: 'CONFIG_MODULE',
      message: 'Cannot load the configuration',
      why: 'Transform failed with 1 error:\n  downpour.config.ts:2:0: ERROR: Unexpected end of file\n',
      fix: 'Correct the file.',
    })
    expect(formatError(plain, error).split('\n')).toEqual([
      '✖ Cannot load the configuration  (CONFIG_MODULE)',
      '  Why  Transform failed with 1 error: downpour.config.ts:2:0: ERROR: Unexpected end of file',
      '  Fix  Correct the file.',
      '',
    ])
  })

  it('breaks between words in a narrow terminal', () => {
    expect(formatError({ ...plain, isInteractive: true, columns: 40 }, emptyParent))
      .toMatchInlineSnapshot(`
      "✖ Cannot seed "orders": column "customer_id" has no rows to reference  (PLAN_EMPTY_PARENT)
        Why  customers has 0 rows planned and
             orders.customer_id is NOT NULL.
        Fix  Give customers a count of at
             least 1.
      "
    `)
  })

  it('colours the mark alone, so that the text stays readable', () => {
    const text = formatError({ ...plain, hasColour: true }, emptyParent)
    expect(text.startsWith('\u001b[31m✖\u001b[39m Cannot seed')).toBe(true)
  })
})

describe(errorObject, () => {
  it('holds what scripts need, and no cause', () => {
    expect(JSON.parse(JSON.stringify(errorObject(emptyParent)))).toEqual({
      ok: false,
      error: {
        code: 'PLAN_EMPTY_PARENT',
        message: 'Cannot seed "orders": column "customer_id" has no rows to reference',
        why: 'customers has 0 rows planned and orders.customer_id is NOT NULL.',
        fix: 'Give customers a count of at least 1.',
        table: 'orders',
        column: 'customer_id',
      },
    })
  })
})

describe(unexpectedError, () => {
  it('asks for a report of what is a bug, exit code 1', () => {
    const { code, why, exitCode } = unexpectedError(new TypeError('x is not a function'))
    expect({ code, why, exitCode }).toEqual({
      code: 'BUG',
      why: 'It is this: TypeError.',
      exitCode: 1,
    })
  })

  it('tells the text of a bug, which may hold a value, only when it is asked for', () => {
    const bug = new TypeError('Cannot convert 12.5 to a BigInt')
    vi.stubEnv('DOWNPOUR_SHOW_VALUES', '1')
    expect(unexpectedError(bug).why).toBe('It is this: TypeError: Cannot convert 12.5 to a BigInt.')
    expect(stackOf(bug)).toContain('12.5')
    vi.unstubAllEnvs()
    expect(unexpectedError(bug).why).toBe('It is this: TypeError.')
    expect(stackOf(bug)).toMatch(/^ {4}at /)
    expect(stackOf(bug)).not.toContain('12.5')
  })

  it('takes off the wrapper of Drizzle, which holds SQL and every parameter', () => {
    const wrapper = Object.assign(new Error('Failed query: insert …\nparams: row value'), {
      query: 'insert …',
      params: ['row value'],
      cause: new Error('what really happened'),
    })
    expect(unexpectedError(wrapper).why).toBe('It is this: Error.')
  })

  it('passes on what the server said, exit code 4, without the values that it quotes', () => {
    const refusal = (code: string, message: string) =>
      unexpectedError(Object.assign(new Error(message), { code, severity: 'ERROR' }))
    const denied = refusal('42501', 'permission denied for sequence "users_id_seq"')
    expect(denied.why).toBe(
      'The server said: permission denied for sequence "users_id_seq" (SQLSTATE 42501).',
    )
    expect(denied.exitCode).toBe(4)
    expect(refusal('22P02', 'invalid input syntax for type integer: "a secret"').why).toBe(
      'The server said: invalid input syntax for type integer: "…" (SQLSTATE 22P02).',
    )
  })
})
