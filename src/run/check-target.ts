import { DownpourError } from '../errors.ts'
import { isSameType, parseSqlType } from '../model/sql-type.ts'
import type { SqlType } from '../model/sql-type.ts'
import type { ColumnModel, TableModel } from '../model/table.ts'
import type { PlannedTable } from '../plan/plan.ts'
import { readCatalog } from '../postgres/catalog.ts'
import type { CatalogColumn, CatalogTable } from '../postgres/catalog.ts'
import { readEngine } from '../postgres/engine.ts'
import type { Engine } from '../postgres/engine.ts'
import type { Session } from '../postgres/session.ts'
import type { Target } from '../write/target.ts'

/**
 * Compares the planned tables with the server's catalog, before the first write.
 *
 * @returns the tables with the server's types of their columns
 * @throws DownpourError `TARGET_…` for a table or column that is missing or differs
 */
export async function checkTargets(
  session: Session,
  tables: readonly PlannedTable[],
): Promise<readonly Target[]> {
  const engine = await readEngine(session)
  const catalog = await readCatalog(
    session,
    tables.map(({ model }) => ({ schema: model.schema, name: model.name })),
  )
  return tables.map((table, index) => checkTarget(table, catalog[index], engine))
}

function checkTarget(table: PlannedTable, found: CatalogTable | undefined, engine: Engine): Target {
  const { model } = table
  if (!found) {
    throw targetError(model, {
      code: 'TARGET_NO_TABLE',
      why: `The database has no table "${model.schema}"."${model.name}".`,
      fix: 'Apply the migrations: npx downpour migrate.',
    })
  }
  checkTable(model, found)
  for (const column of model.columns) {
    if (column.generatedAs === undefined) checkColumn(model, column, found.columns.get(column.name))
  }
  const columns = table.columns.map(({ model: column }) => ({
    table: model.key,
    name: column.name,
    serverType: found.columns.get(column.name)!.serverType,
    toDriver: column.toDriver,
  }))
  const written = new Set(columns.map(({ name }) => name))
  for (const column of found.columns.values()) {
    const fillsItself = !column.notNull || column.hasDefault || column.generated
    if (!fillsItself && !written.has(column.name)) throw unfilledColumn(model, column.name)
  }
  return { table, columns, engine }
}

function checkTable(model: TableModel, found: CatalogTable): void {
  if (!['r', 'p'].includes(found.kind)) {
    throw targetError(model, {
      code: 'TARGET_NOT_A_TABLE',
      why: `"${model.schema}"."${model.name}" is a view or a foreign table, which cannot be loaded.`,
      fix: 'Leave it out of the schema module that is seeded.',
    })
  }
  const [right] = found.missingRights
  if (right !== undefined) {
    throw new DownpourError({
      code: 'TARGET_NO_RIGHT',
      message: `Cannot seed "${model.key}": the role lacks a right`,
      why: `It lacks ${found.missingRights.join(' and ')}.`,
      fix: `Grant it what it lacks, or use another role: GRANT ${right} TO the role.`,
      table: model.key,
    })
  }
  if (model.schema === 'public' && !found.isVisible) {
    throw new DownpourError({
      code: 'TARGET_SEARCH_PATH',
      message: `Cannot seed "${model.key}": the search_path does not lead to its table`,
      why: `Drizzle writes "${model.name}" without a schema, and the server takes it for another table than "public"."${model.name}", or for none.`,
      fix: 'Put public first: ALTER DATABASE … SET search_path = public.',
      table: model.key,
    })
  }
}

function unfilledColumn(table: TableModel, name: string): DownpourError {
  const declared = table.columns.find((column) => column.name === name)
  return targetError(table, {
    code: 'TARGET_EXTRA_COLUMN',
    why: `Its column "${name}" is NOT NULL without a default in the database, and nothing fills it.`,
    fix: declared
      ? `Give it a generator in the seeder: ${table.key}: { columns: { ${declared.property}: f.… } }.`
      : 'Add the column to the Drizzle table, or give it a default in the database.',
    column: declared?.property ?? name,
  })
}

/** An enum's name may be anything: it is not parsed. */
function declaredType({ declared, serverType }: CatalogColumn): SqlType {
  const { kind, name } = serverType.element ?? serverType
  if (kind !== 'enum') return parseSqlType(declared)
  return { name, modifiers: [], dimensions: serverType.element ? 1 : 0 }
}

function checkColumn(
  table: TableModel,
  column: ColumnModel,
  actual: CatalogColumn | undefined,
): void {
  if (!actual) {
    throw targetError(table, {
      code: 'TARGET_NO_COLUMN',
      why: `The database's table has no column "${column.name}".`,
      fix: 'Apply the migrations (npx downpour migrate), or generate the one that adds it.',
      column: column.property,
    })
  }
  if (actual.generated) {
    throw targetError(table, {
      code: 'TARGET_GENERATED',
      why: `The database computes its column "${column.name}", so it takes no values.`,
      fix: 'Declare it with generatedAlwaysAs() in the Drizzle table.',
      column: column.property,
    })
  }
  if (!isSameType(column.type, declaredType(actual))) {
    throw targetError(table, {
      code: 'TARGET_TYPE',
      why: `Its column "${column.name}" is ${actual.declared} in the database and ${column.declaration} in the schema.`,
      fix: 'Generate and apply a migration, so that the two agree.',
      column: column.property,
    })
  }
  const { enumLabels = column.enumValues } = actual
  const unknown = column.enumValues?.find((value) => !enumLabels!.includes(value))
  if (unknown === undefined) return
  throw targetError(table, {
    code: 'TARGET_ENUM',
    why: `Its column "${column.name}" is ${actual.declared}, which has no value "${unknown}" in the database.`,
    fix: 'Generate and apply a migration, so that the two agree.',
    column: column.property,
  })
}

function targetError(
  table: TableModel,
  failure: { code: string; why: string; fix: string; column?: string },
): DownpourError {
  return new DownpourError({
    ...failure,
    message: `Cannot seed "${table.key}": the database differs from the schema`,
    table: table.key,
  })
}
