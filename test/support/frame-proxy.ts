import { once } from 'node:events'
import { connect, createServer, type AddressInfo, type Socket } from 'node:net'
import { setImmediate as turn } from 'node:timers/promises'
import { createFrameReaders, type FrameHead, type FrameReader, type Side } from './frame-reader.ts'

/** A message of PostgreSQL's protocol on its way through the proxy. */
export interface Frame {
  readonly side: Side
  /** The message's letter; `startup`, `ssl`, `gss` and `cancel` are the ones that have none. */
  readonly type: string
  /** Counted from 0 in the order accepted; a cancel request is a connection of its own. */
  readonly connection: number
  /** Counted from 0 over the whole proxy, in the order seen. */
  readonly index: number
  /**
   * Counted from 0 within the connection, both sides, in the order seen: the same in every run of a
   * client that waits for each answer. Only a COPY that fails is answered at any time.
   */
  readonly place: number
  /** The SQL of `Q` and `P`, the command tag of the server's `C`. */
  readonly text?: string
  /** Whether it asks for a COMMIT, or says that one was done (not: turned into a rollback). */
  readonly isCommit: boolean
}

/**
 * What happens to a frame; those before it have been forwarded.
 *
 * - `pass`: it is forwarded.
 * - `kill`: it is not; both sockets are reset (RST).
 * - `close`: it is not; both sockets are ended (FIN).
 * - `stall`: nothing of its connection is forwarded any more, the sockets stay open, and the end of
 *   one is kept from the other.
 * - `slice`: it and what follows on its side is forwarded in packets of one byte.
 * - `drop`: it is not forwarded. A client's frame is just missing; after a server's the client's
 *   socket is reset, while the server may finish what it is at before it sees the end.
 */
export type Fault = 'pass' | 'kill' | 'close' | 'stall' | 'slice' | 'drop'

export interface FrameProxy {
  /** The server's URL, with the proxy's host and port. */
  readonly url: string
  /** All seen so far, those with faults too; a connection that was cut is not read any further. */
  readonly frames: readonly Frame[]
  /** Those whose fault was not `pass`. */
  readonly struck: readonly Frame[]
  /** From now on every frame passes, in one piece; what is stalled or cut stays so. */
  restore(): void
  /** Lets stalled connections go on, with the frame at which they stopped. */
  release(): void
  /**
   * Ends all connections.
   *
   * @throws what `decide` threw, or what was no PostgreSQL frame; that connection was reset.
   */
  close(): Promise<void>
}

/**
 * A TCP proxy in front of a server that reads the frames in both directions and injects faults.
 * What is encrypted passes unread.
 *
 * @param url - Of a server on TCP.
 * @param decide - Asked once for each frame, as soon as its head has come.
 *   @defaultValue everything passes
 * @example
 * // The server commits, and the client never hears of it.
 * const proxy = await startFrameProxy(database.url, (frame) =>
 *   frame.side === 'server' && frame.isCommit ? 'drop' : 'pass',
 * )
 */
export async function startFrameProxy(
  url: string,
  decide: (frame: Frame) => Fault = () => 'pass',
): Promise<FrameProxy> {
  const target = new URL(url)
  const host = target.hostname.replace(/^\[|\]$/g, '')
  const port = Number(target.port || 5432)
  const frames: Frame[] = []
  const struck: Frame[] = []
  const problems: unknown[] = []
  const lines: Line[] = []
  const pumps: Promise<void>[] = []
  let isRestored = false

  function judge(line: Line, side: Side, head: FrameHead): Fault {
    const frame: Frame = {
      side,
      type: head.type,
      connection: line.number,
      index: frames.length,
      place: line.seen++,
      ...(head.text === undefined ? {} : { text: head.text }),
      isCommit: COMMIT.test(head.text ?? ''),
    }
    frames.push(frame)
    const fault = isRestored ? 'pass' : decide(frame)
    if (fault !== 'pass') struck.push(frame)
    return fault
  }

  const server = createServer({ allowHalfOpen: true, noDelay: true }, (client) => {
    const line: Line = {
      number: lines.length,
      client,
      server: connect({ host, port, allowHalfOpen: true, noDelay: true }),
      seen: 0,
      isOver: false,
      gate: undefined,
      open: () => {},
    }
    lines.push(line)
    const readers = createFrameReaders()
    for (const side of ['client', 'server'] as const) {
      // Resets arrive through the reading, or concern nobody any more.
      line[side].on('error', () => {})
      const pumping = pump({
        line,
        side,
        read: readers[side],
        judge: (head) => judge(line, side, head),
        isSliceable: () => !isRestored,
      })
      pumps.push(pumping.catch((error: unknown) => void problems.push(error)))
    }
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')

  const proxied = new URL(url)
  proxied.hostname = '127.0.0.1'
  proxied.port = String((server.address() as AddressInfo).port)

  return {
    url: proxied.href,
    frames,
    struck,
    restore() {
      isRestored = true
    },
    release() {
      for (const line of lines) line.open()
    },
    async close() {
      server.close()
      for (const line of lines) {
        line.isOver = true
        line.client.destroy()
        line.server.destroy()
        line.open()
      }
      await Promise.all(pumps)
      if (problems.length > 0) throw problems[0]
    },
  }
}

const COMMIT = /(?:^|;)\s*commit\b/i

/** A client's connection and the one to the server that belongs to it. */
interface Line {
  readonly number: number
  readonly client: Socket
  readonly server: Socket
  /** Frames seen so far. */
  seen: number
  /** Nothing is read or forwarded any more; what still comes is thrown away. */
  isOver: boolean
  /** While there is one, both sides wait for it. */
  gate: Promise<void> | undefined
  /** Ends the gate. */
  open: () => void
}

interface PumpOptions {
  readonly line: Line
  readonly side: Side
  readonly read: FrameReader
  readonly judge: (head: FrameHead) => Fault
  readonly isSliceable: () => boolean
}

/**
 * Forwards what one side sends, until it ends.
 *
 * @throws what went wrong in the proxy itself; the end of a socket is none of that.
 */
async function pump(options: PumpOptions): Promise<void> {
  const { line, side } = options
  const from = line[side]
  const to = line[side === 'client' ? 'server' : 'client']
  try {
    await forward(options, from, to)
    if (line.gate !== undefined) await line.gate
    if (!line.isOver) to.end()
  } catch (error) {
    const isLost = from.destroyed
    if (line.gate !== undefined) await line.gate
    if (!line.isOver) reset(line)
    if (!isLost) throw error
  }
}

async function forward(options: PumpOptions, from: Socket, to: Socket): Promise<void> {
  const { line, side, read, judge, isSliceable } = options
  let fault: Fault = 'pass'
  let isSliced = false
  let pending: Buffer[] = []

  async function flush(): Promise<void> {
    const bytes = pending.length === 1 ? pending[0]! : Buffer.concat(pending)
    pending = []
    let at = 0
    while (at < bytes.length && !line.isOver) {
      const isByte = isSliced && isSliceable()
      const end = isByte ? at + 1 : bytes.length
      // Another turn for each byte, in which a reader in this process gets the one before.
      if (isByte) await turn()
      await write(to, bytes.subarray(at, end))
      at = end
    }
  }

  // Without the option the socket would be destroyed when its reading side has ended.
  for await (const chunk of from.iterator({ destroyOnReturn: false })) {
    // Frames of one packet are judged in one go, so that no answer is seen between them.
    for (const piece of read(chunk as Buffer)) {
      if (line.gate !== undefined) await line.gate
      if (line.isOver) break
      if (Buffer.isBuffer(piece)) {
        if (fault !== 'drop') pending.push(piece)
        continue
      }
      fault = judge(piece)
      if (fault === 'pass' || (fault === 'drop' && side === 'client')) continue
      if (fault === 'slice') {
        await flush()
        isSliced = true
        continue
      }
      shut(line)
      await flush()
      if (fault === 'stall') await line.gate
      else cut(line, fault)
    }
    await flush()
    if (to.destroyed && !line.isOver) reset(line)
  }
}

function cut(line: Line, fault: 'kill' | 'close' | 'drop'): void {
  if (fault === 'kill') {
    reset(line)
    return
  }
  line.isOver = true
  if (fault === 'close') line.client.end()
  else line.client.resetAndDestroy()
  line.server.end()
  line.open()
}

function reset(line: Line): void {
  line.isOver = true
  line.client.resetAndDestroy()
  line.server.resetAndDestroy()
  line.open()
}

function shut(line: Line): void {
  line.gate = new Promise((resolve) => {
    line.open = () => {
      line.gate = undefined
      resolve()
    }
  })
}

/** Resolves when the network has taken the bytes, or never will. */
function write(socket: Socket, bytes: Buffer): Promise<void> {
  return new Promise((resolve) => {
    socket.write(bytes, () => resolve())
  })
}
