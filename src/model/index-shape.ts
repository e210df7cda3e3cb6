import type { IndexPart } from './table.ts'

/** What decides how large an index becomes. */
export interface IndexShape {
  readonly name: string
  /** `btree`, `hash`, `gin`, … */
  readonly method: string
  readonly parts: readonly IndexPart[]
  /** Names of columns that are carried along (`INCLUDE`). */
  readonly carried: readonly string[]
  readonly isUnique: boolean
  readonly isPrimaryKey: boolean
  /** SQL of the rows that are in it; all when left out. */
  readonly where: string | undefined
  /** Percent; the method's own when left out. */
  readonly fillFactor: number | undefined
  /** Whether a B-tree may store equal keys once. */
  readonly isDeduplicated: boolean
}
