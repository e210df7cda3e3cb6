import type { PgTable } from 'drizzle-orm/pg-core'
import * as generators from '../generate/generators/index.ts'
import type { Each, Refinements } from '../plan/refinement.ts'
import type { ColumnGenerators } from './column-generator.ts'

/** The generators, as a seeder gets them. */
export type Generators = typeof generators

/** A seeder: how some tables of a schema are filled. */
export type Seeder = (f: Generators) => Refinements

/** What a seeder may say about a table, with the table's own columns. */
export interface RefinementOf<Table extends PgTable> {
  readonly count?: number
  readonly each?: Each
  readonly rows?: readonly Partial<Table['$inferInsert']>[]
  readonly columns?: ColumnGenerators<Table>
}

/** The tables of a schema module, by the names they are exported with. */
export type TablesOf<Schema> = {
  readonly [Key in keyof Schema as Schema[Key] extends PgTable ? Key : never]: Extract<
    Schema[Key],
    PgTable
  >
}

/** Refinements of a schema's tables, by the names they are exported with. */
export type RefinementsOf<Schema> = {
  readonly [Key in keyof TablesOf<Schema>]?: RefinementOf<TablesOf<Schema>[Key]>
}

/**
 * Nothing but what a shape has, in refinements, in a table's refinement and in what that lists by
 * name: what a function returns is not looked through for members too many by itself.
 */
export type OnlyKnown<Given, Shape> = {
  readonly [Table in keyof Given]: Table extends keyof Shape
    ? OnlyKnownWishes<Given[Table], NonNullable<Shape[Table]>>
    : never
}

type OnlyKnownWishes<Given, Shape> = {
  readonly [Wish in keyof Given]: Wish extends keyof Shape
    ? Wish extends 'columns' | 'with'
      ? OnlyKnownNames<Given[Wish], NonNullable<Shape[Wish]>>
      : Given[Wish]
    : never
}

type OnlyKnownNames<Given, Shape> = {
  readonly [Name in keyof Given]: Name extends keyof Shape ? Given[Name] : never
}

/**
 * Declares a seeder; a misspelled table or column is a compile error, and so is a generator whose
 * values the column cannot hold.
 *
 * @param schema - the schema module: `import * as schema from '../schema/index.ts'`
 * @param refine - gets the generators, returns how tables are filled
 * @example
 * export default defineSeeder(schema, (f) => ({
 *   users: { count: 1000, columns: { email: f.template('user{n}@example.com', { n: { min: 1, max: 1e9 } }, { isUnique: true }) } },
 * }))
 */
export function defineSeeder<
  const Schema extends Readonly<Record<string, unknown>>,
  Given extends RefinementsOf<Schema>,
>(
  _schema: Schema,
  refine: (f: Generators) => Given & OnlyKnown<Given, RefinementsOf<Schema>>,
): Seeder {
  return refine
}

/** Calls a seeder with the generators. */
export function runSeeder(seeder: Seeder): Refinements {
  return seeder(generators)
}

/**
 * The generators by themselves, as drizzle-seed hands them out.
 *
 * @example
 * const f = getGeneratorsFunctions()
 * await seed(db, schema).refine(() => ({ users: { columns: { age: f.int({ minValue: 18, maxValue: 90 }) } } }))
 */
export function getGeneratorsFunctions(): Generators {
  return generators
}
