import type { Vector } from '../generate/vector.ts'
import type { CopyIn } from '../postgres/copy.ts'
import { quoteIdentifier, quoteTable } from '../postgres/identifiers.ts'
import { withRowNumber } from './encode/refusal.ts'
import { bindRowEncoder, writeCopyHeader, writeCopyTrailer } from './encode/row.ts'
import type { CopyFormat, RowEncoder } from './encode/row.ts'
import { createByteSink } from './encode/sink.ts'
import type { ByteSink } from './encode/sink.ts'
import type { TargetColumn } from '../postgres/server-type.ts'
import type { ChunkWriter, Strategy, StrategyName } from './strategy.ts'
import type { Target } from './target.ts'

/** Bytes that are sent at a time: one CopyData message, far above the cost of a system call. */
const flushBytes = 256 * 1024

/**
 * `COPY … FROM STDIN`, one for each chunk. No row object is made; bytes are written from the vectors.
 *
 * @param formatOf - in which format a target's columns are sent
 */
export function copyIn(
  name: StrategyName,
  formatOf: (columns: readonly TargetColumn[]) => CopyFormat,
): Strategy {
  return { name, open: (target) => openCopy(target, formatOf(target.columns)) }
}

function openCopy(target: Target, format: CopyFormat): ChunkWriter {
  const statement = copyStatement(target, format)
  const encoders = new Map<readonly Vector[], RowEncoder>()
  const sinks: SinkPair = [createByteSink(), createByteSink()]

  function encoderFor(vectors: readonly Vector[]): RowEncoder {
    const bound = encoders.get(vectors)
    if (bound) return bound
    const encoder = bindRowEncoder({ format, columns: target.columns, vectors })
    encoders.set(vectors, encoder)
    return encoder
  }

  return {
    async write(session, { slices }) {
      const sender = createSender(await session.copyIn(statement), sinks)
      try {
        writeCopyHeader(sender.sink, format)
        for (const { first, count, vectors } of slices) {
          const encodeRows = encoderFor(vectors)
          for (let index = 0; index < count;) {
            index = withRowNumber(first, () => encodeRows(sender.sink, index, count))
            if (sender.sink.length >= flushBytes) await sender.flush()
          }
        }
        writeCopyTrailer(sender.sink, format)
        return await sender.finish()
      } catch (error) {
        await sender.abort(error)
        throw error
      }
    },
  }
}

type SinkPair = readonly [ByteSink, ByteSink]

/** Sends what has been encoded into one sink while the next bytes are written into the other. */
function createSender(copy: CopyIn, [first, second]: SinkPair) {
  let sending: Promise<void> = Promise.resolve()
  const sender = {
    /** Where the next bytes belong. */
    sink: emptied(first),
    async flush(): Promise<void> {
      const { sink } = sender
      await sending
      sending = copy.write(sink.bytes.subarray(0, sink.length))
      // Awaited by the next flush; until then a failure must not count as unhandled.
      sending.catch(() => {})
      sender.sink = emptied(sink === first ? second : first)
    },
    async finish(): Promise<number> {
      if (sender.sink.length > 0) await sender.flush()
      await sending
      return copy.finish()
    },
    async abort(reason: unknown): Promise<void> {
      await copy.abort(reason instanceof Error ? reason : new Error(String(reason)))
    },
  }
  return sender
}

function emptied(sink: ByteSink): ByteSink {
  sink.length = 0
  return sink
}

function copyStatement({ table, columns }: Target, format: CopyFormat): string {
  const names = columns.map(({ name }) => quoteIdentifier(name)).join(', ')
  return `copy ${quoteTable(table.model.schema, table.model.name)} (${names}) from stdin with (format ${format})`
}
