import { readDefinitions } from '../../postgres/definitions.ts'
import { serverError } from '../../postgres/server-error.ts'
import type { Session } from '../../postgres/session.ts'
import { planRebuild } from '../../run/plan-rebuild.ts'
import { putBack } from '../../run/rebuild-step.ts'
import { inTransaction } from '../../run/transaction.ts'
import { startThread } from '../../threads/start-thread.ts'
import type { LoadTask, Phases, Subject } from '../task.ts'
import { openLane } from './lane.ts'
import type { LanePhases, SharedWork } from './lane.ts'
import type { LaneAnswer, LaneRequest } from './lane-thread.ts'

/** Loads a table by a strategy, with one lane on this thread and others on threads of their own. */
export async function openLoad(task: LoadTask): Promise<Subject> {
  const first = await openLane(task)
  const others: OtherLane[] = []
  for (let lane = 2; lane <= task.lanes; lane++) others.push(startOtherLane(task, lane))
  await Promise.all(others.map(({ ready }) => ready))
  const { session, table } = first
  const note = await checkpoint(session)

  async function load(rows: number): Promise<Phases> {
    const work: SharedWork = { rows, next: new Int32Array(new SharedArrayBuffer(4)) }
    const started = performance.now()
    const lanes = await Promise.all([first.load(work), ...others.map((lane) => lane.load(work))])
    return shared(lanes, (performance.now() - started) / 1000)
  }

  return {
    ...(note === undefined ? {} : { note }),
    async prepare() {
      await session.query(`truncate ${table} restart identity`)
      await checkpoint(session)
    },
    run: (rows) =>
      task.indexes === 'keep' ? load(rows) : loadWithoutIndexes(session, task, () => load(rows)),
    async settle() {
      await Promise.all([first.settle(), ...others.map((lane) => lane.settle())])
    },
    async close() {
      await Promise.all(others.map((lane) => lane.close()))
      await first.close()
    },
  }
}

/** Lanes work side by side: what is told is the mean, and how long they waited for the slowest. */
function shared(lanes: readonly LanePhases[], seconds: number): Phases {
  const mean = (phase: keyof LanePhases) =>
    lanes.reduce((sum, lane) => sum + lane[phase], 0) / lanes.length
  const phases = { generate: mean('generate'), write: mean('write'), commit: mean('commit') }
  if (lanes.length === 1) return phases
  return { ...phases, wait: seconds - phases.generate - phases.write - phases.commit }
}

async function loadWithoutIndexes(
  session: Session,
  { schema, table }: LoadTask,
  load: () => Promise<Phases>,
): Promise<Phases> {
  const started = performance.now()
  const { droppable } = await readDefinitions(session, [{ schema, name: table }])
  await inTransaction(session, async () => {
    for (const { drop } of droppable) await session.query(drop)
  })
  const dropped = performance.now()
  const phases = await load()
  const loaded = performance.now()
  for (const { task } of planRebuild(droppable)) {
    await inTransaction(session, () => putBack(session, task!))
  }
  const indexes = (dropped - started + performance.now() - loaded) / 1000
  return { ...phases, indexes }
}

/**
 * So that none falls into a run.
 *
 * @returns what to tell where the role may not ask for one
 */
async function checkpoint(session: Session): Promise<string | undefined> {
  try {
    await session.query('checkpoint')
    return undefined
  } catch (error) {
    if (serverError(error)?.code !== '42501') throw error
    return 'This role may not ask for checkpoints, so one may fall into a repetition: GRANT pg_checkpoint, from PostgreSQL 15 on.'
  }
}

interface OtherLane {
  readonly ready: Promise<void>
  load(work: SharedWork): Promise<LanePhases>
  settle(): Promise<void>
  close(): Promise<void>
}

function startOtherLane(task: LoadTask, number: number): OtherLane {
  const thread = startThread<LoadTask, LaneRequest, LaneAnswer>(
    new URL('./lane-thread.ts', import.meta.url),
    { data: task, name: `lane ${number}` },
  )
  const answers: ((answer: LaneAnswer) => void)[] = []
  thread.onMessage((answer) => answers.shift()?.(answer))
  const next = () =>
    Promise.race([
      new Promise<LaneAnswer>((resolve) => answers.push(resolve)),
      thread.ended.then(() => {
        throw new Error(`Lane ${number} has ended`)
      }),
    ])
  return {
    ready: next().then(() => {}),
    async load(work) {
      const answer = next()
      thread.post({ kind: 'load', work })
      return ((await answer) as Extract<LaneAnswer, { kind: 'loaded' }>).phases
    },
    async settle() {
      const answer = next()
      thread.post({ kind: 'settle' })
      await answer
    },
    async close() {
      thread.post({ kind: 'close' })
      await thread.ended
    },
  }
}
