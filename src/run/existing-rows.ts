import { DownpourError } from '../errors.ts'
import type { TableModel } from '../model/table.ts'
import type { ExistingRows } from '../plan/build-plan.ts'
import { isIntegerKey } from '../plan/choose-generator.ts'
import { loadedTables } from '../plan/plan.ts'
import type { Plan, PlannedTable } from '../plan/plan.ts'
import { quoteIdentifier, quoteTable } from '../postgres/identifiers.ts'
import type { Session } from '../postgres/session.ts'

/** Counts a table's rows and reads the ends of its integer key. */
export async function readExistingRows(session: Session, table: TableModel): Promise<ExistingRows> {
  const key = table.columns.find((column) => isIntegerKey(table, column))
  const name = key && quoteIdentifier(key.name)
  const ends = name
    ? `min(${name})::float8 as smallest, max(${name})::float8 as largest`
    : 'null as smallest, null as largest'
  const [row] = await session.query<{
    rows: number
    smallest: number | null
    largest: number | null
  }>(`select count(*)::float8 as rows, ${ends} from ${quoteTable(table.schema, table.name)}`)
  return {
    rows: row!.rows,
    smallestKey: row!.smallest ?? undefined,
    largestKey: row!.largest ?? undefined,
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
    const [row] = await session.query<{ full: boolean }>(
      `select exists (select 1 from ${quoteTable(model.schema, model.name)}) as full`,
    )
    if (row!.full) full.push(model.key)
  }
  if (full.length === 0) return
  throw new DownpourError({
    code: 'REFUSED_NOT_EMPTY',
    message: `The data is there already: ${listed(full)} ${full.length === 1 ? 'holds' : 'hold'} rows`,
    why: 'Seeding again would mix two sets of rows, so nothing was written.',
    fix: 'Go on with --append (more rows), --reset (empty the tables first) or --database-url (another database).',
    table: full[0]!,
  })
}

/**
 * Checks that parents outside `--only` are in the database just as the plan counts on them.
 *
 * @throws DownpourError `REFUSED_PARENT_ROWS` naming the table
 */
export async function checkParentRows(session: Session, plan: Plan): Promise<void> {
  const loaded = loadedTables(plan)
  const wanted = new Set(
    loaded.flatMap(({ model, rows }) =>
      rows.count === 0 ? [] : model.foreignKeys.map(({ parent }) => parent),
    ),
  )
  for (const parent of plan.tables) {
    if (parent.isLoaded || !wanted.has(parent.model.key)) continue
    const { rows, smallestKey, largestKey } = await readExistingRows(session, parent.model)
    const planned = parent.rows.first + parent.rows.count
    const isThere =
      rows === planned &&
      (rows === 0 ||
        largestKey === undefined ||
        (smallestKey === parent.keyStart && largestKey === parent.keyStart + planned - 1))
    if (isThere) continue
    throw new DownpourError({
      code: 'REFUSED_PARENT_ROWS',
      message: `Cannot refer to the rows of "${parent.model.key}"`,
      why: `The plan counts on ${planned} rows with keys from ${parent.keyStart} on, and the table holds ${rows} rows${largestKey === undefined ? '' : ` with keys from ${smallestKey} to ${largestKey}`}.`,
      fix: `Add ${parent.model.key} to --only, or seed it first with the same profile, counts and seed.`,
      table: parent.model.key,
    })
  }
}

function listed(names: readonly string[]): string {
  return names.length < 2 ? names.join() : `${names.slice(0, -1).join(', ')} and ${names.at(-1)!}`
}
