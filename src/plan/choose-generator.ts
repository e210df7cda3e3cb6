import { DownpourError } from '../errors.ts'
import type { Generator } from '../generate/generator.ts'
import { constant } from '../generate/generators/constant.ts'
import { intPrimaryKey } from '../generate/generators/key.ts'
import { nullable } from '../generate/generators/nullable.ts'
import { satisfying } from '../generate/generators/satisfying.ts'
import type { Condition } from '../generate/generators/satisfying.ts'
import { inferColumn } from '../infer/infer-column.ts'
import type { Inferred } from '../infer/inferred.ts'
import { noRules, nothingAsked } from '../infer/rules.ts'
import type { TableRules } from '../infer/rules.ts'
import { joinTimes } from '../infer/join-times.ts'
import { nullRate } from '../infer/null-rate.ts'
import { countsUp, uniqueColumns } from '../model/keys.ts'
import type { ColumnModel, TableModel } from '../model/table.ts'
import { chooseReferences } from './choose-references.ts'
import { didYouMean } from './nearest.ts'
import type { PlannedColumn } from './plan.ts'
import { settleUniques } from './settle-uniques.ts'
import type { SettledUniques } from './settle-uniques.ts'
import type { TableRefinement } from './refinement.ts'

/** Where the values of a column come from. */
export type Source =
  /** `otherwise` is for rows whose checks refuse what is given. */
  | { readonly kind: 'given'; readonly generator: Generator; readonly otherwise?: Inferred }
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
  /** Whether a table's rows are counted per parent. */
  readonly isEnumerated: (key: string) => boolean
  /** Whether a table's rows are those of somebody else. */
  readonly isConnected: (key: string) => boolean
  /** How many rows there will be, … */
  readonly rows: number
  /** … at most so many of one parent, if they are counted per parent. */
  readonly mostSiblings: number
  /** How many rows of a table there are to refer to. */
  readonly referable: (key: string) => number
  /** The plan's reference date. */
  readonly reference: Date
}

/**
 * Gives every column of a table its generator: the seeder's own, else what follows from the schema.
 * Columns that only the server can fill are left out.
 *
 * @throws DownpourError `PLAN_NO_GENERATOR` for a column that must have a value and has no source,
 *   `PLAN_UNKNOWN_COLUMN` for a refinement of a column that is not there
 */
export async function chooseGenerators(
  question: TableInQuestion,
): Promise<readonly PlannedColumn[]> {
  const { table, refinement } = question
  refuseUnknownColumns(table, [
    ...Object.keys(refinement.columns ?? {}),
    ...(refinement.rows ?? []).flatMap((row) => Object.keys(row)),
  ])
  const demands = await readDemands(question)
  const sources = new Map(
    table.columns.map((column) => [column.name, sourceOf(question, column, demands)]),
  )
  const settled = settleUniques(question, sources, demands.unequal)
  const references = chooseReferences(question, settled, demands.nullShares)
  const inferred = new Map<string, Generator>()
  for (const [name, source] of sources) {
    if (source.kind !== 'inferred') continue
    const values = settled.unique.has(name) ? 'unique' : 'repeating'
    inferred.set(name, settled.parts.get(name) ?? source.inferred.make(values))
  }
  joinTimes(table, inferred, settled, demands.rising)

  function generatorOf(name: string): Generator | undefined {
    const source = sources.get(name)!
    switch (source.kind) {
      case 'left':
        return undefined
      case 'given':
        return settled.parts.get(name) ?? source.generator
      case 'counted': {
        const column = table.columns.find((candidate) => candidate.name === name)!
        return intPrimaryKey({ start: column.identityStart })
      }
      case 'reference': {
        const reference = references.get(name)!
        return 'sameAs' in reference ? generatorOf(reference.sameAs) : reference
      }
      case 'inferred':
        return inferred.get(name)
    }
  }

  const drafts = table.columns.flatMap((column): Draft[] => {
    const generator = generatorOf(column.name)
    if (!generator) return []
    const source = sources.get(column.name)!
    const reference = references.get(column.name)
    const isOwn = source.kind === 'reference' && reference !== undefined && 'sameAs' in reference
    const isRequired =
      settled.required.has(column.name) ||
      demands.rules.get(column.name)?.isRequired === true ||
      isReferredTo(question, column)
    const mayBeNull = !column.notNull && !isRequired && (source.kind === 'inferred' || isOwn)
    const rate = mayBeNull ? (demands.nullShares.get(column.name) ?? nullRate(column)) : 0
    const whole = rate > 0 ? nullable(generator, { rate }) : generator
    const isDrawn =
      source.kind === 'inferred'
        ? !settled.unique.has(column.name) && !settled.parts.has(column.name)
        : isDrawnReference(question, settled, column)
    const other = source.kind === 'given' ? source.otherwise?.make('repeating') : undefined
    const writesText = source.kind === 'inferred' && source.inferred.writes === 'text'
    return [
      {
        model: writesText ? asText(column) : column,
        generator: whole,
        again: isDrawn ? whole : other,
      },
    ]
  })
  return satisfyChecks(drafts, demands.conditions)
}

/** Rows in which it is NULL could not be referred to. */
function isReferredTo({ table, tables }: TableInQuestion, { name }: ColumnModel): boolean {
  return tables.some(({ foreignKeys }) =>
    foreignKeys.some(
      ({ parent, parentColumns }) => parent === table.key && parentColumns.includes(name),
    ),
  )
}

/** Whether another row of the parent would do as well. */
function isDrawnReference(
  { table, refinement }: TableInQuestion,
  settled: SettledUniques,
  { name, property }: ColumnModel,
): boolean {
  const keys = table.foreignKeys.filter(({ columns }) => columns.includes(name))
  const [key] = keys
  return (
    key !== undefined &&
    keys.length === 1 &&
    key.columns.length === 1 &&
    key.parent !== table.key &&
    refinement.columns?.[property] === undefined &&
    !settled.oneToOne.has(key) &&
    !settled.rows.has(key) &&
    refinement.each?.parent !== key.parent
  )
}

/** A planned column, before checks have had their say. */
interface Draft extends PlannedColumn {
  /** Gives other values where these break a check; none for columns that stay. */
  readonly again: Generator | undefined
}

/** Nothing is asked of columns that a seeder fills: the parser need not be loaded for them. */
async function readDemands(question: TableInQuestion): Promise<TableRules> {
  const { table, refinement, reference } = question
  const isOpen = ({ property, generatedAs }: ColumnModel): boolean =>
    generatedAs === undefined && refinement.columns?.[property] === undefined
  const open = table.columns.filter(isOpen).map(({ name }) => name)
  const isAsked = table.checks.some(({ expression }) =>
    open.some((name) => expression.includes(name)),
  )
  if (!isAsked) return nothingAsked
  const { readChecks } = await import('../infer/read-checks.ts')
  return readChecks(table, (name) => open.includes(name), reference)
}

/** Columns that checks speak of in one breath are drawn together. */
function satisfyChecks(
  drafts: readonly Draft[],
  conditions: readonly Condition[],
): readonly PlannedColumn[] {
  const chosen = new Map<string, Generator>()
  for (const component of componentsOf(conditions)) {
    const names = new Set(component.flatMap(({ columns }) => columns))
    const columns = drafts.filter(({ model }) => names.has(model.name))
    if (columns.every(({ again }) => again === undefined)) continue
    const generators = satisfying(
      columns.map(({ model, generator, again }) => ({
        name: model.name,
        property: model.property,
        generator,
        again,
      })),
      component,
    )
    for (const { model, again } of columns) {
      if (again) chosen.set(model.name, generators.get(model.name)!)
    }
  }
  return drafts.map(({ model, generator }) => ({
    model,
    generator: chosen.get(model.name) ?? generator,
  }))
}

/** Conditions that share columns, over others or directly. */
function componentsOf(conditions: readonly Condition[]): readonly (readonly Condition[])[] {
  const components: Condition[][] = []
  for (const condition of conditions) {
    const touching = components.filter((component) =>
      component.some(({ columns }) => columns.some((name) => condition.columns.includes(name))),
    )
    for (const component of touching) components.splice(components.indexOf(component), 1)
    components.push([...touching.flat(), condition])
  }
  return components
}

/** What is known of a table that nobody fills: its keys, which others may refer to. */
export function chooseKeys(table: TableModel): readonly PlannedColumn[] {
  return table.columns
    .filter((column) => countsUp(table, column))
    .map((model) => ({ model, generator: intPrimaryKey({ start: model.identityStart }) }))
}

function sourceOf(question: TableInQuestion, column: ColumnModel, demands: TableRules): Source {
  const { table, refinement, rows } = question
  const given = refinement.columns?.[column.property]
  if (column.generatedAs !== undefined) return { kind: 'left' }
  if (given === false) return leave(question, column)
  if (given !== undefined) {
    const isUnique = uniqueColumns(table).some((names) => names.join() === column.name)
    const own = given.forColumn?.({ type: column.base ?? column.type, isUnique, rows })
    return { kind: 'given', generator: own ?? given }
  }
  if (table.foreignKeys.some(({ columns }) => columns.includes(column.name))) {
    return { kind: 'reference' }
  }
  if (countsUp(table, column)) return { kind: 'counted' }
  return sourceByDefault(question, column, demands)
}

function sourceByDefault(
  question: TableInQuestion,
  column: ColumnModel,
  { rules, conditions }: TableRules,
): Source {
  const { table, refinement, rows } = question
  const known = refinement.rows ?? []
  const givenBy = known.filter((row) => row[column.property] !== undefined).length
  // Literal values of known rows need the column to be written, and no others to be thought of.
  if (givenBy > 0 && givenBy === rows) {
    return { kind: 'given', generator: constant({ defaultValue: null }) }
  }
  const isChoice = column.type.name === 'bool' || Boolean(column.enumValues?.length)
  const inferred = inferColumn({ table, column, rules: rules.get(column.name) ?? noRules })
  if (column.default.kind === 'literal' && !(isChoice && inferred)) {
    const isChecked = conditions.some(({ columns }) => columns.includes(column.name))
    return {
      kind: 'given',
      generator: constant({ defaultValue: column.default.value }),
      ...(isChecked && inferred && { otherwise: inferred }),
    }
  }
  return inferred ? { kind: 'inferred', inferred } : leave(question, column)
}

function leave({ table, refinement }: TableInQuestion, column: ColumnModel): Source {
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
        : refinement.columns?.[column.property] === false
          ? 'It is NOT NULL without a default, and the seeder leaves it to the server.'
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
    fix: `${didYouMean(unknown, names)}Use one of: ${names.join(', ')}.`,
    table: table.key,
    column: unknown,
  })
}
