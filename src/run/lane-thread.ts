import { loadProject } from '../config/load-project.ts'
import { findRun } from '../ledger/runs.ts'
import { withSession } from '../postgres/session.ts'
import { startThread } from '../threads/start-thread.ts'
import { packError, unpackError } from '../threads/error-data.ts'
import type { ErrorData, Port, ThreadMain } from '../threads/port.ts'
import { verdictOn, withPatience } from './faults.ts'
import type { HostLane, LaneEvent, LaneStart } from './host-lanes.ts'
import type { LaneEnd, LaneNode, LaneStop, Patience } from './lane.ts'
import { prepareRecorded } from './prepare-run.ts'
import type { Builders } from './rebuild-step.ts'
import { runRecordedLane } from './recorded-lane.ts'

interface LaneData {
  readonly configFile: string
  readonly url: string
  readonly nodes: readonly LaneNode[]
  readonly run: string
  readonly builders: Builders
  readonly number: number
  readonly patience: Patience
}

type ToLane = 'stop' | 'over'
type FromLane =
  | LaneEvent
  | { readonly kind: 'started' }
  | { readonly kind: 'done' }
  | { readonly kind: 'no connection'; readonly error: ErrorData }

/**
 * Hosts each lane on a thread of its own, which loads the project again and makes sure that its plan
 * is the run's. No row crosses threads.
 */
export function threadLanes(options: Omit<LaneData, 'number' | 'patience'>): HostLane {
  return async ({ number, patience, signal, over, onEvent }) => {
    const thread = startThread<LaneData, ToLane, FromLane>(
      new URL('./lane-thread.ts', import.meta.url),
      { data: { ...options, number, patience }, name: `lane ${number}` },
    )
    const stop = () => thread.post('stop')
    let isStarted = false
    // Until it has started, it only delays the end: there is nothing left to do for it.
    const tellOver = () => (isStarted ? thread.post('over') : void thread.terminate())
    signal.addEventListener('abort', stop)
    over.addEventListener('abort', tellOver)
    if (signal.aborted) stop()
    if (over.aborted) tellOver()
    let end: LaneEnd | undefined
    thread.onMessage((message) => {
      if (message.kind === 'done') end = { kind: 'done' }
      else if (message.kind === 'started') isStarted = true
      else if (message.kind !== 'no connection') onEvent(message)
      else end = { kind: 'no connection', error: unpackError(message.error) }
    })
    try {
      await thread.ended
      return end ?? { kind: 'no connection', error: new Error(`Lane ${number} was never needed`) }
    } catch (error) {
      signal.throwIfAborted()
      throw error
    } finally {
      signal.removeEventListener('abort', stop)
      over.removeEventListener('abort', tellOver)
    }
  }
}

/** What the thread does. */
export const main: ThreadMain<LaneData, ToLane, FromLane> = async (port, data) => {
  const [stopping, ending] = [new AbortController(), new AbortController()]
  port.onMessage((message) => {
    if (message === 'over') ending.abort()
    else stopping.abort(new Error('The lane was stopped'))
  })
  const end = await work(port, data, { signal: stopping.signal, over: ending.signal })
  if (end.kind === 'no connection') port.post({ ...end, error: packError(end.error) })
  else port.post({ kind: 'done' })
}

async function work(
  port: Port<FromLane, ToLane>,
  { configFile, url, nodes, run: id, builders, number, patience }: LaneData,
  { signal, over }: Pick<LaneStart, 'signal' | 'over'>,
): Promise<LaneStop> {
  const project = await loadProject(configFile)
  const prepare = () =>
    withSession({ url, applicationName: `downpour ${id} lane ${number}` }, async (session) => {
      const run = (await findRun(session, id))!
      return { run, prepared: await prepareRecorded(session, project, run) }
    })
  try {
    const { run, prepared } = await withPatience({ ...patience, signal, over }, prepare)
    port.post({ kind: 'started' })
    return await runRecordedLane({
      url,
      nodes,
      run: id,
      options: run.options,
      project,
      prepared,
      builders,
      number,
      patience,
      signal,
      over,
      onEvent: (event) => port.post(event),
    })
  } catch (error) {
    if (verdictOn(error) !== 'no connection') throw error
    return { kind: 'no connection', error }
  }
}
