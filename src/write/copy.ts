import type { Vector } from '../generate/vector.ts'
import { quoteIdentifier, quoteTable } from '../postgres/identifiers.ts'
import { withRowNumber } from './encode/refusal.ts'
import { bindRowEncoder, writeCopyHeader, writeCopyTrailer } from './encode/row.ts'
import type { CopyFormat, RowEncoder } from './encode/row.ts'
import { createByteSink } from './encode/sink.ts'
import type { TargetColumn } from '../postgres/server-type.ts'
import { createSender, flushBytes } from './sender.ts'
import type { SinkPair } from './sender.ts'
import type { ChunkWriter, Strategy, StrategyName } from './strategy.ts'
import type { Target } from './target.ts'

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

/**
 * The statement of a chunk. YugabyteDB commits every 20,000 rows of a COPY unless it is told not to,
 * before 2025.1.1 even within a transaction (https://github.com/yugabyte/yugabyte-db/issues/27061).
 *
 * @example
 * copyStatement(target, 'binary') // 'copy "public"."users" ("id") from stdin with (format binary)'
 */
export function copyStatement({ table, columns, engine }: Target, format: CopyFormat): string {
  const names = columns.map(({ name }) => quoteIdentifier(name)).join(', ')
  const options = engine.kind === 'yugabyte' ? ', rows_per_transaction 0' : ''
  return `copy ${quoteTable(table.model.schema, table.model.name)} (${names}) from stdin with (format ${format}${options})`
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
      const copy = await session.copyIn(statement)
      const sender = createSender((bytes) => copy.write(bytes), sinks)
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
        await sender.drain()
        return await copy.finish()
      } catch (error) {
        await copy.abort(error instanceof Error ? error : new Error(String(error)))
        throw error
      }
    },
  }
}
