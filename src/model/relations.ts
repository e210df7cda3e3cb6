import { createTableRelationsHelpers, is, One, Relations } from 'drizzle-orm'
import type { AnyColumn, Table } from 'drizzle-orm'

/** What `relations()` says of a table that refers to another. */
export interface RelationKey {
  readonly table: Table
  readonly name: string
  readonly columns: readonly AnyColumn[]
  readonly parent: Table
  readonly parentColumns: readonly AnyColumn[]
}

/**
 * The relations of a schema that name columns, as foreign keys would: `one(users, { fields:
 * [posts.authorId], references: [users.id] })`. Which side refers to the other they do not always say.
 *
 * @param schema - a module's exports
 */
export function readRelations(schema: Readonly<Record<string, unknown>>): readonly RelationKey[] {
  return Object.values(schema)
    .filter((value): value is Relations => is(value, Relations))
    .flatMap(({ table, config }) =>
      Object.entries(config(createTableRelationsHelpers(table))).flatMap(([name, relation]) =>
        is(relation, One) && relation.config
          ? {
              table,
              name,
              columns: relation.config.fields,
              parent: relation.referencedTable,
              parentColumns: relation.config.references,
            }
          : [],
      ),
    )
}
