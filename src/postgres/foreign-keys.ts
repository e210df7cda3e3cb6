import { quoteTable } from './identifiers.ts'
import type { Session } from './session.ts'
import type { TableName } from './catalog.ts'

/** A foreign key that the server enforces, between tables by their places in a list. */
export interface ForeignKeyInForce {
  readonly child: number
  readonly parent: number
  /** Whether no row can do without it for a moment: it is NOT NULL, and not deferrable. */
  readonly isRigid: boolean
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
       from json_array_elements_text($1::text::json) with ordinality as listed(name, place))
     select child.place::float8 as child, parent.place::float8 as parent,
       bool_or(not c.condeferrable and not exists (
         select from pg_attribute a
         where a.attrelid = c.conrelid and a.attnum = any (c.conkey) and not a.attnotnull
       )) as "isRigid"
     from pg_constraint c
     join places child on child.table_id = c.conrelid
     join places parent on parent.table_id = c.confrelid
     where c.contype = 'f'
     group by 1, 2
     order by 1, 2`,
    [JSON.stringify(names)],
  )
}
