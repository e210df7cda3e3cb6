import type { Definition } from '../postgres/definitions.ts'
import type { StrategyName } from '../write/strategy.ts'

/** What a run would do: `plan --json` prints it. Bytes and seconds are estimates. */
export interface LoadPlan {
  readonly profile: string
  readonly seed: number
  /** `null` where no server was asked. */
  readonly database: {
    readonly server: string
    readonly version: string
    readonly name: string
  } | null
  /** In the order in which they are loaded. */
  readonly tables: readonly LoadedTable[]
  readonly rows: number
  /** On disk, with indexes. */
  readonly bytes: number
  /** Of the write-ahead log. */
  readonly walBytes: number
  /** Of files in which keys are sorted, where memory is not enough. */
  readonly sortBytes: number
  /** What of all that has to be there at once: a server reuses its log. */
  readonly neededBytes: number
  /** `null` where it cannot be known. */
  readonly freeDiskBytes: number | null
  readonly lanes: number
  /** `null` where there was no server to try it on. */
  readonly time: LoadTime | null
  /** What is dropped for the load and put back after it. */
  readonly dropped: readonly DroppedDefinition[]
  /** What people should know before they begin, in sentences. */
  readonly warnings: readonly string[]
  readonly notes: readonly string[]
}

export interface LoadedTable {
  readonly table: string
  /** That this run writes. */
  readonly rows: number
  /** The number of the first one. */
  readonly firstRow: number
  readonly chunks: number
  readonly strategy: StrategyName
  /** The tables that it refers to, by the names of their foreign keys' columns. */
  readonly refersTo: readonly Reference[]
  /** Of its rows' pages, of long values that are kept apart, and of its indexes. */
  readonly bytes: number
  readonly rowBytes: number
  readonly movedOutBytes: number
  readonly indexes: readonly { readonly name: string; readonly bytes: number }[]
}

export interface Reference {
  readonly table: string
  readonly columns: readonly string[]
}

export interface LoadTime {
  readonly leastSeconds: number
  readonly mostSeconds: number
  /** Rows that were written for it, into temporary tables. */
  readonly triedRows: number
}

export type DroppedDefinition = Pick<Definition, 'schema' | 'table' | 'name' | 'kind'>
