import { phases } from '../ledger/step.ts'
import type { Step } from '../ledger/step.ts'
import type { Definition } from '../postgres/definitions.ts'
import { rebuildSteps } from '../postgres/rebuild.ts'
import type { RebuildPhase } from '../postgres/rebuild.ts'
import type { Restored } from '../postgres/restored.ts'

/** What is left of an earlier plan. */
export interface RebuildSoFar {
  /** How far each of the definitions is. */
  readonly restored: readonly Restored[]
  /** Steps that are in the ledger already: their numbers are not given again. */
  readonly steps: readonly Pick<Step, 'phase' | 'number'>[]
}

/** The steps that put definitions back; `completes` counts in their order. */
export function planRebuild(
  definitions: readonly Definition[],
  { restored, steps }: RebuildSoFar = { restored: [], steps: [] },
): readonly Step[] {
  const taken = new Map<number, number>()
  for (const { phase, number } of steps) {
    taken.set(phase, Math.max(taken.get(phase) ?? 0, number + 1))
  }
  const planned = rebuildSteps(definitions, restored)
  const inPhase = (name: RebuildPhase) => planned.filter((step) => step.phase === name).length
  return planned.map((step) => {
    const phase = phases[step.phase]
    const number = taken.get(phase) ?? 0
    taken.set(phase, number + 1)
    return {
      phase,
      number,
      kind: 'rebuild',
      position: undefined,
      firstRow: 0,
      rowCount: 0,
      task: {
        title: `${step.names.join(', ')} on ${step.table}`,
        statements: step.statements,
        completes: step.completes.map((definition) => definitions.indexOf(definition)),
        sideBySide: inPhase(step.phase),
      },
    }
  })
}
