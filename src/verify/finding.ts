export type FindingKind =
  | 'missing row'
  | 'extra row'
  | 'different value'
  | 'different rows'
  | 'orphans'
  | 'sequence behind'
  | 'index missing'
  | 'index invalid'
  | 'constraint missing'
  | 'constraint not validated'
  | 'table missing'
  | 'column missing'
  | 'statistics stale'

/** One thing that is not as it has to be. Plain JSON; values of rows only where they were asked for. */
export interface Finding {
  readonly kind: FindingKind
  /** As the schema names it. */
  readonly table: string
  /** The planned row's number, counted from 0. */
  readonly row?: number
  /** The last one, where it is about several. */
  readonly lastRow?: number
  /** The row's key, as text. */
  readonly key?: string
  readonly column?: string
  /** Of an index, a constraint or a sequence. */
  readonly name?: string
  /** How many rows it is about. */
  readonly rows?: number
  readonly expected?: string
  readonly found?: string
}
