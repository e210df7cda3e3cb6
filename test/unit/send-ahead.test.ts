import { describe, expect, it } from 'vitest'
import { sendAhead } from '../../src/write/send-ahead.ts'
import { expectNothingUnhandled } from '../support/unhandled.ts'

expectNothingUnhandled()

interface Faults {
  /** This statement cannot be made. */
  readonly making?: number
  /** These are answered with an error. */
  readonly answering?: readonly number[]
}

/** Sends four statements, of which each is answered some turns after it was sent. */
function sendFour({ making, answering = [] }: Faults = {}) {
  const events: string[] = []
  function* statements(): Generator<number> {
    for (const statement of [1, 2, 3, 4]) {
      if (statement === making) throw new Error(`cannot make ${statement}`)
      events.push(`made ${statement}`)
      yield statement
    }
  }
  async function send(statement: number): Promise<number> {
    events.push(`sent ${statement}`)
    await new Promise((resolve) => setTimeout(resolve, 20))
    events.push(`answered ${statement}`)
    if (answering.includes(statement)) throw new Error(`cannot answer ${statement}`)
    return 10 ** statement
  }
  return { events, sent: sendAhead(statements(), send) }
}

describe('sendAhead', () => {
  it('has two statements on the way, and the next one made', async () => {
    const { events, sent } = sendFour()
    expect(await sent).toBe(11_110)
    expect(events.slice(0, 6)).toEqual([
      'made 1',
      'sent 1',
      'made 2',
      'sent 2',
      'made 3',
      'answered 1',
    ])
    for (const statement of [3, 4]) {
      const before = events.slice(0, events.indexOf(`sent ${statement}`))
      expect(before).toContain(`answered ${statement - 2}`)
    }
    expect(events.filter((event) => event.startsWith('answered'))).toHaveLength(4)
  })

  it('gives 0 for no statements', async () => {
    expect(await sendAhead([], () => Promise.reject(new Error('not called')))).toBe(0)
  })

  it.each([
    { failing: 1, sent: 2 },
    { failing: 2, sent: 3 },
    { failing: 3, sent: 4 },
    { failing: 4, sent: 4 },
  ])('sends $sent statements when statement $failing fails', async ({ failing, sent: count }) => {
    const { events, sent } = sendFour({ answering: [failing] })
    await expect(sent).rejects.toThrow(`cannot answer ${failing}`)
    expect(events.filter((event) => event.startsWith('sent'))).toHaveLength(count)
    expect(events.filter((event) => event.startsWith('answered'))).toHaveLength(count)
  })

  it('throws the first of several errors', async () => {
    await expect(sendFour({ answering: [2, 3] }).sent).rejects.toThrow('cannot answer 2')
    await expect(sendFour({ answering: [3, 4] }).sent).rejects.toThrow('cannot answer 3')
  })

  it('awaits what is on the way when the next cannot be made', async () => {
    const { events, sent } = sendFour({ making: 3 })
    await expect(sent).rejects.toThrow('cannot make 3')
    expect(events.slice(-2)).toEqual(['answered 1', 'answered 2'])
  })

  it('throws the error of a statement that was sent rather than of one that cannot be made', async () => {
    await expect(sendFour({ making: 3, answering: [2] }).sent).rejects.toThrow('cannot answer 2')
  })
})
