import { DownpourError } from '../errors.ts'
import { blank, held } from '../generate/generators/held.ts'
import { intPrimaryKey } from '../generate/generators/key.ts'
import { createHeldColumn } from '../generate/held-column.ts'
import type { HeldColumnBuilder, HeldSpec } from '../generate/held-column.ts'
import type { ColumnRead } from '../generate/read-columns.ts'
import { countedKey } from '../model/keys.ts'
import type { SqlType } from '../model/sql-type.ts'
import type { ColumnModel, TableModel } from '../model/table.ts'
import { buildPlan } from '../plan/build-plan.ts'
import type { ConnectedTable, ExistingRows, PlanRequest } from '../plan/build-plan.ts'
import { columnReads } from '../plan/column-reads.ts'
import type { Plan, PlannedColumn } from '../plan/plan.ts'
import { quoteIdentifier, quoteTable } from '../postgres/identifiers.ts'
import type { Session } from '../postgres/session.ts'
import { readExistingRows } from './existing-rows.ts'

/**
 * Builds a plan over the rows that some tables hold in the database, in the transaction that is open:
 * what loaded rows are computed from is read once, over a cursor, in the order of the keys.
 *
 * @param connected - the tables' keys
 * @param mostMebibytes - that what is read may take, of all tables together
 * @throws DownpourError `PLAN_…`, `TARGET_UNREADABLE`
 */
export async function buildConnectedPlan(
  session: Session,
  request: PlanRequest,
  connected: readonly string[],
  mostMebibytes = 256,
): Promise<Plan> {
  const models = request.tables.filter(({ key }) => connected.includes(key))
  // Counting the rows of a large table takes its time.
  const existing = new Map<TableModel, ExistingRows>()
  for (const model of models) existing.set(model, await readExistingRows(session, model))
  const wanted = await findWanted(request, existing)
  const tables = new Map<string, ConnectedTable>()
  const budget: Budget = { bytes: 0, mostMebibytes }
  for (const [model, rows] of existing) {
    const columns = model.columns.filter(({ property }) => wanted.has(`${model.key}.${property}`))
    const dense = denseTable(model, columns, rows)
    tables.set(model.key, dense ?? (await readTable(session, model, { columns, budget })))
  }
  return buildPlan({ ...request, connected: tables })
}

/**
 * A plan over rows without their values tells which columns others ask for.
 *
 * @returns `table.column`
 */
async function findWanted(
  request: PlanRequest,
  existing: ReadonlyMap<TableModel, ExistingRows>,
): Promise<ReadonlySet<string>> {
  const outlines = new Map<string, ConnectedTable>()
  for (const [model, { rows }] of existing) {
    const columns = model.columns.map((column): PlannedColumn => ({
      model: column,
      generator: blank(specByType(column.type)),
    }))
    outlines.set(model.key, { rows, columns, key: undefined })
  }
  const reads: ColumnRead[] = []
  const onRead = (read: ColumnRead) => void reads.push(read)
  const plan = await buildPlan({ ...request, connected: outlines, onRead })
  reads.push(...(await columnReads(plan)))
  return new Set(
    reads.flatMap(({ table, properties }) => properties.map((property) => `${table}.${property}`)),
  )
}

/** Keys without a gap follow from their number: they need not be read, however many there are. */
function denseTable(
  model: TableModel,
  columns: readonly ColumnModel[],
  { rows, smallestKey, largestKey }: ExistingRows,
): ConnectedTable | undefined {
  const key = countedKey(model)
  if (!key || columns.some((column) => column !== key)) return undefined
  if (smallestKey === undefined || largestKey! - smallestKey + 1 !== rows) return undefined
  return {
    rows,
    columns: [{ model: key, generator: intPrimaryKey({ start: smallestKey }) }],
    key: { column: key, start: smallestKey },
  }
}

/** What is held, and how much it may be. */
interface Budget {
  bytes: number
  readonly mostMebibytes: number
}

async function readTable(
  session: Session,
  model: TableModel,
  wanted: { readonly columns: readonly ColumnModel[]; readonly budget: Budget },
): Promise<ConnectedTable> {
  const { columns, budget } = wanted
  const specs: HeldSpec[] = []
  for (const column of columns) specs.push(await specOf(session, model, column))
  const builders = specs.map(createHeldColumn)
  const before = budget.bytes
  const rows = await streamRows(session, {
    statement: selectRows(model, columns, specs),
    onRow(row) {
      row.forEach((value, n) => builders[n]!.add(value))
    },
    onFetched() {
      budget.bytes = before + sizeOf(builders)
      if (budget.bytes > budget.mostMebibytes * 2 ** 20) throw tooMuch(model, budget)
    },
  })
  return {
    rows,
    columns: columns.map((column, n) => ({
      model: column,
      generator: held(builders[n]!.finish()),
    })),
    key: undefined,
  }
}

function sizeOf(builders: readonly HeldColumnBuilder[]): number {
  return builders.reduce((sum, { size }) => sum + size, 0)
}

function tooMuch({ key }: TableModel, { mostMebibytes }: Budget): DownpourError {
  return new DownpourError({
    code: 'PLAN_CONNECT_LIMIT',
    message: `Cannot refer to the rows of "${key}"`,
    why: `They are not rows of this plan, and their keys take more than the ${mostMebibytes} MiB that are held in memory.`,
    fix: `Load ${key} in the same run, or refer to a smaller copy of the table.`,
    table: key,
  })
}

/** Rows in which a key is NULL cannot be referred to. */
function selectRows(
  model: TableModel,
  columns: readonly ColumnModel[],
  specs: readonly HeldSpec[],
): string {
  const values = columns.map(({ name }, n) => valueSql(quoteIdentifier(name), specs[n]!))
  const keys = new Set([model.primaryKey, ...model.uniques.map((unique) => unique.columns)].flat())
  const present = columns
    .filter(({ name, notNull }) => keys.has(name) && !notNull)
    .map(({ name }) => `${quoteIdentifier(name)} is not null`)
  const order =
    model.primaryKey.length > 0
      ? model.primaryKey.map(quoteIdentifier)
      : columns.map(({ name }) => quoteIdentifier(name))
  return [
    `select json_build_array(${values.join(', ')})::text as row`,
    `from ${quoteTable(model.schema, model.name)}`,
    ...(present.length > 0 ? [`where ${present.join(' and ')}`] : []),
    `order by ${order.join(', ')}`,
  ].join(' ')
}

/** Integers may be beyond what a double holds. */
async function specOf(
  session: Session,
  { schema, name: table }: TableModel,
  { name, type }: ColumnModel,
): Promise<HeldSpec> {
  if (type.name !== 'int8') return specByType(type)
  const [row] = await session.query<{ isLarge: boolean }>(
    `select coalesce(max(abs(${quoteIdentifier(name)}::numeric)) > ${Number.MAX_SAFE_INTEGER}, false) as "isLarge" from ${quoteTable(schema, table)}`,
  )
  return { kind: row!.isLarge ? 'value' : 'number' }
}

function specByType({ name, dimensions, modifiers: [precision, scale = 0] }: SqlType): HeldSpec {
  if (dimensions > 0) return { kind: 'utf8' }
  const isExact = precision !== undefined && precision <= exactDigits
  if (name === 'numeric') return isExact ? { kind: 'decimal', scale } : { kind: 'value' }
  return specs[name] ?? { kind: 'utf8' }
}

/** Of a double. */
const exactDigits = 15

const specs: Readonly<Record<string, HeldSpec>> = {
  int2: { kind: 'number' },
  int4: { kind: 'number' },
  int8: { kind: 'number' },
  float4: { kind: 'number' },
  float8: { kind: 'number' },
  bool: { kind: 'boolean' },
  date: { kind: 'date' },
  time: { kind: 'time' },
  timestamp: { kind: 'timestamp' },
  timestamptz: { kind: 'timestamp' },
  uuid: { kind: 'uuid' },
}

/** SQL of a column's value as a held column takes it. */
function valueSql(name: string, spec: HeldSpec): string {
  switch (spec.kind) {
    case 'number':
      return `${name}::float8`
    case 'decimal':
      return `round(${name} * 1e${spec.scale})::float8`
    case 'boolean':
      return `${name}::int`
    case 'date':
      return `${name} - date '1970-01-01'`
    case 'timestamp':
    case 'time':
      return `round(extract(epoch from ${name}) * 1000000)::float8`
    case 'uuid':
    case 'utf8':
    case 'value':
      return `${name}::text`
  }
}

interface Stream {
  /** Gives a JSON array a row. */
  readonly statement: string
  readonly onRow: (row: readonly (number | string | null)[]) => void
  readonly onFetched: () => void
}

/** @returns how many rows there were */
async function streamRows(
  session: Session,
  { statement, onRow, onFetched }: Stream,
): Promise<number> {
  const cursor = 'downpour_parents'
  await session.query(`declare ${cursor} no scroll cursor for ${statement}`)
  for (let [total, size] = [0, firstFetch]; ;) {
    const rows = await session.query<{ row: string }>(`fetch ${size} from ${cursor}`)
    let letters = 0
    for (const { row } of rows) {
      letters += row.length
      onRow(JSON.parse(row) as (number | string | null)[])
    }
    onFetched()
    total += rows.length
    if (rows.length < size) {
      await session.query(`close ${cursor}`)
      return total
    }
    // Rows may be wide: about so many letters are in memory at a time.
    size = Math.min(mostFetched, Math.ceil((lettersFetched * rows.length) / letters))
  }
}

const firstFetch = 100
const mostFetched = 5_000
const lettersFetched = 1_000_000
