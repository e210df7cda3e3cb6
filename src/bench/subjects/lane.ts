import { quoteTable } from '../../postgres/identifiers.ts'
import { serverError } from '../../postgres/server-error.ts'
import { openSession } from '../../postgres/session.ts'
import type { Session } from '../../postgres/session.ts'
import { applicationName } from '../own-schema.ts'
import { openTableLoader } from '../table-loader.ts'
import type { LoadTask } from '../task.ts'

/** Chunks that several lanes take in turns. */
export interface SharedWork {
  readonly rows: number
  /** The next chunk's number, in shared memory. */
  readonly next: Int32Array<SharedArrayBuffer>
}

/** How a lane spent its time, in seconds. */
export interface LanePhases {
  readonly generate: number
  readonly write: number
  readonly commit: number
}

/** A connection that loads a table as `seed` does, but for the ledger. */
export interface BenchLane {
  readonly session: Session
  readonly table: string
  load(work: SharedWork): Promise<LanePhases>
  /** Makes the server count now what this connection has cost it: by itself it may wait a second. */
  settle(): Promise<void>
  close(): Promise<void>
}

export async function openLane(task: LoadTask): Promise<BenchLane> {
  const { url, schema, table, mostRows, strategy, chunkSize } = task
  const session = await openSession({ url, applicationName: applicationName(schema) })
  try {
    const size = strategy === 'row' ? mostRows : chunkSize
    const load = await openTableLoader(session, { ...task, chunkSize: size })
    // The server commits a statement by itself when no transaction is open.
    const transaction = strategy === 'row' ? withoutTransaction : session
    const { signal } = new AbortController()
    return {
      session,
      table: quoteTable(schema, table),
      async load({ rows, next }) {
        const phases = { generate: 0, write: 0, commit: 0 }
        for (;;) {
          const first = Atomics.add(next, 0, 1) * size
          if (first >= rows) return phases
          const begun = performance.now()
          await transaction.begin()
          const opened = performance.now()
          const range = { first, count: Math.min(size, rows - first) }
          const { generateSeconds } = await load(range, signal)
          const written = performance.now()
          await transaction.commit()
          const ended = performance.now()
          phases.generate += generateSeconds
          phases.write += (written - opened) / 1000 - generateSeconds
          phases.commit += (opened - begun + ended - written) / 1000
        }
      },
      settle: () => flushStatistics(session),
      close: () => session.close(),
    }
  } catch (error) {
    await session.close()
    throw error
  }
}

/** From PostgreSQL 15 on. */
async function flushStatistics(session: Session): Promise<void> {
  try {
    await session.query('select pg_stat_force_next_flush()')
  } catch (error) {
    if (serverError(error)?.code !== '42883') throw error
  }
}

const withoutTransaction = { begin: async () => {}, commit: async () => {} }
