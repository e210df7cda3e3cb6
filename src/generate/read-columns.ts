import { DownpourError } from '../errors.ts'
import type { Plan, PlannedTable } from '../plan/plan.ts'
import { readCell } from './cell.ts'
import { inputOf } from './detached.ts'
import type { Enumeration } from './enumeration.ts'
import { openRowFaker } from './faker.ts'
import { createRows } from './generator.ts'
import type {
  ColumnReader,
  Context,
  Generator,
  Group,
  Input,
  PreparedGroup,
  Rows,
  TableContext,
} from './generator.ts'
import { createHashKey } from './hash.ts'
import type { SqlForm } from './sql-form.ts'
import { createVector } from './vector.ts'
import type { ValueVector, Vector } from './vector.ts'

/** Rows that are generated at a time: small enough for the cache, large enough to amortise calls. */
export const sliceCapacity = 4096

const millisecondsPerDay = 86_400_000

/** Where columns are asked for: the plan, or the part of it that has been built so far. */
export interface ReadScope {
  readonly plan: Plan
  /** Columns whose preparation is under way, as `table.column`: one of them again is a circle. */
  readonly path: readonly string[]
  /** Told what generators read of tables. */
  readonly onRead?: ((read: ColumnRead) => void) | undefined
}

/** A generator computes another column's values. */
export interface ColumnRead {
  /** The table whose column asks, … */
  readonly asker: string
  /** … and which it is, as `table.column`. */
  readonly by: string
  /** The table and the properties that are read. */
  readonly table: string
  readonly properties: readonly string[]
}

/**
 * Prepares the generators of some columns, and of the columns those depend on.
 *
 * @param properties - property names of the table's planned columns
 * @throws DownpourError `PLAN_CIRCULAR_COLUMNS` when columns depend on each other in a circle
 * @example
 * const reader = await openColumns({ plan, path: [] }, 'users', ['id', 'email'])
 * reader.readRange(0, 3) // reader.vectors hold ids and emails of users 0, 1 and 2
 */
export async function openColumns(
  scope: ReadScope,
  key: string,
  properties: readonly string[],
): Promise<ColumnReader> {
  const table = plannedTable(scope.plan, key)
  return withKnownRows(table, properties, await openGenerated(scope, table, properties))
}

/** The same columns with the literal values of known rows over what is generated. */
export function withKnownRows(
  table: PlannedTable,
  properties: readonly string[],
  generators: ColumnReader,
): ColumnReader {
  const literal = properties.map((property) =>
    table.knownRows.some((row) => row[property] !== undefined),
  )
  if (!literal.includes(true)) return generators
  return overlayKnownRows(table, properties, literal, generators)
}

/** Columns without their literal values. */
export interface GeneratedColumns extends ColumnReader {
  /** The groups that were prepared, those of inputs among them. */
  readonly groups: ReadonlyMap<Group, PreparedGroup>
}

/** Prepares some columns without their literal values. */
export async function openGenerated(
  scope: ReadScope,
  table: PlannedTable,
  properties: readonly string[],
): Promise<GeneratedColumns> {
  const steps: PreparedGroup[] = []
  const prepared = new Map<Group, PreparedGroup>()
  const owners = groupOwners(table)

  async function visit({ group, output }: Generator): Promise<Input> {
    const ready = prepared.get(group) ?? (await prepare(group))
    return inputOf(ready, output)
  }

  async function prepare(group: Group): Promise<PreparedGroup> {
    const inputs: Input[] = []
    for (const input of group.inputs) inputs.push(await visit(input))
    const context = createContext(scope, table, owners.get(group)!)
    const own: Context = {
      ...context,
      purpose: purposeOf(group, context.purpose),
      knownValues: literalValues(table, group),
    }
    const ready = await group.prepare(own, inputs)
    prepared.set(group, ready)
    steps.push(ready)
    return ready
  }

  const columns = properties.map((property) => findColumn(table, property))
  const vectors: Vector[] = []
  const sqlForms: (SqlForm | undefined)[] = []
  for (const { generator } of columns) {
    const { vector, sqlForm } = await visit(generator)
    vectors.push(vector)
    sqlForms.push(sqlForm)
  }

  const rows = createRows(sliceCapacity)
  const enumeration = table.enumeration?.children.open()
  function fill(): void {
    enumeration?.locate(rows)
    for (const group of steps) group.fill(rows)
  }
  return {
    columns: columns.map(({ model }) => model),
    vectors,
    sqlForms,
    groups: prepared,
    readRange(first, count) {
      setRange(rows, first, count)
      fill()
    },
    readRows(numbers, count) {
      rows.numbers.set(count === numbers.length ? numbers : numbers.subarray(0, count))
      rows.count = count
      fill()
    },
  }
}

/**
 * The column that gives each group its purpose. It follows from the table alone, not from which
 * columns are asked for: a column has the same values when it is read without its siblings.
 */
function groupOwners(table: PlannedTable): ReadonlyMap<Group, string> {
  const owners = new Map<Group, string>()
  function claim({ group }: Generator, property: string): void {
    if (!owners.has(group)) owners.set(group, property)
  }
  function claimInputs({ group }: Generator, property: string): void {
    for (const input of group.inputs) {
      claim(input, property)
      claimInputs(input, property)
    }
  }
  for (const { generator, model } of table.columns) claim(generator, model.property)
  for (const { generator, model } of table.columns) claimInputs(generator, model.property)
  return owners
}

/**
 * A group that reads others draws for a purpose of its own, or its draws would be theirs. Those that
 * read none keep the column's: wrapping a generator changes nothing of what it gives.
 */
function purposeOf(group: Group, column: string): string {
  const height = heightOf(group)
  return height === 0 ? column : `${column}/${height}`
}

function heightOf({ inputs }: Group): number {
  return Math.max(0, ...inputs.map((input) => heightOf(input.group) + 1))
}

/** What known rows say in place of a group's own values, or of what is made of them. */
function literalValues(table: PlannedTable, group: Group): readonly unknown[] {
  const isMadeOf = (candidate: Group): boolean =>
    candidate === group || candidate.inputs.some((input) => isMadeOf(input.group))
  const properties = table.columns
    .filter(({ generator }) => isMadeOf(generator.group))
    .map(({ model }) => model.property)
  return table.knownRows
    .flatMap((row) => properties.map((property) => row[property]))
    .filter((value) => value !== undefined && value !== null)
}

/** What a generator of this column may know. */
export function createContext(scope: ReadScope, table: PlannedTable, property: string): Context {
  const { seed, referenceDate } = scope.plan
  const purpose = `${table.model.key}.${property}`
  if (scope.path.includes(purpose)) {
    throw new DownpourError({
      code: 'PLAN_CIRCULAR_COLUMNS',
      message: `Cannot generate "${table.model.key}": column "${property}" depends on itself`,
      why: `The way around is ${[...scope.path, purpose].join(' → ')}.`,
      fix: 'Compute one of these columns from its row number instead of from another column.',
      table: table.model.key,
      column: property,
    })
  }
  const inner: ReadScope = { ...scope, path: [...scope.path, purpose] }
  return {
    seed,
    referenceDay: Math.round(Date.parse(`${referenceDate}T00:00:00Z`) / millisecondsPerDay),
    purpose,
    capacity: sliceCapacity,
    knownValues: [],
    random: (name) => createHashKey(seed, name),
    self: createTableContext(inner, table, table),
    table: (key) => createTableContext(inner, table, plannedTable(scope.plan, key)),
    faker: () => openRowFaker(createHashKey(seed, `${purpose}/faker`), referenceDate),
  }
}

function createTableContext(
  scope: ReadScope,
  asker: PlannedTable,
  table: PlannedTable,
): TableContext {
  return {
    key: table.model.key,
    firstRow: table.rows.first,
    count: table.rows.count,
    firstToLoad: table.toLoad.first,
    firstReferable: table.firstReferable,
    keyStart: table.key?.start ?? 1,
    enumeratedBy: table.enumeration?.parent,
    mostSiblings: table.enumeration?.children.most ?? Infinity,
    openParents: () => enumerationOf(table).open(),
    read(properties) {
      const by = scope.path.at(-1)!
      scope.onRead?.({ asker: asker.model.key, by, table: table.model.key, properties })
      return openColumns(scope, table.model.key, properties)
    },
  }
}

/**
 * Columns with literal values become plain values: a vocabulary or a composed text has no place for
 * a value of somebody's own.
 */
function overlayKnownRows(
  table: PlannedTable,
  properties: readonly string[],
  literal: readonly boolean[],
  generated: ColumnReader,
): ColumnReader {
  const vectors = generated.vectors.map((vector, column) =>
    literal[column] ? (createVector({ kind: 'value' }, sliceCapacity) as ValueVector) : vector,
  )
  function overlay(rowAt: (index: number) => number, count: number): void {
    properties.forEach((property, column) => {
      if (!literal[column]) return
      const { mode } = generated.columns[column]!
      const source = generated.vectors[column]!
      const target = vectors[column] as ValueVector
      for (let i = 0; i < count; i++) {
        const value = table.knownRows[rowAt(i)]?.[property]
        target.values[i] = value === undefined ? readCell(source, i, mode) : value
      }
    })
  }
  return {
    ...generated,
    vectors,
    // Keys follow from the row number, whether or not known rows say so.
    sqlForms: generated.sqlForms.map((form, column) =>
      literal[column] && table.key?.column.property !== properties[column] ? undefined : form,
    ),
    readRange(first, count) {
      generated.readRange(first, count)
      overlay((index) => first + index, count)
    },
    readRows(numbers, count) {
      generated.readRows(numbers, count)
      overlay((index) => numbers[index]!, count)
    },
  }
}

function setRange(rows: Rows, first: number, count: number): void {
  for (let i = 0; i < count; i++) rows.numbers[i] = first + i
  rows.count = count
}

function plannedTable(plan: Plan, key: string): PlannedTable {
  const table = plan.tables.find((candidate) => candidate.model.key === key)
  if (table) return table
  throw new DownpourError({
    code: 'PLAN_UNKNOWN_TABLE',
    message: `A generator asks for the table "${key}"`,
    why: 'The plan has no such table, or comes to it only after the one that asks.',
    fix: `Name one of: ${plan.tables.map((candidate) => candidate.model.key).join(', ')}.`,
    table: key,
  })
}

function findColumn(table: PlannedTable, property: string): PlannedTable['columns'][number] {
  const column = table.columns.find((candidate) => candidate.model.property === property)
  if (column) return column
  throw new DownpourError({
    code: 'PLAN_UNPLANNED_COLUMN',
    message: `A generator asks for the column "${property}" of "${table.model.key}"`,
    why: 'That column is left to the server, so its values are not known.',
    fix: 'Give the column a generator in its seeder.',
    table: table.model.key,
    column: property,
  })
}

function enumerationOf(table: PlannedTable): Enumeration {
  if (table.enumeration) return table.enumeration.children
  throw new DownpourError({
    code: 'PLAN_NOT_ENUMERATED',
    message: `A generator asks for the parents of "${table.model.key}"`,
    why: 'Only tables that say `each` in their seeder have their rows counted per parent.',
    fix: `Add \`each: f.each(…)\` to "${table.model.key}", or read its foreign key instead.`,
    table: table.model.key,
  })
}
