import { withSql } from './embedded.ts'

/**
 * The indexes, constraints and sequences of a database by definition, with the state that they are
 * in: two databases with equal lists are equal in that. What the toolkit keeps for itself does not
 * count.
 *
 * @returns a line for each, sorted
 */
export async function definitionsOf(url: string): Promise<readonly string[]> {
  return withSql(url, async (sql) => {
    const listed = await sql.unsafe<{ line: string }[]>(DEFINITIONS)
    const sequences = await sql.unsafe<{ name: string }[]>(SEQUENCES)
    const values: string[] = []
    for (const { name } of sequences) {
      const [row] = await sql.unsafe<{ line: string }[]>(
        `select format('sequence %s at %s, %s', '${name.replaceAll("'", "''")}', last_value,
           case when is_called then 'used' else 'unused' end) as line from ${name}`,
      )
      values.push(row!.line)
    }
    return [...listed.map(({ line }) => line), ...values].toSorted()
  })
}

const OURS = `n.nspname in ('downpour', 'drizzle', 'information_schema') or n.nspname like 'pg\\_%'`

const DEFINITIONS = `
  select concat_ws(', ', pg_get_indexdef(i.indexrelid),
    case when not i.indisvalid then 'invalid' end,
    case when i.indisclustered then 'clustered' end,
    case when i.indisreplident then 'replica identity' end) as line
  from pg_index i join pg_class c on c.oid = i.indexrelid join pg_namespace n on n.oid = c.relnamespace
  where not (${OURS})
  union all
  select concat_ws(', ', format('%s on %s: %s', o.conname, o.conrelid::regclass,
      pg_get_constraintdef(o.oid)),
    case when not o.convalidated then 'not validated' end)
  from pg_constraint o join pg_namespace n on n.oid = o.connamespace
  where not (${OURS}) and o.conrelid <> 0`

const SEQUENCES = `
  select c.oid::regclass::text as name
  from pg_class c join pg_namespace n on n.oid = c.relnamespace
  where c.relkind = 'S' and not (${OURS})`
