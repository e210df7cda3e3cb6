import { chunksOf } from '../run/chunks.ts'
import type { RowRange } from '../plan/plan.ts'
import type { Target } from '../write/target.ts'
import { extensionOf } from './format.ts'
import type { FileForm } from './format.ts'

/** A file of an export: some consecutive rows of a table. */
export interface ExportFile {
  readonly name: string
  /** Of the table, in the order of loading. */
  readonly position: number
  readonly range: RowRange
}

/**
 * Cuts tables into files, in the order of loading. A name is safe in any file system, whatever the
 * table is called: its number tells it from all others.
 *
 * @param chunkSize - rows of a file
 * @example
 * exportFiles(targets, { format: 'csv', gzip: false, chunkSize: 250_000 }).map(({ name }) => name)
 * // ['01-users.csv', '02-orders-1.csv', '02-orders-2.csv']
 */
export function exportFiles(
  targets: readonly Target[],
  form: FileForm & { readonly chunkSize: number },
): readonly ExportFile[] {
  const width = Math.max(2, String(targets.length).length)
  const extension = extensionOf(form)
  return targets.flatMap(({ table, columns }, position) => {
    // COPY and VALUES have no words for a row of defaults; load.sql has.
    if (columns.length === 0 && form.format !== 'jsonl') return []
    const chunks = [...chunksOf(table.toLoad, form.chunkSize)]
    const digits = String(chunks.length).length
    const stem = `${String(position + 1).padStart(width, '0')}-${plainName(table.model)}`
    return chunks.map((range, index): ExportFile => {
      const number = chunks.length > 1 ? `-${String(index + 1).padStart(digits, '0')}` : ''
      return { name: `${stem}${number}.${extension}`, position, range }
    })
  })
}

const longestName = 60

function plainName({ schema, name }: { readonly schema: string; readonly name: string }): string {
  const full = schema === 'public' ? name : `${schema}.${name}`
  const plain = full.toLowerCase().replaceAll(/[^a-z0-9_]+/g, '-')
  return plain.slice(0, longestName).replace(/^-+|-+$/g, '') || 'table'
}
