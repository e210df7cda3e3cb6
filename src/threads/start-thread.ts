import { Worker } from 'node:worker_threads'
import { DownpourError } from '../errors.ts'
import { unpackError } from './error-data.ts'
import type { Port, ThreadReport, ThreadTask } from './port.ts'

/** A thread that was started. */
export interface Thread<ToThread, FromThread> extends Port<ToThread, FromThread> {
  /**
   * Settles when the thread is gone and its messages are delivered: resolves when `main` returned or
   * after `terminate()`, rejects with what was thrown in it, a `DownpourError` as one.
   */
  readonly ended: Promise<void>
  /** Ends it at once, in the middle of whatever it does; resolves when it is gone. */
  terminate(): Promise<void>
}

export interface ThreadOptions<Data> {
  /** What `main` is called with, a copy. */
  readonly data: Data
  /** For messages: `lane 2`. */
  readonly name: string
}

/**
 * Starts a worker thread on a module of this project that exports `main`, a `ThreadMain`. It takes
 * 0.25 s from source on Node 20, where the thread needs hooks of its own for TypeScript, and 0.05 s
 * from the compiled build.
 *
 * @param module - as in the source, `new URL('./lane-thread.ts', import.meta.url)`
 * @throws DataCloneError when `data` cannot be sent
 */
export function startThread<Data, ToThread, FromThread>(
  module: URL,
  { data, name }: ThreadOptions<Data>,
): Thread<ToThread, FromThread> {
  const task: ThreadTask = { module: isCompiled ? compiled(module.href) : module.href, data }
  const worker = new Worker(new URL(entry, import.meta.url), { name, workerData: task })
  const listeners: ((message: FromThread) => void)[] = []
  const early: FromThread[] = []
  let isOver = false
  let failure: Error | undefined

  worker.on('message', (report: ThreadReport) => {
    if (report.kind === 'done') isOver = true
    else if (report.kind === 'failed') failure ??= unpackError(report.error)
    else if (listeners.length === 0) early.push(report.message as FromThread)
    else for (const listener of listeners) listener(report.message as FromThread)
  })
  // Of what happens before or outside the code that reports: no memory is left, no such file.
  worker.on('error', (error) => (failure ??= error))
  worker.on('messageerror', (error) => {
    failure ??= error
    void worker.terminate()
  })

  const ended = new Promise<void>((resolve, reject) => {
    worker.on('exit', (code) => {
      if (failure) reject(failure)
      else if (isOver) resolve()
      else reject(endedEarly(name, code))
    })
  })
  // It may fail while nobody is waiting for it yet.
  ended.catch(() => {})

  return {
    ended,
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- it is no window
    post: (message) => worker.postMessage(message),
    onMessage(listener) {
      listeners.push(listener)
      for (const message of early.splice(0)) listener(message)
    },
    async terminate() {
      isOver = true
      await worker.terminate()
    },
  }
}

// Both ends are compiled together, or not at all.
const isCompiled = import.meta.url.endsWith('.js')
const entry = isCompiled ? './thread.js' : './thread-from-source.mjs'

function compiled(href: string): string {
  return href.replace(/\.ts$/, '.js')
}

function endedEarly(name: string, code: number): DownpourError {
  return new DownpourError({
    code: 'THREAD_ENDED',
    message: `The thread "${name}" ended before its work was done`,
    why: `Something in it called process.exit, or waits for what can never come; the exit code was ${code}.`,
    fix: 'Remove such calls from the schema and the seeders.',
    exitCode: 4,
  })
}
