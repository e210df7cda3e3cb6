import { packError } from '../threads/error-data.ts'
import { forgetPeakMemory, peakMemory } from './peak-memory.ts'
import { openSubject } from './subjects/open-subject.ts'
import type { Run, Subject, TaskAnswer, TaskRequest } from './task.ts'

// The process of one measurement. It answers its parent's requests one after the other.

// Ctrl-C reaches every process of a terminal; the parent decides what becomes of this one.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => {})
process.on('disconnect', () => process.exit())

let subject: Subject | undefined
let turn: Promise<void> = Promise.resolve()
process.on('message', (request: TaskRequest) => {
  turn = turn.then(async () => answer(await fulfil(request).catch(failed)))
})

async function fulfil(request: TaskRequest): Promise<TaskAnswer> {
  switch (request.kind) {
    case 'open':
      subject = await openSubject(request.task)
      return { kind: 'opened', note: subject.note }
    case 'prepare':
      await subject!.prepare()
      break
    case 'run':
      return { kind: 'ran', run: await timed(subject!, request.rows) }
    case 'close':
      await subject?.close()
  }
  return { kind: 'done' }
}

async function timed(open: Subject, rows: number): Promise<Run> {
  forgetPeakMemory()
  const started = performance.now()
  const phases = await open.run(rows)
  const seconds = (performance.now() - started) / 1000
  await open.settle()
  return { seconds, phases, peakRssBytes: peakMemory() }
}

function failed(error: unknown): TaskAnswer {
  return { kind: 'failed', error: packError(error) }
}

function answer(message: TaskAnswer): void {
  // Without a parent there is nobody to answer.
  if (process.connected) process.send!(message)
}
