import type { PlannedTable } from '../plan/plan.ts'
import type { Engine } from '../postgres/engine.ts'
import type { TargetColumn } from '../postgres/server-type.ts'

/** A planned table and the server's columns that its values go into, in the same order. */
export interface Target {
  readonly table: PlannedTable
  readonly columns: readonly TargetColumn[]
  /** Whose table it is. */
  readonly engine: Engine
}
