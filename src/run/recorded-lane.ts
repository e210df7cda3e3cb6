import { hostname } from 'node:os'
import type { Project } from '../config/load-project.ts'
import { databaseLedger } from '../ledger/database-ledger.ts'
import { explainStep } from './explain-step.ts'
import type { LaneStart } from './host-lanes.ts'
import { runLane } from './lane.ts'
import type { LaneNode, LaneStop } from './lane.ts'
import { openerOf } from './lane-session.ts'
import type { RunOptions } from './options.ts'
import { createPerform } from './perform.ts'
import type { PreparedRun } from './prepare-run.ts'
import type { Builders } from './rebuild-step.ts'

export interface RecordedLane extends LaneStart {
  readonly url: string
  /** Where rows enter: those of the first lane through the first, and so on in turn. */
  readonly nodes: readonly LaneNode[]
  readonly run: string
  readonly options: RunOptions
  readonly project: Project
  readonly prepared: PreparedRun
  readonly builders: Builders
  /** As `LaneOptions`. */
  readonly leave?: AbortSignal | undefined
}

/** A lane that works from the ledger in the database. */
export function runRecordedLane(lane: RecordedLane): Promise<LaneStop> {
  const { url, nodes, run, number, prepared, signal, over, leave, patience, onEvent } = lane
  const ledger = databaseLedger(run, `${processName()} lane ${number}`)
  return runLane({
    url,
    node: nodes[(number - 1) % nodes.length]!,
    open: openerOf(`downpour ${run} lane ${number}`),
    ledger,
    perform: createPerform(
      {
        ...prepared,
        run,
        options: lane.options,
        schemaTables: lane.project.tables,
        builders: lane.builders,
        statistics: 'now',
        onRows: (step, rows) => onEvent({ kind: 'rows', step, rows }),
      },
      ledger,
    ),
    signal,
    over,
    leave,
    patience,
    onCommitted: (step) => onEvent({ kind: 'committed', step }),
    onRolledBack: (step) => onEvent({ kind: 'rolled back', step }),
    explain: (failure) => explainStep(prepared.tables, failure),
  })
}

/** Who works here, for people: `pid 4711 on shop-1`. */
export function processName(): string {
  return `pid ${process.pid} on ${hostname()}`
}
