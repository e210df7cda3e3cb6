import { DownpourError } from '../errors.ts'
import type { Generator } from '../generate/generator.ts'
import { nullable } from '../generate/generators/nullable.ts'
import { drawnRow, enumeratedRow, keyOf } from '../generate/generators/reference.ts'
import { nullRate } from '../infer/null-rate.ts'
import type { ForeignKeyModel, TableModel } from '../model/table.ts'
import type { TableInQuestion } from './choose-generator.ts'
import type { Each } from './refinement.ts'
import type { SettledUniques } from './settle-uniques.ts'

/**
 * The foreign keys that decide what their columns hold. One whose columns are all of another's is
 * kept by that: what a user's tenant refers to, the tenant of a row that refers to both does too.
 */
export function effectiveForeignKeys({
  table,
  refinement,
}: TableInQuestion): readonly ForeignKeyModel[] {
  const enumerated = refinement.each && findForeignKey(table, refinement.each)
  return table.foreignKeys.filter((key, index) =>
    table.foreignKeys.every((other, place) => {
      if (other === key || key === enumerated) return true
      const isWithin = key.columns.every((name) => other.columns.includes(name))
      const isSame = isWithin && key.columns.length === other.columns.length
      return !isWithin || (isSame && index < place)
    }),
  )
}

/** A generator for each column of a foreign key; all columns of one share the draw of the parent's row. */
export function chooseReferences(
  question: TableInQuestion,
  settled: SettledUniques,
): ReadonlyMap<string, Generator> {
  const { table, refinement, tables } = question
  const enumerated = refinement.each && findForeignKey(table, refinement.each)
  return new Map(
    effectiveForeignKeys(question).flatMap((foreignKey) => {
      const { columns, parentColumns } = foreignKey
      const parent = tables.find((candidate) => candidate.key === foreignKey.parent)!
      const isUnique = settled.oneToOne.has(foreignKey)
      const row =
        foreignKey === enumerated
          ? enumeratedRow()
          : (settled.rows.get(foreignKey) ?? drawnRow(parent.key, { isUnique }))
      const own = columns.map((name) => table.columns.find((column) => column.name === name)!)
      const mayBeNull = own.every(({ notNull, name }) => !notNull && !settled.required.has(name))
      const rate = mayBeNull && foreignKey !== enumerated ? nullRate(own[0]!) : 0
      const referring = rate > 0 ? nullable(row, { rate }) : row
      return columns.map((name, index): [string, Generator] => {
        const target = parent.columns.find((column) => column.name === parentColumns[index])!
        return [name, keyOf(parent.key, target.property, referring)]
      })
    }),
  )
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
