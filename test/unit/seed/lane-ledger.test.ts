import { describe, expect, it } from 'vitest'
import type { Step } from '../../../src/ledger/step.ts'
import type { Session } from '../../../src/postgres/session.ts'
import { laneLedgers } from '../../../src/seed/lane-ledger.ts'
import type { LaneLedger } from '../../../src/seed/lane-ledger.ts'

/** None of them is looked at. */
const session = {} as Session
const outcome = { seconds: 0, generateSeconds: 0 }

const parent = { position: 0, waitsFor: [], isSequential: false }
const child = { position: 1, waitsFor: [0], isSequential: false }

function chunk(position: number, number: number): Step {
  return {
    phase: 2,
    number,
    kind: 'chunk',
    position,
    firstRow: number * 10,
    rowCount: 10,
    task: undefined,
  }
}

const finish: Step = { ...chunk(0, 0), phase: 8, kind: 'finish', position: undefined }

async function finishStep(lane: LaneLedger, step: Step): Promise<void> {
  await lane.complete(session, step, outcome)
  lane.committed(step)
}

/** What a promise gave by now. */
function soon<T>(promise: Promise<T>): Promise<T | 'waiting'> {
  return Promise.race([
    promise,
    new Promise<'waiting'>((resolve) => setTimeout(() => resolve('waiting'), 5)),
  ])
}

describe('laneLedgers', () => {
  const { signal } = new AbortController()

  it('gives each lane a step of its own, and rows after those that they refer to', async () => {
    const [first, second, third] = [chunk(0, 0), chunk(0, 1), chunk(1, 2)]
    const ledgers = laneLedgers({ tables: [parent, child], steps: [first, second, third, finish] })
    const [one, two] = [ledgers.open(signal), ledgers.open(signal)]
    expect(await one.claim(session)).toBe(first)
    expect(await two.claim(session)).toBe(second)
    await finishStep(one, first)
    const next = one.claim(session)
    expect(await soon(next)).toBe('waiting')
    await finishStep(two, second)
    expect(await next).toBe(third)
    const last = two.claim(session)
    expect(await soon(last)).toBe('waiting')
    await finishStep(one, third)
    expect(await last).toBe(finish)
    const end = one.claim(session)
    expect(await soon(end)).toBe('waiting')
    await finishStep(two, finish)
    expect(await end).toBeUndefined()
    expect(await two.claim(session)).toBeUndefined()
  })

  it('loads a table that refers to itself in order', async () => {
    const steps = [chunk(0, 0), chunk(0, 1)]
    const ledgers = laneLedgers({ tables: [{ ...parent, isSequential: true }], steps })
    const [one, two] = [ledgers.open(signal), ledgers.open(signal)]
    expect(await one.claim(session)).toBe(steps[0])
    const next = two.claim(session)
    expect(await soon(next)).toBe('waiting')
    await finishStep(one, steps[0]!)
    expect(await next).toBe(steps[1])
  })

  it('gives a lane its own step again, and to others once the lane has ended', async () => {
    const step = chunk(0, 0)
    const ledgers = laneLedgers({ tables: [parent], steps: [step] })
    const [one, two] = [ledgers.open(signal), ledgers.open(signal)]
    await one.claim(session)
    expect(await one.claim(session)).toBe(step)
    expect(await one.reclaim(session, step)).toBe('open')
    const next = two.claim(session)
    expect(await soon(next)).toBe('waiting')
    one.close()
    expect(await next).toBe(step)
  })

  it('does nothing twice when it cannot know what a commit did', async () => {
    const step = chunk(0, 3)
    const lane = laneLedgers({ tables: [parent], steps: [step] }).open(signal)
    await lane.claim(session)
    await lane.complete(session, step, outcome)
    await expect(lane.reclaim(session, step)).rejects.toMatchObject({
      code: 'RUN_IN_DOUBT',
      message: 'Cannot go on: the connection was lost during a commit',
      why: 'Nothing tells whether rows 30 to 39 are in the table or not.',
      fix: 'Empty the tables with reset(db, schema) and seed again; with lanes: 1 all is one transaction.',
    })
  })

  it('does not let a lane wait that is to stop', async () => {
    const stop = new AbortController()
    const ledgers = laneLedgers({ tables: [parent], steps: [chunk(0, 0)] })
    await ledgers.open(signal).claim(session)
    const waiting = ledgers.open(stop.signal).claim(session)
    stop.abort(new Error('another lane has failed'))
    await expect(waiting).rejects.toThrow('another lane has failed')
  })
})
