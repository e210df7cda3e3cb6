import { setTimeout as sleep } from 'node:timers/promises'
import { isDeepStrictEqual } from 'node:util'
import { DownpourError } from '../../src/errors.ts'
import type { Patience } from '../../src/run/lane.ts'
import { createTestDatabase } from './database.ts'
import { startFrameProxy } from './frame-proxy.ts'
import type { Fault } from './frame-proxy.ts'
import { connections, playRoles } from './frame-roles.ts'
import type { PlayedFrame } from './frame-roles.ts'
import { expectNothingLeft } from './leftovers.ts'
import { orchardTables, seedOrchard } from './orchard.ts'
import { ledgerStateOf, runStateOf } from './run-state.ts'
import type { RunState } from './run-state.ts'
import type { SeedWishes } from './seed-town.ts'

/** A run through the proxy, of an orchard of its own. */
export interface ProxiedRun {
  /** The name of the database that each orchard is a copy of. */
  readonly template: string
  readonly wishes: SeedWishes
  /** What of it goes through the proxy. @defaultValue all */
  readonly proxied?: 'all' | 'rows'
}

export interface UndisturbedRun {
  readonly frames: readonly PlayedFrame[]
  readonly state: RunState
}

export interface Strike {
  readonly frame: PlayedFrame
  readonly fault: Fault
}

/** What became of a run with a fault. */
export interface StruckRun {
  /** `survived`, the code of the error that the run failed with, or `not struck`. */
  readonly outcome: string
  /** What is not as it must be, in words; `undefined` when all is well. */
  readonly problem: string | undefined
  /** How often rows were sent, while the fault was there and after. */
  readonly copies: number
}

/**
 * Whether a frame can be lost without what follows it getting another meaning: the network may go
 * silent, but leaves nothing out in the middle.
 */
export function isLosable({ side, type }: PlayedFrame): boolean {
  return side === 'server' || !/^[PBDEd]$/.test(type)
}

/** Short: a test cannot wait as long as people can. */
const patience: Patience = { attempts: 5, reconnectSeconds: 5, silenceSeconds: 0.3 }

/** The orchard's run as the ones with faults are compared with. */
export async function runUndisturbed(run: ProxiedRun): Promise<UndisturbedRun> {
  const database = await createTestDatabase({ template: run.template })
  const proxy = await startFrameProxy(database.url)
  await seedProxied(run, {
    url: database.url,
    proxy: proxy.url,
    patience: { ...patience, silenceSeconds: 60 },
  })
  await proxy.close()
  const state = await runStateOf(database.url, orchardTables)
  await database.drop()
  return { frames: playRoles(proxy.frames), state }
}

/**
 * Does the run again with a fault at one frame; where it fails a second one, without a fault, goes
 * on. Looks at what is left then.
 */
export async function runStruck(
  run: ProxiedRun,
  undisturbed: UndisturbedRun,
  { frame, fault }: Strike,
): Promise<StruckRun> {
  const database = await createTestDatabase({ template: run.template })
  const proxy = await startFrameProxy(database.url, ({ connection, place }) => {
    if (connection !== frame.connection || place !== frame.place) return 'pass'
    // Until then the server's process holds what it has locked.
    if (fault === 'stall' && connection >= connections.lane) {
      setTimeout(() => proxy.release(), releaseMilliseconds)
    }
    return fault
  })
  const url = new URL(proxy.url)
  url.searchParams.set('connect_timeout', '2')
  const copies = () =>
    proxy.frames.filter(({ type, text }) => type === 'Q' && text?.startsWith('copy')).length
  let outcome = 'unknown'
  try {
    const servers = { url: database.url, proxy: url.href, patience }
    outcome = await outcomeOf(seedProxied(run, servers))
    await proxy.close()
    if (proxy.struck.length === 0) outcome = 'not struck'
    await expectNothingLeft(database.url)
    const { runs } = await ledgerStateOf(database.url)
    if (runs[0] !== 'finished') {
      await within(seedOrchard(database.url, { ...run.wishes, patience }), 'the second run')
      await expectNothingLeft(database.url)
    }
    const state = await runStateOf(database.url, orchardTables)
    const problem = isDeepStrictEqual(state, undisturbed.state)
      ? undefined
      : `the database is another one: ${JSON.stringify(state)}`
    return { outcome, problem, copies: copies() }
  } catch (error) {
    return { outcome, problem: describe(error), copies: copies() }
  } finally {
    await proxy.close().catch(() => {})
    await database.drop()
  }
}

function seedProxied(
  { wishes, proxied = 'all' }: ProxiedRun,
  { url, proxy, patience: own }: { url: string; proxy: string; patience: Patience },
): Promise<unknown> {
  return proxied === 'all'
    ? seedOrchard(proxy, { ...wishes, patience: own })
    : seedOrchard(url, { ...wishes, nodes: [proxy], patience: own })
}

/** By then the lane has given its connection up. */
const releaseMilliseconds = 900

/** @throws whatever a command would call a bug, and failures that are not the connection's */
async function outcomeOf(run: Promise<unknown>): Promise<string> {
  try {
    await within(run, 'the run')
    return 'survived'
  } catch (error) {
    if (!(error instanceof DownpourError) || !error.code.startsWith('CONNECT')) throw error
    return error.code
  }
}

async function within<T>(work: Promise<T>, what: string): Promise<T> {
  const stop = new AbortController()
  work.catch(() => {})
  const tooLate = sleep(deadlineSeconds * 1000, undefined, { signal: stop.signal }).then(() => {
    throw new Error(`${what} hangs`)
  })
  tooLate.catch(() => {})
  try {
    return await Promise.race([work, tooLate])
  } finally {
    stop.abort()
  }
}

const deadlineSeconds = 30

function describe(error: unknown): string {
  if (error instanceof DownpourError) return `${error.code}: ${error.message}. ${error.why}`
  return error instanceof Error ? (error.stack ?? error.message) : String(error)
}

/**
 * Does the run again for each of some faults, several at a time.
 *
 * @param isFine - whether an outcome is what it has to be
 * @returns what was not, in words
 */
export async function strikeEach(
  run: ProxiedRun,
  undisturbed: UndisturbedRun,
  strikes: readonly Strike[],
  isFine: (struck: StruckRun, strike: Strike) => boolean,
): Promise<readonly string[]> {
  const problems: string[] = []
  const queue = strikes.values()
  async function work(): Promise<void> {
    for (const strike of queue) {
      let struck = await runStruck(run, undisturbed, strike)
      // On a slow machine the watchdog may have opened a connection before the one that is meant.
      for (let again = 0; again < 3 && struck.outcome === 'not struck'; again++) {
        struck = await runStruck(run, undisturbed, strike)
      }
      if (struck.problem === undefined && isFine(struck, strike)) continue
      const { frame, fault } = strike
      const { problem, outcome, copies } = struck
      problems.push(
        `${fault} at ${frame.place} (${frame.kind}): ${outcome}, ${copies} copies, ${problem ?? 'not as it has to be'}`,
      )
    }
  }
  // Most of the time each of them waits.
  await Promise.all(Array.from({ length: atATime }, work))
  return problems
}

const atATime = 6
