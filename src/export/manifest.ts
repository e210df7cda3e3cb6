import { createHash } from 'node:crypto'
import { DownpourError } from '../errors.ts'
import { shortDigest } from '../plan/column-digests.ts'
import { fingerprintDifferences } from '../plan/fingerprint.ts'
import type { Fingerprint } from '../plan/fingerprint.ts'
import type { Target } from '../write/target.ts'
import type { ExportFile } from './file-names.ts'
import type { FileForm } from './format.ts'

/** What an export consists of, the same for whoever writes a part of it. Plain JSON. */
export interface Manifest extends FileForm {
  readonly version: typeof manifestVersion
  /** Rows of a file. */
  readonly chunkSize: number
  /** Of the server's types, which are a part of COPY's binary format. */
  readonly types?: string
  readonly fingerprint: Fingerprint
  /** In the order of loading. */
  readonly tables: readonly ManifestTable[]
}

export interface ManifestTable {
  /** The table's key in the Drizzle schema. */
  readonly table: string
  readonly schema: string
  readonly name: string
  readonly columns: readonly string[]
  readonly rows: number
  readonly files: readonly ManifestFile[]
}

export interface ManifestFile {
  readonly name: string
  /** The number of the first row, counted from 0. */
  readonly firstRow: number
  readonly rows: number
}

export const manifestName = 'manifest.json'

const manifestVersion = 1

export function createManifest(
  content: {
    readonly targets: readonly Target[]
    readonly files: readonly ExportFile[]
    readonly fingerprint: Fingerprint
  },
  form: FileForm & { readonly chunkSize: number },
): Manifest {
  const { targets, files, fingerprint } = content
  return {
    version: manifestVersion,
    format: form.format,
    gzip: form.gzip,
    chunkSize: form.chunkSize,
    ...(form.format === 'binary' && { types: digestTypes(targets) }),
    fingerprint,
    tables: targets.map(({ table: { model, toLoad }, columns }, position) => ({
      table: model.key,
      schema: model.schema,
      name: model.name,
      columns: columns.map(({ name }) => name),
      rows: toLoad.count,
      files: files
        .filter((file) => file.position === position)
        .map(({ name, range }) => ({ name, firstRow: range.first, rows: range.count })),
    })),
  }
}

/** Reads what an earlier export has written; `undefined` for anything else. */
export function readManifest(text: string): Manifest | undefined {
  try {
    const read = JSON.parse(text) as Partial<Manifest> | null
    const isOurs = read?.version === manifestVersion && Array.isArray(read.tables)
    return isOurs && read.fingerprint ? (read as Manifest) : undefined
  } catch {
    return undefined
  }
}

/**
 * Makes sure that an export is that of an earlier one.
 *
 * @throws DownpourError `EXPORT_DIFFERS` naming what is not the same
 */
export function checkSameExport(recorded: Manifest, now: Manifest, folder: string): void {
  const differences = [
    ...(['format', 'gzip', 'chunkSize'] as const).flatMap((option) =>
      recorded[option] === now[option]
        ? []
        : [`${options[option]} is ${now[option]}, and was ${recorded[option]}`],
    ),
    ...fingerprintDifferences(recorded.fingerprint, now.fingerprint),
    ...(recorded.types === now.types ? [] : ['the types of the database are others']),
  ]
  if (differences.length === 0) return
  const more = differences.length - mostDifferences
  throw new DownpourError({
    code: 'EXPORT_DIFFERS',
    message: `Cannot go on with the export in ${folder}: it is not the same any more`,
    why: `${[...differences.slice(0, mostDifferences), ...(more > 0 ? [`and ${more} more`] : [])].join('; ')}.`,
    fix: 'Export with the options, the schema and the seeders of before; or into another folder; or throw away what is there with --restart.',
  })
}

const mostDifferences = 5

const options = { format: '--format', gzip: '--gzip', chunkSize: '--chunk-size' } as const

function digestTypes(targets: readonly Target[]): string {
  const types = targets.map(({ columns }) => columns.map(({ serverType }) => serverType))
  return shortDigest(createHash('sha256').update(JSON.stringify(types)))
}
