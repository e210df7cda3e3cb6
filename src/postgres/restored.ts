import type { Definition } from './definitions.ts'
import type { Session } from './session.ts'

/**
 * How far a definition is put back.
 *
 * - `absent`: not at all
 * - `built`: a key's index is there without its constraint, an index without its marks, a foreign
 *   key unchecked
 * - `present`: as it was
 * - `invalid`: an index that the server does not use, as `CREATE INDEX CONCURRENTLY` leaves behind
 */
export type Restored = 'absent' | 'built' | 'present' | 'invalid'

/**
 * Reads from the catalog which definitions are back, by schema, table, kind and name.
 *
 * @returns in the order of `definitions`
 * @example
 * const restored = await readRestored(session, definitions) // ['present', 'built', 'absent']
 * const steps = rebuildSteps(definitions, restored)
 */
export async function readRestored(
  session: Session,
  definitions: readonly Definition[],
): Promise<readonly Restored[]> {
  const wanted = definitions.map(({ schema, table, name, kind, marks, validate }, position) => ({
    position,
    schema,
    table,
    name,
    kind,
    cluster: marks.includes('cluster'),
    replica_identity: marks.includes('replica identity'),
    validated: validate !== undefined,
  }))
  const rows = await session.query<{ restored: Restored }>(restoredQuery, [JSON.stringify(wanted)])
  return rows.map(({ restored }) => restored)
}

const restoredQuery = `
  select coalesce(
    case when w.kind = 'foreign key' then
      (select case when w.validated and not k.convalidated then 'built' else 'present' end
         from pg_constraint k
         where k.conrelid = c.oid and k.contype = 'f' and k.conname = w.name)
    else
      (select case
           when not (x.indisvalid and x.indisready and x.indislive) then 'invalid'
           when w.kind = 'key' then
             case when exists (select from pg_constraint k where k.conindid = i.oid
               and k.conrelid = c.oid and k.contype in ('p', 'u')) then 'present' else 'built' end
           when w.cluster > x.indisclustered or w.replica_identity > x.indisreplident then 'built'
           else 'present'
         end
         from pg_index x join pg_class i on i.oid = x.indexrelid
         where x.indrelid = c.oid and i.relname = w.name)
    end, 'absent') as restored
  from json_to_recordset($1::text::json) as w(position int, schema text, "table" text, name text,
    kind text, cluster boolean, replica_identity boolean, validated boolean)
  left join pg_namespace n on n.nspname = w.schema
  left join pg_class c on c.relnamespace = n.oid and c.relname = w.table
  order by w.position`
