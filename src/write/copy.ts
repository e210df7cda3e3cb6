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
  const sink = createByteSink()

  function encoderFor(vectors: readonly Vector[]): RowEncoder {
    const bound = encoders.get(vectors)
    if (bound) return bound
    const encoder = bindRowEncoder({ format, columns: target.columns, vectors })
    encoders.set(vectors, encoder)
    return encoder
  }

  return {
    async write(session, { slices }) {
      const sender = createSender(await session.copyIn(statement), sink)
      try {
        writeCopyHeader(sink, format)
        for (const { first, count, vectors } of slices) {
          const encodeRows = encoderFor(vectors)
          for (let index = 0; index < count;) {
            index = withRowNumber(first, () => encodeRows(sink, index, count))
            if (sink.length >= flushBytes) await sender.flush()
          }
        }
        writeCopyTrailer(sink, format)
        return await sender.finish()
      } catch (error) {
        await sender.abort(error)
        throw error
      }
    },
  }
}

/** Sends what has been encoded while the next bytes are being generated. */
function createSender(copy: CopyIn, sink: ByteSink) {
  let sending: Promise<void> = Promise.resolve()
  async function flush(): Promise<void> {
    await sending
    sending = copy.write(sink.bytes.subarray(0, sink.length))
    // Awaited by the next flush; until then a failure must not count as unhandled.
    sending.catch(() => {})
    sink.length = 0
  }
  return {
    flush,
    async finish(): Promise<number> {
      if (sink.length > 0) await flush()
      await sending
      return copy.finish()
    },
    async abort(reason: unknown): Promise<void> {
      sink.length = 0
      await copy.abort(reason instanceof Error ? reason : new Error(String(reason)))
    },
  }
}

function copyStatement({ table, columns }: Target, format: CopyFormat): string {
  const names = columns.map(({ name }) => quoteIdentifier(name)).join(', ')
  return `copy ${quoteTable(table.model.schema, table.model.name)} (${names}) from stdin with (format ${format})`
}
