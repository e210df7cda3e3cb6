import { fork } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { DownpourError } from '../errors.ts'
import { unpackError } from '../threads/error-data.ts'
import { stoppable } from './stoppable.ts'
import type { Run, Task, TaskAnswer, TaskRequest } from './task.ts'

/** A process that does one task and nothing else, so that its peak memory is the task's. */
export interface TaskProcess {
  /** What a report should tell of it, as a sentence. */
  readonly note: string | undefined
  prepare(): Promise<void>
  run(rows: number): Promise<Run>
  /** Ends it; never rejects. */
  end(): Promise<void>
}

/**
 * Starts a process and lets it open its task. The task is sent, not given as an argument: it holds
 * the database's password, and anybody can list arguments.
 *
 * @param name - for messages
 * @param signal - aborted when it is to stop while it starts
 * @throws what opening the task throws; DownpourError `BENCH_PROCESS` when the process ends instead
 */
export async function startTask(
  name: string,
  task: Task,
  signal: AbortSignal,
): Promise<TaskProcess> {
  signal.throwIfAborted()
  const child = fork(fileURLToPath(new URL(entry, import.meta.url)), {
    execArgv: isCompiled ? [] : ['--import', import.meta.resolve('tsx')],
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  })
  let said = ''
  child.stderr!.setEncoding('utf8').on('data', (text: string) => {
    said = (said + text).slice(-2000)
  })
  const exited = once(child, 'exit')

  async function ask(request: TaskRequest): Promise<TaskAnswer> {
    const waiting = new AbortController()
    const { signal } = waiting
    try {
      const answered = once(child, 'message', { signal })
      child.send(request)
      const outcome = await Promise.race([
        answered.then(([message]) => message as TaskAnswer),
        exited.then(() => undefined),
      ])
      if (outcome === undefined) throw endedEarly(name, said)
      if (outcome.kind === 'failed') throw unpackError(outcome.error)
      return outcome
    } catch (error) {
      throw child.exitCode === null && child.signalCode === null
        ? error
        : endedEarly(name, said, error)
    } finally {
      waiting.abort()
    }
  }

  async function end(): Promise<void> {
    if (child.connected) {
      const closed = ask({ kind: 'close' }).catch(() => {})
      await Promise.race([closed, sleep(closeMilliseconds, undefined, { ref: false })])
    }
    child.kill('SIGKILL')
    await exited
  }

  let note: string | undefined
  try {
    const opened = await stoppable(signal, ask({ kind: 'open', task }))
    note = (opened as Extract<TaskAnswer, { kind: 'opened' }>).note
  } catch (error) {
    child.kill('SIGKILL')
    await exited
    throw error
  }
  return {
    note,
    async prepare() {
      await ask({ kind: 'prepare' })
    },
    async run(rows) {
      const answer = await ask({ kind: 'run', rows })
      return (answer as Extract<TaskAnswer, { kind: 'ran' }>).run
    },
    end,
  }
}

// Both are compiled together, or not at all.
const isCompiled = import.meta.url.endsWith('.js')
const entry = isCompiled ? './task-main.js' : './task-main.ts'

/** How long a process may take to close its connections; one that is in the middle of a run is ended. */
const closeMilliseconds = 500

function endedEarly(name: string, said: string, cause?: unknown): DownpourError {
  if (cause instanceof DownpourError) return cause
  const lines = said.trim().split('\n')
  return new DownpourError({
    code: 'BENCH_PROCESS',
    message: `The process that measured "${name}" ended`,
    why: said.trim() === '' ? 'It was killed, or ran out of memory.' : `It said: ${lines.at(-1)!}`,
    fix: 'Measure fewer rows with --rows, or leave that way out.',
    exitCode: 4,
    cause,
  })
}
