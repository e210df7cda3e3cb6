import { DownpourError } from '../errors.ts'
import { readCell } from '../generate/cell.ts'
import type { Generator, Group } from '../generate/generator.ts'
import { isMapped } from '../generate/mapped-values.ts'
import type { TableSource } from '../generate/slices.ts'
import { drawBelow, isDrawn, rowNumber } from '../generate/sql-form.ts'
import type { ChoiceForm, SqlForm } from '../generate/sql-form.ts'
import type { Vector, VectorKind } from '../generate/vector.ts'
import type { ColumnMode } from '../model/table.ts'
import type { PlannedColumn } from '../plan/plan.ts'
import { quoteLiteral } from '../postgres/literal.ts'
import type { TargetColumn } from '../postgres/server-type.ts'
import { cellText } from './encode/cell-text.ts'
import { describeType, placeRefusal } from './encode/refusal.ts'
import { checkLength, checkWellFormed, textLimit } from './encode/text.ts'
import type { Target } from './target.ts'

/** A column with the form of its generator, and the vector that the generator would fill. */
interface FormedColumn {
  readonly planned: PlannedColumn
  readonly target: TargetColumn
  readonly form: SqlForm
  readonly vector: Vector
}

/**
 * SQL for the columns of a table, over `rowNumber`, each of its column's type.
 *
 * @throws DownpourError `STRATEGY_SERVER` for a column that SQL cannot express, and `DATA_…` for a
 *   value that its column cannot hold
 */
export function columnExpressions(target: Target, source: TableSource): readonly string[] {
  const columns = target.columns.map((column, place) =>
    formedColumn(column, target.table.columns[place]!, source),
  )
  refuseSharedDraws(columns, source)
  return columns.map(columnExpression)
}

function formedColumn(
  target: TargetColumn,
  planned: PlannedColumn,
  source: TableSource,
): FormedColumn {
  const { group, output } = planned.generator
  const { sqlForms, outputs } = source.groups.get(group)!
  const form = sqlForms?.[output]
  if (!form) {
    throw columnError(target.table, planned, {
      why: `Its generator (${group.name}) has no SQL form.`,
      fix: 'Use another strategy, such as copy, or a generator that has one, such as f.words() or f.int().',
    })
  }
  const vector = outputs[output]!
  if (innermost(form).kind !== 'choice') refuseOtherValues(target, planned, vector)
  return { planned, target, form, vector }
}

/** Where a value on its way from the generator to the column does not stay what it is. */
function refuseOtherValues(
  { table, serverType }: TargetColumn,
  planned: PlannedColumn,
  vector: Vector,
): void {
  if (isMapped(planned.model.mode)) {
    throw columnError(table, planned, {
      why: `Its type in the Drizzle schema (${planned.model.declaration}) maps values in JavaScript.`,
      fix: 'Use another strategy, such as copy.',
    })
  }
  const isInteger = ['int2', 'int4', 'int8'].includes(serverType.name)
  if (isInteger && vector.kind === 'decimal' && vector.scale > 0) {
    throw columnError(table, planned, {
      why: `Its generator gives decimals, which the server would round to ${describeType(serverType)}.`,
      fix: 'Use f.int(), or a numeric column.',
    })
  }
}

/** Columns of one draw hold values that go together; SQL would draw once for each. */
function refuseSharedDraws(columns: readonly FormedColumn[], source: TableSource): void {
  const owners = new Map<Group, FormedColumn>()
  for (const column of columns) {
    for (const group of groupsOf(column.planned.generator)) {
      const forms = Object.values(source.groups.get(group)!.sqlForms ?? {})
      if (!forms.some(isDrawn)) continue
      const owner = owners.get(group)
      if (owner) {
        throw columnError(column.target.table, column.planned, {
          why: `It shares the draws of its generator (${group.name}) with "${owner.planned.model.property}", and the server would draw for each.`,
          fix: 'Use another strategy, such as copy, or a generator for each.',
        })
      }
      owners.set(group, column)
    }
  }
}

/** Its own, and those that it reads. */
function groupsOf({ group }: Generator): ReadonlySet<Group> {
  return new Set([group, ...group.inputs.flatMap((input) => [...groupsOf(input)])])
}

function columnExpression({ planned, target, form, vector }: FormedColumn): string {
  const sql = (inner: SqlForm): string => {
    switch (inner.kind) {
      case 'counted':
        return `${inner.start} + ${rowNumber}`
      case 'draw':
        return inner.sql
      case 'choice':
        return choose(
          choiceTexts(inner, { column: target, kind: vector.kind, mode: planned.model.mode }),
          inner.weights,
        )
      case 'nullable':
        return `case when random() < ${inner.rate} then null else ${sql(inner.form)} end`
    }
  }
  // What a generator calls a point in time has no zone of its own: it is UTC's.
  const isLocal = vector.kind === 'timestamp' && target.serverType.name === 'timestamp'
  const value = isLocal ? `(${sql(form)}) at time zone 'UTC'` : sql(form)
  return `(${value})::${target.serverType.sqlName}`
}

interface Choice {
  readonly column: TargetColumn
  readonly kind: VectorKind
  readonly mode: ColumnMode
}

/** The values as the texts of PostgreSQL's that any strategy would send. */
function choiceTexts(form: ChoiceForm, choice: Choice): readonly (string | null)[] {
  const { column } = choice
  const vector = choiceVector(form, choice)
  const limit = textLimit(column.serverType)
  try {
    return form.values.map((_, index) => {
      const text = cellText(column, vector, index)
      if (text === null) return null
      checkWellFormed(text)
      if (limit) checkLength(text, limit)
      return text
    })
  } catch (error) {
    throw placeRefusal(error, column, undefined)
  }
}

function choiceVector({ values }: ChoiceForm, { kind, mode }: Choice): Vector {
  const base = { capacity: values.length, nulls: null }
  if (kind !== 'dictionary') return { ...base, kind: 'value', values: [...values] }
  const words: Vector = { ...base, kind: 'text', values: values as string[] }
  if (!isMapped(mode)) return words
  return { ...base, kind: 'value', values: values.map((_, index) => readCell(words, index, mode)) }
}

/**
 * Out of a JSON array, which finds an element of thousands as fast as one of ten; elements of an SQL
 * array of texts are found by walking over those before.
 */
function choose(texts: readonly (string | null)[], weights: readonly number[] | undefined): string {
  if (texts.length === 1) return texts[0] === null ? 'null' : quoteLiteral(texts[0]!)
  const isEven = weights === undefined || weights.every((weight) => weight === weights[0])
  const index = isEven ? `${drawBelow(texts.length)}::int4` : drawByWeight(weights)
  return `${quoteLiteral(JSON.stringify(texts))}::jsonb ->> ${index}`
}

/** Which of the steps, each as wide as its weight, a draw comes to. */
function drawByWeight(weights: readonly number[]): string {
  let sum = 0
  const sums = weights.map((weight) => (sum += weight))
  const ends = sums.slice(0, -1).map((end) => end / sum)
  return `width_bucket(random(), '{${ends.join(',')}}'::float8[])`
}

function innermost(form: SqlForm): SqlForm {
  return form.kind === 'nullable' ? innermost(form.form) : form
}

function columnError(
  table: string,
  { model }: PlannedColumn,
  failure: { readonly why: string; readonly fix: string },
): DownpourError {
  return new DownpourError({
    code: 'STRATEGY_SERVER',
    message: `The server cannot compute "${table}.${model.property}" by itself`,
    ...failure,
    table,
    column: model.property,
  })
}
