import { DownpourError } from '../errors.ts'
import type { Output } from './output.ts'

const exitCodes = { SIGINT: 130, SIGTERM: 143 } as const

/**
 * The first SIGINT or SIGTERM asks the work to end, with its open transaction rolled back; the
 * second one ends the process at once.
 *
 * @param options - `whatStays`: a sentence; `howToGoOn`: another for whoever stopped it
 */
export async function withSignals<T>(
  options: {
    readonly output: Output
    readonly whatStays?: string
    readonly howToGoOn: string
  },
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const { output, howToGoOn } = options
  const {
    whatStays = 'The transaction under way was rolled back; what was committed before it stays.',
  } = options
  const controller = new AbortController()
  function stop(signal: 'SIGINT' | 'SIGTERM'): void {
    if (controller.signal.aborted) process.exit(exitCodes[signal])
    // The terminal has put ^C behind the progress.
    if (output.messages.isInteractive) output.note('')
    output.note(`Stopping. A second ${signal} stops at once.`)
    controller.abort(
      new DownpourError({
        code: 'INTERRUPTED',
        message: `Stopped by ${signal}`,
        why: whatStays,
        fix: howToGoOn,
        exitCode: exitCodes[signal],
      }),
    )
  }
  process.on('SIGINT', stop)
  process.on('SIGTERM', stop)
  try {
    return await work(controller.signal)
  } catch (error) {
    // Whatever failed because of the signal.
    throw controller.signal.aborted ? controller.signal.reason : error
  } finally {
    process.off('SIGINT', stop)
    process.off('SIGTERM', stop)
  }
}
