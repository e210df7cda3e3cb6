import { DownpourError } from '../errors.ts'
import type { ForeignKeyModel, TableModel } from '../model/table.ts'
import { readCitus, readDistributions } from '../postgres/citus.ts'
import type { Distribution } from '../postgres/citus.ts'
import type { Session } from '../postgres/session.ts'
import { formatList } from '../report/format.ts'

/**
 * Refuses what the schema declares and Citus cannot keep, before the first write. On every other
 * server it finds nothing.
 *
 * https://docs.citusdata.com/en/stable/sharding/data_modeling.html
 *
 * @param tables - those to be loaded, and those that they refer to
 * @throws DownpourError `CITUS_NULL`, `CITUS_UNIQUE`, `CITUS_FOREIGN_KEY`
 */
export async function checkDistribution(
  session: Session,
  tables: readonly TableModel[],
): Promise<void> {
  const distributions = await readDistributions(session, tables)
  const placed = new Map(
    tables.map((table, index): [string, Placed] => [
      table.key,
      { table, distribution: distributions[index]! },
    ]),
  )
  for (const { table, distribution } of placed.values()) {
    if (distribution.kind === 'distributed') {
      checkColumn(table, distribution.column)
      checkUniques(table, distribution.column)
    }
    for (const foreignKey of table.foreignKeys) {
      const parent = placed.get(foreignKey.parent)
      if (parent && foreignKey.kind === 'constraint') {
        checkForeignKey(foreignKey, { table, distribution }, parent)
      }
    }
  }
}

/**
 * Where the rows of tables go on Citus, in a sentence; nothing elsewhere.
 *
 * @example
 * await distributionNotes(session, tables)
 * // ['Citus distributes users by id, accounts and transactions by user_id; every node has categories']
 */
export async function distributionNotes(
  session: Session,
  tables: readonly TableModel[],
): Promise<readonly string[]> {
  const distributions = await readDistributions(session, tables)
  const keysOf = (isMeant: (distribution: Distribution) => boolean) =>
    tables.filter((_, index) => isMeant(distributions[index]!)).map(({ key }) => key)
  const columns = distributions.flatMap((one) => (one.kind === 'distributed' ? [one.column] : []))
  const byColumn = [...new Set(columns)].map((column) => {
    const keys = keysOf((one) => one.kind === 'distributed' && one.column === column)
    return `${formatList(keys)} by ${column}`
  })
  const everywhere = keysOf(({ kind }) => kind === 'reference')
  const sentences = [
    ...(byColumn.length > 0 ? [`Citus distributes ${byColumn.join(', ')}`] : []),
    ...(everywhere.length > 0 ? [`every node has ${formatList(everywhere)}`] : []),
  ]
  return sentences.length === 0 ? [] : [sentences.join('; ')]
}

/**
 * Refuses a node of Citus that is not the coordinator: only rows go in through any of them.
 *
 * @throws DownpourError `CITUS_WORKER`, naming the coordinator where it is known
 */
export async function refuseWorker(session: Session): Promise<void> {
  const citus = await readCitus(session)
  if (!citus || citus.isCoordinator) return
  throw new DownpourError({
    code: 'CITUS_WORKER',
    message: `${session.host} is a worker of a Citus cluster`,
    why: 'The lock of a run and what changes definitions have to come to the coordinator; only rows go in through any node.',
    fix: `Name the coordinator in the URL${citus.coordinator === undefined ? '' : `, which the nodes know as ${citus.coordinator}`}; "seed --hosts" names nodes through which rows go in.`,
  })
}

interface Placed {
  readonly table: TableModel
  readonly distribution: Distribution
}

function checkColumn(table: TableModel, name: string): void {
  const column = table.columns.find((one) => one.name === name)
  if (!column || column.notNull || table.primaryKey.includes(name)) return
  throw citusError(table, {
    code: 'CITUS_NULL',
    why: `Its rows are distributed by "${name}", which may be NULL in the schema: Citus takes no row without it.`,
    fix: `Declare ${table.key}.${column.property} with notNull().`,
    column: column.property,
  })
}

function checkUniques(table: TableModel, column: string): void {
  const keys = [
    ...(table.primaryKey.length > 0 ? [table.primaryKey] : []),
    ...table.uniques.map(({ columns }) => columns),
  ]
  const apart = keys.find((columns) => !columns.includes(column))
  if (!apart) return
  throw citusError(table, {
    code: 'CITUS_UNIQUE',
    why: `The schema declares a unique key (${apart.join(', ')}), and its rows are distributed by "${column}": no node sees all of them.`,
    fix: `Add "${column}" to the key, leave the key out of the schema, or make it a reference table.`,
  })
}

function checkForeignKey(foreignKey: ForeignKeyModel, child: Placed, parent: Placed): void {
  const reason = whyApart(foreignKey, child.distribution, parent.distribution)
  if (reason === undefined) return
  throw citusError(child.table, {
    code: 'CITUS_FOREIGN_KEY',
    why: `The schema declares foreign key "${foreignKey.name}" to "${parent.table.key}", and ${reason}.`,
    fix: `Distribute both by columns of the foreign key, with colocate_with; make ${parent.table.key} a reference table; or leave the foreign key out of the schema.`,
  })
}

/** @returns `undefined` where a node has all that the rows of its own refer to */
function whyApart(
  { columns, parentColumns }: ForeignKeyModel,
  child: Distribution,
  parent: Distribution,
): string | undefined {
  if (parent.kind === 'reference') return undefined
  const isLocal = (one: Distribution) => one.kind === 'local' || one.kind === 'reference'
  if (isLocal(child) && isLocal(parent)) return undefined
  if (isLocal(child) || isLocal(parent)) {
    return `one is ${words(child)} and the other ${words(parent)}`
  }
  const isTogether =
    'colocation' in child && 'colocation' in parent && child.colocation === parent.colocation
  if (!isTogether) return 'their rows are not co-located'
  if (child.kind !== 'distributed' || parent.kind !== 'distributed') return undefined
  const place = columns.indexOf(child.column)
  if (place !== -1 && parentColumns[place] === parent.column) return undefined
  return `it does not lead from "${child.column}" to "${parent.column}", by which they are distributed`
}

function words({ kind }: Distribution): string {
  return kind === 'local' ? 'on the coordinator only' : kind
}

function citusError(
  table: TableModel,
  failure: { code: string; why: string; fix: string; column?: string },
): DownpourError {
  return new DownpourError({
    ...failure,
    message: `Cannot seed "${table.key}": Citus cannot keep what the schema declares`,
    table: table.key,
  })
}
