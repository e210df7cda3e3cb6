/**
 * SQL that reads what can be dropped before a load and built again, and decides what has to stay.
 * Each takes the tables as one parameter, JSON of `[{ schema, name }]`.
 */

/** One row of {@link indexesQuery}. */
export interface IndexRow {
  readonly oid: number
  readonly schema: string
  readonly table: string
  readonly name: string
  /** Of the constraint that owns it: `p` primary key, `u` unique, `x` exclusion. */
  readonly contype: 'p' | 'u' | 'x' | null
  readonly deferrable: boolean
  readonly deferred: boolean
  /** A JSON array. */
  readonly columns: string
  readonly definition: string
  readonly tablespace: string | null
  readonly clustered: boolean
  readonly replica_identity: boolean
  /** Of the index and of its constraint, as SQL literals. */
  readonly comment: string | null
  readonly constraint_comment: string | null
  /** JSON: statistics targets by the number of the index's column. */
  readonly statistics: string
  /** A JSON array of the extensions that it is to be dropped with. */
  readonly extensions: string
  /** Why it has to stay. */
  readonly why: string | null
}

/** One row of {@link foreignKeysQuery}. */
export interface ForeignKeyRow {
  readonly schema: string
  readonly table: string
  readonly name: string
  readonly columns: string
  readonly parent_schema: string
  readonly parent_table: string
  /** The oid of the index that it relies on. */
  readonly parent_index: number
  /** Whether its own table is among those asked about; else only its parent is. */
  readonly asked: boolean
  readonly definition: string
  readonly validated: boolean
  readonly comment: string | null
  readonly why: string | null
}

/** How values are printed decides whether the statements mean the same in another session. */
export const plainSettings: Readonly<Record<string, string>> = {
  // Every name outside pg_catalog is printed with its schema.
  search_path: '',
  datestyle: 'ISO',
  intervalstyle: 'postgres',
  extra_float_digits: '1',
  standard_conforming_strings: 'on',
}

/**
 * The settings hold until the transaction ends, which without BEGIN is this statement: a SET of its
 * own would be lost there, or stay behind a pooler. What depends on them must ask `bare.done`.
 */
const bare = `bare as materialized (select (${Object.entries(plainSettings)
  .map(([name, value]) => `set_config('${name}', '${value}', true)`)
  .join(' || ')}) is not null as done)`

function printed(call: string): string {
  return `case when bare.done then ${call} end`
}

const asked = `asked as (
    select c.oid from json_to_recordset($1::text::json) as wanted(schema text, name text)
    join pg_namespace n on n.nspname = wanted.schema
    join pg_class c on c.relnamespace = n.oid and c.relname = wanted.name)`

/** `c` is the table. */
const tableStays = `case
    when not pg_has_role(c.relowner, 'USAGE') then 'the role does not own the table'
    when c.relkind = 'p' then 'its table is partitioned'
    when c.relispartition then 'its table is a partition'
    when exists (select from pg_inherits where c.oid in (inhrelid, inhparent))
      then 'its table inherits from another, or another from it'
  end`

function belongsToExtension(objects: string): string {
  return `(select format('it belongs to the extension "%s"', e.extname)
    from pg_depend d join pg_extension e on e.oid = d.refobjid
    where d.refclassid = 'pg_extension'::regclass and d.deptype = 'e'
      and (d.classid, d.objid) in (${objects}) limit 1)`
}

/** What would make DROP … RESTRICT fail, or vanish with it; foreign keys are looked at apart. */
function hasDependents(objects: string): string {
  const described = `coalesce(
    (select pg_describe_object('pg_class'::regclass, r.ev_class, 0) from pg_rewrite r
       where d.classid = 'pg_rewrite'::regclass and r.oid = d.objid and r.rulename = '_RETURN'),
    pg_describe_object(d.classid, d.objid, d.objsubid))`
  return `(select min(${printed(`format('%s depends on it', ${described})`)})
    from pg_depend d
    where (d.refclassid, d.refobjid) in (${objects}) and d.deptype in ('n', 'a')
      and not exists (select from pg_constraint f
        where d.classid = 'pg_constraint'::regclass and f.oid = d.objid and f.contype = 'f'))`
}

/** `k` is the constraint. Its triggers would be built enabled. */
const triggersAreChanged = `exists (select from pg_trigger g
    where g.tgconstraint = k.oid and g.tgenabled <> 'O')`

/** Adding a primary key demands NOT NULL constraints, rows of the catalog in PostgreSQL 18, that are inherited. */
const keyRefusesNotNull = `x.indisprimary and exists (select from pg_constraint nn
    where nn.conrelid = c.oid and nn.contype = 'n' and nn.connoinherit
      and nn.conkey[1] = any (x.indkey::int2[]))`

/**
 * From PostgreSQL 17 on an index is built with a search_path of its own, in which a function may
 * fail that works in an INSERT.
 */
const riskyFunction = `(select min(f.proname) from pg_depend d
    join pg_proc f on f.oid = d.refobjid join pg_language l on l.oid = f.prolang
    where d.classid = 'pg_class'::regclass and d.objid = i.oid
      and d.refclassid = 'pg_proc'::regclass and l.lanname not in ('internal', 'c')
      and f.prosqlbody is null
      and not coalesce(array_to_string(f.proconfig, ',') ~ '(^|,)search_path=', false)
      and current_setting('server_version_num')::int >= 170000)`

const parentName = `concat('"', nullif(pn.nspname, n.nspname) || '"."', p.relname, '"')`

const ownObjects = `('pg_class'::regclass, i.oid), ('pg_constraint'::regclass, k.oid)`

/** Indexes, with their constraints, of the tables asked about. */
export const indexesQuery = `
  with ${bare}, ${asked}
  select i.oid, n.nspname as schema, c.relname as table, i.relname as name, k.contype,
    coalesce(k.condeferrable, false) as deferrable, coalesce(k.condeferred, false) as deferred,
    (select coalesce(json_agg(a.attname order by key.position), '[]')
       from unnest(x.indkey::int2[]) with ordinality as key(attnum, position)
       join pg_attribute a on a.attrelid = c.oid and a.attnum = key.attnum and a.attnum <> 0
       where key.position <= x.indnkeyatts)::text as columns,
    ${printed('pg_get_indexdef(i.oid)')} as definition, s.spcname as tablespace,
    x.indisclustered as clustered, x.indisreplident as replica_identity,
    quote_literal(obj_description(i.oid, 'pg_class')) as comment,
    quote_literal(obj_description(k.oid, 'pg_constraint')) as constraint_comment,
    (select coalesce(json_object_agg(a.attnum, a.attstattarget order by a.attnum), '{}')
       from pg_attribute a
       where a.attrelid = i.oid and a.attstattarget >= 0 and x.indkey[a.attnum - 1] = 0
    )::text as statistics,
    (select coalesce(json_agg(e.extname order by e.extname), '[]')
       from pg_depend d join pg_extension e on e.oid = d.refobjid
       where d.classid = 'pg_class'::regclass and d.objid = i.oid
         and d.refclassid = 'pg_extension'::regclass and d.deptype = 'x')::text as extensions,
    coalesce(
      ${tableStays},
      ${belongsToExtension(`('pg_class'::regclass, c.oid), ${ownObjects}`)},
      case
        when not has_schema_privilege(n.oid, 'CREATE')
          then format('the role may not create indexes in schema "%s"', n.nspname)
        when s.oid is not null and not has_tablespace_privilege(s.oid, 'CREATE')
          then format('the role may not create indexes in tablespace "%s"', s.spcname)
        when not (x.indisvalid and x.indisready and x.indislive) then 'it is invalid'
        when k.contype = 'x' then 'it is an exclusion constraint'
        when x.indisexclusion then 'it is a key without overlaps'
        when ${triggersAreChanged} then 'its triggers are not enabled as usual'
        when ${keyRefusesNotNull} then 'a NOT NULL constraint of its columns is NO INHERIT'
        when ${riskyFunction} is not null
          then format('function "%s" may not work while it is built', ${riskyFunction})
        when x.indimmediate and case c.relreplident
          when 'd' then x.indisprimary when 'i' then x.indisreplident else false end
          then (select format('publication "%s" needs it to tell rows apart', min(p.pubname))
            from pg_publication p join pg_publication_tables t using (pubname)
            where t.schemaname = n.nspname and t.tablename = c.relname
              and (p.pubupdate or p.pubdelete)
            having count(*) > 0)
      end,
      ${hasDependents(ownObjects)}) as why
  from bare cross join asked
  join pg_class c on c.oid = asked.oid
  join pg_namespace n on n.oid = c.relnamespace
  join pg_index x on x.indrelid = c.oid
  join pg_class i on i.oid = x.indexrelid
  left join pg_tablespace s on s.oid = i.reltablespace
  left join pg_constraint k
    on k.conindid = i.oid and k.conrelid = c.oid and k.contype in ('p', 'u', 'x')
  order by n.nspname, c.relname, i.relname`

/** Foreign keys of the tables asked about, and those of any table that refer to them. */
export const foreignKeysQuery = `
  with ${bare}, ${asked}
  select n.nspname as schema, c.relname as table, k.conname as name,
    (select json_agg(a.attname order by key.position)
       from unnest(k.conkey) with ordinality as key(attnum, position)
       join pg_attribute a on a.attrelid = c.oid and a.attnum = key.attnum)::text as columns,
    pn.nspname as parent_schema, p.relname as parent_table, k.conindid as parent_index,
    c.oid in (select oid from asked) as asked,
    ${printed('pg_get_constraintdef(k.oid)')} as definition, k.convalidated as validated,
    quote_literal(obj_description(k.oid, 'pg_constraint')) as comment,
    coalesce(
      ${tableStays},
      ${belongsToExtension(`('pg_class'::regclass, c.oid), ('pg_constraint'::regclass, k.oid)`)},
      case
        when p.relkind = 'p' or k.conparentid <> 0
          then format('table %s, which it refers to, is partitioned', ${parentName})
        when (select x.indisexclusion from pg_index x where x.indexrelid = k.conindid)
          then 'it refers to periods'
        when not has_schema_privilege(pn.oid, 'USAGE') or not (
          has_table_privilege(p.oid, 'REFERENCES')
          or (select bool_and(has_column_privilege(p.oid, attnum, 'REFERENCES'))
                from unnest(k.confkey) as attnum))
          then format('the role may not refer to table %s', ${parentName})
        when ${triggersAreChanged} then 'its triggers are not enabled as usual'
        -- The server would choose among them by their age, which rebuilding changes.
        when 1 < (select count(*) from pg_index x
          where x.indrelid = p.oid and x.indisunique and x.indimmediate and x.indisvalid
            and x.indpred is null and x.indexprs is null
            and x.indnkeyatts = cardinality(k.confkey)
            and (x.indkey::int2[])[0:x.indnkeyatts - 1] @> k.confkey)
          then format('table %s has several unique indexes that it could rely on', ${parentName})
      end,
      ${hasDependents(`('pg_constraint'::regclass, k.oid)`)}) as why
  from bare cross join pg_constraint k
  join pg_class c on c.oid = k.conrelid
  join pg_namespace n on n.oid = c.relnamespace
  join pg_class p on p.oid = k.confrelid
  join pg_namespace pn on pn.oid = p.relnamespace
  where k.contype = 'f'
    -- What a reference to a partitioned table adds for each partition is no constraint of its own.
    and not exists (select from pg_constraint whole
      where whole.oid = k.conparentid and whole.conrelid = k.conrelid)
    and (c.oid in (select oid from asked) or p.oid in (select oid from asked))
  order by n.nspname, c.relname, k.conname`
