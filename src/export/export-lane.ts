import { openTable } from '../generate/slices.ts'
import { createByteSink } from '../write/encode/sink.ts'
import type { FileEncoder } from './file-encoder.ts'
import { createFileEncoder } from './file-encoder.ts'
import type { ExportFile } from './file-names.ts'
import type { FileForm } from './format.ts'
import type { PreparedExport } from './prepare-export.ts'
import { writeExportFile } from './write-file.ts'
import type { FileJob } from './write-file.ts'

/** Writes whole files, one after the other. Returns the bytes of each. */
export type WriteFile = (
  file: ExportFile,
  options: Pick<FileJob, 'signal' | 'onRows'>,
) => Promise<number>

/** Makes what writes files, for one thread: it keeps the table open that it is at. */
export function createExportLane(
  { plan, targets }: Omit<PreparedExport, 'files'>,
  { folder, format, gzip }: FileForm & { readonly folder: string },
): WriteFile {
  const sinks = [createByteSink(), createByteSink()] as const
  let open: (Pick<FileJob, 'source' | 'encoder'> & { readonly position: number }) | undefined

  async function openOnce(position: number): Promise<NonNullable<typeof open>> {
    if (open?.position === position) return open
    const target = targets[position]!
    const encoder: FileEncoder = createFileEncoder(target, format)
    const properties = target.table.columns.map(({ model }) => model.property)
    open = { position, encoder, source: await openTable(plan, target.table, properties) }
    return open
  }

  return async (file, options) => {
    const { source, encoder } = await openOnce(file.position)
    return writeExportFile({ file, folder, gzip, source, encoder, sinks, ...options })
  }
}
