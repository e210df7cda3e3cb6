import { DownpourError } from '../errors.ts'
import { inputOf } from '../generate/detached.ts'
import { extentOf } from '../generate/extent.ts'
import type { Extent } from '../generate/extent.ts'
import { openGenerated } from '../generate/read-columns.ts'
import { openTable } from '../generate/slices.ts'
import type { TableSource } from '../generate/slices.ts'
import type { Vector, VectorKind } from '../generate/vector.ts'
import { uniqueColumns } from '../model/keys.ts'
import type { ColumnModel } from '../model/table.ts'
import { formatSqlType } from '../model/sql-type.ts'
import { thrownName, valuesAreShown } from '../shown-values.ts'
import { findMisfit } from './check-extent.ts'
import { loadedTables } from './plan.ts'
import type { Plan, PlannedColumn, PlannedTable, RowRange } from './plan.ts'
import type { OpenTable } from './table-sources.ts'

/**
 * Finds what cannot work before anything is written: generators of the wrong type, unique columns
 * that run out of values, parents without rows. Prepares every generator once and draws some rows.
 *
 * @param open - prepares a table. @defaultValue for this alone
 * @throws DownpourError with a code `PLAN_…`
 */
export async function checkPlan(
  plan: Plan,
  open: OpenTable = (table) => openTable(plan, table),
): Promise<void> {
  for (const table of loadedTables(plan)) {
    checkKnownKeys(table)
    checkKnownValues(table)
    checkKeySpace(table)
    checkParents(plan, table)
    const source = await open(table)
    for (const column of table.columns) {
      const { vector, size, extent } = generatedBy(source, column)
      checkUnique(table, column, size)
      checkType(table, column.model, vector)
      checkExtent(table, column.model, { vector, extent })
    }
    await drawFirstRows(plan, table, source)
  }
}

/** Before Drizzle's mapping, which makes plain values of some. */
function generatedBy({ groups }: TableSource, { generator: { group, output } }: PlannedColumn) {
  return inputOf(groups.get(group)!, output)
}

/** Enough to meet most of what a generator can do, and no time. */
const sampleRows = 100

/** Each row of a sum is made of many children, which are drawn by themselves as well. */
const sampleSums = 10

const numbers = ['int2', 'int4', 'int8', 'float4', 'float8', 'numeric']
const texts = ['text', 'varchar', 'bpchar', 'name', 'citext', 'json', 'jsonb', 'xml']

/** The built-in types that a kind of vector can go into; other types decide for themselves. */
const accepts: Readonly<Record<Exclude<VectorKind, 'value'>, readonly string[]>> = {
  number: numbers,
  decimal: numbers,
  boolean: ['bool'],
  date: ['date'],
  timestamp: ['timestamp', 'timestamptz'],
  time: ['time'],
  dictionary: texts,
  text: texts,
  utf8: texts,
  uuid: ['uuid', 'text', 'varchar', 'bpchar', 'citext'],
}
const builtIn = new Set(Object.values(accepts).flat())

function checkType(table: PlannedTable, column: ColumnModel, vector: Vector): void {
  if (vector.kind === 'value') return
  const type = column.base ?? column.type
  const accepted =
    type.dimensions === 0 &&
    (column.enumValues || !builtIn.has(type.name)
      ? ['dictionary', 'text', 'utf8'].includes(vector.kind)
      : accepts[vector.kind].includes(type.name))
  if (!accepted) {
    throw columnError(table, column, {
      code: 'PLAN_WRONG_TYPE',
      why: `Its generator gives ${vector.kind} values, and the column is ${formatSqlType(column.type)}.`,
      fix: 'Use a generator that gives values of the column’s type.',
    })
  }
  if (vector.kind === 'dictionary') checkWords(table, column, vector.dictionary.words)
}

function checkWords(table: PlannedTable, column: ColumnModel, words: readonly string[]): void {
  const { enumValues } = column
  const stranger = enumValues?.length ? words.find((word) => !enumValues.includes(word)) : undefined
  if (stranger !== undefined) {
    throw columnError(table, column, {
      code: 'PLAN_NOT_IN_ENUM',
      why: `Its generator can give "${stranger}", which is not one of ${enumValues!.join(', ')}.`,
      fix: 'Leave that value out of the generator, or add it to the enum.',
    })
  }
}

/** What one's own mapping makes of a plain value is not known. */
function isMapped({ mode }: ColumnModel): boolean {
  return mode === 'custom'
}

function checkExtent(
  table: PlannedTable,
  column: ColumnModel,
  { vector, extent }: { readonly vector: Vector; readonly extent: Extent | undefined },
): void {
  if (!extent || (vector.kind === 'value' && isMapped(column))) return
  const misfit = findMisfit(column.base ?? column.type, extent)
  if (!misfit) return
  const { code, given, held, fix } = misfit
  throw columnError(table, column, {
    code,
    why: `Its generator can give ${given}, and the column holds ${held}.`,
    fix,
  })
}

/** Literal values are not drawn, and may be more than are tried. */
function checkKnownValues(table: PlannedTable): void {
  for (const { model: column } of table.columns) {
    if (isMapped(column)) continue
    const type = column.base ?? column.type
    for (const [row, known] of table.knownRows.entries()) {
      const misfit = findMisfit(type, extentOf([known[column.property]]))
      if (!misfit) continue
      throw columnError(table, column, {
        code: misfit.code,
        why: `The value of known row ${row} does not fit: the column holds ${misfit.held}.`,
        fix: 'Correct the known row, or give the column a larger type.',
      })
    }
  }
}

function checkUnique(
  table: PlannedTable,
  { model: column, generator }: PlannedColumn,
  size: number | undefined,
): void {
  const { model, rows, knownRows } = table
  const isAlone = (names: readonly string[]) => names.length === 1 && names[0] === column.name
  const mustBeUnique = uniqueColumns(model).some(isAlone)
  const needed = rows.first + rows.count
  const isTrivial = needed <= knownRows.length || (needed === 1 && knownRows.length === 0)
  if (isTrivial || (size === undefined && !mustBeUnique)) return
  if (size === undefined) {
    throw columnError(table, column, {
      code: 'PLAN_NOT_UNIQUE',
      why: `The column is unique, and its generator (${generator.group.name}) may give a value twice.`,
      fix: 'Use a generator that can be unique, such as f.template(…, { isUnique: true }) or f.int({ isUnique: true }).',
    })
  }
  if (needed <= size) return
  throw columnError(table, column, {
    code: 'PLAN_UNIQUE_SPACE',
    why: `It is unique, and its generator has ${size} different values for ${needed} rows.`,
    fix: `Plan at most ${size} rows of ${model.key}, or give the generator more values.`,
  })
}

function checkParents(plan: Plan, table: PlannedTable): void {
  if (table.toLoad.count === 0) return
  for (const foreignKey of table.model.foreignKeys) {
    if (foreignKey.parent === table.model.key) continue
    const parent = plan.tables.find(({ model }) => model.key === foreignKey.parent)!
    const column = table.columns.find(({ model }) => foreignKey.columns.includes(model.name))
    const referable = parent.rows.first + parent.rows.count - parent.firstReferable
    if (referable > 0 || !column?.model.notNull) continue
    throw new DownpourError({
      code: 'PLAN_EMPTY_PARENT',
      message: `Cannot seed "${table.model.key}": column "${column.model.property}" has no rows to reference`,
      why: `${parent.model.key} has 0 rows planned and ${table.model.key}.${column.model.property} is NOT NULL.`,
      fix: `Give ${parent.model.key} a count of at least 1.`,
      table: table.model.key,
      column: column.model.property,
    })
  }
}

/** Keys follow from the row number; a known row may say so, but not otherwise. */
function checkKnownKeys(table: PlannedTable): void {
  if (!table.key) return
  const { column, start } = table.key
  const row = table.knownRows.findIndex((known, number) => {
    const value = known[column.property]
    return value !== undefined && Number(value) !== start + number
  })
  if (row < 0) return
  throw columnError(table, column, {
    code: 'PLAN_KNOWN_KEY',
    why: `Known row ${row} gives it a value of its own, but keys count up with the rows.`,
    fix: `Leave "${column.property}" out of the known rows; row ${row} gets ${start + row}.`,
  })
}

/** Up to where the keys of a type count; doubles are exact up to 2^53. */
const largestKeys: Readonly<Record<string, number>> = {
  int2: 32_767,
  int4: 2_147_483_647,
  int8: Number.MAX_SAFE_INTEGER,
}

/** After a large key somebody wrote, or in a small type, there may be no keys left. */
function checkKeySpace(table: PlannedTable): void {
  const { rows, toLoad, key } = table
  if (!key || toLoad.count === 0) return
  const largest = largestKeys[key.column.type.name]!
  const last = key.start + (rows.first + rows.count - 1)
  if (last <= largest) return
  throw columnError(table, key.column, {
    code: 'PLAN_KEY_SPACE',
    why: `Keys would go up to ${last}, and those of this type end at ${largest}.`,
    fix: 'Plan fewer rows, or use a larger integer type; after --append, look for a row with a very large key.',
  })
}

/** A generator of somebody's own may throw or give NULL; better now than in the middle of the load. */
async function drawFirstRows(plan: Plan, table: PlannedTable, source: TableSource): Promise<void> {
  // Known rows have their literal values in place of these.
  const { toLoad, knownRows } = table
  const first = Math.max(toLoad.first, knownRows.length)
  const isSum = table.columns.some(({ generator }) => generator.group.summary !== undefined)
  const most = isSum ? sampleSums : sampleRows
  const count = Math.min(most, toLoad.first + toLoad.count - first)
  if (count <= 0) return
  try {
    drawOnce(source, { first, count })
  } catch (error) {
    if (error instanceof DownpourError) throw error
    throw await failedGenerator(plan, table, { first, count, error })
  }
  for (const column of table.columns) {
    if (!column.model.notNull) continue
    checkNotNull(table, column.model, firstNull(generatedBy(source, column).vector, count))
  }
}

/** So few rows are one slice, whose vectors stay as they are. */
function drawOnce(source: TableSource, range: RowRange): void {
  source.slices(range)[Symbol.iterator]().next()
}

function firstNull(vector: Vector, count: number): number {
  for (let i = 0; i < count; i++) {
    const isNull = vector.kind === 'value' ? vector.values[i] == null : vector.nulls?.[i] === 1
    if (isNull) return i
  }
  return -1
}

function checkNotNull(table: PlannedTable, column: ColumnModel, index: number): void {
  if (index < 0) return
  throw columnError(table, column, {
    code: 'PLAN_NULL',
    why: 'The column is NOT NULL, and its generator gives NULL for some rows.',
    fix: 'Use a generator that always gives a value, or let the column be NULL in the schema.',
  })
}

/** Which column it was shows itself when each is read alone. */
async function failedGenerator(
  plan: Plan,
  table: PlannedTable,
  failure: { readonly first: number; readonly count: number; readonly error: unknown },
): Promise<DownpourError> {
  for (const column of table.columns) {
    const reader = await openGenerated({ plan, path: [] }, table, [column.model.property])
    try {
      reader.readRange(failure.first, failure.count)
    } catch (error) {
      return columnError(table, column.model, {
        code: 'PLAN_GENERATOR_FAILED',
        why: `Its generator (${column.generator.group.name}) threw ${thrownName(error)}.`,
        fix: valuesAreShown()
          ? 'Correct the generator in the seeder.'
          : 'Correct the generator in the seeder; --show-values or DOWNPOUR_SHOW_VALUES=1 tells the text, which may hold values.',
        cause: error,
      })
    }
  }
  throw failure.error
}

function columnError(
  table: PlannedTable,
  column: ColumnModel,
  failure: { code: string; why: string; fix: string; cause?: unknown },
): DownpourError {
  return new DownpourError({
    ...failure,
    message: `Cannot seed "${table.model.key}": column "${column.property}" cannot be filled`,
    table: table.model.key,
    column: column.property,
  })
}
