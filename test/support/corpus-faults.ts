import type { Sql } from 'postgres'
import { withSql } from './embedded.ts'

/**
 * Asks a database, by its catalog alone, whether its rows keep the rules of its tables: nothing of
 * what the server itself has checked, or of what the toolkit believes, is taken for granted.
 *
 * @param expected - rows by `schema.table`
 * @returns a line for each fault, sorted
 */
export async function faultsIn(
  url: string,
  expected: ReadonlyMap<string, number>,
): Promise<readonly string[]> {
  return withSql(url, async (sql) => {
    // An index that is wrong would answer for itself.
    await sql.unsafe(`set enable_indexscan = off; set enable_indexonlyscan = off;
      set enable_bitmapscan = off; set constraint_exclusion = off`)
    const faults = [
      ...(await faultsInRows(sql, expected)),
      ...(await faultsInRules(sql)),
      ...(await faultsInState(sql)),
      ...(await faultsInSequences(sql)),
    ]
    return faults.toSorted()
  })
}

async function faultsInRows(
  sql: Sql,
  expected: ReadonlyMap<string, number>,
): Promise<readonly string[]> {
  const tables = await sql.unsafe<{ name: string; query: string }[]>(`
    select format('%s.%s', n.nspname, c.relname) as name,
      format('select count(*)::float8 as rows from %s', c.oid::regclass) as query
    from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where c.relkind in ('r', 'p') and ${isOurs('c.oid')}`)
  const faults: string[] = []
  for (const { name, query } of tables) {
    const [found] = await sql.unsafe<[{ rows: number }]>(query)
    const rows = expected.get(name)
    if (rows === undefined) faults.push(`${name} is no table of the schema`)
    else if (found.rows !== rows) faults.push(`${name} has ${found.rows} rows instead of ${rows}`)
  }
  const names = new Set(tables.map(({ name }) => name))
  const absent = [...expected.keys()].filter((name) => !names.has(name))
  return [...faults, ...absent.map((name) => `${name} is not there`)]
}

/** Each rule is a query for the number of rows that break it. */
async function faultsInRules(sql: Sql): Promise<readonly string[]> {
  const queries = [CHECKS, DOMAIN_CHECKS, DOMAIN_NULLS, UNIQUES, NOT_NULLS, FOREIGN_KEYS, GENERATED]
  const rules = await sql.unsafe<{ rule: string; query: string }[]>(queries.join(' union all '))
  const faults: string[] = []
  for (const { rule, query } of rules) {
    const [broken] = await sql.unsafe<[{ rows: number }]>(query)
    if (broken.rows > 0) faults.push(`${rule}: ${broken.rows}`)
  }
  return faults
}

/** What is switched off, or was put back without being looked at. */
async function faultsInState(sql: Sql): Promise<readonly string[]> {
  const rows = await sql.unsafe<{ fault: string }[]>(STATE)
  return rows.map(({ fault }) => fault)
}

/**
 * Stores one more row by DEFAULT in each table that counts: a copy of one that is there, without the
 * unique rules that it would break, and takes all of it back.
 */
async function faultsInSequences(sql: Sql): Promise<readonly string[]> {
  const tables = await sql.unsafe<CountingTable[]>(COUNTING_TABLES)
  const faults: string[] = []
  for (const table of tables) {
    await sql.unsafe('begin')
    try {
      for (const statement of table.freely) await sql.unsafe(statement)
      const [added] = await sql.unsafe<Record<string, boolean>[]>(table.insert)
      for (const [column, isBeyond] of Object.entries(added ?? {})) {
        if (!isBeyond) faults.push(`the sequence of ${table.name}.${column} is behind its keys`)
      }
    } catch (error) {
      faults.push(`${table.name} takes no row by DEFAULT: ${(error as Error).message}`)
    } finally {
      await sql.unsafe('rollback')
    }
  }
  return faults
}

interface CountingTable {
  readonly name: string
  /** Drops the unique rules that a copy would break. */
  readonly freely: readonly string[]
  /** Answers for each counted column whether its next value is above all others. */
  readonly insert: string
}

function isOurs(table: string): string {
  return `exists (select from pg_class o join pg_namespace s on s.oid = o.relnamespace
    where o.oid = ${table} and s.nspname <> 'information_schema' and s.nspname not like 'pg\\_%')`
}

const CHECKS = `
  select format('check %I on %s', k.conname, k.conrelid::regclass) as rule,
    format('select count(*)::float8 as rows from %s where not (%s)', k.conrelid::regclass,
      pg_get_expr(k.conbin, k.conrelid)) as query
  from pg_constraint k where k.contype = 'c' and k.conrelid <> 0 and ${isOurs('k.conrelid')}`

/** Of every domain that a column is of, and of those below it. */
const DOMAINS = `
  with recursive domain (relation, attribute, id, base) as (
    select a.attrelid, a.attname, t.oid, t.typbasetype
    from pg_attribute a join pg_type t on t.oid = a.atttypid join pg_class c on c.oid = a.attrelid
    where t.typtype = 'd' and c.relkind = 'r' and a.attnum > 0 and ${isOurs('a.attrelid')}
    union all
    select d.relation, d.attribute, t.oid, t.typbasetype
    from domain d join pg_type t on t.oid = d.base where t.typtype = 'd'
  )`

const DOMAIN_CHECKS = `(${DOMAINS}
  select format('domain %s of %s.%I', d.id::regtype, d.relation::regclass, d.attribute),
    format('select count(*)::float8 as rows from (select %I as value from %s) v where not %s',
      d.attribute, d.relation::regclass,
      regexp_replace(substring(pg_get_constraintdef(k.oid) from '\\(.*\\)'), '\\mVALUE\\M', 'value',
        'g'))
  from domain d join pg_constraint k on k.contypid = d.id and k.contype = 'c')`

const DOMAIN_NULLS = `(${DOMAINS}
  select format('domain %s of %s.%I', d.id::regtype, d.relation::regclass, d.attribute),
    format('select count(*)::float8 as rows from %s where %I is null', d.relation::regclass,
      d.attribute)
  from domain d join pg_type t on t.oid = d.id where t.typnotnull)`

/** Primary keys, unique constraints and unique indexes, partial ones and those on expressions too. */
const UNIQUES = `
  select format('unique %I on %s', i.indexrelid::regclass, i.indrelid::regclass),
    format('select coalesce(sum(same - 1), 0)::float8 as rows from (
        select count(*) as same from %s where %s group by %s having count(*) > 1) twice',
      i.indrelid::regclass,
      concat_ws(' and ', coalesce(pg_get_expr(i.indpred, i.indrelid), 'true'),
        case when not i.indnullsnotdistinct then
          (select string_agg(format('(%s) is not null', key), ' and ') from unnest(keys.list) key)
        end),
      array_to_string(keys.list, ', '))
  from pg_index i, lateral (
    select array_agg(pg_get_indexdef(i.indexrelid, position, false)) as list
    from generate_series(1, i.indnkeyatts) position) keys
  where i.indisunique and ${isOurs('i.indrelid')}`

/** Not by IS NULL, which the planner takes for false where a column is NOT NULL. */
const NOT_NULLS = `
  select format('not null on %s.%I', a.attrelid::regclass, a.attname),
    format('select count(*)::float8 as rows from %s where num_nulls(%I) > 0', a.attrelid::regclass,
      a.attname)
  from pg_attribute a join pg_class c on c.oid = a.attrelid
  where a.attnotnull and a.attnum > 0 and c.relkind = 'r' and ${isOurs('a.attrelid')}`

/** A reference with a NULL in it refers to nothing (MATCH SIMPLE, the only one Drizzle declares). */
const FOREIGN_KEYS = `
  select format('foreign key %I on %s', k.conname, k.conrelid::regclass),
    format('select count(*)::float8 as rows from %s child where %s
        and not exists (select from %s parent where %s)',
      k.conrelid::regclass, pairs.given, k.confrelid::regclass, pairs.equal)
  from pg_constraint k, lateral (
    select string_agg(format('child.%I is not null', a.attname), ' and ') as given,
      string_agg(format('parent.%I = child.%I', p.attname, a.attname), ' and ') as equal
    from unnest(k.conkey, k.confkey) pair (own, other)
    join pg_attribute a on a.attrelid = k.conrelid and a.attnum = pair.own
    join pg_attribute p on p.attrelid = k.confrelid and p.attnum = pair.other) pairs
  where k.contype = 'f' and ${isOurs('k.conrelid')}`

const GENERATED = `
  select format('generated %s.%I', a.attrelid::regclass, a.attname),
    format('select count(*)::float8 as rows from %s where %I::text is distinct from (%s)::%s::text',
      a.attrelid::regclass, a.attname, pg_get_expr(d.adbin, d.adrelid),
      format_type(a.atttypid, a.atttypmod))
  from pg_attribute a join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
  where a.attgenerated <> '' and ${isOurs('a.attrelid')}`

const STATE = `
  select format('constraint %I on %s is not validated', k.conname, k.conrelid::regclass) as fault
  from pg_constraint k
  where (not k.convalidated or to_jsonb(k) ->> 'conenforced' = 'false') and ${isOurs('k.conrelid')}
  union all
  select format('index %s is not valid', i.indexrelid::regclass) from pg_index i
  where not (i.indisvalid and i.indisready and i.indislive) and ${isOurs('i.indrelid')}
  union all
  select format('trigger %I on %s is switched off', g.tgname, g.tgrelid::regclass)
  from pg_trigger g where g.tgenabled <> 'O' and ${isOurs('g.tgrelid')}`

const COUNTING_TABLES = `
  with counted as (
    select d.refobjid as relation, d.refobjsubid as attribute, s.seqincrement > 0 as is_rising
    from pg_depend d join pg_sequence s on s.seqrelid = d.objid
    where d.classid = 'pg_class'::regclass and d.deptype in ('a', 'i') and d.refobjsubid > 0
      and ${isOurs('d.refobjid')}
  ), counting as (
    select relation, array_agg(attribute::int2) as attributes from counted group by relation
  )
  select c.relation::regclass::text as name,
    to_json(coalesce((
      select array_agg(case
        when k.oid is null then format('drop index %s', i.indexrelid::regclass)
        else format('alter table %s drop constraint %I cascade', c.relation::regclass, k.conname)
        end)
      from pg_index i left join pg_constraint k on k.conindid = i.indexrelid
        and k.contype in ('p', 'u')
      where i.indrelid = c.relation and i.indisunique
        and not i.indkey::int2[] && c.attributes), '{}')) as freely,
    format('with highest as (select %s from %s), added as (insert into %2$s %s returning *)
        select %s from highest, added',
      (select string_agg(format('max(%I) as %1$I', a.attname), ', ') from pg_attribute a
       where a.attrelid = c.relation and a.attnum = any (c.attributes)),
      c.relation::regclass,
      coalesce((
        select format('(%s) select %1$s from %s limit 1',
          string_agg(quote_ident(a.attname), ', '), c.relation::regclass)
        from pg_attribute a
        where a.attrelid = c.relation and a.attnum > 0 and not a.attisdropped
          and a.attgenerated = '' and a.attnum <> all (c.attributes)
        having count(*) > 0), 'default values'),
      (select string_agg(
          format('added.%I %s highest.%1$I as %1$I', a.attname,
            case when t.is_rising then '>' else '<' end), ', ')
       from pg_attribute a join counted t on t.relation = a.attrelid and t.attribute = a.attnum
       where a.attrelid = c.relation)) as insert
  from counting c`
