import { rm } from 'node:fs/promises'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import type { Project } from '../config/load-project.ts'
import { checkPlan } from '../plan/check-plan.ts'
import { fingerprintPlan } from '../plan/fingerprint.ts'
import { checkSamples } from '../run/check-samples.ts'
import type { LoadProgress } from '../run/load-tracker.ts'
import { createExportLane } from './export-lane.ts'
import type { WriteFile } from './export-lane.ts'
import { createExportProgress } from './export-progress.ts'
import { startExportThread } from './export-thread.ts'
import type { ExportFile } from './file-names.ts'
import type { ExportFormat } from './format.ts'
import { folderError } from './folder-error.ts'
import { openFolder, recordWritten, temporaryName, wholeFiles } from './folder.ts'
import type { Part } from './folder.ts'
import { loadScript } from './load-script.ts'
import { createManifest } from './manifest.ts'
import { prepareExport } from './prepare-export.ts'
import type { ExportOptions, PreparedExport } from './prepare-export.ts'

export interface ExportRequest {
  readonly project: Project
  readonly options: ExportOptions
  readonly folder: string
  /** What this machine writes. */
  readonly part: Part
  /** Threads that write side by side; `undefined` for as many as pay. */
  readonly lanes: number | undefined
  /** What becomes of an earlier export in the folder. */
  readonly earlier: 'continue' | 'restart'
  readonly signal: AbortSignal
  /** Told before the first file is written. */
  readonly onPrepared: (prepared: PreparedExport) => void
  readonly onProgress: (progress: LoadProgress) => void
}

export interface ExportReport {
  readonly folder: string
  readonly format: ExportFormat
  readonly gzip: boolean
  readonly part: Part
  readonly lanes: number
  /** What this part has of each table. */
  readonly tables: readonly ExportedTable[]
  readonly files: number
  /** Files that an earlier call had written. */
  readonly filesKept: number
  readonly rows: number
  readonly bytes: number
  readonly seconds: number
  /** Of what this call has written. */
  readonly rowsPerSecond: number
  readonly peakRssBytes: number
}

export interface ExportedTable {
  readonly table: string
  readonly rows: number
  readonly files: number
  readonly bytes: number
}

/**
 * Writes the rows that a run would load as files, with what loads them. A folder in which an export
 * was stopped is gone on with.
 *
 * @throws DownpourError `PLAN_…`, `DATA_…`, `EXPORT_…`; the signal's reason
 */
export async function runExport(request: ExportRequest): Promise<ExportReport> {
  const { project, options, folder, part, signal } = request
  const started = performance.now()
  const prepared = await prepareExport(project, options)
  const { plan, targets } = prepared
  await checkPlan(plan)
  await checkSamples(plan, targets, undefined)
  const fingerprint = await fingerprintPlan(plan)
  signal.throwIfAborted()
  request.onPrepared(prepared)
  const manifest = createManifest({ ...prepared, fingerprint }, options)
  const script = options.format === 'jsonl' ? undefined : loadScript(prepared, options)
  const files = prepared.files.filter((_file, index) => index % part.of === part.number - 1)
  try {
    await openFolder({ folder, manifest, script, earlier: request.earlier })
    const whole = new Map(await wholeFiles(folder, files))
    const missing = files.filter(({ name }) => !whole.has(name))
    const lanes = request.lanes ?? lanesFor(missing)
    const progress = createExportProgress(targets, files, request.onProgress)
    for (const file of files) if (whole.has(file.name)) progress.onWhole(file)
    const digest = fingerprint.digest
    await writeAll(missing, {
      request,
      prepared,
      lanes,
      digest,
      onRows: progress.onRows,
      onWhole(file, bytes) {
        whole.set(file.name, bytes)
        progress.onWhole(file)
      },
    })
    const sizes = files.map(({ name }) => [name, whole.get(name)!] as const)
    await recordWritten(folder, part, Object.fromEntries(sizes))
    return report(request, { prepared, files, whole, missing, lanes, started })
  } catch (error) {
    throw folderError(error, { folder })
  }
}

/** Below so many rows a thread of its own costs as much as it gains. */
const rowsPerLane = 1_000_000
const mostLanes = 8

function lanesFor(files: readonly ExportFile[]): number {
  const worth = Math.floor(rowsIn(files) / rowsPerLane)
  return Math.max(1, Math.min(availableParallelism(), mostLanes, worth, files.length))
}

interface Writing {
  readonly request: ExportRequest
  readonly prepared: PreparedExport
  readonly lanes: number
  /** The plan's. */
  readonly digest: string
  readonly onRows: (file: ExportFile, rows: number) => void
  readonly onWhole: (file: ExportFile, bytes: number) => void
}

/** Lanes take one file after the other; what one of them throws stops the others. */
async function writeAll(files: readonly ExportFile[], writing: Writing): Promise<void> {
  const { request, prepared, lanes, onRows, onWhole } = writing
  const { folder } = request
  const failure = new AbortController()
  const signal = AbortSignal.any([request.signal, failure.signal])
  const queue = [...files]

  async function work(write: WriteFile): Promise<void> {
    for (let file = queue.shift(); file; file = queue.shift()) {
      const current = file
      try {
        onWhole(current, await write(current, { signal, onRows: (rows) => onRows(current, rows) }))
      } catch (error) {
        const table = prepared.targets[current.position]!.table.model.key
        failure.abort(folderError(error, { folder, table }))
        // A thread that was ended has left it.
        await rm(join(folder, temporaryName(current.name)), { force: true })
        throw signal.reason
      }
    }
  }

  async function workInThread(number: number): Promise<void> {
    const { configFile } = request.project
    const { options } = request
    const thread = startExportThread({
      configFile,
      options,
      folder,
      digest: writing.digest,
      number,
    })
    try {
      await work(thread.write)
    } finally {
      await thread.end()
    }
  }

  // This thread is the first lane: whoever starts another loads the project once more.
  const others = Array.from(
    { length: Math.max(0, Math.min(lanes, files.length) - 1) },
    (_, lane) => lane + 2,
  )
  const workers = [
    work(createExportLane(prepared, { ...request.options, folder })),
    ...others.map(workInThread),
  ]
  // None may still be writing when the command ends.
  await Promise.allSettled(workers)
  await Promise.all(workers)
}

function report(
  { folder, part, options }: ExportRequest,
  done: {
    readonly prepared: PreparedExport
    readonly files: readonly ExportFile[]
    readonly whole: ReadonlyMap<string, number>
    readonly missing: readonly ExportFile[]
    readonly lanes: number
    readonly started: number
  },
): ExportReport {
  const { prepared, files, whole, missing, lanes, started } = done
  const seconds = (performance.now() - started) / 1000
  const bytesIn = (some: readonly ExportFile[]) =>
    some.reduce((sum, { name }) => sum + whole.get(name)!, 0)
  const tables = prepared.targets.map(({ table }, position): ExportedTable => {
    const own = files.filter((file) => file.position === position)
    return { table: table.model.key, rows: rowsIn(own), files: own.length, bytes: bytesIn(own) }
  })
  return {
    folder,
    format: options.format,
    gzip: options.gzip,
    part,
    lanes,
    tables,
    files: files.length,
    filesKept: files.length - missing.length,
    rows: rowsIn(files),
    bytes: bytesIn(files),
    seconds,
    rowsPerSecond: rowsIn(missing) / seconds,
    peakRssBytes: process.resourceUsage().maxRSS * 1024,
  }
}

function rowsIn(files: readonly ExportFile[]): number {
  return files.reduce((sum, { range }) => sum + range.count, 0)
}
