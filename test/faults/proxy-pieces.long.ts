import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { TestDatabase } from '../support/database.ts'
import { connections } from '../support/frame-roles.ts'
import type { PlayedFrame } from '../support/frame-roles.ts'
import type { Fault } from '../support/frame-proxy.ts'
import { createOrchard } from '../support/orchard.ts'
import { runUndisturbed, strikeEach } from '../support/struck-run.ts'
import type { ProxiedRun, Strike, StruckRun, UndisturbedRun } from '../support/struck-run.ts'
import { expectNothingUnhandled } from '../support/unhandled.ts'

// A sample, the same each time; `proxy.long.ts` goes through all of it.

let template: TestDatabase
let run: ProxiedRun
let undisturbed: UndisturbedRun

expectNothingUnhandled()

beforeAll(async () => {
  template = await createOrchard()
  run = { template: template.name, wishes: { indexes: 'defer' } }
  undisturbed = await runUndisturbed(run)
})

afterAll(() => template.drop())

function framesOf(connection: keyof typeof connections): readonly PlayedFrame[] {
  return undisturbed.frames.filter((frame) => frame.connection === connections[connection])
}

/** The first frame of each kind, of kinds that end as given, e.g. `client Q of build`. */
function firstOf(...kinds: readonly string[]): readonly PlayedFrame[] {
  return kinds.map((kind) => {
    const found = framesOf('lane').find((frame) => frame.kind === `lane, ${kind}`)
    if (!found) throw new Error(`There is no ${kind}`)
    return found
  })
}

function every(stride: number, frames: readonly PlayedFrame[]): readonly PlayedFrame[] {
  return frames.filter((_frame, index) => index % stride === 0)
}

const strikes = (fault: Fault, frames: readonly PlayedFrame[]): readonly Strike[] =>
  frames.map((frame) => ({ frame, fault }))

const survives = ({ outcome }: StruckRun) => outcome === 'survived'

/** The rest of the main connection's frames depends on how long the run takes. */
const survivesOrSaysWhy = ({ outcome }: StruckRun) =>
  outcome === 'survived' || outcome === 'not struck' || outcome.startsWith('CONNECT')

describe('a run that loses the connection of its lane', { timeout: 120_000 }, () => {
  it('has frames of all kinds to lose', () => {
    const kinds = new Set(framesOf('lane').map(({ kind }) => kind))
    expect([...kinds]).toEqual(
      expect.arrayContaining([
        'lane, client startup of start-up',
        'lane, client Q of drop',
        'lane, client d of copy',
        'lane, client Q of commit after copy',
        'lane, server C of commit after validate',
        'lane, server C of end',
      ]),
    )
    expect(undisturbed.state.ledger).toEqual({ runs: ['finished'], openSteps: 0, openDrops: 0 })
    expect(undisturbed.state.checksums).toMatchObject({ trees: { rows: 30 }, apples: { rows: 60 } })
  })

  it('goes on by itself wherever it is reset', async () => {
    const frames = every(211, framesOf('lane'))
    expect(await strikeEach(run, undisturbed, strikes('kill', frames), survives)).toEqual([])
  })

  it('goes on by itself when it is reset around COPY and COMMIT', async () => {
    const lane = framesOf('lane').filter(({ role }) => /^co(?:py|mmit)/.test(role))
    const frames = lane.filter(
      ({ kind }, index) => index === lane.findIndex((other) => other.kind === kind),
    )
    expect(frames.length).toBeGreaterThan(25)
    expect(await strikeEach(run, undisturbed, strikes('kill', frames), survives)).toEqual([])
  })

  it('goes on by itself when it is closed without a word', async () => {
    const frames = firstOf(
      'server R of start-up',
      'server C of begin',
      'client P of claim',
      'client Q of drop',
      'client d of copy',
      'server C of copy',
      'client Q of commit after copy',
      'server C of build',
      'client Q of validate',
      'server C of commit after end',
    )
    expect(await strikeEach(run, undisturbed, strikes('close', frames), survives)).toEqual([])
  })

  it('goes on by itself when it falls silent, and late words of the old one do no harm', async () => {
    const frames = firstOf(
      'client startup of start-up',
      'client B of claim',
      'server C of drop',
      'client Q of copy',
      'server G of copy',
      'client c of copy',
      'client Q of commit after copy',
      'server C of commit after drop',
      'client Q of build',
      'server Z of commit after attach',
    )
    expect(await strikeEach(run, undisturbed, strikes('stall', frames), survives)).toEqual([])
  })

  it('goes on by itself when a message of either side is lost', async () => {
    const frames = firstOf(
      'client Q of begin',
      'client S of complete',
      'server C of complete',
      'client Q of copy',
      'client c of copy',
      'server C of copy',
      'client Q of commit after copy',
      'server C of build',
    )
    expect(await strikeEach(run, undisturbed, strikes('drop', frames), survives)).toEqual([])
  })

  it('does not load a chunk again whose COMMIT was answered to nobody', async () => {
    const frames = framesOf('lane').filter(({ kind }) =>
      kind.endsWith('server C of commit after copy'),
    )
    expect(frames).toHaveLength(3)
    const [first, second, third] = frames.map((frame) => [frame])
    const lost = [
      ...strikes('drop', frames),
      ...strikes('kill', first!),
      ...strikes('close', second!),
      ...strikes('stall', third!),
    ]
    const once = (struck: StruckRun) => survives(struck) && struck.copies === 3
    expect(await strikeEach(run, undisturbed, lost, once)).toEqual([])
  })

  it('does not load a chunk again whose COMMIT comes late', async () => {
    const frames = framesOf('lane').filter(({ kind }) =>
      kind.endsWith('client Q of commit after copy'),
    )
    const once = (struck: StruckRun) => survives(struck) && struck.copies === 3
    expect(await strikeEach(run, undisturbed, strikes('stall', frames), once)).toEqual([])
  })

  it('loads a chunk again whose COMMIT never reached the server', async () => {
    const frames = framesOf('lane').filter(({ kind }) =>
      kind.endsWith('client Q of commit after copy'),
    )
    const again = (struck: StruckRun) => survives(struck) && struck.copies === 4
    expect(await strikeEach(run, undisturbed, strikes('kill', frames), again)).toEqual([])
  })

  it('reads and writes whatever pieces the network makes', async () => {
    const frames = firstOf('client startup of start-up', 'server R of start-up', 'client d of copy')
    const unmoved = (struck: StruckRun) => survives(struck) && struck.copies === 3
    expect(await strikeEach(run, undisturbed, strikes('slice', frames), unmoved)).toEqual([])
  })
})

describe('a run that loses another connection', { timeout: 120_000 }, () => {
  it('says so and can be gone on with, or survives, when it is the main one', async () => {
    const main = framesOf('main')
    expect(
      await strikeEach(
        run,
        undisturbed,
        [
          ...strikes('kill', every(131, main)),
          ...strikes('close', every(179, main.slice(7))),
          ...strikes('stall', every(179, main.slice(29))),
        ],
        survivesOrSaysWhy,
      ),
    ).toEqual([])
  })

  it('says so and can be gone on with, or survives, when it is that of its lock', async () => {
    const lock = framesOf('lock')
    expect(
      await strikeEach(
        run,
        undisturbed,
        [...strikes('kill', every(23, lock)), ...strikes('stall', every(29, lock.slice(5)))],
        survivesOrSaysWhy,
      ),
    ).toEqual([])
  })
})
