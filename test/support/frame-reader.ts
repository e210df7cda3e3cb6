/** The two ways through a connection, named by who sends. */
export type Side = 'client' | 'server'

/** What the first bytes of a message tell. https://www.postgresql.org/docs/current/protocol-message-formats.html */
export interface FrameHead {
  /** The message's letter; `startup`, `ssl`, `gss` and `cancel` are the ones that have none. */
  readonly type: string
  /** In bytes, with type and length. */
  readonly length: number
  /** The SQL of Query and Parse, the tag of CommandComplete. */
  readonly text?: string
}

/**
 * Cuts what arrives into heads and bytes, whatever the packets: a head comes before the bytes of
 * its frame, which come in as many pieces as they like. All bytes are given, in their order.
 */
export type FrameReader = (chunk: Buffer) => Iterable<FrameHead | Buffer>

/**
 * Readers of one connection's two sides. The answer to a request for encryption is given without a
 * head, as it is no frame; once it was a yes, nothing is readable and only bytes come.
 */
export function createFrameReaders(): Readonly<Record<Side, FrameReader>> {
  let isStarted = false
  let awaitsEncryption = false
  let isEncrypted = false

  /** @returns the head, or the number of bytes it takes to tell it */
  function clientHead(bytes: Buffer): FrameHead | number {
    if (isStarted) return typedHead(bytes, QUERY_TYPES)
    const head = untypedHead(bytes)
    if (typeof head === 'number') return head
    awaitsEncryption = head.type === 'ssl' || head.type === 'gss'
    isStarted = !awaitsEncryption
    return head
  }

  /** How many bytes at the beginning belong to no frame. */
  function serverPrelude(bytes: Buffer): number {
    if (!awaitsEncryption) return 0
    awaitsEncryption = false
    const answer = String.fromCharCode(bytes[0]!)
    isEncrypted = answer === 'S' || answer === 'G'
    return isEncrypted || answer === 'N' ? 1 : 0
  }

  return {
    client: createReader({
      isReadable: () => !isEncrypted,
      prelude: () => 0,
      readHead: clientHead,
    }),
    server: createReader({
      isReadable: () => !isEncrypted,
      prelude: serverPrelude,
      readHead: (bytes) => typedHead(bytes, TAG_TYPES),
    }),
  }
}

interface ReaderOptions {
  isReadable(): boolean
  prelude(bytes: Buffer): number
  readHead(bytes: Buffer): FrameHead | number
}

function createReader({ isReadable, prelude, readHead }: ReaderOptions): FrameReader {
  let held: Buffer[] = []
  let heldLength = 0
  /** Below that there is no telling the next head. */
  let wanted = 1
  /** What is still to come of the frame at hand. */
  let rest = 0

  return function* read(chunk) {
    held.push(chunk)
    heldLength += chunk.length
    if (heldLength < wanted) return
    const bytes = held.length === 1 ? chunk : Buffer.concat(held)
    held = []
    heldLength = 0
    wanted = 1

    let at = 0
    while (at < bytes.length) {
      if (rest === 0) rest = isReadable() ? prelude(bytes.subarray(at)) : bytes.length - at
      if (rest === 0) {
        const head = readHead(bytes.subarray(at))
        if (typeof head === 'number') {
          wanted = head
          held = [bytes.subarray(at)]
          heldLength = bytes.length - at
          return
        }
        rest = head.length
        yield head
      }
      const end = Math.min(bytes.length, at + rest)
      rest -= end - at
      yield bytes.subarray(at, end)
      at = end
    }
  }
}

const QUERY_TYPES = 'QP'
const TAG_TYPES = 'C'

/** https://www.postgresql.org/docs/current/protocol-message-formats.html, by their codes. */
const UNTYPED: Readonly<Record<number, string>> = {
  80877102: 'cancel',
  80877103: 'ssl',
  80877104: 'gss',
}

/** The server's own limit. */
const LONGEST_STARTUP = 10_000

function untypedHead(bytes: Buffer): FrameHead | number {
  if (bytes.length < 8) return 8
  const length = bytes.readUInt32BE(0)
  if (length < 8 || length > LONGEST_STARTUP) {
    throw new Error(`The connection does not begin with a start-up message (length ${length})`)
  }
  return { type: UNTYPED[bytes.readUInt32BE(4)] ?? 'startup', length }
}

function typedHead(bytes: Buffer, textTypes: string): FrameHead | number {
  if (bytes.length < 5) return 5
  const type = String.fromCharCode(bytes[0]!)
  const length = 1 + bytes.readUInt32BE(1)
  if (length < 5) throw new Error(`A frame of type ${type} has the length ${length}`)
  if (!textTypes.includes(type)) return { type, length }
  if (bytes.length < length) return length
  const words = bytes.toString('utf8', 5, length).split('\0')
  // A Parse begins with the statement's name.
  return { type, length, text: (type === 'P' ? words[1] : words[0]) ?? '' }
}
