import { styleText } from 'node:util'

/** Where progress, warnings and errors go, and what it can show. */
export interface Terminal {
  /** Lines can be redrawn. */
  readonly isInteractive: boolean
  readonly columns: number
  readonly hasColour: boolean
  write(text: string): void
}

/** What a stream of this process can show; `NO_COLOR` and `TERM=dumb` are obeyed. */
export function terminalOf(stream: NodeJS.WriteStream, environment: NodeJS.ProcessEnv): Terminal {
  const isInteractive = stream.isTTY ? environment['TERM'] !== 'dumb' : false
  return {
    isInteractive,
    hasColour: isInteractive && !environment['NO_COLOR'],
    get columns() {
      return stream.columns || 80
    },
    write: (text) => void stream.write(text),
  }
}

/** Colours a text where the terminal shows colours. */
export function styled(
  terminal: Terminal,
  style: 'red' | 'green' | 'bold' | 'dim',
  text: string,
): string {
  // The terminal has decided; newer versions of Node would look at stdout once more.
  return terminal.hasColour ? styleText(style, text, { validateStream: false }) : text
}
