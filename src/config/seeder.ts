import type { PgTable } from 'drizzle-orm/pg-core'
import type { Generator } from '../generate/generator.ts'
import * as generators from '../generate/generators/index.ts'
import type { Each, Refinements } from '../plan/refinement.ts'

/** The generators, as a seeder gets them. */
export type Generators = typeof generators

/** A seeder: how some tables of a schema are filled. */
export type Seeder = (f: Generators) => Refinements

/** What a seeder may say about a table, with the table's own columns. */
export interface RefinementOf<Table extends PgTable> {
  readonly count?: number
  readonly each?: Each
  readonly rows?: readonly Partial<Table['$inferInsert']>[]
  readonly columns?: { readonly [Property in keyof Table['$inferInsert']]?: Generator }
}

/** Refinements of a schema's tables, by the names they are exported with. */
export type RefinementsOf<Schema> = {
  readonly [Key in keyof Schema as Schema[Key] extends PgTable ? Key : never]?: RefinementOf<
    Extract<Schema[Key], PgTable>
  >
}

/**
 * Declares a seeder; a misspelled table or column is a compile error.
 *
 * @param schema - the schema module: `import * as schema from '../schema/index.ts'`
 * @param refine - gets the generators, returns how tables are filled
 * @example
 * export default defineSeeder(schema, (f) => ({
 *   users: { count: 1000, columns: { email: f.template('user{n}@example.com', { n: { min: 1, max: 1e9 } }, { isUnique: true }) } },
 * }))
 */
export function defineSeeder<const Schema extends Readonly<Record<string, unknown>>>(
  _schema: Schema,
  refine: (f: Generators) => RefinementsOf<Schema>,
): Seeder {
  return refine as Seeder
}

/** Calls a seeder with the generators. */
export function runSeeder(seeder: Seeder): Refinements {
  return seeder(generators)
}
