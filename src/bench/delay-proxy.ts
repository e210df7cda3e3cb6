import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

export interface DelayProxyOptions {
  /** Of the server: a name, an address, or, when it begins with `/`, the folder of a Unix socket. */
  readonly host: string
  readonly port: number
  /** What is added to the time between a question and its answer; 0.5 is half a millisecond. */
  readonly roundTripMilliseconds: number
}

export interface DelayProxy {
  /** Where it listens, on 127.0.0.1. */
  readonly port: number
  /** Ends all connections at once; nothing that is on its way arrives any more. */
  close(): Promise<void>
}

/**
 * Opens a TCP proxy in this process that makes a server seem far away. What passes is not looked at.
 *
 * The whole delay is put on what the server sends: a wait cannot be exact, and so each round trip
 * has one of them and not two. It also leaves the bytes of a load, which go the other way, alone. A
 * client cannot tell the difference, since all it sees of the server is its answers.
 *
 * Bytes wait side by side, each for its time: answers that come together leave together.
 *
 * @throws RangeError for a time that is negative or no number.
 * @example
 * const proxy = await openDelayProxy({ host: 'localhost', port: 5432, roundTripMilliseconds: 5 })
 * const session = await openSession({ url: `postgres://ada@127.0.0.1:${proxy.port}/shop` })
 * await session.query('select 1') // takes 5 ms and what it takes without the proxy
 */
export async function openDelayProxy(options: DelayProxyOptions): Promise<DelayProxy> {
  const { host, port, roundTripMilliseconds: delay } = options
  if (!(delay >= 0 && delay < Infinity)) throw new RangeError(`A round trip of ${delay} ms`)
  const sockets = new Set<Socket>()

  const listener = createServer({ allowHalfOpen: true, noDelay: true }, (client) => {
    const server = host.startsWith('/')
      ? connect({ path: `${host}/.s.PGSQL.${port}`, allowHalfOpen: true })
      : connect({ host, port, allowHalfOpen: true, noDelay: true })
    for (const socket of [client, server]) {
      sockets.add(socket)
      socket.on('close', () => sockets.delete(socket))
    }
    join(client, server, delay)
  })
  listener.listen(0, '127.0.0.1')
  await once(listener, 'listening')

  return {
    port: (listener.address() as AddressInfo).port,
    async close() {
      const closed = [listener, ...sockets].map((one) => new Promise((yes) => one.on('close', yes)))
      listener.close()
      for (const socket of sockets) socket.destroy()
      await Promise.all(closed)
    },
  }
}

/**
 * Bytes on their way above which the server is kept from sending more: at 20 ms this is reached by
 * a server that sends 3 GB/s.
 */
const LIMIT_BYTES = 1 << 26

/** Passes on what either side does, until both have ended. */
function join(client: Socket, server: Socket, delay: number): void {
  const line = createDelayLine(delay)
  const balance = () => {
    if (line.bytes + client.writableLength < LIMIT_BYTES) server.resume()
    else server.pause()
  }

  client.pipe(server)
  client.on('error', () => reset(server))
  client.on('drain', balance)
  client.on('close', () => line.close())

  server.on('data', (bytes) => {
    line.add(bytes.length, () => {
      client.write(bytes)
      balance()
    })
    balance()
  })
  server.on('end', () => line.add(0, () => client.end()))
  server.on('error', () => line.add(0, () => reset(client)))
}

/** As a lost connection ends, not as a finished one. What is not connected by TCP knows no reset. */
function reset(socket: Socket): void {
  if (socket.remoteFamily === undefined) socket.destroy()
  else socket.resetAndDestroy()
}

interface DelayLine {
  /** Of all that has not left yet. */
  readonly bytes: number
  /** Calls `leave` when its time has come, after all that were added before. */
  add(bytes: number, leave: () => void): void
  /** Nothing leaves any more. */
  close(): void
}

interface Held {
  readonly bytes: number
  readonly leave: () => void
  /** On the clock of `performance.now()`. */
  readonly due: number
  next: Held | undefined
}

/**
 * The end of a wait, which is spent turning the event loop: Node's timers count whole milliseconds,
 * and ring up to one late.
 */
const TURNING_MILLISECONDS = 1.5

function createDelayLine(delay: number): DelayLine {
  let first: Held | undefined
  let last: Held | undefined
  let bytes = 0
  let isClosed = false
  let timer: NodeJS.Timeout | undefined
  let turn: NodeJS.Immediate | undefined

  function wait(until: number): void {
    const left = until - performance.now() - TURNING_MILLISECONDS
    if (left < 1) turn = setImmediate(release)
    else timer = setTimeout(release, left)
  }

  function release(): void {
    const now = performance.now()
    while (first !== undefined && first.due <= now) {
      bytes -= first.bytes
      first.leave()
      first = first.next
    }
    if (first !== undefined) wait(first.due)
  }

  return {
    get bytes() {
      return bytes
    },
    add(size, leave) {
      if (isClosed) return
      if (delay === 0) return leave()
      const due = performance.now() + delay
      const held: Held = { bytes: size, leave, due, next: undefined }
      bytes += size
      if (first === undefined) {
        first = held
        wait(due)
      } else last!.next = held
      last = held
    },
    close() {
      isClosed = true
      first = last = undefined
      clearTimeout(timer)
      clearImmediate(turn)
    },
  }
}
