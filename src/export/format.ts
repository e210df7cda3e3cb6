/** In the order in which help lists them. */
export const exportFormats = ['csv', 'sql', 'copy', 'binary', 'jsonl'] as const

/**
 * - `csv`: with a header; NULL is nothing, and an empty text is `""`
 * - `sql`: INSERT statements of many rows
 * - `copy`, `binary`: COPY's own formats
 * - `jsonl`: a JSON object a row, for other programs than psql
 */
export type ExportFormat = (typeof exportFormats)[number]

const extensions: Readonly<Record<ExportFormat, string>> = {
  csv: 'csv',
  sql: 'sql',
  copy: 'copy',
  binary: 'bin',
  jsonl: 'jsonl',
}

export interface FileForm {
  readonly format: ExportFormat
  /** Whether files are compressed. */
  readonly gzip: boolean
}

/**
 * @example
 * extensionOf({ format: 'csv', gzip: true }) // 'csv.gz'
 */
export function extensionOf({ format, gzip }: FileForm): string {
  return gzip ? `${extensions[format]}.gz` : extensions[format]
}
