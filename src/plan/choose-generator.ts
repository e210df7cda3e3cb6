import { DownpourError } from '../errors.ts'
import type { Generator } from '../generate/generator.ts'
import { constant } from '../generate/generators/constant.ts'
import { intPrimaryKey } from '../generate/generators/key.ts'
import { drawnRow, enumeratedRow, keyOf } from '../generate/generators/reference.ts'
import { countsUp, uniqueColumns } from '../model/keys.ts'
import type { ColumnModel, ForeignKeyModel, TableModel } from '../model/table.ts'
import type { PlannedColumn } from './plan.ts'
import type { Each, TableRefinement } from './refinement.ts'

/**
 * Gives every column of a table its generator: the seeder's own, else what follows from the schema.
 * Columns that only the server can fill are left out.
 *
 * @param tables - the schema, for the parents' property names
 * @throws DownpourError `PLAN_NO_GENERATOR` for a column that must have a value and has no source,
 *   `PLAN_UNKNOWN_COLUMN` for a refinement of a column that is not there
 */
export function chooseGenerators(
  table: TableModel,
  refinement: TableRefinement,
  tables: readonly TableModel[],
): readonly PlannedColumn[] {
  const given = refinement.columns ?? {}
  refuseUnknownColumns(table, [
    ...Object.keys(given),
    ...(refinement.rows ?? []).flatMap((row) => Object.keys(row)),
  ])
  const references = chooseReferences(table, refinement.each, tables)
  return table.columns.flatMap((column): PlannedColumn[] => {
    if (column.generatedAs !== undefined) return []
    const generator =
      given[column.property] ??
      references.get(column.name) ??
      (countsUp(table, column)
        ? intPrimaryKey({ start: column.identityStart })
        : fromDefault(table, column, refinement))
    return generator ? [{ model: column, generator }] : []
  })
}

/** What is known of a table that nobody fills: its keys, which others may refer to. */
export function chooseKeys(table: TableModel): readonly PlannedColumn[] {
  return table.columns
    .filter((column) => countsUp(table, column))
    .map((model) => ({ model, generator: intPrimaryKey({ start: model.identityStart }) }))
}

/** All columns of one foreign key share the draw of the parent's row. */
function chooseReferences(
  table: TableModel,
  each: Each | undefined,
  tables: readonly TableModel[],
): ReadonlyMap<string, Generator> {
  const enumerated = each && findForeignKey(table, each)
  return new Map(
    table.foreignKeys.flatMap((foreignKey) => {
      const parent = tables.find((candidate) => candidate.key === foreignKey.parent)!
      const isUnique = uniqueColumns(table).some((names) => isSameSet(names, foreignKey.columns))
      const row = foreignKey === enumerated ? enumeratedRow() : drawnRow(parent.key, { isUnique })
      return foreignKey.columns.map((name, index): [string, Generator] => {
        const target = parent.columns.find(
          (column) => column.name === foreignKey.parentColumns[index],
        )!
        return [name, keyOf(parent.key, target.property, row)]
      })
    }),
  )
}

function isSameSet(names: readonly string[], others: readonly string[]): boolean {
  return names.length === others.length && names.every((name) => others.includes(name))
}

/** @throws DownpourError `PLAN_NO_PARENT` where no foreign key, or more than one, could be meant */
export function findForeignKey(table: TableModel, each: Each): ForeignKeyModel {
  const column = table.columns.find(({ property }) => property === each.column)
  const candidates = table.foreignKeys.filter(
    ({ parent, columns }) =>
      parent === each.parent && (!each.column || columns.includes(column?.name ?? '')),
  )
  if (candidates.length === 1) return candidates[0]!
  throw new DownpourError({
    code: 'PLAN_NO_PARENT',
    message: `Cannot count the rows of "${table.key}" per row of "${each.parent}"`,
    why:
      candidates.length === 0
        ? `No foreign key of "${table.key}" refers to "${each.parent}"${each.column ? ` from "${each.column}"` : ''}.`
        : `"${table.key}" has ${candidates.length} foreign keys to it.`,
    fix:
      candidates.length === 0
        ? `Name the parent of one of its foreign keys: ${table.foreignKeys.map(({ parent }) => parent).join(', ') || 'it has none'}.`
        : "Say which one: f.each('…', n, { column: '…' }).",
    table: table.key,
  })
}

function fromDefault(
  table: TableModel,
  column: ColumnModel,
  refinement: TableRefinement,
): Generator | undefined {
  if (column.default.kind === 'literal') return constant({ defaultValue: column.default.value })
  const known = refinement.rows ?? []
  const givenBy = known.filter((row) => row[column.property] !== undefined).length
  // Literal values of a few rows need the column to be written, so the other rows need a source.
  if (givenBy > 0 && (givenBy === known.length || !column.notNull)) {
    return constant({ defaultValue: null })
  }
  const isLeftToServer = column.default.kind === 'sql' || !column.notNull
  if (isLeftToServer && column.default.kind !== 'function' && givenBy === 0) return undefined
  throw new DownpourError({
    code: 'PLAN_NO_GENERATOR',
    message: `Cannot seed "${table.key}": column "${column.property}" has no generator`,
    why:
      column.default.kind === 'function'
        ? 'Its default is a JavaScript function, which is no function of the row.'
        : 'It is NOT NULL, and neither the schema nor the seeder says where its values come from.',
    fix: `Give it one in the seeder: ${table.key}: { columns: { ${column.property}: f.… } }.`,
    table: table.key,
    column: column.property,
  })
}

function refuseUnknownColumns(table: TableModel, properties: readonly string[]): void {
  const names = table.columns.map((column) => column.property)
  const unknown = properties.find((property) => !names.includes(property))
  if (unknown === undefined) return
  throw new DownpourError({
    code: 'PLAN_UNKNOWN_COLUMN',
    message: `Cannot seed "${table.key}": it has no column "${unknown}"`,
    why: 'The seeder names a column that the Drizzle table does not declare.',
    fix: `Use one of: ${names.join(', ')}.`,
    table: table.key,
    column: unknown,
  })
}
