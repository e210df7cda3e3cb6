import { performance } from 'node:perf_hooks'
import type { EventLoopUtilization } from 'node:perf_hooks'
import type { HostLane, LaneStart } from './host-lanes.ts'
import type { LaneEnd, LaneStop } from './lane.ts'

export interface SpreadOptions {
  /** Hosts a lane on this thread; it ends as `left` once `leave` is aborted. */
  readonly here: (
    start: LaneStart & { readonly leave?: AbortSignal | undefined },
  ) => Promise<LaneStop>
  /** Hosts a lane on a thread of its own. */
  readonly onThread: HostLane
  /** So many lanes have a thread from the beginning, this one included. @defaultValue as many as are needed */
  readonly threads?: number | undefined
  /** How often it is looked whether this thread keeps up, in seconds. @defaultValue 1 */
  readonly lookSeconds?: number | undefined
}

/**
 * Hosts lanes on this thread as long as it keeps up with them: a lane waits for the server much of
 * its time, so that one thread has work for several, while another thread costs memory and the time
 * in which it loads the project and warms up. When this thread has had no idle moment for ten
 * seconds, half of its lanes go on in threads of their own.
 */
export function spreadLanes(options: SpreadOptions): HostLane {
  const { here, onThread, threads, lookSeconds = 1 } = options
  const movable = new Set<AbortController>()
  let watch: NodeJS.Timeout | undefined
  let before: EventLoopUtilization | undefined
  let crowdedLooks = 0

  function look(): void {
    const now = performance.eventLoopUtilization()
    const isCrowded =
      before !== undefined && performance.eventLoopUtilization(now, before).utilization > crowded
    before = now
    crowdedLooks = isCrowded ? crowdedLooks + 1 : 0
    if (crowdedLooks < enoughLooks) return
    crowdedLooks = 0
    const lanes = movable.size + 1
    for (const lane of [...movable].slice(-Math.floor(lanes / 2))) lane.abort()
  }

  function add(lane: AbortController): void {
    movable.add(lane)
    if (movable.size > 1) return
    // What was before the first look tells nothing: much of it goes into compiling.
    before = undefined
    crowdedLooks = 0
    watch = setInterval(look, lookSeconds * 1000)
  }

  function remove(lane: AbortController): void {
    movable.delete(lane)
    if (movable.size === 0) clearInterval(watch)
  }

  async function hostHere(start: LaneStart, leave?: AbortSignal): Promise<LaneEnd> {
    const end = await here({ ...start, leave })
    if (end.kind !== 'left') return end
    const after = await onThread(start)
    // It has had a connection; whether it got another one mattered only while there was work left.
    return start.over.aborted ? { kind: 'done' } : after
  }

  async function hostMovable(start: LaneStart): Promise<LaneEnd> {
    const lane = new AbortController()
    const forget = () => remove(lane)
    lane.signal.addEventListener('abort', forget)
    add(lane)
    return hostHere(start, lane.signal).finally(forget)
  }

  return async (start) => {
    if (start.number === 1) return hostHere(start)
    if (threads === undefined) return hostMovable(start)
    return start.number <= threads ? onThread(start) : hostHere(start)
  }
}

/** Of the time. Never quite all of it, since the loop also looks for what has come in. */
const crowded = 0.95

/**
 * Some tables keep a thread busy and the server idle, such as sums of children. Where they are soon
 * over, a thread for them would be in the way of those that follow.
 */
const enoughLooks = 10
