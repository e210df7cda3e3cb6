import { join } from 'node:path'
import type { TableSource } from '../generate/slices.ts'
import type { SinkPair } from '../write/sender.ts'
import { createSender, flushBytes } from '../write/sender.ts'
import type { FileEncoder } from './file-encoder.ts'
import type { ExportFile } from './file-names.ts'
import { openOutputFile } from './output-file.ts'

export interface FileJob {
  readonly file: ExportFile
  readonly folder: string
  readonly gzip: boolean
  readonly source: TableSource
  readonly encoder: FileEncoder
  readonly sinks: SinkPair
  readonly signal: AbortSignal
  /** Told between two slices how many rows of the file there are. */
  readonly onRows: (rows: number) => void
}

/**
 * Writes one file, a slice at a time.
 *
 * @returns its bytes; nothing is left of it on an error
 */
export async function writeExportFile(job: FileJob): Promise<number> {
  const { file, folder, gzip, source, encoder, sinks, signal } = job
  const output = await openOutputFile(join(folder, file.name), { gzip })
  const sender = createSender((bytes) => output.write(bytes), sinks)
  try {
    encoder.begin(sender.sink, file.range.count)
    for (const slice of source.slices(file.range)) {
      for (let index = 0; index < slice.count;) {
        index = encoder.encode(sender.sink, slice, index)
        if (sender.sink.length >= flushBytes) await sender.flush()
      }
      signal.throwIfAborted()
      job.onRows(slice.first + slice.count - file.range.first)
    }
    encoder.end(sender.sink)
    await sender.drain()
    signal.throwIfAborted()
    return await output.finish()
  } catch (error) {
    await output.discard()
    throw error
  }
}
