import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { TestDatabase } from '../support/database.ts'
import { connections } from '../support/frame-roles.ts'
import type { Fault } from '../support/frame-proxy.ts'
import { createOrchard } from '../support/orchard.ts'
import type { SeedWishes } from '../support/seed-town.ts'
import { isLosable, runUndisturbed, strikeEach } from '../support/struck-run.ts'
import type { ProxiedRun, UndisturbedRun } from '../support/struck-run.ts'
import { expectNothingUnhandled } from '../support/unhandled.ts'

// A reset at every frame of a run that keeps its indexes, and every fault of every mode at each
// twentieth one: some 2,000 runs, less than an hour. With FRAME_STRIDE=1 it is every fault at every
// frame: some 20,000 runs, which is hours.

const given = process.env['FRAME_STRIDE']

function strideOf(wishes: SeedWishes, fault: Fault): number {
  if (given !== undefined) return Number(given)
  return wishes.indexes === 'keep' && fault === 'kill' ? 1 : 20
}

const faults: readonly Fault[] = ['kill', 'close', 'stall', 'drop', 'slice']

const modes: readonly (readonly [string, SeedWishes])[] = [
  ['keeps its indexes', { indexes: 'keep' }],
  ['drops and rebuilds its indexes', { indexes: 'defer' }],
  ['has a transaction for each table', { indexes: 'defer', transaction: 'table' }],
]

let template: TestDatabase

expectNothingUnhandled()

beforeAll(async () => {
  template = await createOrchard()
})

afterAll(() => template.drop())

describe.each(modes)('a run that %s', (_name, wishes) => {
  let run: ProxiedRun
  let undisturbed: UndisturbedRun

  beforeAll(async () => {
    run = { template: template.name, wishes }
    undisturbed = await runUndisturbed(run)
  })

  describe.each(faults)('and meets a %s', { timeout: 3 * 60 * 60_000 }, (fault) => {
    const stride = strideOf(wishes, fault)
    const strikesOn = (connection: keyof typeof connections) =>
      undisturbed.frames
        .filter((frame) => frame.connection === connections[connection])
        .filter((_frame, index) => index % stride === 0)
        .filter((frame) => fault !== 'drop' || isLosable(frame))
        .map((frame) => ({ frame, fault }))

    it('at any frame of its lane goes on by itself', async () => {
      const problems = await strikeEach(
        run,
        undisturbed,
        strikesOn('lane'),
        ({ outcome }) => outcome === 'survived',
      )
      expect(problems).toEqual([])
    })

    it('at any frame of another connection goes on, or can be gone on with', async () => {
      const problems = await strikeEach(
        run,
        undisturbed,
        [...strikesOn('main'), ...strikesOn('lock')],
        // How many frames the main connection has depends on how long the run takes.
        ({ outcome }) => /^(?:survived|not struck|CONNECT.*)$/.test(outcome),
      )
      expect(problems).toEqual([])
    })
  })
})
