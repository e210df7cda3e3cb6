import { recordRun } from '../../src/ledger/runs.ts'
import type { RunTable } from '../../src/ledger/runs.ts'
import type { Session } from '../../src/postgres/session.ts'
import type { RunOptions } from '../../src/run/options.ts'
import { planSteps } from '../../src/run/run-steps.ts'

/** A table of a run by how many chunks it has, and what it waits for. */
export interface TableShape {
  readonly chunks: number
  readonly waitsFor?: readonly number[]
  readonly isSequential?: boolean
}

/** Writes a run down whose tables are nowhere, of chunks of one row, in whatever transaction is open. */
export async function recordShapes(
  session: Session,
  id: string,
  shapes: readonly TableShape[],
): Promise<void> {
  const toLoad = shapes.map(({ chunks }) => ({ toLoad: { first: 0, count: chunks } }))
  await recordRun(session, {
    id,
    state: 'running',
    options,
    before: undefined,
    fingerprint: { digest: '', facts: {} },
    startedBy: 'pid 4711 on shop-1',
    tables: shapes.map(tableOf),
    steps: planSteps(toLoad, options),
  })
}

const options: RunOptions = {
  profile: 'bench',
  seed: 1,
  profileCounts: {},
  counts: {},
  scale: 1,
  only: null,
  existing: 'refuse',
  strategy: 'copy',
  chunkSize: 1,
  transaction: 'chunk',
  indexes: 'keep',
  onError: 'stop',
  maxErrors: 0,
}

function tableOf(
  { chunks, waitsFor = [], isSequential = false }: TableShape,
  position: number,
): RunTable {
  return {
    position,
    key: `table${position}`,
    schema: 'public',
    name: `table${position}`,
    planFirst: 0,
    planCount: chunks,
    firstRow: 0,
    rowCount: chunks,
    strategy: 'copy',
    keyColumn: null,
    keyStart: null,
    waitsFor: [...waitsFor],
    isSequential,
    isEmptied: false,
    summaries: [],
  }
}
