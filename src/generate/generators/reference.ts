import { createExponentialRanks, createZipf } from '../distribution.ts'
import { createGenerator, fillVector } from '../generator.ts'
import type { Context, Generator, Input, PreparedGroup, Rows, TableContext } from '../generator.ts'
import { below, bits } from '../hash.ts'
import { maskVector } from '../masked-vector.ts'
import { createPermutation } from '../permutation.ts'
import { drawBelow, rowNumber } from '../sql-form.ts'
import type { CountedForm } from '../sql-form.ts'
import { createVector } from '../vector.ts'
import type { NumberVector } from '../vector.ts'
import type { ParentDistribution } from './distributions.ts'
import { refuse } from './refuse.ts'

export interface DrawOptions {
  /** No parent twice, for one-to-one relations. @defaultValue false */
  readonly isUnique?: boolean
  /** How the children are spread over the parents. @defaultValue uniform */
  readonly distribution?: ParentDistribution
  /** To what the first row of a table that refers to itself refers. @defaultValue 'itself' */
  readonly first?: 'itself' | 'nothing'
}

/**
 * The row number of a parent, drawn uniformly. Not a column's value by itself: `keyOf` makes the
 * parent's key of it, and several columns may share one draw (a composite foreign key).
 * A row of a table that refers to itself draws among the rows before it; the first row is its own.
 *
 * @param parent - the parent table's key in the schema
 * @throws DownpourError `PLAN_UNIQUE_DISTRIBUTION` when unique parents have a distribution
 */
export function drawnRow(parent: string, options: DrawOptions = {}): Generator {
  const distribution = options.distribution?.kind === 'uniform' ? undefined : options.distribution
  if (options.isUnique && distribution) {
    refuse('PLAN_UNIQUE_DISTRIBUTION', 'reference', {
      what: 'cannot draw unique parents with a distribution',
      why: 'Where no parent comes twice, none comes more often than another.',
      fix: 'Leave out isUnique or distribution.',
    })
  }
  return createGenerator(`row of ${parent}`, (context) => {
    const table = context.table(parent)
    // Rows of another origin, if this table has some, may refer to any parent that is there.
    const firstFree = context.self.firstRow > 0 ? table.firstToLoad : table.firstRow
    const from = options.isUnique ? firstFree : table.firstReferable
    const span = table.firstRow + table.count - from
    const isSelf = table.key === context.self.key
    const draw = options.isUnique
      ? isSelf
        ? drawNeighbour(from, options.first ?? 'itself')
        : drawUnique(context, span)
      : distribution
        ? drawSkewed(context, table, { span, distribution })
        : drawFreely(context, table, span)
    const allNull = new Uint8Array(context.capacity).fill(1)
    const isFirstAlone = options.first === 'nothing' && isSelf
    const fill = fillVector(
      { kind: 'number' },
      (rows, out) => {
        draw(rows, out.values)
        for (let i = 0; i < rows.count; i++) out.values[i] = from + out.values[i]!
        out.nulls = span === 0 ? allNull : null
        if (!isFirstAlone) return
        const place = rows.numbers.subarray(0, rows.count).indexOf(from)
        if (place >= 0) out.nulls = Uint8Array.from(allNull, (_, i) => (i === place ? 1 : 0))
      },
      options.isUnique ? context.self.firstRow + span : undefined,
    )
    if (options.isUnique || distribution) return fill
    return { ...fill, sqlForm: { kind: 'draw', sql: drawInSql(context, table, { from, span }) } }
  })
}

/** Counted from the first row that may be referred to. */
type Draw = (rows: Rows, out: Float64Array) => void

function drawFreely(context: Context, table: TableContext, span: number): Draw {
  const key = context.random(`${context.purpose}/row`)
  if (table.key !== context.self.key) {
    return ({ count, numbers }, out) => {
      for (let i = 0; i < count; i++) out[i] = below(key, numbers[i]!, span)
    }
  }
  return ({ count, numbers }, out) => {
    for (let i = 0; i < count; i++) {
      const row = numbers[i]!
      out[i] = below(key, row, Math.max(1, row - table.firstReferable))
    }
  }
}

/**
 * Ranks, dealt to the parents by a permutation, so that those with many children stand anywhere. A
 * row of a table that refers to itself draws uniformly where its rank's row comes after it.
 */
function drawSkewed(
  context: Context,
  table: TableContext,
  options: { readonly span: number; readonly distribution: SkewedDistribution },
): Draw {
  const { span, distribution } = options
  if (span === 0) return ({ count }, out) => out.fill(0, 0, count)
  const permutation = createPermutation(context.seed, `${context.purpose}/rank`, span)
  const key = context.random(`${context.purpose}/row`)
  const more = context.random(`${context.purpose}/more`)
  const { at } =
    distribution.kind === 'zipf'
      ? createZipf({ count: span, exponent: distribution.exponent })
      : createExponentialRanks({ count: span, mean: distribution.mean })
  const isSelf = table.key === context.self.key
  return ({ count, numbers }, out) => {
    for (let i = 0; i < count; i++) {
      const row = numbers[i]!
      out[i] = at(bits(key, row), bits(more, row))
    }
    permutation.fill(out, count, out)
    if (!isSelf) return
    for (let i = 0; i < count; i++) {
      const before = Math.max(1, numbers[i]! - table.firstReferable)
      if (out[i]! >= before) out[i] = below(more, numbers[i]!, before)
    }
  }
}

type SkewedDistribution = Exclude<ParentDistribution, { readonly kind: 'uniform' }>

/** One to one with the row before, which is there already; where the first has none, each with itself. */
function drawNeighbour(from: number, first: 'itself' | 'nothing'): Draw {
  const distance = first === 'nothing' ? 1 : 0
  return ({ count, numbers }, out) => {
    for (let i = 0; i < count; i++) out[i] = Math.max(0, numbers[i]! - distance - from)
  }
}

function drawInSql(
  context: Context,
  table: TableContext,
  { from, span }: { readonly from: number; readonly span: number },
): string {
  if (span === 0) return 'null::int8'
  if (table.key !== context.self.key) return `${from} + ${drawBelow(span)}`
  return `${from} + ${drawBelow(`greatest(1, ${rowNumber} - ${table.firstReferable})`)}`
}

function drawUnique(context: Context, span: number): Draw {
  if (span === 0) return ({ count }, out) => out.fill(0, 0, count)
  const permutation = createPermutation(context.seed, `${context.purpose}/row`, span)
  const { firstRow } = context.self
  return ({ count, numbers }, out) => {
    for (let i = 0; i < count; i++) out[i] = numbers[i]! - firstRow
    permutation.fill(out, count, out)
  }
}

/** The row number of the parent that this row is counted by; no parent twice where none has two. */
export function enumeratedRow(): Generator {
  return createGenerator('row of the parent', ({ self }) =>
    fillVector(
      { kind: 'number' },
      (rows, out) => {
        out.values.set(rows.parents.subarray(0, rows.count))
      },
      self.mostSiblings <= 1 ? Infinity : undefined,
    ),
  )
}

/**
 * A column of the parent, at the row that another generator gives: computed, never looked up.
 *
 * @param parent - the parent table's key in the schema
 * @param property - the parent's column
 * @param row - gives row numbers of the parent
 */
export function keyOf(parent: string, property: string, row: Generator): Generator {
  return {
    output: 'value',
    group: {
      name: `reference to ${parent}`,
      inputs: [row],
      async prepare(context, inputs) {
        const { vector: source, size } = inputs[0]!
        const { values } = source as NumberVector
        const reader = await context.table(parent).read([property])
        const form = reader.sqlForms[0]
        if (form?.kind === 'counted') return countedKey(form, inputs[0]!)
        const masked = maskVector(reader.vectors[0]!)
        return {
          outputs: { value: masked.vector },
          // A key that is referred to is unique in its table, so rows that never repeat give keys
          // that never repeat.
          ...(size === undefined ? {} : { sizes: { value: size } }),
          fill({ count }) {
            reader.readRows(values, count)
            const { nulls } = source
            masked.mask(count, nulls === null ? undefined : (i) => nulls[i] === 1)
          },
        }
      },
    },
  }
}

/** A key that counts up follows from the row: nobody has to be asked, not even the server. */
function countedKey({ start }: CountedForm, row: Input): PreparedGroup {
  const { values } = row.vector as NumberVector
  const { capacity } = row.vector
  const keys = createVector({ kind: 'number' }, capacity) as NumberVector
  return {
    outputs: { value: keys },
    ...(row.size === undefined ? {} : { sizes: { value: row.size } }),
    ...(row.sqlForm?.kind === 'draw' && {
      sqlForms: { value: { kind: 'draw', sql: `${start} + (${row.sqlForm.sql})` } },
    }),
    fill({ count }) {
      const { values: out } = keys
      for (let i = 0; i < count; i++) out[i] = start + values[i]!
      keys.nulls = row.vector.nulls
    },
  }
}

/**
 * A foreign key. Without `row` the parent is drawn, uniformly or with a distribution.
 *
 * @param parent - the parent table's key in the schema, e.g. `categories`
 * @param options - `column`: the parent's column that is referred to, default `id`; `row`: a
 *   generator of the parent's row numbers; `isUnique`: no parent twice; `distribution`: some parents
 *   have more children than others, `f.zipf()` or `f.exponential()`
 * @throws DownpourError `PLAN_UNIQUE_DISTRIBUTION`
 * @example
 * { columns: { brandId: f.reference('brands') } }
 * @example
 * { columns: { customerId: f.reference('customers', { distribution: f.zipf({ exponent: 1 }) }) } }
 */
export function reference(
  parent: string,
  options: DrawOptions & {
    readonly column?: string
    readonly row?: Generator
  } = {},
): Generator {
  const { column = 'id' } = options
  return keyOf(parent, column, options.row ?? drawnRow(parent, options))
}

/**
 * A column of the parent that this row is counted by: the owner of an order's customer, the currency
 * of its account.
 *
 * @param parent - the table named in `each`
 * @param property - the parent's column
 * @example
 * { each: f.each('accounts', 20), columns: { userId: f.ofParent('accounts', 'userId') } }
 */
export function ofParent(parent: string, property: string): Generator {
  return keyOf(parent, property, enumeratedRow())
}
