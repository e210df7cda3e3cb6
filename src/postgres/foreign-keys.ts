import { quoteTable } from './identifiers.ts'
import type { Session } from './session.ts'
import type { TableName } from './catalog.ts'

/** A foreign key that the server enforces, between tables by their places in a list. */
export interface ForeignKeyInForce {
  readonly child: number
  readonly parent: number
  /** Whether no row can do without it for a moment: it is NOT NULL, and not deferrable. */
  readonly isRigid: boolean
  /**
   * A column that would end this if it might be NULL; `null` where it is part of the primary key, or
   * several keys between the two tables are rigid.
   */
  readonly couldBeNull: string | null
}

/** Reads the foreign keys among some tables. */
export async function readForeignKeys(
  session: Session,
  tables: readonly TableName[],
): Promise<readonly ForeignKeyInForce[]> {
  const names = tables.map(({ schema, name }) => quoteTable(schema, name))
  return session.query<ForeignKeyInForce & Record<string, unknown>>(
    `with places as (
       select name::regclass as table_id, place - 1 as place
       from json_array_elements_text($1::text::json) with ordinality as listed(name, place)),
     keys as (
       select child.place as child, parent.place as parent,
         not c.condeferrable and not exists (
           select from pg_attribute a
           where a.attrelid = c.conrelid and a.attnum = any (c.conkey) and not a.attnotnull
         ) as rigid,
         (select a.attname::text
          from pg_attribute a
          where a.attrelid = c.conrelid and a.attnum = any (c.conkey) and not exists (
            select from pg_index i
            where i.indrelid = c.conrelid and i.indisprimary and a.attnum = any (i.indkey))
          order by a.attnum
          limit 1) as loose
       from pg_constraint c
       join places child on child.table_id = c.conrelid
       join places parent on parent.table_id = c.confrelid
       where c.contype = 'f')
     select child::float8 as child, parent::float8 as parent, bool_or(rigid) as "isRigid",
       case count(*) filter (where rigid) when 1 then max(loose) filter (where rigid) end as "couldBeNull"
     from keys
     group by 1, 2
     order by 1, 2`,
    [JSON.stringify(names)],
  )
}
