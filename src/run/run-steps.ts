import { phases } from '../ledger/step.ts'
import type { Step, StepKind } from '../ledger/step.ts'
import type { RowRange } from '../plan/plan.ts'
import { chunksOf } from './chunks.ts'
import type { RunOptions } from './options.ts'

/** Everything that a run has to do, as far as it is known before it begins. */
export function planSteps(
  tables: readonly { readonly toLoad: RowRange }[],
  options: RunOptions,
): readonly Step[] {
  const { existing, indexes, transaction, chunkSize } = options
  const isLarge = transaction === 'chunk' ? chunkSize : Infinity
  const chunks = tables.flatMap(({ toLoad }, position) =>
    [...chunksOf(toLoad, isLarge)].map((rows) => ({ rows, position })),
  )
  return [
    ...(existing === 'reset' ? [single('reset', phases.reset)] : []),
    ...(indexes === 'keep' || chunks.length === 0 ? [] : [single('drop', phases.drop)]),
    ...chunks.map(({ rows, position }, number): Step => ({
      phase: phases.load,
      number,
      kind: 'chunk',
      position,
      firstRow: rows.first,
      rowCount: rows.count,
      task: undefined,
    })),
    ...tables.map((_table, position): Step => ({
      ...single('settle', phases.settle),
      number: position,
      position,
    })),
    single('finish', phases.finish),
  ]
}

function single(kind: StepKind, phase: number): Step {
  return { phase, number: 0, kind, position: undefined, firstRow: 0, rowCount: 0, task: undefined }
}
