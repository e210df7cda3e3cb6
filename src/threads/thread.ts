import { parentPort, workerData } from 'node:worker_threads'
import { packError } from './error-data.ts'
import type { Port, ThreadMain, ThreadReport, ThreadTask } from './port.ts'

// What every thread begins with: it runs its module's `main` and reports how that ended.

const { module, data } = workerData as ThreadTask
const starter = parentPort!

process.on('uncaughtException', fail).on('unhandledRejection', fail)

try {
  const { main } = (await import(module)) as { main: ThreadMain<unknown, unknown, unknown> }
  await main(port(), data)
  end({ kind: 'done' })
} catch (error) {
  fail(error)
}

function port(): Port<unknown, unknown> {
  return {
    post: (message) => report({ kind: 'message', message }),
    onMessage: (listener) => void starter.on('message', listener),
  }
}

function fail(error: unknown): void {
  end({ kind: 'failed', error: packError(error) })
}

/** Ends this thread alone, whatever `main` has left open; reports are delivered before its exit is. */
function end(last: ThreadReport): void {
  report(last)
  process.exit()
}

function report(message: ThreadReport): void {
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- it is no window
  starter.postMessage(message)
}
