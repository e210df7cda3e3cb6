import type { Enumeration } from '../generate/enumeration.ts'
import type { Generator } from '../generate/generator.ts'
import type { ColumnModel, ForeignKeyModel, TableModel } from '../model/table.ts'

/** What will be in the database: a pure function of schema, seeders, counts and seed. */
export interface Plan {
  readonly seed: number
  /** The date that "today" means, as `YYYY-MM-DD`; all generated dates relate to it. */
  readonly referenceDate: string
  /** Every table the plan knows, parents before children. */
  readonly tables: readonly PlannedTable[]
}

export interface PlannedTable {
  readonly model: TableModel
  /** Whether this run writes it; else it is only referred to. */
  readonly isLoaded: boolean
  /** The rows that the plan, and so every generator, knows. */
  readonly rows: RowRange
  /** Those of `rows` that this run writes: all, unless the first ones are there already. */
  readonly toLoad: RowRange
  /** Rows below `rows.first` that others may refer to start here; the same when there are none. */
  readonly firstReferable: number
  /** The key that tells a row's number; `undefined` where there is none, or a seeder fills it. */
  readonly key: PlannedKey | undefined
  /** The columns that are written; the others are left to the server. */
  readonly columns: readonly PlannedColumn[]
  readonly knownRows: readonly KnownRow[]
  /** For tables that are enumerated per parent. */
  readonly enumeration: PlannedEnumeration | undefined
}

export interface PlannedColumn {
  readonly model: ColumnModel
  readonly generator: Generator
}

/** The key of row n is `start + n`. */
export interface PlannedKey {
  readonly column: ColumnModel
  readonly start: number
}

export interface PlannedEnumeration {
  readonly parent: string
  /** The one by which a child's parent is counted. */
  readonly foreignKey: ForeignKeyModel
  readonly children: Enumeration
}

/** Rows `first` to `first + count - 1`, counted from 0. */
export interface RowRange {
  readonly first: number
  readonly count: number
}

/** Literal values by property, as Drizzle's insert takes them; what is missing is generated. */
export type KnownRow = Readonly<Record<string, unknown>>

/**
 * Columns that the server fills from a default of its own, such as `now()`: they are not the same in
 * every run.
 *
 * @returns `table.column`, as seeders name them
 */
export function leftToServer(plan: Plan): readonly string[] {
  return loadedTables(plan).flatMap(({ model, columns, toLoad }) =>
    model.columns
      .filter(
        (column) =>
          toLoad.count > 0 && column.default.kind === 'sql' && column.generatedAs === undefined,
      )
      .filter((column) => !columns.some((planned) => planned.model === column))
      .map((column) => `${model.key}.${column.property}`),
  )
}

/** The tables that the run writes, parents first. */
export function loadedTables(plan: Plan): readonly PlannedTable[] {
  return plan.tables.filter((table) => table.isLoaded)
}
