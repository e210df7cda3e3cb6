import type { TableName } from './catalog.ts'
import { foreignKeysQuery, indexesQuery, plainSettings } from './definition-query.ts'
import type { ForeignKeyRow, IndexRow } from './definition-query.ts'
import { quoteIdentifier, quoteTable } from './identifiers.ts'
import type { Session } from './session.ts'

/** `key`: a primary key or unique constraint. */
export type DefinitionKind = 'index' | 'key' | 'foreign key'

/**
 * An index, key or foreign key, with the statements that drop it and put it back. Plain JSON: it is
 * stored in the ledger. `rebuildSteps` puts the statements in order.
 */
export interface Definition {
  readonly schema: string
  /** The table that has it. */
  readonly table: string
  /** An index and a foreign key of one table may have the same. */
  readonly name: string
  readonly kind: DefinitionKind
  /** Column names, as far as they are columns (not expressions): for messages. */
  readonly columns: readonly string[]
  /** The table that a foreign key refers to. */
  readonly parent?: TableName
  /** A complete statement, without CASCADE. */
  readonly drop: string
  /** `CREATE [UNIQUE] INDEX …`, of an index or a key. */
  readonly build?: string
  /** Where it is built; the database's own when missing. */
  readonly tablespace?: string
  /** A clause of ALTER TABLE that adds a key to its index, or a foreign key (unchecked). */
  readonly attach?: string
  /** A clause of ALTER TABLE that checks a foreign key, unless it was never checked. */
  readonly validate?: string
  /** Marks of the table that fall on this index. They lock the table, unlike what is in `after`. */
  readonly marks: readonly Mark[]
  /** What follows: comments, statistics targets, …; complete statements. */
  readonly after: readonly string[]
}

export type Mark = 'cluster' | 'replica identity'

/** What has to stay during a load. */
export interface KeptDefinition {
  readonly schema: string
  readonly table: string
  readonly name: string
  readonly kind: DefinitionKind
  /** A phrase such as `table "audit" outside the run refers to it`. */
  readonly why: string
}

export interface Definitions {
  /** Can be dropped one after the other in this order: foreign keys, keys, indexes. */
  readonly droppable: readonly Definition[]
  readonly kept: readonly KeptDefinition[]
}

/**
 * Reads the indexes, keys and foreign keys of tables. What could not be put back exactly as it was
 * is kept, and what others rely on meanwhile.
 *
 * @param tables - the tables to be loaded, whose indexes may go; those that do not exist have none
 * @example
 * const { droppable, kept } = await readDefinitions(session, [{ schema: 'public', name: 'orders' }])
 * droppable[0].drop // 'ALTER TABLE "public"."orders" DROP CONSTRAINT "orders_customer_id_fk"'
 * kept[0].why // 'table "audit" outside the run refers to it'
 */
export async function readDefinitions(
  session: Session,
  tables: readonly TableName[],
): Promise<Definitions> {
  const [foreignKeys, indexes] = await inPlainSettings(session, async () => {
    const parameters = [JSON.stringify(tables)]
    return [
      await session.query<ForeignKeyRow>(foreignKeysQuery, parameters),
      await session.query<IndexRow>(indexesQuery, parameters),
    ] as const
  })

  const found = foreignKeys.filter(({ asked }) => asked).map(foreignKeyOf)
  const reliedOn = new Map<number, string>()
  for (const row of foreignKeys) {
    if (row.asked && row.why === null) continue
    reliedOn.set(row.parent_index, referrerOf(row))
  }
  for (const row of indexes) found.push(indexOf(row, reliedOn.get(row.oid)))

  const droppable = found.filter((one) => 'drop' in one)
  return {
    droppable: dropOrder.flatMap((kind) => droppable.filter((one) => one.kind === kind)),
    kept: found.filter((one) => 'why' in one),
  }
}

const dropOrder: readonly DefinitionKind[] = ['foreign key', 'key', 'index']

/** Inside a transaction the settings would otherwise stay until its end. */
async function inPlainSettings<T>(session: Session, work: () => Promise<T>): Promise<T> {
  const names = JSON.stringify(Object.keys(plainSettings))
  const [before] = await session.query<{ settings: string }>(
    `select json_object_agg(name, current_setting(name))::text as settings
     from json_array_elements_text($1::text::json) as name`,
    [names],
  )
  const result = await work()
  await session.query('select set_config(key, value, true) from json_each_text($1::text::json)', [
    before!.settings,
  ])
  return result
}

function referrerOf(row: ForeignKeyRow): string {
  const isNear = row.schema === row.parent_schema
  const table = isNear ? quoteIdentifier(row.table) : quoteTable(row.schema, row.table)
  return row.asked
    ? `foreign key "${row.name}" of table ${table}, which stays, refers to it`
    : `table ${table} outside the run refers to it`
}

function foreignKeyOf(row: ForeignKeyRow): Definition | KeptDefinition {
  const { schema, table, name, why } = row
  const identity = { schema, table, name, kind: 'foreign key' as const }
  if (why !== null) return { ...identity, why }
  const constraint = quoteIdentifier(name)
  const attach = `ADD CONSTRAINT ${constraint} ${row.definition}`
  return {
    ...identity,
    columns: JSON.parse(row.columns) as string[],
    parent: { schema: row.parent_schema, name: row.parent_table },
    drop: dropConstraint(row),
    // One that is not valid says so itself.
    attach: row.validated ? `${attach} NOT VALID` : attach,
    ...(row.validated && { validate: `VALIDATE CONSTRAINT ${constraint}` }),
    marks: [],
    after: row.comment === null ? [] : [commentOnConstraint(row, row.comment)],
  }
}

function indexOf(row: IndexRow, referrer: string | undefined): Definition | KeptDefinition {
  const { schema, table, name } = row
  const isKey = row.contype === 'p' || row.contype === 'u'
  const identity = { schema, table, name, kind: isKey ? ('key' as const) : ('index' as const) }
  const why = row.why ?? referrer
  if (why !== undefined) return { ...identity, why }
  const index = quoteTable(schema, name)
  return {
    ...identity,
    columns: JSON.parse(row.columns) as string[],
    drop: isKey ? dropConstraint(row) : `DROP INDEX ${index}`,
    build: row.definition,
    ...(row.tablespace !== null && { tablespace: row.tablespace }),
    ...(isKey && { attach: attachKey(row) }),
    marks: [
      ...(row.clustered ? (['cluster'] as const) : []),
      ...(row.replica_identity ? (['replica identity'] as const) : []),
    ],
    after: [
      ...Object.entries(JSON.parse(row.statistics) as Record<string, number>).map(
        ([column, target]) =>
          `ALTER INDEX ${index} ALTER COLUMN ${column} SET STATISTICS ${target}`,
      ),
      ...(JSON.parse(row.extensions) as string[]).map(
        (extension) => `ALTER INDEX ${index} DEPENDS ON EXTENSION ${quoteIdentifier(extension)}`,
      ),
      ...(row.comment === null ? [] : [`COMMENT ON INDEX ${index} IS ${row.comment}`]),
      ...(row.constraint_comment === null
        ? []
        : [commentOnConstraint(row, row.constraint_comment)]),
    ],
  }
}

/** Of a constraint and its index the server keeps the names the same. */
function attachKey(row: IndexRow): string {
  const name = quoteIdentifier(row.name)
  const type = row.contype === 'p' ? 'PRIMARY KEY' : 'UNIQUE'
  const deferrable = row.deferrable ? ' DEFERRABLE' : ''
  const deferred = row.deferred ? ' INITIALLY DEFERRED' : ''
  return `ADD CONSTRAINT ${name} ${type} USING INDEX ${name}${deferrable}${deferred}`
}

interface OnTable {
  readonly schema: string
  readonly table: string
  readonly name: string
}

function dropConstraint({ schema, table, name }: OnTable): string {
  return `ALTER TABLE ${quoteTable(schema, table)} DROP CONSTRAINT ${quoteIdentifier(name)}`
}

function commentOnConstraint({ schema, table, name }: OnTable, literal: string): string {
  return `COMMENT ON CONSTRAINT ${quoteIdentifier(name)} ON ${quoteTable(schema, table)} IS ${literal}`
}
