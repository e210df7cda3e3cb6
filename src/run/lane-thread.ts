import { loadProject } from '../config/load-project.ts'
import { findRun } from '../ledger/runs.ts'
import { openSession } from '../postgres/session.ts'
import { startThread } from '../threads/start-thread.ts'
import { packError, unpackError } from '../threads/error-data.ts'
import type { ErrorData, ThreadMain } from '../threads/port.ts'
import type { HostLane, LaneEvent } from './host-lanes.ts'
import type { LaneEnd, Patience } from './lane.ts'
import { prepareRecorded } from './prepare-run.ts'
import { runRecordedLane } from './recorded-lane.ts'

interface LaneData {
  readonly configFile: string
  readonly url: string
  readonly run: string
  readonly number: number
  readonly patience: Patience
}

type ToLane = 'stop'
type FromLane = LaneEvent | { readonly kind: 'done' } | { readonly kind: 'no connection'; readonly error: ErrorData }

/**
 * Hosts each lane on a thread of its own, which loads the project again and makes sure that its plan
 * is the run's. No row crosses threads.
 */
export function threadLanes(options: Omit<LaneData, 'number' | 'patience'>): HostLane {
  return async ({ number, patience, signal, onEvent }) => {
    const thread = startThread<LaneData, ToLane, FromLane>(
      new URL('./lane-thread.ts', import.meta.url),
      { data: { ...options, number, patience }, name: `lane ${number}` },
    )
    const stop = () => thread.post('stop')
    signal.addEventListener('abort', stop)
    let end: LaneEnd | undefined
    thread.onMessage((message) => {
      if (message.kind === 'done') end = { kind: 'done' }
      else if (message.kind !== 'no connection') onEvent(message)
      else end = { kind: 'no connection', error: unpackError(message.error) }
    })
    try {
      await thread.ended
      return end!
    } catch (error) {
      signal.throwIfAborted()
      throw error
    } finally {
      signal.removeEventListener('abort', stop)
    }
  }
}

/** What the thread does. */
export const main: ThreadMain<LaneData, ToLane, FromLane> = async (port, data) => {
  const stopping = new AbortController()
  port.onMessage(() => stopping.abort(new Error('The lane was stopped')))
  const { signal } = stopping
  const { url, number, patience } = data
  const project = await loadProject(data.configFile)
  signal.throwIfAborted()
  const session = await openSession({ url, applicationName: `downpour ${data.run} lane ${number}` })
  const run = (await findRun(session, data.run))!
  const prepared = await prepareRecorded(session, project, run).finally(() => session.close())
  const end = await runRecordedLane({
    url,
    run: run.id,
    options: run.options,
    project,
    prepared,
    number,
    patience,
    signal,
    onEvent: (event) => port.post(event),
  })
  port.post(end.kind === 'done' ? end : { ...end, error: packError(end.error) })
}
