import { fork } from 'node:child_process'
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
    said = (said + text).slice(-20_000)
  })
  // Also of a message that could not be sent any more: then it has ended, or is about to.
  let ended: Ended | undefined
  const exited = new Promise<Ended>((resolve) => {
    child.on('error', (cause) => resolve({ signal: null, cause }))
    child.on('close', (_code, signal) => resolve({ signal, cause: undefined }))
  }).then((how) => (ended = how))

  async function ask(request: TaskRequest): Promise<TaskAnswer> {
    if (ended || !child.connected) throw endedEarly(name, said, await exited)
    const answered = new Promise<TaskAnswer>((resolve) =>
      child.once('message', (message) => resolve(message as TaskAnswer)),
    )
    child.send(request, () => {})
    const answer = await Promise.race([answered, exited])
    if (!('kind' in answer)) throw endedEarly(name, said, answer)
    if (answer.kind === 'failed') throw unpackError(answer.error)
    return answer
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

/** How a process came to its end. */
interface Ended {
  readonly signal: NodeJS.Signals | null
  readonly cause: unknown
}

function endedEarly(name: string, said: string, { signal, cause }: Ended): DownpourError {
  return new DownpourError({
    code: 'BENCH_PROCESS',
    message: `The process that measured "${name}" ended`,
    why: reasonOf(said, signal),
    fix: 'Measure fewer rows with --rows.',
    exitCode: 4,
    cause,
  })
}

function reasonOf(said: string, signal: NodeJS.Signals | null): string {
  if (/heap out of memory/i.test(said)) return 'It ran out of memory.'
  const error = /^\w*Error.*$/m.exec(said)?.[0]
  if (error !== undefined) return `It failed: ${error}.`
  return signal === null ? 'It ended by itself.' : `It was ended by ${signal}.`
}
