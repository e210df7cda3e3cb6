import { quoteTable } from './identifiers.ts'
import type { Session } from './session.ts'
import type { TableName } from './catalog.ts'

/** A foreign key that the server enforces, between tables by their places in a list. */
export interface ForeignKeyInForce {
  readonly child: number
  readonly parent: number
}

/** Reads the foreign keys among some tables. */
export async function readForeignKeys(
  session: Session,
  tables: readonly TableName[],
): Promise<readonly ForeignKeyInForce[]> {
  const names = tables.map(({ schema, name }) => quoteTable(schema, name))
  return session.query<{ child: number; parent: number }>(
    `with places as (
       select name::regclass as table_id, place - 1 as place
       from json_array_elements_text($1::text::json) with ordinality as listed(name, place))
     select distinct child.place::float8 as child, parent.place::float8 as parent
     from pg_constraint c
     join places child on child.table_id = c.conrelid
     join places parent on parent.table_id = c.confrelid
     where c.contype = 'f'
     order by 1, 2`,
    [JSON.stringify(names)],
  )
}
