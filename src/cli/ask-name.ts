import { once } from 'node:events'
import { createInterface } from 'node:readline'
import type { Refusal } from '../run/guard-rules.ts'
import { asTyped } from './npm-command.ts'

const question = 'Type the database’s name to go on: '

/**
 * Asks for the database's name on the terminal.
 *
 * @returns what was typed; `undefined` when the input has ended
 */
export async function askName(
  { message, why }: Refusal,
  signal: AbortSignal,
): Promise<string | undefined> {
  const terminal = createInterface({ input: process.stdin, output: process.stderr })
  // The terminal is in a mode in which it makes no signal of Ctrl-C.
  terminal.on('SIGINT', () => process.kill(process.pid, 'SIGINT'))
  const closed = once(terminal, 'close').then(() => undefined)
  const stop = () => terminal.close()
  signal.addEventListener('abort', stop)
  try {
    process.stderr.write(asTyped(`${message}.\n${why}\n`))
    const typed = new Promise<string>((resolve) => terminal.question(question, resolve))
    const answer = await Promise.race([typed, closed])
    signal.throwIfAborted()
    return answer?.trim()
  } finally {
    signal.removeEventListener('abort', stop)
    terminal.close()
  }
}
