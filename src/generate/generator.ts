import type { Faker } from '@faker-js/faker'
import type { ColumnModel } from '../model/table.ts'
import type { SqlType } from '../model/sql-type.ts'
import type { EnumerationReader } from './enumeration.ts'
import type { Extent } from './extent.ts'
import type { HashKey } from './hash.ts'
import type { SqlForm } from './sql-form.ts'
import { createVector } from './vector.ts'
import type { Vector, VectorSpec } from './vector.ts'

/**
 * How one column is filled: one output of a group. Generators are plain data until they are
 * prepared for a plan, so they can be declared anywhere and shared.
 *
 * `Value` is the JavaScript type that its values have: a generator of numbers in a column of text is
 * a compile error. Left out, it fits any column.
 */
// oxlint-disable-next-line typescript/no-explicit-any -- `unknown` would fit no column
export interface Generator<Value = any> {
  readonly group: Group
  /** Which of the group's outputs. */
  readonly output: string
  /** For the compiler only; never there. */
  readonly value?: Value
  /** Whether its options say that no value comes twice; left open where they say nothing of it. */
  readonly isUnique?: boolean
  /** The same for the column that it is given for, which says what its options leave out. */
  forColumn?(column: OwnColumn): Generator<Value>
}

/** What a column says to the generator that it is given. */
export interface OwnColumn {
  readonly type: SqlType
  /** Whether no two rows may have the same value. */
  readonly isUnique: boolean
  /** How many rows there will be. */
  readonly rows: number
}

/**
 * Columns that are computed together: a salary's amount, its category and its description. Most
 * generators are a group of one.
 */
export interface Group {
  /** For messages, e.g. `int`. */
  readonly name: string
  /** Generators whose vectors this one reads; they are filled first. */
  readonly inputs: readonly Generator[]
  /** For sums over a row's children: the children's table and the column that is summed. */
  readonly summary?: Summary
  /** @param inputs - in the order of the group's own, already prepared */
  prepare(context: Context, inputs: readonly Input[]): PreparedGroup | Promise<PreparedGroup>
}

/** What a column sums over the children of each row. */
export interface Summary {
  readonly table: string
  readonly property: string
}

/** An output of a group that was prepared before. */
export interface Input {
  /** Refilled for each slice, before the groups that read it. */
  readonly vector: Vector
  /** How many different values there are, when none ever repeats. */
  readonly size: number | undefined
  /** How far its values go, where that is known. */
  readonly extent: Extent | undefined
  /** How the server could compute it by itself, if it could. */
  readonly sqlForm: SqlForm | undefined
}

/** A group that is ready for a lane: its vectors are allocated and its keys derived. */
export interface PreparedGroup {
  /** Refilled by each call of `fill`. */
  readonly outputs: Readonly<Record<string, Vector>>
  /** Computes the outputs of `rows.count` rows. */
  fill(rows: Rows): void
  /**
   * For outputs whose values never repeat within a table: how many different ones there are. An
   * output that is not named may repeat.
   */
  readonly sizes?: Readonly<Record<string, number>>
  /** How far the values of outputs go, where no dictionary shows it. */
  readonly extents?: Readonly<Record<string, Extent>>
  /**
   * What values are drawn from or composed of, where no dictionary shows it: the plan's fingerprint
   * notices a change even if no row that it looks at uses it.
   */
  readonly vocabulary?: readonly unknown[]
  /** How the server could compute outputs by itself; one that is not named it cannot. */
  readonly sqlForms?: Readonly<Record<string, SqlForm>>
}

/** The rows whose values are wanted, by number: any rows, in any order. */
export interface Rows {
  count: number
  /** Row numbers, counted from 0. */
  readonly numbers: Float64Array
  /** For tables that are enumerated per parent: the parent's row, … */
  readonly parents: Float64Array
  /** … the row's place among its siblings, counted from 0, … */
  readonly ordinals: Float64Array
  /** … and how many siblings there are, itself included. */
  readonly siblings: Float64Array
}

/** What a generator knows of the plan when it is prepared. */
export interface Context {
  readonly seed: number
  /** The date that "today" means in this plan, in days since 1970-01-01. */
  readonly referenceDay: number
  /** `table.column`, the purpose of the column's own draws. */
  readonly purpose: string
  /** Rows a slice holds at most; vectors need this capacity. */
  readonly capacity: number
  /** What known rows give literally to the columns of this group; unique generators avoid it. */
  readonly knownValues: readonly unknown[]
  /** A key for draws of one purpose; the same purpose gives the same draws in every generator. */
  random(purpose: string): HashKey
  /** The table whose column this is, and any other. */
  readonly self: TableContext
  table(key: string): TableContext
  /** Faker with the English locale, seeded by the row that `seedRow` was last called with. */
  faker(): Promise<RowFaker>
}

export interface RowFaker {
  readonly faker: Faker
  /** Makes faker's draws a function of the row, whatever was drawn before. */
  seedRow(row: number): void
}

/** What generators may ask about a planned table. */
export interface TableContext {
  readonly key: string
  /** The rows that the plan knows: `[firstRow, firstRow + count)`. */
  readonly firstRow: number
  readonly count: number
  /** The first of them that is not there yet. */
  readonly firstToLoad: number
  /** The rows that others may refer to: `[firstReferable, firstRow + count)`. */
  readonly firstReferable: number
  /** The table by whose rows this one's are counted, … */
  readonly enumeratedBy: string | undefined
  /** … and the most children that any of those rows has; `Infinity` where that is not known. */
  readonly mostSiblings: number
  /** The key of row 0, for tables whose key counts up; else 1. */
  readonly keyStart: number
  /** Which parent each row has, for tables that are enumerated per parent. */
  openParents(): EnumerationReader
  /** The values of some columns, computed for any rows. */
  read(properties: readonly string[]): Promise<ColumnReader>
}

/** Columns of a table, computed for any rows on demand. */
export interface ColumnReader {
  /** As Drizzle declares them. */
  readonly columns: readonly ColumnModel[]
  /** One a column, refilled by each call. */
  readonly vectors: readonly Vector[]
  /** One a column: how the server could compute it by itself, if it could. */
  readonly sqlForms: readonly (SqlForm | undefined)[]
  /** Computes consecutive rows, at most the plan's slice capacity. */
  readRange(first: number, count: number): void
  /** Computes any rows. */
  readRows(numbers: Float64Array, count: number): void
}

/** Allocates rows; `numbers` and the rest are filled by whoever asks for values. */
export function createRows(capacity: number): Rows {
  return {
    count: 0,
    numbers: new Float64Array(capacity),
    parents: new Float64Array(capacity),
    ordinals: new Float64Array(capacity),
    siblings: new Float64Array(capacity),
  }
}

/** The vector of a given kind, as a generator's `fill` sees it. */
export type VectorOf<Spec extends VectorSpec> = Extract<Vector, { kind: Spec['kind'] }>

/** A vector's kind, and the function that fills it. */
export interface ColumnFill {
  readonly spec: VectorSpec
  fill(rows: Rows, out: Vector): void
  /** How many different values there are; for values that never repeat. */
  readonly size: number | undefined
  /** How far its values go, where no dictionary shows it. */
  readonly extent?: Extent
  /** As `PreparedGroup.vocabulary`. */
  readonly vocabulary?: readonly unknown[]
  /** How the server could compute it by itself, with the same range and distribution. */
  readonly sqlForm?: SqlForm
}

/**
 * Makes a generator with a single output. This is how every built-in generator of one column is
 * written, and how a project writes its own.
 *
 * @param name - for messages
 * @param prepare - derives keys and tables once, and says with `fillVector` how a slice is filled;
 *   gets the prepared inputs
 * @param inputs - generators whose vectors are read
 * @example
 * const even = createGenerator('even', () =>
 *   fillVector({ kind: 'number' }, (rows, out) => {
 *     for (let i = 0; i < rows.count; i++) out.values[i] = rows.numbers[i]! * 2
 *   }),
 * )
 */
// oxlint-disable-next-line typescript/no-explicit-any -- see `Generator`
export function createGenerator<Value = any>(
  name: string,
  prepare: (context: Context, inputs: readonly Input[]) => ColumnFill | Promise<ColumnFill>,
  inputs: readonly Generator[] = [],
): Generator<Value> {
  return {
    output: 'value',
    group: {
      name,
      inputs,
      async prepare(context, prepared) {
        const { spec, fill, size, extent, vocabulary, sqlForm } = await prepare(context, prepared)
        const value = createVector(spec, context.capacity)
        return {
          outputs: { value },
          fill: (rows) => fill(rows, value),
          ...(size === undefined ? {} : { sizes: { value: size } }),
          ...(extent && { extents: { value: extent } }),
          ...(vocabulary && { vocabulary }),
          ...(sqlForm && { sqlForms: { value: sqlForm } }),
        }
      },
    },
  }
}

/**
 * @param spec - the vector's kind
 * @param fill - computes `rows.count` cells of it
 * @param size - how many different values there are, when none ever repeats
 */
export function fillVector<const Spec extends VectorSpec>(
  spec: Spec,
  fill: (rows: Rows, out: VectorOf<Spec>) => void,
  size?: number,
): ColumnFill {
  return {
    spec,
    fill: (rows, out) => fill(rows, out as VectorOf<Spec>),
    size,
  }
}
