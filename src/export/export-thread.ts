import { loadProject } from '../config/load-project.ts'
import { DownpourError } from '../errors.ts'
import { fingerprintPlan } from '../plan/fingerprint.ts'
import { startThread } from '../threads/start-thread.ts'
import type { ThreadMain } from '../threads/port.ts'
import { createExportLane } from './export-lane.ts'
import type { WriteFile } from './export-lane.ts'
import { prepareExport } from './prepare-export.ts'
import type { ExportOptions } from './prepare-export.ts'

interface LaneData {
  readonly configFile: string
  readonly options: ExportOptions
  readonly folder: string
  /** The plan's: that of this thread has to be the same. */
  readonly digest: string
}

/** The name of the file that comes next, or that there is none. */
type ToLane = { readonly kind: 'write'; readonly name: string } | { readonly kind: 'stop' | 'over' }
type FromLane =
  | { readonly kind: 'rows'; readonly rows: number }
  | { readonly kind: 'written'; readonly bytes: number }

/** A lane on a thread of its own, which has loaded the project again. No row crosses threads. */
export interface ThreadLane {
  readonly write: WriteFile
  /** Resolves when the thread is gone. */
  end(): Promise<void>
}

/** How long a thread that is told to stop may take before it is ended. */
const patienceMilliseconds = 500

export function startExportThread(data: LaneData & { readonly number: number }): ThreadLane {
  const thread = startThread<LaneData, ToLane, FromLane>(
    new URL('./export-thread.ts', import.meta.url),
    { data, name: `lane ${data.number}` },
  )
  let onRows: (rows: number) => void = () => {}
  let onWritten: (bytes: number) => void = () => {}
  thread.onMessage((message) => {
    if (message.kind === 'rows') onRows(message.rows)
    else onWritten(message.bytes)
  })
  const post = (message: ToLane) => thread.post(message)

  return {
    async write({ name }, { signal, onRows: tell }) {
      signal.throwIfAborted()
      onRows = tell
      const stop = () => {
        post({ kind: 'stop' })
        setTimeout(() => void thread.terminate(), patienceMilliseconds).unref()
      }
      signal.addEventListener('abort', stop)
      try {
        const written = new Promise<number>((resolve) => (onWritten = resolve))
        post({ kind: 'write', name })
        return await Promise.race([
          written,
          thread.ended.then(() => {
            signal.throwIfAborted()
            throw new Error(`Lane ${data.number} ended in the middle of ${name}`)
          }),
        ])
      } catch (error) {
        signal.throwIfAborted()
        throw error
      } finally {
        signal.removeEventListener('abort', stop)
      }
    },
    async end() {
      post({ kind: 'over' })
      await thread.ended.catch(() => {})
    },
  }
}

/** What the thread does. */
export const main: ThreadMain<LaneData, ToLane, FromLane> = async (port, data) => {
  const stopping = new AbortController()
  const next = createQueue<string>()
  port.onMessage((message) => {
    if (message.kind === 'write') next.put(message.name)
    else next.close()
    if (message.kind === 'stop') stopping.abort(new Error('The lane was stopped'))
  })
  const { options, folder, digest } = data
  const project = await loadProject(data.configFile)
  const prepared = await prepareExport(project, options)
  if ((await fingerprintPlan(prepared.plan)).digest !== digest) throw notTheSame()
  const write = createExportLane(prepared, { ...options, folder })
  const files = new Map(prepared.files.map((file) => [file.name, file]))
  for await (const name of next) {
    const bytes = await write(files.get(name)!, {
      signal: stopping.signal,
      onRows: (rows) => port.post({ kind: 'rows', rows }),
    })
    port.post({ kind: 'written', bytes })
  }
}

/** Things that are put in while somebody waits for them, until it is closed. */
function createQueue<Item>() {
  const items: Item[] = []
  let isClosed = false
  let wake: () => void = () => {}
  return {
    put(item: Item) {
      items.push(item)
      wake()
    },
    close() {
      isClosed = true
      wake()
    },
    async *[Symbol.asyncIterator](): AsyncGenerator<Item> {
      while (!isClosed || items.length > 0) {
        const item = items.shift()
        if (item !== undefined) yield item
        else await new Promise<void>((resolve) => (wake = resolve))
      }
    },
  }
}

function notTheSame(): DownpourError {
  return new DownpourError({
    code: 'EXPORT_DIFFERS',
    message: 'Cannot export: another thread plans other rows',
    why: 'The schema or the seeders give something else each time that they are loaded, or were changed meanwhile.',
    fix: 'Let them depend on nothing but their files; or use --lanes 1.',
  })
}
