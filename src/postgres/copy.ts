import type { Socket } from 'node:net'
import { Writable } from 'node:stream'
import type { Sql } from 'postgres'

/** What COPY needs of its session: the two ends of one connection, and word of its loss. */
export interface CopyChannel {
  readonly client: Sql
  /** The socket the client talks through. */
  readonly socket: Socket
  /** Turns the driver's error into the session's: the loss of the connection has one error. */
  explain(error: unknown): unknown
  /** Called at once when the connection is lost; returns the function that stops listening. */
  onLost(listener: (error: unknown) => void): () => void
  /** Called when the server has answered: other statements may be sent again. */
  onAnswered(): void
}

/** A COPY … FROM STDIN under way. */
export interface CopyIn {
  /**
   * Sends bytes; they need not end at a row's end. The promise resolves when the network has taken
   * them: only then may the buffer be filled again, and only then is there room for the next `write`.
   * 64 KiB to 512 KiB at a time is best.
   *
   * @throws the server's error, as soon as the server has sent it, or the session's when the
   *   connection is lost. The COPY is over then, and `abort` is not needed.
   */
  write(bytes: Buffer): Promise<void>
  /**
   * Ends the COPY and waits for the server's verdict.
   *
   * @returns the number of rows the *server* counted; compare it with the rows sent.
   * @throws the server's error, the session's when the connection is lost, or `abort`'s reason.
   */
  finish(): Promise<number>
  /**
   * Makes the server fail the COPY, so that none of its rows is stored. Resolves when the session
   * takes statements again, or is `closed` because its connection was lost; never rejects. Once
   * `finish` was called it only waits for the verdict, and once there is one it does nothing.
   *
   * @param reason - What `write` and `finish` throw from now on. Not sent to the server.
   */
  abort(reason: Error): Promise<void>
}

/**
 * Starts a COPY … FROM STDIN on a session's connection.
 *
 * postgres.js' own stream loses every error the server reports after the stream's end, reports a
 * failed COPY as finished when the next query is answered, and sends a stray CopyFail after each
 * success (https://github.com/porsager/postgres/issues/1173). Three facts let us do without it:
 * the driver settles its query object twice, with the stream when the server is ready for data and
 * with the result or the error when the server has answered; data can go to the socket directly;
 * and the stream's hooks can be called, or replaced, one by one.
 *
 * @param statement - The complete statement, ending in `FROM STDIN`.
 * @throws the server's error, when it refuses the statement.
 */
export async function copyIn(channel: CopyChannel, statement: string): Promise<CopyIn> {
  const query = channel.client.unsafe(statement) as unknown as DriverQuery
  const ready = deferred<Writable>()
  const answer = deferred<DriverResult>()
  let failure: { readonly error: unknown } | undefined
  let answered = false
  let finishing = false
  let pause: Deferred<void> | undefined
  let sinceTurn = 0
  let stopListening = ignore

  const settle = (): boolean => {
    if (answered) return false
    answered = true
    stopListening()
    channel.onAnswered()
    return true
  }
  const succeed = (result: DriverResult) => {
    if (!settle()) return
    ready.reject(new Error('The statement is not a COPY … FROM STDIN'))
    answer.resolve(result)
  }
  const fail = (error: unknown) => {
    if (!settle()) return
    failure ??= { error }
    ready.reject(failure.error)
    answer.reject(failure.error)
    pause?.reject(failure.error)
  }
  stopListening = channel.onLost(fail)

  query.resolve = (value) => {
    if (!(value instanceof Writable)) return succeed(value)
    // The driver destroys the stream on errors, and its hook would send a CopyFail each time.
    value._destroy = (error, callback) => callback(error)
    value.on('error', ignore)
    ready.resolve(value)
  }
  query.reject = (error) => fail(channel.explain(error))
  query.execute()

  const stream = await ready.promise

  return {
    write(bytes) {
      if (failure !== undefined) return Promise.reject(failure.error)
      if (finishing) return Promise.reject(new Error('The COPY is finished'))
      const taken = deferred<void>()
      pause = taken
      sinceTurn += bytes.length
      const isDue = sinceTurn >= TURN_BYTES
      if (isDue) sinceTurn = 0
      const { socket } = channel
      // Both in one system call, and the bytes from where they are.
      socket.cork()
      socket.write(head('d', bytes.length))
      // Without a turn of the event loop now and then, no error would come in. A failed write has
      // broken the connection, which is told by its loss.
      socket.write(bytes, () => (isDue ? setImmediate(taken.resolve) : taken.resolve()))
      socket.uncork()
      return taken.promise
    },

    async finish() {
      if (failure !== undefined) throw failure.error
      // Sends CopyDone and makes the driver take statements again; nothing else of it is of use.
      if (!finishing) stream._final(ignore)
      finishing = true
      return (await answer.promise).count
    },

    async abort(reason) {
      if (!answered && !finishing) {
        failure ??= { error: reason }
        pause?.reject(reason)
        channel.socket.write(COPY_FAIL)
      }
      await answer.promise.catch(ignore)
    },
  }
}

/** What the driver's query object is besides a promise. */
interface DriverQuery {
  resolve: (value: Writable | DriverResult) => void
  reject: (error: unknown) => void
  execute(): unknown
}

interface DriverResult {
  readonly count: number
}

interface Deferred<T> {
  readonly promise: Promise<T>
  readonly resolve: (value: T) => void
  readonly reject: (error: unknown) => void
}

/** Bytes after which the event loop gets its turn even though the network takes everything. */
const TURN_BYTES = 1 << 18

/** CopyFail, https://www.postgresql.org/docs/current/protocol-message-formats.html */
const ABORTED = Buffer.from('aborted by the client\0')
const COPY_FAIL = Buffer.concat([head('f', ABORTED.length), ABORTED])

/** What a message of the protocol begins with: type, and length, which counts itself. */
function head(type: string, contentLength: number): Buffer {
  const bytes = Buffer.allocUnsafe(5)
  bytes.write(type, 0, 'latin1')
  bytes.writeUInt32BE(4 + contentLength, 1)
  return bytes
}

/** A promise settled from outside. A rejection nobody waits for is no unhandled one. */
function deferred<T>(): Deferred<T> {
  let resolve!: (value: T) => void
  let reject!: (error: unknown) => void
  const promise = new Promise<T>((yes, no) => {
    resolve = yes
    reject = no
  })
  promise.catch(ignore)
  return { promise, resolve, reject }
}

function ignore(): void {}
