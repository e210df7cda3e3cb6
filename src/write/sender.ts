import type { ByteSink } from './encode/sink.ts'

/** Bytes that are sent at a time, far above the cost of a system call. */
export const flushBytes = 256 * 1024

export type SinkPair = readonly [ByteSink, ByteSink]

/** Sends what has been encoded into one sink while the next bytes are written into the other. */
export interface Sender {
  /** Where the next bytes belong; another one after each `flush`. */
  sink: ByteSink
  /** Waits until the other sink is free, and begins to send this one. */
  flush(): Promise<void>
  /** Sends the rest, and waits until all is sent. */
  drain(): Promise<void>
}

/** @param send - may read the bytes until it settles, and no longer */
export function createSender(
  send: (bytes: Buffer) => Promise<void>,
  [first, second]: SinkPair,
): Sender {
  let sending: Promise<void> = Promise.resolve()
  const sender: Sender = {
    sink: emptied(first),
    async flush() {
      const { sink } = sender
      await sending
      sending = send(sink.bytes.subarray(0, sink.length))
      // Awaited by the next flush; until then a failure must not count as unhandled.
      sending.catch(() => {})
      sender.sink = emptied(sink === first ? second : first)
    },
    async drain() {
      if (sender.sink.length > 0) await sender.flush()
      await sending
    },
  }
  return sender
}

function emptied(sink: ByteSink): ByteSink {
  sink.length = 0
  return sink
}
