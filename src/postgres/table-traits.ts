import type { IndexShape } from '../model/index-shape.ts'
import type { IndexPart } from '../model/table.ts'
import type { TableName } from './catalog.ts'
import type { Session } from './session.ts'

/** What decides how much disk a table takes, and what else happens to its rows. */
export interface TableTraits {
  /** Up to how many percent its pages are filled. */
  readonly fillFactor: number
  /** Without a write-ahead log: it is empty after a crash. */
  readonly isUnlogged: boolean
  /** Whether long values have a place of their own. */
  readonly mayMoveOut: boolean
  /** Names of triggers that are called for each row or statement, and of rules. */
  readonly triggers: readonly string[]
  readonly rules: readonly string[]
  /** Names of publications that send its rows to somebody else. */
  readonly publications: readonly string[]
  readonly indexes: readonly IndexShape[]
  /** What it takes now, its indexes included. */
  readonly bytes: number
}

/**
 * Reads the traits of tables from the catalog.
 *
 * @returns in the order of `names`; `undefined` for a table that is not there
 */
export async function readTableTraits(
  session: Session,
  names: readonly TableName[],
): Promise<readonly (TableTraits | undefined)[]> {
  const rows = await session.query<{ place: number; traits: string }>(traitsQuery, [
    JSON.stringify(names.map(({ schema, name }) => ({ schema, name }))),
  ])
  return names.map((_name, place) => {
    const row = rows.find((candidate) => candidate.place === place)
    return row && readTraits(JSON.parse(row.traits) as StoredTraits)
  })
}

interface StoredTraits extends Omit<TableTraits, 'indexes'> {
  readonly indexes: readonly StoredShape[]
}

interface StoredShape extends Omit<IndexShape, 'parts' | 'where' | 'fillFactor'> {
  readonly parts: readonly { readonly column: string | null; readonly sql: string | null }[]
  readonly where: string | null
  readonly fillFactor: number | null
}

function readTraits(traits: StoredTraits): TableTraits {
  return {
    ...traits,
    indexes: traits.indexes.map(({ parts, where, fillFactor, ...shape }) => ({
      ...shape,
      parts: parts.map(({ column, sql }): IndexPart =>
        column === null ? { sql: sql! } : { column },
      ),
      where: where ?? undefined,
      fillFactor: fillFactor ?? undefined,
    })),
  }
}

function option(of: string, name: string): string {
  return `(select option_value from pg_options_to_table(${of}.reloptions)
    where option_name = '${name}')`
}

const indexShapes = `
  select json_agg(json_build_object(
    'name', i.relname, 'method', am.amname,
    'parts', (select json_agg(json_build_object('column', a.attname,
        'sql', case when a.attname is null then pg_get_indexdef(i.oid, key.place::int, true) end)
        order by key.place)
      from unnest(x.indkey::int2[]) with ordinality as key(attnum, place)
      left join pg_attribute a
        on a.attrelid = c.oid and a.attnum = key.attnum and key.attnum <> 0
      where key.place <= x.indnkeyatts),
    'carried', (select coalesce(json_agg(a.attname order by key.place), '[]')
      from unnest(x.indkey::int2[]) with ordinality as key(attnum, place)
      join pg_attribute a on a.attrelid = c.oid and a.attnum = key.attnum
      where key.place > x.indnkeyatts),
    'isUnique', x.indisunique, 'isPrimaryKey', x.indisprimary,
    'where', pg_get_expr(x.indpred, x.indrelid),
    'fillFactor', ${option('i', 'fillfactor')}::int,
    'isDeduplicated', coalesce(${option('i', 'deduplicate_items')} not in ('off', 'false'), true)
  ) order by not x.indisprimary, not x.indisunique, i.relname)
  from pg_index x
  join pg_class i on i.oid = x.indexrelid
  join pg_am am on am.oid = i.relam
  where x.indrelid = c.oid`

const traitsQuery = `
  select (wanted.place - 1)::float8 as place, json_build_object(
    'fillFactor', coalesce(${option('c', 'fillfactor')}::int, 100),
    'isUnlogged', c.relpersistence = 'u',
    'mayMoveOut', c.reltoastrelid <> 0,
    'triggers', (select coalesce(json_agg(t.tgname order by t.tgname), '[]')
      -- Those on INSERT that are enabled, and not those of foreign keys.
      from pg_trigger t
      where t.tgrelid = c.oid and not t.tgisinternal and t.tgenabled in ('O', 'A')
        and t.tgtype & 4 <> 0),
    'rules', (select coalesce(json_agg(r.rulename order by r.rulename), '[]')
      from pg_rewrite r where r.ev_class = c.oid and r.ev_type = '3'),
    'publications', (select coalesce(json_agg(p.pubname order by p.pubname), '[]')
      from pg_publication_tables p where p.schemaname = n.nspname and p.tablename = c.relname),
    'indexes', coalesce((${indexShapes}), '[]'),
    'bytes', pg_total_relation_size(c.oid)
  )::text as traits
  from json_array_elements($1::text::json) with ordinality as wanted(name, place)
  join pg_namespace n on n.nspname = wanted.name ->> 'schema'
  join pg_class c on c.relnamespace = n.oid and c.relname = wanted.name ->> 'name'`
