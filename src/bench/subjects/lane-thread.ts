import type { Port } from '../../threads/port.ts'
import type { LoadTask } from '../task.ts'
import { openLane } from './lane.ts'
import type { LanePhases, SharedWork } from './lane.ts'

export type LaneRequest =
  | { readonly kind: 'load'; readonly work: SharedWork }
  | { readonly kind: 'settle' }
  | { readonly kind: 'close' }

export type LaneAnswer =
  | { readonly kind: 'ready' }
  | { readonly kind: 'loaded'; readonly phases: LanePhases }
  | { readonly kind: 'settled' }

/** A lane on a thread of its own. */
export async function main(port: Port<LaneAnswer, LaneRequest>, task: LoadTask): Promise<void> {
  const lane = await openLane(task)
  async function answerTo(request: LaneRequest): Promise<LaneAnswer | undefined> {
    switch (request.kind) {
      case 'load':
        return { kind: 'loaded', phases: await lane.load(request.work) }
      case 'settle':
        await lane.settle()
        return { kind: 'settled' }
      case 'close':
        return undefined
    }
  }
  await new Promise<void>((resolve, reject) => {
    port.onMessage((request) => {
      answerTo(request).then((answer) => {
        if (answer) port.post(answer)
        else resolve()
      }, reject)
    })
    port.post({ kind: 'ready' })
  })
  await lane.close()
}
