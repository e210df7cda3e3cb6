/**
 * SQL for the oid of the sequence that a column's next value comes from: the one that its default
 * names, else the one that it owns (an identity's). NULL when there is none, or when the default
 * names it as text, which only the running statement looks up.
 *
 * @param table - SQL for the table's oid
 * @param column - SQL for the column's number (`attnum`)
 */
export function sequenceOf(table: string, column: string): string {
  return `coalesce(
    (select s.oid
       from pg_attrdef f
       join pg_depend d on d.classid = 'pg_attrdef'::regclass and d.objid = f.oid
         and d.refclassid = 'pg_class'::regclass
       join pg_class s on s.oid = d.refobjid and s.relkind = 'S'
       where f.adrelid = ${table} and f.adnum = ${column} limit 1),
    (select s.oid
       from pg_depend d
       join pg_class s on s.oid = d.objid and s.relkind = 'S'
       where d.classid = 'pg_class'::regclass and d.refclassid = 'pg_class'::regclass
         and d.refobjid = ${table} and d.refobjsubid = ${column} and d.deptype in ('a', 'i') limit 1))`
}
