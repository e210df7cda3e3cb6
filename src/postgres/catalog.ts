import { readEngine } from './engine.ts'
import type { Engine } from './engine.ts'
import type { Session } from './session.ts'
import { sequenceOf } from './sequence.ts'
import type { ServerType } from './server-type.ts'
import { isLocalHost } from './url.ts'

/** A table as the server's catalog tells it. */
export interface CatalogTable {
  /** `r` a table, `p` partitioned, `v` a view, `f` foreign, … (`pg_class.relkind`). */
  readonly kind: string
  /** What the role needs for a load and has not, e.g. `INSERT ON "public"."users"`. */
  readonly missingRights: readonly string[]
  /** Whether its name alone leads to it, by the `search_path`. */
  readonly isVisible: boolean
  readonly columns: ReadonlyMap<string, CatalogColumn>
}

export interface CatalogColumn {
  readonly name: string
  /** The declared type, as `format_type` prints it. */
  readonly declared: string
  readonly serverType: ServerType
  /** The values of an enum, in its order; `undefined` for other types. */
  readonly enumLabels: readonly string[] | undefined
  readonly notNull: boolean
  readonly generated: boolean
  /** Whether the server fills it when it is left out. */
  readonly hasDefault: boolean
}

export interface TableName {
  readonly schema: string
  readonly name: string
}

interface ColumnRow {
  readonly schema: string
  readonly table: string
  readonly kind: string
  readonly missing_rights: string
  readonly visible: boolean
  readonly name: string
  readonly declared: string
  readonly type: number
  readonly modifier: number
  readonly not_null: boolean
  readonly generated: boolean
  readonly has_default: boolean
  /** The sequence that its keys come from, where the role may not set it. */
  readonly closed_sequence: string | null
}

interface TypeRow {
  readonly oid: number
  readonly name: string
  readonly sql_name: string
  readonly type: string
  readonly category: string
  readonly element: number
  readonly base: number
  readonly modifier: number
  /** A JSON array. */
  readonly labels: string | null
}

/**
 * Reads tables and their columns.
 *
 * @returns in the order of `names`; `undefined` for a table that is not there
 */
export async function readCatalog(
  session: Session,
  names: readonly TableName[],
): Promise<readonly (CatalogTable | undefined)[]> {
  const columns = await session.query<ColumnRow>(columnsQuery, [JSON.stringify(names)])
  const types = await readTypes(session, [...new Set(columns.map((column) => column.type))])
  return names.map(({ schema, name }) => {
    const own = columns.filter((column) => column.schema === schema && column.table === name)
    if (own.length === 0) return undefined
    return {
      kind: own[0]!.kind,
      missingRights: missingRights(own),
      isVisible: own[0]!.visible,
      columns: new Map(
        own.map((column): [string, CatalogColumn] => [
          column.name,
          {
            name: column.name,
            declared: column.declared,
            serverType: resolveType(types, column.type, column.modifier),
            enumLabels: enumLabels(types, column.type),
            notNull: column.not_null,
            generated: column.generated,
            hasDefault: column.has_default,
          },
        ]),
      ),
    }
  })
}

function missingRights(columns: readonly ColumnRow[]): readonly string[] {
  return [
    ...(JSON.parse(columns[0]!.missing_rights) as readonly string[]),
    ...columns.flatMap(({ closed_sequence: name }) =>
      name === null ? [] : [`SELECT, UPDATE ON SEQUENCE ${name}`],
    ),
  ]
}

function enumLabels(
  types: ReadonlyMap<number, TypeRow>,
  oid: number,
): readonly string[] | undefined {
  const type = types.get(oid)!
  if (type.type === 'd') return enumLabels(types, type.base)
  return type.labels === null ? undefined : (JSON.parse(type.labels) as readonly string[])
}

const columnsQuery = `
  select n.nspname as schema, c.relname as table, c.relkind as kind,
    array_to_json(array_remove(array[
      case when not has_schema_privilege(n.oid, 'USAGE')
        then format('USAGE ON SCHEMA %I', n.nspname) end,
      case when not has_table_privilege(c.oid, 'SELECT')
        then format('SELECT ON %I.%I', n.nspname, c.relname) end,
      case when not has_table_privilege(c.oid, 'INSERT')
        then format('INSERT ON %I.%I', n.nspname, c.relname) end
    ], null))::text as missing_rights,
    pg_table_is_visible(c.oid) as visible,
    a.attname as name, format_type(a.atttypid, a.atttypmod) as declared,
    a.atttypid::int8::float8 as type, a.atttypmod as modifier, a.attnotnull as not_null,
    a.attgenerated <> '' as generated, a.atthasdef or a.attidentity <> '' as has_default,
    (select format('%I.%I', own.nspname, s.relname)
       from pg_class s join pg_namespace own on own.oid = s.relnamespace
       where s.oid = ${sequenceOf('c.oid', 'a.attnum')}
         and not (has_sequence_privilege(s.oid, 'SELECT') and has_sequence_privilege(s.oid, 'UPDATE'))
    ) as closed_sequence
  from json_to_recordset($1::text::json) as wanted(schema text, name text)
  join pg_namespace n on n.nspname = wanted.schema
  join pg_class c on c.relnamespace = n.oid and c.relname = wanted.name
  join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
  order by a.attrelid, a.attnum`

const typesQuery = `
  with recursive needed(oid) as (
    select value::text::oid from json_array_elements($1::text::json)
    union
    select unnest(array[t.typbasetype, t.typelem]) from needed join pg_type t using (oid)
  )
  select t.oid::int8::float8 as oid, t.typname as name,
    -- With -1 it is bpchar and "bit"; without, the standard's names, which mean a length of 1.
    format_type(t.oid, -1) as sql_name, t.typtype as type, t.typcategory as category, t.typelem::int8::float8 as element,
    t.typbasetype::int8::float8 as base, t.typtypmod as modifier,
    (select json_agg(e.enumlabel order by e.enumsortorder)::text from pg_enum e
       where e.enumtypid = t.oid) as labels
  from needed join pg_type t using (oid)`

async function readTypes(
  session: Session,
  oids: readonly number[],
): Promise<ReadonlyMap<number, TypeRow>> {
  const rows = await session.query<TypeRow>(typesQuery, [JSON.stringify(oids)])
  return new Map(rows.map((row) => [row.oid, row]))
}

function resolveType(
  types: ReadonlyMap<number, TypeRow>,
  oid: number,
  modifier: number,
): ServerType {
  const type = types.get(oid)!
  // A domain's own length or precision counts, since a column of it cannot have another.
  if (type.type === 'd') {
    return resolveType(types, type.base, type.modifier === -1 ? modifier : type.modifier)
  }
  const isArray = type.category === 'A' && type.element !== 0
  return {
    oid,
    name: type.name,
    sqlName: type.sql_name,
    kind: isArray ? 'array' : type.type === 'e' ? 'enum' : type.type === 'b' ? 'scalar' : 'other',
    modifier,
    // An array of a domain is sent with the domain's own oid, and its elements as the base type's bytes.
    element: isArray
      ? { ...resolveType(types, type.element, modifier), oid: type.element }
      : undefined,
  }
}

/** What the server says of itself. */
export interface ServerFacts {
  readonly engine: Engine
  /** E.g. `18.4`. */
  readonly version: string
  readonly versionNumber: number
  readonly database: string
  /** A standby, or read-only by setting: nothing can be written. */
  readonly readOnly: boolean
  /** Both the URL's host and the address that the server says it has are this machine's. */
  readonly isLocal: boolean
  /** As the URL names it. */
  readonly host: string
  /** The address it says it has, for messages. */
  readonly address: string
}

export async function readServerFacts(session: Session): Promise<ServerFacts> {
  const engine = await readEngine(session)
  const [row] = await session.query<{
    version: string
    number: string
    database: string
    read_only: boolean
    address: string | null
    local: boolean
  }>(`
    select split_part(current_setting('server_version'), ' ', 1) as version,
      current_setting('server_version_num') as number, current_database() as database,
      pg_is_in_recovery() or current_setting('default_transaction_read_only') = 'on' as read_only,
      host(inet_server_addr()) as address,
      inet_server_addr() is null or inet_server_addr() <<= '127.0.0.0/8'::inet
        or inet_server_addr() = '::1'::inet as local`)
  return {
    engine,
    version: engine.kind === 'postgres' ? row!.version : engine.version,
    versionNumber: Number(row!.number),
    database: row!.database,
    readOnly: row!.read_only,
    isLocal: row!.local && isLocalHost(session.host),
    host: session.host,
    address: row!.address ?? 'a socket on this machine',
  }
}
