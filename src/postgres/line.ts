import type { Socket } from 'node:net'
import { ConnectionClosed } from './connect-error.ts'
import { lastWords } from './last-words.ts'
import { isConnectionLost, type ServerError, serverError, unwrapError } from './server-error.ts'

/**
 * One socket and what hangs on it. postgres.js reconnects by itself and may leave statements
 * unanswered when a connection ends; here the socket is handed out once, and its end is an event
 * that reaches everybody who waits.
 */
export interface Line {
  readonly socket: Socket
  /** The error everything rejects with since the line broke or was hung up. */
  readonly broken: Error | undefined
  /** Gives the socket to the driver: once. A second call is a reconnect and throws. */
  take(): Socket
  /** Runs a statement; rejects at once when the line is broken or breaks meanwhile. */
  run<T>(statement: () => PromiseLike<T>): Promise<T>
  /** The line's own error when `error` says that the connection is gone, else `error` itself. */
  explain(error: unknown): unknown
  /** Calls back when the line breaks, at once if it has; returns what stops that. */
  onBroken(listener: (error: Error) => void): () => void
  /** The connection is gone. */
  lose(cause: unknown): void
  /** Nothing may be sent any more, though the socket may still be open. */
  hangUp(error: Error): void
}

/**
 * @param socket - Connected; nothing was sent on it yet.
 * @param lossOf - Makes the error for a loss out of its cause.
 */
export function createLine(socket: Socket, lossOf: (cause: unknown) => Error): Line {
  const listeners = new Set<(error: Error) => void>()
  let broken: Error | undefined
  let taken = false
  let lastBytes: Buffer | undefined

  function hangUp(error: Error): void {
    if (broken !== undefined) return
    broken = error
    lastBytes = undefined
    for (const listener of listeners) listener(error)
    listeners.clear()
  }

  function lose(cause: unknown): void {
    if (broken === undefined) hangUp(lossOf(said(lastBytes) ?? cause))
    socket.destroy()
  }

  function explain(error: unknown): unknown {
    if (broken !== undefined && serverError(error) === undefined) return broken
    if (!isConnectionLost(error)) return error
    lose(bare(error))
    return broken
  }

  function onBroken(listener: (error: Error) => void): () => void {
    if (broken === undefined) listeners.add(listener)
    else listener(broken)
    return () => listeners.delete(listener)
  }

  // Before the driver's own listeners, so that nothing it does at the end comes first.
  socket.on('error', (error) => lose(bare(error)))
  socket.on('end', () => lose(new ConnectionClosed()))
  socket.on('close', () => lose(new ConnectionClosed()))

  return {
    socket,
    get broken() {
      return broken
    },
    take() {
      if (taken) throw broken ?? new Error('A session does not reconnect')
      taken = true
      socket.on('data', (bytes: Buffer) => {
        lastBytes = bytes
      })
      return socket
    },
    run(statement) {
      return new Promise((resolve, reject) => {
        const stop = onBroken(reject)
        if (broken !== undefined) return
        statement()
          .then(resolve, (error: unknown) => reject(explain(error) as Error))
          .then(stop, stop)
      })
    },
    explain,
    onBroken,
    lose,
    hangUp,
  }
}

/** The driver hangs a statement's text and parameters on the errors that pass through it. */
function bare(error: unknown): Error {
  const { message, code, severity } = unwrapError(error) as ServerError
  return Object.assign(new Error(message), { code }, severity === undefined ? {} : { severity })
}

function said(bytes: Buffer | undefined): Error | undefined {
  const words = bytes && lastWords(bytes)
  return words && Object.assign(new Error(words.message), { code: words.code, severity: 'FATAL' })
}
