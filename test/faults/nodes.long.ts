import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { TestDatabase } from '../support/database.ts'
import { connections } from '../support/frame-roles.ts'
import type { Fault } from '../support/frame-proxy.ts'
import { createOrchard } from '../support/orchard.ts'
import { isLosable, runUndisturbed, strikeEach } from '../support/struck-run.ts'
import type { ProxiedRun, UndisturbedRun } from '../support/struck-run.ts'
import { expectNothingUnhandled } from '../support/unhandled.ts'

// Every second frame between a lane and the node where its rows enter: some 500 runs, minutes. The
// stride is another one with FRAME_STRIDE.

const stride = Number(process.env['FRAME_STRIDE'] ?? 2)

const faults: readonly Fault[] = ['kill', 'close', 'stall', 'drop']

let template: TestDatabase

expectNothingUnhandled()

beforeAll(async () => {
  template = await createOrchard()
})

afterAll(() => template.drop())

describe.each(['keep', 'defer'] as const)('a node of a run with --indexes %s', (indexes) => {
  let run: ProxiedRun
  let undisturbed: UndisturbedRun

  beforeAll(async () => {
    run = { template: template.name, wishes: { indexes }, proxied: 'rows' }
    undisturbed = await runUndisturbed(run)
  })

  describe.each(faults)('that meets a %s', { timeout: 60 * 60_000 }, (fault) => {
    const strikesOn = (isMeant: (connection: number) => boolean) =>
      undisturbed.frames
        .filter(({ connection }) => isMeant(connection))
        .filter((_frame, index) => index % stride === 0)
        .filter((frame) => fault !== 'drop' || isLosable(frame))
        .map((frame) => ({ frame, fault }))

    it('at any frame of a lane is found again, and the lane goes on', async () => {
      const strikes = strikesOn((connection) => connection >= connections.lane)
      const problems = await strikeEach(
        run,
        undisturbed,
        strikes,
        ({ outcome }) => outcome === 'survived',
      )
      expect(strikes.length).toBeGreaterThan(20)
      expect(problems).toEqual([])
    })

    it('before the load is an error, and the run begins again or goes on', async () => {
      const strikes = strikesOn((connection) => connection < connections.lane)
      const problems = await strikeEach(run, undisturbed, strikes, ({ outcome }) =>
        /^(?:survived|CONNECT.*)$/.test(outcome),
      )
      expect(strikes.length).toBeGreaterThan(3)
      expect(problems).toEqual([])
    })
  })
})
