import { DownpourError } from '../errors.ts'
import { upgradeLedger } from '../ledger/install.ts'
import { findRun } from '../ledger/runs.ts'
import type { RunRecord } from '../ledger/runs.ts'
import type { Session } from '../postgres/session.ts'
import { pause } from './faults.ts'
import { readLockHolder } from './lock.ts'

/** One of any number of processes that do the same run. */
export interface NamedRun<Report> {
  readonly name: string
  readonly signal: AbortSignal
  /**
   * Begins the run, or goes on with it where somebody else has begun it meanwhile.
   *
   * @throws DownpourError `REFUSED_BUSY` while somebody else has the lock
   */
  readonly begin: () => Promise<Report>
  /** Works on the run; where it is finished, tells of it. */
  readonly help: (run: RunRecord) => Promise<Report>
  /** Told once, when the lock has to be waited for. */
  readonly onWaiting: ((busy: DownpourError) => void) | undefined
  /**
   * How long to wait for the lock, in seconds.
   *
   * @defaultValue 120: planning a run takes seconds, so something else holds it
   */
  readonly waitSeconds?: number
}

/**
 * Works on a run that several processes know by its name, and of which nobody is told to begin it:
 * whoever has the lock first does. The others wait until it is written down, and help.
 *
 * @throws DownpourError `RUN_GONE`; `REFUSED_BUSY` when something else holds the lock for too long
 */
export async function workOnNamedRun<Report>(
  session: Session,
  { name, signal, begin, help, onWaiting, waitSeconds = 120 }: NamedRun<Report>,
): Promise<Report> {
  const deadline = performance.now() + waitSeconds * 1000
  for (let attempt = 1; ; attempt++) {
    const run = await findNamedRun(session, name)
    if (run) return help(run)
    try {
      return await begin()
    } catch (error) {
      const isBusy = error instanceof DownpourError && error.code === 'REFUSED_BUSY'
      if (!isBusy || performance.now() > deadline) throw error
      if (attempt === 1) onWaiting?.(error)
    }
    await nextMoment(session, name, { signal, deadline })
  }
}

/**
 * The run of a name, in whatever process it was begun.
 *
 * @throws DownpourError `RUN_GONE` when it is neither unfinished nor finished
 */
export async function findNamedRun(session: Session, name: string): Promise<RunRecord | undefined> {
  const run = (await upgradeLedger(session)) ? await findRun(session, name) : undefined
  if (!run || run.state === 'running' || run.state === 'finished') return run
  throw new DownpourError({
    code: 'RUN_GONE',
    message: `Run ${name} cannot be done a second time`,
    why: `It is ${run.state}.`,
    fix: 'Give the new run another name; "npx downpour status" shows the names that there are.',
  })
}

/** Until it is worth while to try again; asked over a connection that is there, as many may wait. */
async function nextMoment(
  session: Session,
  name: string,
  until: { readonly signal: AbortSignal; readonly deadline: number },
): Promise<void> {
  for (let attempt = 1; performance.now() < until.deadline; attempt++) {
    await pause(attempt, [until.signal])
    until.signal.throwIfAborted()
    if (!(await readLockHolder(session)) || (await findNamedRun(session, name))) return
  }
}
