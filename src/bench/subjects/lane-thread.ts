import type { Port } from '../../threads/port.ts'
import type { LoadTask } from '../task.ts'
import { openLane } from './lane.ts'
import type { LanePhases, SharedWork } from './lane.ts'

export type LaneRequest =
  { readonly kind: 'load'; readonly work: SharedWork } | { readonly kind: 'close' }

export type LaneAnswer =
  { readonly kind: 'ready' } | { readonly kind: 'loaded'; readonly phases: LanePhases }

/** A lane on a thread of its own. */
export async function main(port: Port<LaneAnswer, LaneRequest>, task: LoadTask): Promise<void> {
  const lane = await openLane(task)
  await new Promise<void>((resolve, reject) => {
    port.onMessage((request) => {
      if (request.kind === 'close') return resolve()
      lane
        .load(request.work)
        .then((phases) => port.post({ kind: 'loaded', phases }))
        .then(() => lane.settle())
        .catch(reject)
    })
    port.post({ kind: 'ready' })
  })
  await lane.close()
}
