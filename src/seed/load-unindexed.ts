import { availableParallelism } from 'node:os'
import { DownpourError } from '../errors.ts'
import type { RunTable } from '../ledger/runs.ts'
import { readServerFacts } from '../postgres/catalog.ts'
import { readCitus } from '../postgres/citus.ts'
import { readDefinitions } from '../postgres/definitions.ts'
import type { Definition, DefinitionKind } from '../postgres/definitions.ts'
import { quoteTable } from '../postgres/identifiers.ts'
import { serverReason } from '../postgres/server-error.ts'
import type { Session } from '../postgres/session.ts'
import { circularTables } from '../run/circles.ts'
import { beginStep } from '../run/lane-session.ts'
import type { PreparedRun } from '../run/prepare-run.ts'
import { explainCommit, loadHere } from './load.ts'
import type { SeedSettings } from './options.ts'
import { isWorthDropping, worthOfLanes } from './worth-dropping.ts'
import type { TableUpkeep } from './worth-dropping.ts'

/**
 * Loads without the keys, indexes and foreign keys of tables that are empty, where that is quicker,
 * and builds them at the end: in one transaction, so that nobody ever sees the tables without,
 * whatever happens. Others wait for the tables until it ends.
 *
 * @param load - `lanes`: over which it would be done otherwise
 * @returns `left` where nothing has happened, and all is to be loaded as it stands
 * @throws DownpourError what would come again in any case
 */
export async function loadUnindexed(
  session: Session,
  prepared: PreparedRun,
  load: { readonly settings: SeedSettings; readonly lanes: number },
): Promise<'done' | 'left'> {
  const { tables, targets } = prepared
  const worth = worthOfLanes(load.lanes, await coresBeside(session, load.lanes))
  const isPlain = targets.every(({ engine }) => engine.kind === 'postgres')
  const isPromising = isWorthDropping(upkeepOf(prepared, declaredIn(prepared)), worth)
  if (!isPlain || !isPromising || circularTables(tables).length > 0) return 'left'
  if (await readCitus(session)) return 'left'
  try {
    await beginStep(session)
    const droppable = await lockDroppable(session, tables)
    if (!isWorthDropping(upkeepOf(prepared, droppable), worth)) {
      await session.rollback()
      return 'left'
    }
    for (const { drop } of droppable) await session.query(drop)
    await loadHere(session, prepared, { settings: load.settings, dropped: droppable })
  } catch (error) {
    await session.rollback().catch(() => {})
    // Lanes would have connections of their own.
    if (session.closed ? load.lanes > 1 : mayGoOtherwise(error)) return 'left'
    throw explainCommit(prepared, error)
  }
  try {
    await session.commit()
  } catch (error) {
    throw explainCommit(prepared, error)
  }
  return 'done'
}

/** Cores for which lanes would compete with the server; a single lane does not. */
async function coresBeside(session: Session, lanes: number): Promise<number | undefined> {
  if (lanes === 1) return undefined
  const { isLocal } = await readServerFacts(session)
  return isLocal ? availableParallelism() : undefined
}

/** A definition, as far as its upkeep goes. */
type Upkept = Pick<Definition, 'schema' | 'table' | 'kind'>

function upkeepOf(
  { tables, targets }: PreparedRun,
  definitions: readonly Upkept[],
): readonly TableUpkeep[] {
  return tables.map((table, position) => ({
    rows: table.rowCount,
    columns: targets[position]!.columns.length,
    definitions: definitions
      .filter((definition) => isOf(table, definition))
      .map(({ kind }) => kind),
  }))
}

/** By the schema, since to read the catalog takes longer than to load some thousand rows. */
function declaredIn({ tables, targets }: PreparedRun): readonly Upkept[] {
  const empty = emptyOf(tables)
  const parents = empty.map(({ key }) => key)
  return empty.filter(isLarge).flatMap(({ position, schema, name: table }) => {
    const { primaryKey, uniques, indexes, foreignKeys } = targets[position]!.table.model
    const kinds: readonly DefinitionKind[] = [
      ...(primaryKey.length > 0 ? (['key'] as const) : []),
      ...[...uniques, ...indexes].map(() => 'index' as const),
      ...foreignKeys
        .filter(({ kind, parent }) => kind === 'constraint' && parents.includes(parent))
        .map(() => 'foreign key' as const),
    ]
    return kinds.map((kind) => ({ schema, table, kind }))
  })
}

/** Those that this load alone fills. */
function emptyOf(tables: readonly RunTable[]): readonly RunTable[] {
  return tables.filter(({ firstRow, rowCount }) => firstRow === 0 && rowCount > 0)
}

/** Of few rows nothing is worth dropping, and other strategies take their time on this side. */
function isLarge({ strategy }: RunTable): boolean {
  return strategy === 'copy' || strategy === 'copy-text'
}

function isOf({ schema, name }: RunTable, definition: Omit<Upkept, 'kind'>): boolean {
  return definition.schema === schema && definition.table === name
}

/**
 * Locks the tables that the load finds empty, and reads what may be dropped of them.
 *
 * @throws the server's error where somebody else is at one of them
 */
async function lockDroppable(
  session: Session,
  tables: readonly RunTable[],
): Promise<readonly Definition[]> {
  const empty = emptyOf(tables)
  const names = empty.map(({ schema, name }) => quoteTable(schema, name))
  await session.query(`lock table ${names.join(', ')} in access exclusive mode nowait`)
  if (!(await mayLoseIndexes(session, names))) return []
  const { droppable } = await readDefinitions(session, empty)
  const large = empty.filter(isLarge)
  const isOfLarge = (owner: Omit<Upkept, 'kind'>) => large.some((table) => isOf(table, owner))
  return droppable.filter((definition) => {
    if (!definition.parent) return isOfLarge(definition)
    const parent = { schema: definition.parent.schema, table: definition.parent.name }
    // To drop it locks the parent, for which nobody is to wait who does not wait for its rows.
    const isWithin = empty.some((table) => isOf(table, parent))
    return isWithin && (isOfLarge(definition) || isOfLarge(parent))
  })
}

/**
 * Whether tables are still empty, and none has what might look rows up while they are loaded, or be
 * left to the end of the transaction, before which nothing can be built then.
 */
async function mayLoseIndexes(session: Session, names: readonly string[]): Promise<boolean> {
  const isEmpty = names.map((name) => `not exists (select from ${name})`).join(' and ')
  const [row] = await session.query<{ may: boolean }>(
    `with locked as (
       select name::regclass as oid from json_array_elements_text($1::text::json) as listed(name))
     select ${isEmpty}
       and not exists (select from pg_trigger t join locked on locked.oid = t.tgrelid
         where not t.tgisinternal and t.tgenabled <> 'D' and t.tgtype & 4 <> 0)
       and not exists (select from pg_constraint k join locked on locked.oid = k.conrelid
         where k.condeferred)
       and not exists (select from pg_constraint k join locked on locked.oid = k.conrelid
         join pg_depend d on d.classid = 'pg_constraint'::regclass and d.objid = k.oid
         join pg_proc f on d.refclassid = 'pg_proc'::regclass and f.oid = d.refobjid
         join pg_language l on l.oid = f.prolang
         where l.lanname not in ('internal', 'c')) as may`,
    [JSON.stringify(names)],
  )
  return row!.may
}

/**
 * Whether it could go otherwise, or be told better, with everything in place: what breaks a key names
 * no row once the key is built behind them.
 */
function mayGoOtherwise(error: unknown): boolean {
  if (error instanceof DownpourError && error.code === 'REBUILD_VIOLATION') return true
  const code = serverReason(error)?.code
  // Whoever cancels a statement wants it to end.
  return code !== undefined && code !== '57014'
}
