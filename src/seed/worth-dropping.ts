import type { DefinitionKind } from '../postgres/definitions.ts'

/** A table of a load, and what the server would keep up with its rows. */
export interface TableUpkeep {
  readonly rows: number
  /** That are written. */
  readonly columns: number
  readonly definitions: readonly DefinitionKind[]
}

/** Above, the tables would be locked for more than some seconds, and a fault would undo a lot. */
const mostRows = 1_000_000

/**
 * What a definition costs for each row beyond building it at the end, taken low, in columns written by
 * COPY. Measured: 3 for a key that counts up, 6 to 16 for an index in random order, 40 for a foreign
 * key.
 */
const upkeepOf: Readonly<Record<DefinitionKind, number>> = { key: 3, index: 6, 'foreign key': 30 }

/** In columns times rows: what reading, dropping and building definitions takes in any case. */
const leastUpkeep = 150_000

/**
 * Whether a load over one connection, without these definitions, is quicker than over several lanes
 * with them.
 *
 * @param worth - of the lanes, see `worthOfLanes`
 * @example
 * const orders = { rows: 200_000, columns: 5, definitions: ['key'] } as const
 * isWorthDropping([orders], worthOfLanes(2, 2)) // true
 * isWorthDropping([{ ...orders, columns: 40 }], worthOfLanes(2, 2)) // false
 */
export function isWorthDropping(tables: readonly TableUpkeep[], worth: number): boolean {
  const rows = tables.reduce((sum, table) => sum + table.rows, 0)
  const written = tables.reduce((sum, table) => sum + table.rows * table.columns, 0)
  const upkeep = tables.reduce((sum, table) => sum + table.rows * upkeepOfRow(table), 0)
  return rows <= mostRows && upkeep >= leastUpkeep && 1 + upkeep / written >= worth
}

/**
 * How many times as fast as one lane several are.
 *
 * @param cores - of this machine, where the server is on it too: the client takes most of one
 * @example
 * worthOfLanes(2, 2) // 1.2
 * worthOfLanes(2, undefined) // 2
 */
export function worthOfLanes(lanes: number, cores: number | undefined): number {
  return cores === undefined ? lanes : Math.max(1, Math.min(lanes, cores - 0.8))
}

function upkeepOfRow({ definitions }: TableUpkeep): number {
  return definitions.reduce((sum, kind) => sum + upkeepOf[kind], 0)
}
