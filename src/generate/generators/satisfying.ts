import { DownpourError } from '../../errors.ts'
import { readCell } from '../cell.ts'
import { looseCell } from '../loose-cell.ts'
import { prepareTogether } from '../detached.ts'
import { mix } from '../hash.ts'
import { createRows } from '../generator.ts'
import type { Context, Generator, Group, Rows } from '../generator.ts'
import { createVector } from '../vector.ts'
import type { Vector } from '../vector.ts'

/** What must hold in every row: a CHECK. */
export interface Condition {
  readonly name: string
  /** Names of the columns that it is about. */
  readonly columns: readonly string[]
  /** @param cell - a column's value: as vectors hold dates and times, else as Drizzle takes it */
  holds(cell: (column: string) => unknown): boolean
}

export interface ConditionedColumn {
  readonly name: string
  /** For messages. */
  readonly property: string
  readonly generator: Generator
  /** What other values are drawn from; none for a column that stays as it is. */
  readonly again: Generator | undefined
}

const attempts = 1000
/** After so many attempts in vain all columns are drawn again. */
const patience = 20

/**
 * Columns that have to satisfy conditions together. Where a row breaks one, the columns of that one
 * are drawn again, as a function of the row and the attempt: the others keep what they have, so that
 * many conditions take hardly more attempts than one.
 *
 * @returns a generator for each column, by name
 * @throws DownpourError `PLAN_CHECK` (when filled) for a row that no attempt satisfies
 */
export function satisfying(
  columns: readonly ConditionedColumn[],
  conditions: readonly Condition[],
): ReadonlyMap<string, Generator> {
  const group: Group = {
    name: `columns of ${conditions.map(({ name }) => name).join(', ')}`,
    inputs: columns.map(({ generator }) => generator),
    async prepare(context, inputs) {
      const sources = inputs.map(({ vector }) => vector)
      const outputs = sources.map((vector) => createVector(specOf(vector), context.capacity))
      const changing = columns.flatMap(({ again }, index) => (again ? [index] : []))
      const again = await prepareTogether(
        { ...context, purpose: `${context.purpose}/again` },
        changing.map((index) => columns[index]!.again!),
      )
      const broken = createRows(context.capacity)
      const places = new Int32Array(context.capacity)
      const check = openConditions(columns, conditions, outputs)
      const sizes = inputs.flatMap(({ size }, index) =>
        size === undefined || columns[index]!.again ? [] : [[columns[index]!.name, size] as const],
      )
      return {
        outputs: Object.fromEntries(columns.map(({ name }, index) => [name, outputs[index]!])),
        sizes: Object.fromEntries(sizes),
        fill(rows) {
          for (const [index, source] of sources.entries()) copyCells(source, outputs[index]!, rows)
          let left = 0
          for (let i = 0; i < rows.count; i++) if (check(i, 0)) places[left++] = i
          for (let attempt = 1; left > 0; attempt++) {
            if (attempt > attempts)
              throw unsatisfied(context, columns, check(places[0]!, 0)!, rows.numbers[places[0]!]!)
            left = redrawRows(attempt, left, rows)
          }
        },
      }

      function redrawRows(attempt: number, count: number, rows: Rows): number {
        for (let i = 0; i < count; i++) {
          const place = places[i]!
          // The draw of a row that no table has.
          broken.numbers[i] = rows.numbers[place]! + attempt * 2 ** 44
          broken.parents[i] = rows.parents[place]!
          broken.ordinals[i] = rows.ordinals[place]!
          broken.siblings[i] = rows.siblings[place]!
        }
        broken.count = count
        again.fill(broken)
        let left = 0
        for (let i = 0; i < count; i++) {
          const place = places[i]!
          const asked = check(place, attempt)!.columns
          const isAfresh = attempt % patience === 0
          for (const [n, index] of changing.entries()) {
            if (!isAfresh && !asked.includes(columns[index]!.name)) continue
            copyCell(again.vectors[n]!, i, outputs[index]!, place)
          }
          if (check(place, 0)) places[left++] = place
        }
        return left
      }
    },
  }
  return new Map(columns.map(({ name }) => [name, { group, output: name }]))
}

/** @returns of a row, a condition that it does not satisfy: each of them in turn, by attempt */
function openConditions(
  columns: readonly ConditionedColumn[],
  conditions: readonly Condition[],
  vectors: readonly Vector[],
): (index: number, attempt: number) => Condition | undefined {
  const byName = new Map(columns.map(({ name }, index) => [name, index]))
  let row = 0
  const cell = (name: string): unknown => {
    const column = byName.get(name)
    return column === undefined ? null : valueOf(vectors[column]!, row)
  }
  return (index, attempt) => {
    row = index
    const first = conditions.find((condition) => !condition.holds(cell))
    if (!first || attempt === 0) return first
    const broken = conditions.filter((condition) => !condition.holds(cell))
    return broken[(mix(attempt) >>> 0) % broken.length]
  }
}

function valueOf(vector: Vector, index: number): unknown {
  if (vector.kind === 'value') return vector.values[index] ?? null
  if (vector.nulls?.[index] === 1) return null
  switch (vector.kind) {
    case 'date':
    case 'timestamp':
    case 'number':
      return vector.values[index]
    default:
      return readCell(vector, index, 'string')
  }
}

function specOf(vector: Vector): Parameters<typeof createVector>[0] {
  switch (vector.kind) {
    case 'decimal':
      return { kind: 'decimal', scale: vector.scale }
    case 'dictionary':
      return { kind: 'dictionary', dictionary: vector.dictionary }
    case 'number':
    case 'boolean':
    case 'date':
    case 'timestamp':
    case 'time':
      return { kind: vector.kind }
    case 'text':
    case 'utf8':
      return { kind: 'text' }
    case 'uuid':
      return { kind: 'uuid' }
    case 'value':
      return { kind: 'value' }
  }
}

function copyCells(from: Vector, to: Vector, { count }: Rows): void {
  for (let i = 0; i < count; i++) copyCell(from, i, to, i)
}

function copyCell(from: Vector, index: number, to: Vector, place: number): void {
  if (from.kind === 'value') {
    ;(to as typeof from).values[place] = from.values[index]
    return
  }
  const isNull = from.nulls?.[index] === 1
  if (to.kind === 'value') {
    to.values[place] = isNull ? null : looseCell(from, index)
    return
  }
  if (isNull || to.nulls) {
    to.nulls ??= new Uint8Array(to.capacity)
    to.nulls[place] = isNull ? 1 : 0
  }
  if (isNull) return
  switch (to.kind) {
    case 'dictionary':
      to.codes[place] = (from as typeof to).codes[index]!
      return
    case 'text':
      to.values[place] = String(readCell(from, index, 'string'))
      return
    case 'uuid': {
      const { bytes } = from as typeof to
      to.bytes.set(bytes.subarray(index * 16, index * 16 + 16), place * 16)
      return
    }
    case 'utf8':
      throw new TypeError(`${to.kind} cells are not copied`)
    default:
      to.values[place] = (from as typeof to).values[index]!
  }
}

function unsatisfied(
  { self }: Context,
  columns: readonly ConditionedColumn[],
  condition: Condition,
  row: number,
): DownpourError {
  const properties = columns.flatMap(({ name, property }) =>
    condition.columns.includes(name) ? [property] : [],
  )
  const names = properties.map((name) => `"${name}"`).join(', ')
  return new DownpourError({
    code: 'PLAN_CHECK',
    message: `Cannot seed "${self.key}": the check "${condition.name}" is not satisfied`,
    why: `${attempts} draws of row ${row} gave no values of ${names} that "${condition.name}" accepts.`,
    fix: `Give ${condition.columns.length === 1 ? 'this column a generator' : 'these columns generators'} whose values satisfy it.`,
    table: self.key,
    column: properties[0]!,
    row,
  })
}
