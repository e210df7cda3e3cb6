import { terminalOf } from '../report/terminal.ts'
import type { Terminal } from '../report/terminal.ts'
import { asTyped } from './npm-command.ts'

/** Where a command writes: data to `out`, everything else to `messages`. */
export interface Output {
  readonly isJson: boolean
  /** Whether progress and notes are wanted. */
  readonly isQuiet: boolean
  readonly messages: Terminal
  /** Characters a line of stdout; `Infinity` where it is no terminal. */
  readonly width: number
  /** Writes data to stdout. */
  data(text: string): void
  /** Writes a line to stderr, unless quiet. */
  note(text: string): void
}

/** Output for this process's streams. */
export function createOutput(options: { readonly json: boolean; readonly quiet: boolean }): Output {
  const messages = terminalOf(process.stderr, process.env)
  return {
    isJson: options.json,
    isQuiet: options.quiet,
    messages,
    width: process.stdout.isTTY ? process.stdout.columns || 80 : Infinity,
    data: (text) => void process.stdout.write(text),
    note: (text) => {
      if (!options.quiet) messages.write(`${asTyped(text)}\n`)
    },
  }
}
