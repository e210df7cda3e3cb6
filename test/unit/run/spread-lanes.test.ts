import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import type { HostLane, LaneStart } from '../../../src/run/host-lanes.ts'
import { runLanes } from '../../../src/run/host-lanes.ts'
import { defaultPatience } from '../../../src/run/lane.ts'
import type { LaneEnd, LaneStop } from '../../../src/run/lane.ts'
import { spreadLanes } from '../../../src/run/spread-lanes.ts'
import type { SpreadOptions } from '../../../src/run/spread-lanes.ts'

const lookSeconds = 0.02

/**
 * Lanes that work here for a while, step by step, and say where each of them was. They are done
 * earlier when so many have moved.
 */
function lanes(step: () => Promise<void>, seconds: number, enough = Infinity) {
  const places = new Map<number, string[]>()
  const note = (number: number, place: string) =>
    places.set(number, [...(places.get(number) ?? []), place])
  const here: SpreadOptions['here'] = async ({ number, leave }): Promise<LaneStop> => {
    note(number, 'here')
    const end = performance.now() + seconds * 1000
    let moved = 0
    while (performance.now() < end && moved < enough) {
      moved = [...places.values()].filter((at) => at.includes('thread')).length
      if (leave?.aborted) return { kind: 'left' }
      await step()
    }
    return { kind: 'done' }
  }
  const onThread: HostLane = ({ number }) => {
    note(number, 'thread')
    return Promise.resolve({ kind: 'done' })
  }
  return { here, onThread, places }
}

function run(count: number, host: HostLane): Promise<number> {
  return runLanes(count, host, {
    signal: new AbortController().signal,
    patience: defaultPatience,
    onEvent: () => {},
  })
}

async function busy(): Promise<void> {
  const end = performance.now() + 5
  while (performance.now() < end);
  await new Promise(setImmediate)
}

const waiting = () => sleep(2)

describe(spreadLanes, () => {
  it('leaves lanes that mostly wait on this thread', async () => {
    const { here, onThread, places } = lanes(waiting, 0.3)
    expect(await run(3, spreadLanes({ here, onThread, lookSeconds }))).toBe(3)
    expect([...places.values()]).toEqual([['here'], ['here'], ['here']])
  })

  it('moves half of the lanes, and half of the rest, as long as this thread has no idle moment', async () => {
    // Something else on the machine may take the processor away, which looks like an idle moment.
    const { here, onThread, places } = lanes(busy, 20, 4)
    expect(await run(5, spreadLanes({ here, onThread, lookSeconds }))).toBe(5)
    const moved = ['here', 'thread']
    expect(Object.fromEntries(places)).toEqual({
      1: ['here'],
      2: moved,
      3: moved,
      4: moved,
      5: moved,
    })
  })

  it('does not move lanes that are soon done', async () => {
    const { here, onThread, places } = lanes(busy, 0.2)
    await run(2, spreadLanes({ here, onThread, lookSeconds: 0.08 }))
    expect([...places.values()]).toEqual([['here'], ['here']])
  })

  it('gives lanes the threads that are asked for from the beginning', async () => {
    const { here, onThread, places } = lanes(busy, 0.3)
    await run(4, spreadLanes({ here, onThread, lookSeconds, threads: 2 }))
    expect([...places.values()]).toEqual([['here'], ['thread'], ['here'], ['here']])
  })

  it('tells of a lane that has moved and got no connection, unless all is done', async () => {
    const gone: LaneEnd = { kind: 'no connection', error: new Error('gone') }
    const host = spreadLanes({
      here: () => Promise.resolve({ kind: 'left' }),
      onThread: () => Promise.resolve(gone),
    })
    const over = new AbortController()
    const start: LaneStart = {
      number: 2,
      signal: new AbortController().signal,
      over: over.signal,
      patience: defaultPatience,
      onEvent: () => {},
    }
    expect(await host(start)).toBe(gone)
    over.abort()
    expect(await host(start)).toEqual({ kind: 'done' })
  })

  it('stops looking when no lane is left that could move', async () => {
    const { here, onThread } = lanes(waiting, 0.05)
    const before = process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length
    await run(2, spreadLanes({ here, onThread, lookSeconds: 60 }))
    const after = process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length
    expect(after).toBeLessThanOrEqual(before)
  })
})
