import { DownpourError } from '../errors.ts'
import type { Generator } from '../generate/generator.ts'
import { constant } from '../generate/generators/constant.ts'
import { intPrimaryKey } from '../generate/generators/key.ts'
import { nullable } from '../generate/generators/nullable.ts'
import { inferColumn } from '../infer/infer-column.ts'
import type { Inferred } from '../infer/inferred.ts'
import { noRules } from '../infer/rules.ts'
import { joinTimes } from '../infer/join-times.ts'
import { nullRate } from '../infer/null-rate.ts'
import { countsUp } from '../model/keys.ts'
import type { ColumnModel, TableModel } from '../model/table.ts'
import { chooseReferences } from './choose-references.ts'
import type { PlannedColumn } from './plan.ts'
import { settleUniques } from './settle-uniques.ts'
import type { TableRefinement } from './refinement.ts'

/** Where the values of a column come from. */
export type Source =
  | { readonly kind: 'given'; readonly generator: Generator }
  /** Nobody writes it: the server fills it, or it stays NULL. */
  | { readonly kind: 'left' }
  | { readonly kind: 'counted' }
  | { readonly kind: 'reference' }
  | { readonly kind: 'inferred'; readonly inferred: Inferred }

/** A table whose columns are about to get generators. */
export interface TableInQuestion {
  readonly table: TableModel
  readonly refinement: TableRefinement
  /** The schema, for the parents' property names. */
  readonly tables: readonly TableModel[]
  /** How many rows there will be. */
  readonly rows: number
}

/**
 * Gives every column of a table its generator: the seeder's own, else what follows from the schema.
 * Columns that only the server can fill are left out.
 *
 * @throws DownpourError `PLAN_NO_GENERATOR` for a column that must have a value and has no source,
 *   `PLAN_UNKNOWN_COLUMN` for a refinement of a column that is not there
 */
export function chooseGenerators(question: TableInQuestion): readonly PlannedColumn[] {
  const { table, refinement } = question
  refuseUnknownColumns(table, [
    ...Object.keys(refinement.columns ?? {}),
    ...(refinement.rows ?? []).flatMap((row) => Object.keys(row)),
  ])
  const sources = new Map(table.columns.map((column) => [column.name, sourceOf(question, column)]))
  const settled = settleUniques(question, sources)
  const references = chooseReferences(question, settled)
  const inferred = new Map<string, Generator>()
  for (const column of table.columns) {
    const source = sources.get(column.name)!
    if (source.kind !== 'inferred') continue
    const isUnique = settled.unique.has(column.name)
    inferred.set(
      column.name,
      settled.parts.get(column.name) ?? source.inferred.make(isUnique ? 'unique' : 'repeating'),
    )
  }
  joinTimes(table, inferred, settled)
  return table.columns.flatMap((column): PlannedColumn[] => {
    const source = sources.get(column.name)!
    switch (source.kind) {
      case 'left':
        return []
      case 'given':
        return [{ model: column, generator: source.generator }]
      case 'counted':
        return [{ model: column, generator: intPrimaryKey({ start: column.identityStart }) }]
      case 'reference':
        return [{ model: column, generator: references.get(column.name)! }]
      case 'inferred': {
        const generator = inferred.get(column.name)!
        const rate = settled.required.has(column.name) ? 0 : nullRate(column)
        const model = source.inferred.writes === 'text' ? asText(column) : column
        return [{ model, generator: rate > 0 ? nullable(generator, { rate }) : generator }]
      }
    }
  })
}

/** What is known of a table that nobody fills: its keys, which others may refer to. */
export function chooseKeys(table: TableModel): readonly PlannedColumn[] {
  return table.columns
    .filter((column) => countsUp(table, column))
    .map((model) => ({ model, generator: intPrimaryKey({ start: model.identityStart }) }))
}

function sourceOf(question: TableInQuestion, column: ColumnModel): Source {
  const { table, refinement } = question
  const given = refinement.columns?.[column.property]
  if (column.generatedAs !== undefined) return { kind: 'left' }
  if (given === false) return leave(question, column)
  if (given !== undefined) return { kind: 'given', generator: given }
  if (table.foreignKeys.some(({ columns }) => columns.includes(column.name))) {
    return { kind: 'reference' }
  }
  if (countsUp(table, column)) return { kind: 'counted' }
  return sourceByDefault(question, column)
}

function sourceByDefault(question: TableInQuestion, column: ColumnModel): Source {
  const { table, refinement } = question
  const known = refinement.rows ?? []
  const givenBy = known.filter((row) => row[column.property] !== undefined).length
  // Literal values of known rows need the column to be written, and no others to be thought of.
  if (givenBy > 0 && givenBy === known.length) {
    return { kind: 'given', generator: constant({ defaultValue: null }) }
  }
  const isChoice = column.type.name === 'bool' || Boolean(column.enumValues?.length)
  if (column.default.kind === 'literal' && !isChoice) {
    return { kind: 'given', generator: constant({ defaultValue: column.default.value }) }
  }
  const inferred = inferColumn({ table, column, rules: noRules })
  if (inferred) return { kind: 'inferred', inferred }
  if (column.default.kind === 'literal') {
    return { kind: 'given', generator: constant({ defaultValue: column.default.value }) }
  }
  return leave(question, column)
}

function leave({ table }: TableInQuestion, column: ColumnModel): Source {
  const { kind } = column.default
  const canBeLeft =
    kind === 'sql' || !column.notNull || column.identity !== undefined || column.serial
  if (canBeLeft && kind !== 'function') return { kind: 'left' }
  if (kind === 'literal') {
    return { kind: 'given', generator: constant({ defaultValue: column.default.value }) }
  }
  throw new DownpourError({
    code: 'PLAN_NO_GENERATOR',
    message: `Cannot seed "${table.key}": column "${column.property}" has no generator`,
    why:
      kind === 'function'
        ? 'Its default is a JavaScript function, which is no function of the row.'
        : `It is NOT NULL, and nothing is known of its type ${column.declaration}.`,
    fix: `Give it one: ${table.key}: { columns: { ${column.property}: f.… } }.`,
    table: table.key,
    column: column.property,
  })
}

/** The server reads the text, whatever Drizzle's own mapping takes. */
function asText(column: ColumnModel): ColumnModel {
  return { ...column, mode: 'string', toDriver: (value) => value }
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
