import { DownpourError } from '../errors.ts'
import { countedKey } from '../model/keys.ts'
import type { TableModel } from '../model/table.ts'
import type { ExistingRows } from '../plan/build-plan.ts'
import { loadedTables } from '../plan/plan.ts'
import type { Plan, PlannedTable } from '../plan/plan.ts'
import { quoteIdentifier, quoteTable } from '../postgres/identifiers.ts'
import { serverError, serverSaid } from '../postgres/server-error.ts'
import type { Session } from '../postgres/session.ts'
import { formatList } from '../report/format.ts'
import type { RunOptions } from './options.ts'

/**
 * Counts a table's rows and reads the ends of its integer key.
 *
 * @throws DownpourError `TARGET_UNREADABLE` with the server's reason
 */
export async function readExistingRows(session: Session, table: TableModel): Promise<ExistingRows> {
  const key = countedKey(table)
  const name = key && quoteIdentifier(key.name)
  const ends = name
    ? `min(${name})::float8 as smallest, max(${name})::float8 as largest`
    : 'null as smallest, null as largest'
  const row = await readOne<{
    rows: number
    smallest: number | null
    largest: number | null
  }>(session, table, `count(*)::float8 as rows, ${ends} from ${nameOf(table)}`)
  return {
    rows: row.rows,
    smallestKey: row.smallest ?? undefined,
    largestKey: row.largest ?? undefined,
  }
}

/**
 * Refuses tables that hold rows already.
 *
 * @throws DownpourError `REFUSED_NOT_EMPTY`, naming the three ways on
 */
export async function refuseExistingRows(
  session: Session,
  tables: readonly PlannedTable[],
): Promise<void> {
  const full: string[] = []
  for (const { model } of tables) {
    const row = await readOne<{ full: boolean }>(
      session,
      model,
      `exists (select 1 from ${nameOf(model)}) as full`,
    )
    if (row.full) full.push(model.key)
  }
  if (full.length === 0) return
  throw new DownpourError({
    code: 'REFUSED_NOT_EMPTY',
    message: `The data is there already: ${formatList(full)} ${full.length === 1 ? 'holds' : 'hold'} rows`,
    why: 'Seeding again would mix two sets of rows, so nothing was written.',
    fix: 'Go on with --append (grow them to larger counts), --reset (empty the tables first) or --database-url (another database).',
    table: full[0]!,
  })
}

/** Parents of tables to be loaded that are not loaded themselves. */
export function outsideParents(plan: Plan): readonly PlannedTable[] {
  const wanted = new Set(
    loadedTables(plan).flatMap(({ model, toLoad }) =>
      toLoad.count === 0 ? [] : model.foreignKeys.map(({ parent }) => parent),
    ),
  )
  return plan.tables.filter(({ isLoaded, model }) => !isLoaded && wanted.has(model.key))
}

/**
 * Checks that parents outside `--only` are in the database just as the plan counts on them, in a
 * first run and when growing.
 *
 * @throws DownpourError `REFUSED_PARENT_ROWS` naming the table
 */
export async function checkParentRows(
  session: Session,
  plan: Plan,
  { connected = [] }: Pick<RunOptions, 'connected'>,
): Promise<void> {
  for (const parent of outsideParents(plan)) {
    // What these hold is what is planned.
    if (connected.includes(parent.model.key)) continue
    // Rows of another origin were counted when the plan was made.
    if (parent.rows.first > 0) continue
    const planned = parent.rows.count
    // Without rows to refer to the children's keys are NULL, whatever the table holds.
    if (planned === 0) continue
    const { rows, smallestKey, largestKey } = await readExistingRows(session, parent.model)
    const { key } = parent
    const isThere =
      rows === planned &&
      (!key || (smallestKey === key.start && largestKey === key.start + planned - 1))
    if (isThere) continue
    throw new DownpourError({
      code: 'REFUSED_PARENT_ROWS',
      message: `Cannot refer to the rows of "${parent.model.key}"`,
      why: `The plan counts on ${planned} rows${keysFrom(parent)}, and the table holds ${rows} rows${largestKey === undefined ? '' : ` with keys from ${smallestKey} to ${largestKey}`}.`,
      fix: `Add ${parent.model.key} to --only, or seed it first with the same profile, counts and seed.`,
      table: parent.model.key,
    })
  }
}

function keysFrom({ key }: PlannedTable): string {
  return key ? ` with keys from ${key.start} on` : ''
}

/**
 * One row of what a selection gives.
 *
 * @throws DownpourError `TARGET_UNREADABLE`
 */
export async function readOne<Row extends object>(
  session: Session,
  table: TableModel,
  selection: string,
): Promise<Row> {
  try {
    const [row] = await session.query<Row>(`select ${selection}`)
    return row!
  } catch (error) {
    const reason = serverError(error)
    if (!reason) throw error
    throw new DownpourError({
      code: 'TARGET_UNREADABLE',
      message: `Cannot see what "${table.key}" holds`,
      why: `${serverSaid(reason)}.`,
      fix:
        reason.code === '42501'
          ? `Use a role that may read it: GRANT SELECT ON ${nameOf(table)} TO the role.`
          : 'Apply the migrations: npx downpour migrate.',
      table: table.key,
      cause: reason,
    })
  }
}

function nameOf({ schema, name }: TableModel): string {
  return quoteTable(schema, name)
}
