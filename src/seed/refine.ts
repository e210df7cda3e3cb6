import type { PgTable } from 'drizzle-orm/pg-core'
import type { RefinementOf, TablesOf } from '../config/seeder.ts'
import { DownpourError } from '../errors.ts'
import type { Generator } from '../generate/generator.ts'
import { below, bits } from '../generate/hash.ts'
import { createWeightTable } from '../generate/weights.ts'
import type { TableModel } from '../model/table.ts'
import { each } from '../plan/refinement.ts'
import type { Each, Refinements, TableRefinement } from '../plan/refinement.ts'

/** How many rows of another table each row gets: a number, or one by chance. */
export type ChildCount = number | readonly WeightedCount[]

/** One of `count` numbers of children, each as likely, for a share of the parents. */
export interface WeightedCount {
  /** Above that of the others, the more parents; they need not add up to 1. */
  readonly weight: number
  readonly count: number | readonly number[]
}

/** What `refine` may say about a table. */
export interface SeedRefinementOf<Schema, Table extends PgTable> extends RefinementOf<Table> {
  /** Rows of other tables for each of this one's; goes before a count of theirs. */
  readonly with?: { readonly [Child in keyof TablesOf<Schema>]?: ChildCount }
}

/** Refinements of a schema's tables, by the names they are exported with. */
export type SeedRefinementsOf<Schema> = {
  readonly [Key in keyof TablesOf<Schema>]?: SeedRefinementOf<Schema, TablesOf<Schema>[Key]>
}

/** The same without the schema's names. */
export type SeedRefinements = Readonly<Record<string, SeedRefinement>>

export interface SeedRefinement extends Omit<TableRefinement, 'columns'> {
  readonly columns?: Readonly<Record<string, Generator | false>>
  readonly with?: Readonly<Record<string, ChildCount>>
}

/**
 * Says with each child how its rows are counted, where the parent said it.
 *
 * @param tables - of the schema, with their foreign keys
 * @throws DownpourError `SEED_WITH` for counts that cannot be, of two parents, or of a table that
 *   does not refer to the parent
 * @example
 * refinementsFor({ users: { count: 3, with: { posts: 10 } } }, tables)
 * // { users: { count: 3 }, posts: { each: f.each('users', 10) } }
 */
export function refinementsFor(given: SeedRefinements, tables: readonly TableModel[]): Refinements {
  const refinements: Record<string, TableRefinement> = {}
  for (const [table, { with: _with, ...refinement }] of Object.entries(given)) {
    refinements[table] = refinement
  }
  for (const [parent, { with: children = {} }] of Object.entries(given)) {
    for (const [child, wish] of Object.entries(children)) {
      const { count: _count, ...refinement } = refinements[child] ?? {}
      if (child === parent) {
        throw withError(parent, child, {
          why: 'Its rows cannot be counted before they are there.',
          fix: `Give ${child} a count.`,
        })
      }
      if (refinement.each) {
        throw withError(parent, child, {
          why: `They are counted per row of "${refinement.each.parent}" as well.`,
          fix: 'Leave one of the two out.',
        })
      }
      refuseStranger(tables, parent, child)
      refinements[child] = { ...refinement, each: each(parent, expectedOf(parent, child, wish)) }
    }
  }
  return refinements
}

/** Tables that are not there are refused with the other names. */
function refuseStranger(tables: readonly TableModel[], parent: string, child: string): void {
  const [parentTable, childTable] = [parent, child].map((name) =>
    tables.find(({ key }) => key === name),
  )
  if (!parentTable || !childTable || refersTo(childTable, parentTable)) return
  throw withError(parent, child, {
    why: `No foreign key of "${child}" refers to "${parent}"; relations() make none.`,
    fix: refersTo(parentTable, childTable)
      ? `It is the other way around: ${child}: { with: { ${parent}: … } }.`
      : `Declare one with .references() in ${child}, or give ${child} a count.`,
  })
}

function refersTo(child: TableModel, parent: TableModel): boolean {
  return child.foreignKeys.some((key) => key.parent === parent.key)
}

function expectedOf(parent: string, child: string, wish: ChildCount): Each['expected'] {
  if (typeof wish === 'number') {
    checkCounts(parent, child, [wish])
    return () => () => wish
  }
  const weights = wish.map(({ weight }) => weight)
  if (!weights.every((weight) => weight >= 0) || !weights.some((weight) => weight > 0)) {
    throw withError(parent, child, {
      why: 'A weight is a number, 0 or above, and one of them is above 0.',
      fix: 'Give such weights: [{ weight: 0.6, count: [1, 2] }, { weight: 0.4, count: 5 }].',
    })
  }
  const counts = wish.map(({ count }) => (typeof count === 'number' ? [count] : count))
  for (const list of counts) checkCounts(parent, child, list)
  return (context) => {
    const table = createWeightTable(weights)
    const weightKey = context.random('weight')
    const countKey = context.random('count')
    return (row) => {
      const list = counts[table.pick(bits(weightKey, row))]!
      return list[below(countKey, row, list.length)]!
    }
  }
}

function checkCounts(parent: string, child: string, counts: readonly number[]): void {
  if (counts.length > 0 && counts.every((count) => Number.isSafeInteger(count) && count >= 0)) {
    return
  }
  throw withError(parent, child, {
    why: 'A count is a whole number, 0 or above.',
    fix: `Give such a number: with: { ${child}: 10 }.`,
  })
}

function withError(
  parent: string,
  child: string,
  failure: { readonly why: string; readonly fix: string },
): DownpourError {
  return new DownpourError({
    ...failure,
    code: 'SEED_WITH',
    message: `Cannot count the rows of "${child}" per row of "${parent}"`,
    table: child,
  })
}
