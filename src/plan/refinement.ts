import type { Context, Generator } from '../generate/generator.ts'
import type { KnownRow } from './plan.ts'

/** How one table is filled. What is left out follows from the schema. */
export interface TableRefinement {
  /** Rows; the profile and `--count` go before it. */
  readonly count?: number
  /** Rows counted per parent instead: see `f.each`. */
  readonly each?: Each
  /** Literal first rows; columns they leave out are generated. */
  readonly rows?: readonly KnownRow[]
  /** Generators by property of the Drizzle table; `false` leaves a column to the server. */
  readonly columns?: Readonly<Record<string, Generator | false>>
}

/** Tables by their key in the schema. */
export type Refinements = Readonly<Record<string, TableRefinement>>

/** Children per parent. */
export interface Each {
  /** The parent's key in the schema. */
  readonly parent: string
  /** The property of the foreign key, where there are several to that parent. */
  readonly column: string | undefined
  /** Nobody asked for it: the table has as many rows as if it were not counted so. */
  readonly isInferred?: boolean
  /** Gives the expected number of children of a parent's row. */
  expected(context: Context): ExpectedChildren | Promise<ExpectedChildren>
}

export type ExpectedChildren = (parentRow: number) => number

/**
 * Rows counted per parent: each parent gets the expected number of children, fractions rounded by
 * chance. Children of one parent are neighbours. When a count is given as well (`--count`, a
 * profile), exactly so many children are shared out, with the expected numbers as weights.
 *
 * @param parent - the parent table's key in the schema
 * @param expected - a number, or a function that is prepared with the plan's context and gives the
 *   number for a parent's row
 * @param options - `column`: the foreign key's property, where there are several to that parent
 * @example
 * { posts: { each: f.each('users', 2.5) } } // 2 or 3 posts a user
 */
export function each(
  parent: string,
  expected: number | Each['expected'],
  options: { readonly column?: string } = {},
): Each {
  return {
    parent,
    column: options.column,
    expected: typeof expected === 'number' ? () => () => expected : expected,
  }
}
