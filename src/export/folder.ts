import { mkdir, open, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { DownpourError } from '../errors.ts'
import type { ExportFile } from './file-names.ts'
import { scriptName } from './load-script.ts'
import { checkSameExport, manifestName, readManifest } from './manifest.ts'
import type { Manifest } from './manifest.ts'

/** What one machine writes of an export: each `of`th file, from the `number`th on. */
export interface Part {
  /** Counted from 1. */
  readonly number: number
  readonly of: number
}

/** Bytes by the names of files. */
export type FileSizes = Readonly<Record<string, number>>

export interface FolderRequest {
  readonly folder: string
  readonly manifest: Manifest
  /** Of load.sql; `undefined` where psql has nothing to load. */
  readonly script: string | undefined
  /** What becomes of an earlier export. */
  readonly earlier: 'continue' | 'restart'
}

/**
 * Makes a folder ready for an export, or goes on with one: what it consists of is written first.
 *
 * @throws DownpourError `EXPORT_FOLDER` for a folder that holds other files, `EXPORT_DIFFERS` for one
 *   with another export
 * @throws the system's error, see `folderError`
 */
export async function openFolder(request: FolderRequest): Promise<void> {
  const { folder, manifest, script, earlier } = request
  await mkdir(folder, { recursive: true })
  // In this order: another machine may begin its part meanwhile.
  const names = await readdir(folder)
  const recorded = await readRecorded(folder)
  refuseOthers(names, recorded, folder)
  if (recorded && earlier === 'restart') {
    // The manifest last: until then the folder is known for what it is.
    for (const name of [...names.filter((one) => one !== manifestName), manifestName]) {
      await rm(join(folder, name))
    }
  } else if (recorded) {
    checkSameExport(recorded, manifest, folder)
    for (const name of names.filter(isLeftBehind)) await rm(join(folder, name), { force: true })
  }
  await writeWhole(join(folder, manifestName), `${JSON.stringify(manifest, undefined, 2)}\n`)
  if (script !== undefined) await writeWhole(join(folder, scriptName), script)
}

/** Under this name a file is written; it gets its own when it is whole. */
export function temporaryName(name: string): string {
  return `${name}.${process.pid}-${machine}.partial`
}

/**
 * Which files are there and whole, with their bytes.
 *
 * A file gets its name when it is whole, so one that has another size than it was written with was
 * changed by somebody.
 */
export async function wholeFiles(
  folder: string,
  files: readonly ExportFile[],
): Promise<ReadonlyMap<string, number>> {
  const written = await readWritten(folder)
  const found = new Map<string, number>()
  for (const { name } of files) {
    const bytes = await sizeOf(join(folder, name))
    if (bytes !== undefined && (written[name] ?? bytes) === bytes) found.set(name, bytes)
  }
  return found
}

/** Writes down how large the files of a part are, once all of them are whole. */
export async function recordWritten(
  folder: string,
  { number, of }: Part,
  files: FileSizes,
): Promise<void> {
  await writeWhole(
    join(folder, `written-${number}-of-${of}.json`),
    `${JSON.stringify({ files }, undefined, 2)}\n`,
  )
  await syncFolder(folder)
}

/** Machines that share a folder have processes of the same number, containers nearly always. */
const machine = hostname().replaceAll(/[^\w-]/g, '-')

const writtenForm = /^written-\d+-of-\d+\.json$/
/** Earlier versions named no machine. */
const temporaryForm = /^(.+)\.(\d+)(?:-([\w-]+))?\.partial$/

async function readRecorded(folder: string): Promise<Manifest | undefined> {
  const text = await readFile(join(folder, manifestName), 'utf8').catch(missing)
  return text === undefined ? undefined : readManifest(text)
}

/** Everything in it has to be an export's own, since it may be removed. */
function refuseOthers(
  names: readonly string[],
  recorded: Manifest | undefined,
  folder: string,
): void {
  const ours = new Set(
    recorded && [
      manifestName,
      scriptName,
      ...recorded.tables.flatMap(({ files }) => files.map(({ name }) => name)),
    ],
  )
  const isOurs = (name: string) => ours.has(name) || (recorded && writtenForm.test(name))
  const others = names.filter((name) => {
    const whole = temporaryForm.exec(name)?.[1] ?? name
    // The first thing that is written, when that was cut short.
    return !isOurs(whole) && (whole === name || whole !== manifestName)
  })
  if (others.length === 0) return
  const shown = others.toSorted().slice(0, mostShown)
  throw new DownpourError({
    code: 'EXPORT_FOLDER',
    message: `Cannot export to ${folder}: it holds other files`,
    why: `There ${others.length === 1 ? 'is' : 'are'} ${shown.join(', ')}${others.length > mostShown ? ` and ${others.length - mostShown} more` : ''}.`,
    fix: 'Name an empty folder, one that does not exist yet, or that of an export to go on with.',
  })
}

const mostShown = 3

/** Whether a process of this machine was writing this file and has ended without finishing it. */
function isLeftBehind(name: string): boolean {
  const [, , pid, of = machine] = temporaryForm.exec(name) ?? []
  if (pid === undefined || of !== machine) return false
  try {
    process.kill(Number(pid), 0)
    return Number(pid) === process.pid
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ESRCH'
  }
}

async function readWritten(folder: string): Promise<FileSizes> {
  const names = (await readdir(folder)).filter((name) => writtenForm.test(name))
  const records = await Promise.all(
    names.map(async (name) => readSizes(await readFile(join(folder, name), 'utf8'))),
  )
  return Object.assign({}, ...records) as FileSizes
}

/** Somebody may have changed this one as well: then nothing is known of the files. */
function readSizes(text: string): FileSizes {
  try {
    return (JSON.parse(text) as { readonly files: FileSizes }).files
  } catch {
    return {}
  }
}

async function sizeOf(file: string): Promise<number | undefined> {
  return (await stat(file).catch(missing))?.size
}

function missing(error: unknown): undefined {
  if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
}

async function writeWhole(file: string, text: string): Promise<void> {
  const temporary = temporaryName(file)
  await writeFile(temporary, text, { flush: true })
  await rename(temporary, file)
}

/** Names are kept in the folder, which is written by itself. */
async function syncFolder(folder: string): Promise<void> {
  // Windows opens no folder, and has no need to.
  if (process.platform === 'win32') return
  const handle = await open(folder)
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}
