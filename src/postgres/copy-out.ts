import { Readable } from 'node:stream'
import type { CopyChannel } from './copy.ts'

/** A COPY … TO STDOUT under way. */
export interface CopyOut {
  /**
   * The next messages: type `d`, an int32 length that counts itself, and the data of one row, each of
   * them whole (https://www.postgresql.org/docs/current/protocol-message-formats.html). They stay
   * as they are; what is not asked for stays with the server, but for about a megabyte.
   *
   * @returns `undefined` when the server has sent everything
   * @throws the server's error, or the session's when the connection is lost
   */
  read(): Promise<Buffer | undefined>
}

/**
 * Starts a COPY … TO STDOUT on a session's connection, which has to be read to its end or closed.
 *
 * postgres.js would make three objects of each row. So its own listeners get all messages but the
 * rows, one whole message after the other, and the rows are passed on as they come.
 *
 * @param statement - The complete statement, with `TO STDOUT`.
 */
export function copyOut(channel: CopyChannel, statement: string): CopyOut {
  const { client, socket } = channel
  const query = client.unsafe(statement) as unknown as DriverQuery
  const chunks: Buffer[] = []
  let queued = 0
  let partial: Buffer = Buffer.alloc(0)
  let outcome: { readonly error?: unknown } | undefined
  let wake: () => void = ignore
  let stopListening = ignore

  const listeners = socket.listeners('data') as ((bytes: Buffer) => void)[]
  for (const listener of listeners) socket.off('data', listener)
  socket.on('data', receive)

  function settle(end: { readonly error?: unknown }): void {
    if (outcome !== undefined) return
    outcome = end
    stopListening()
    channel.onAnswered()
    wake()
  }

  function giveBack(): void {
    socket.off('data', receive)
    for (const listener of listeners) socket.on('data', listener)
  }

  function passOn(message: Buffer): void {
    for (const listener of listeners) listener.call(socket, message)
  }

  function receive(received: Buffer): void {
    const bytes = partial.length === 0 ? received : Buffer.concat([partial, received])
    let at = 0
    let rowsFrom = 0
    while (bytes.length - at >= HEAD) {
      const type = bytes[at]!
      const end = at + 1 + bytes.readInt32BE(at + 1)
      if (end < at + HEAD) return settle({ error: new Error('The server sent no message') })
      if (end > bytes.length) break
      if (type !== ROW) {
        keep(bytes.subarray(rowsFrom, at))
        rowsFrom = end
        // What follows is the answer to nobody's question yet, which the driver can deal with.
        if (type === READY) {
          giveBack()
          passOn(bytes.subarray(at))
          return
        }
        passOn(bytes.subarray(at, end))
      }
      at = end
    }
    keep(bytes.subarray(rowsFrom, at))
    partial = bytes.subarray(at)
  }

  function keep(rows: Buffer): void {
    if (rows.length === 0) return
    chunks.push(rows)
    queued += rows.length
    if (queued > MOST_QUEUED) socket.pause()
    wake()
  }

  stopListening = channel.onLost((error) => settle({ error }))
  query.resolve = (value) => {
    if (!(value instanceof Readable)) return settle({})
    // The driver destroys it on errors, which reach whoever reads by the answer.
    value.on('error', ignore)
  }
  query.reject = (error) => settle({ error: channel.explain(error) })
  query.execute()

  return {
    async read() {
      while (chunks.length === 0 && outcome === undefined) {
        await new Promise<void>((resolve) => {
          wake = resolve
        })
      }
      const rows = chunks.shift()
      if (rows === undefined) {
        if (outcome!.error !== undefined) throw outcome!.error
        return undefined
      }
      queued -= rows.length
      if (queued <= MOST_QUEUED && socket.isPaused()) socket.resume()
      return rows
    },
  }
}

/** What the driver's query object is besides a promise. */
interface DriverQuery {
  resolve: (value: unknown) => void
  reject: (error: unknown) => void
  execute(): unknown
}

/** Bytes beyond which the server has to wait for whoever reads. */
const MOST_QUEUED = 1 << 20

/** Of a message: its type and its length. */
const HEAD = 5
/** CopyData */
const ROW = 'd'.charCodeAt(0)
/** ReadyForQuery */
const READY = 'Z'.charCodeAt(0)

function ignore(): void {}
