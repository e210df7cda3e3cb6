import { setTimeout as sleep } from 'node:timers/promises'
import { createHashKey, unit } from '../../src/generate/hash.ts'
import type { Finished, Running } from './command.ts'
import { expectNothingLeft } from './leftovers.ts'
import { ledgerStateOf } from './run-state.ts'
import type { ShopRun } from './shop-run.ts'

export interface Killing {
  readonly url: string
  /** How often; each time the run has gone on before. */
  readonly kills: number
  /** The latest moment for a kill, counted from the first step that the process has done. */
  readonly seconds: number
  /** Decides the moments. */
  readonly seed: number
}

export interface KilledRun {
  /** Those that were in time. */
  readonly kills: number
  /** How many steps were done at each of them. */
  readonly stepsDone: readonly number[]
  /** The last process, which nobody killed. */
  readonly last: Finished
}

/** Starts a run and kills it (`kill -9`) at random moments; lets it finish in the end. */
export async function killAgainAndAgain(run: ShopRun, killing: Killing): Promise<KilledRun> {
  const { url } = killing
  const moments = createHashKey(killing.seed, 'kill')
  const stepsDone: number[] = []
  const next = async () => run.start(url, ...((await hasRun(url)) ? ['--resume'] : []))
  for (let kill = 0; kill < killing.kills; kill++) {
    const running = await next()
    // Every third time at any moment of its life, also before there is a run; the last time while
    // indexes are built: lanes build all of them at once, so before the first of them is done.
    const isLast = kill === killing.kills - 1
    if (isLast) await stepsAreDone(url, run.chunks + 3)
    else if (kill % 3 !== 0) await stepsAreDone(url, (stepsDone.at(-1) ?? 0) + 1)
    const seconds = isLast ? run.indexSeconds / 2 : killing.seconds
    await Promise.race([sleep(unit(moments, kill) * seconds * 1000), running.finished])
    const wasKilled = await killNow(running)
    await expectNothingLeft(url, 10)
    const { runs, doneSteps } = await ledgerStateOf(url)
    if (wasKilled) stepsDone.push(doneSteps)
    if (runs.includes('finished')) throw new Error('The run is over: it needs more chunks')
  }
  const last = await (await next()).finished
  await expectNothingLeft(url, 10)
  return { kills: stepsDone.length, stepsDone, last }
}

/** @returns whether it was still alive */
export async function killNow({ process, finished }: Running): Promise<boolean> {
  process.kill('SIGKILL')
  await finished
  return process.signalCode === 'SIGKILL'
}

async function stepsAreDone(url: string, count: number): Promise<void> {
  while ((await ledgerStateOf(url)).doneSteps < count) await sleep(20)
}

async function hasRun(url: string): Promise<boolean> {
  return (await ledgerStateOf(url)).runs.length > 0
}
