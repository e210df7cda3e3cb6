import { DownpourError } from '../errors.ts'
import type { Generator } from '../generate/generator.ts'
import { familyRows } from '../generate/generators/family.ts'
import { nullable } from '../generate/generators/nullable.ts'
import { drawnRow, enumeratedRow, keyOf } from '../generate/generators/reference.ts'
import { nullRate } from '../infer/null-rate.ts'
import { isWithin } from '../model/keys.ts'
import type { ForeignKeyModel, TableModel } from '../model/table.ts'
import type { TableInQuestion } from './choose-generator.ts'
import { sharedKeys } from './infer-each.ts'
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
      if (other === key || key === enumerated || other.parent === table.key) return true
      if (!isWithin(key.columns, other.columns)) return true
      return key.columns.length === other.columns.length && index < place
    }),
  )
}

/** Where a column gets its value from: a generator, or another column of the same row. */
export type Reference = Generator | { readonly sameAs: string }

/**
 * What gives each column of a foreign key its values; all columns of one share the draw of the
 * parent's row. A row that refers to its own table, and shares a column with other foreign keys,
 * refers to itself.
 */
export function chooseReferences(
  question: TableInQuestion,
  settled: SettledUniques,
  nullShares: ReadonlyMap<string, number>,
): ReadonlyMap<string, Reference> {
  const { table, refinement, tables } = question
  const enumerated = refinement.each && findForeignKey(table, refinement.each)
  const rows = rowsOf(question, settled, enumerated)
  const chosen = new Map<string, Reference>()
  const keys = effectiveForeignKeys(question)
  refuseSharedColumns(question, keys)
  // Whoever comes first decides what a shared column holds.
  for (const foreignKey of [...keys].toSorted((a, b) => placeOf(a) - placeOf(b))) {
    const parent = tables.find((candidate) => candidate.key === foreignKey.parent)!
    const own = foreignKey.columns.map((name) => table.columns.find((one) => one.name === name)!)
    const isShared = own.some(({ name }) => chosen.has(name))
    const row = rows.get(foreignKey)!
    const optional = own.find(
      ({ notNull, name }) => !notNull && !settled.required.has(name) && !chosen.has(name),
    )
    const isFree = optional !== undefined && foreignKey !== enumerated
    const rate = isFree ? (nullShares.get(optional.name) ?? nullRate(optional)) : 0
    const mayMiss = rate > 0 ? nullable(row, { rate }) : row
    for (const [index, { name, notNull }] of own.entries()) {
      if (chosen.has(name)) continue
      const target = foreignKey.parentColumns[index]!
      if (isShared && foreignKey.parent === table.key) {
        chosen.set(name, { sameAs: target })
        continue
      }
      const isOptional = !notNull && !settled.required.has(name)
      const { property } = parent.columns.find((column) => column.name === target)!
      chosen.set(name, keyOf(parent.key, property, isOptional ? mayMiss : row))
    }
  }
  return chosen

  function placeOf(key: ForeignKeyModel): number {
    return key === enumerated ? 0 : key.parent === table.key ? 2 : 1
  }
}

/** Relatives are computed from what their tables are counted by, which is not known of somebody else's rows. */
function refuseSharedColumns(
  { table, isConnected }: TableInQuestion,
  keys: readonly ForeignKeyModel[],
): void {
  const outside = keys.filter(({ parent }) => parent !== table.key)
  for (const key of outside.filter(({ parent }) => isConnected(parent))) {
    const other = outside.find(
      (one) => one !== key && one.columns.some((name) => key.columns.includes(name)),
    )
    if (!other) continue
    const shared = other.columns.find((name) => key.columns.includes(name))!
    throw new DownpourError({
      code: 'PLAN_CONNECT_SHARED',
      message: `Cannot seed "${table.key}" with the rows that "${key.parent}" holds`,
      why: `The foreign keys to "${key.parent}" and "${other.parent}" share the column "${shared}", and rows of both that have the same are known only of tables that the run loads.`,
      fix: `Load ${key.parent} and ${other.parent} in the same run.`,
      table: table.key,
      column: table.columns.find(({ name }) => name === shared)!.property,
    })
  }
}

/** The parent's row for each foreign key. */
function rowsOf(
  question: TableInQuestion,
  settled: SettledUniques,
  enumerated: ForeignKeyModel | undefined,
): ReadonlyMap<ForeignKeyModel, Generator> {
  const { table } = question
  const rows = new Map<ForeignKeyModel, Generator>()
  for (const key of table.foreignKeys) {
    const isUnique = settled.oneToOne.has(key)
    const isOptional = table.columns.some(
      ({ name, notNull }) => key.columns.includes(name) && !notNull && !settled.required.has(name),
    )
    const first = isOptional ? 'nothing' : 'itself'
    const drawn = settled.rows.get(key) ?? drawnRow(key.parent, { isUnique, first })
    rows.set(key, key === enumerated ? enumeratedRow() : drawn)
  }
  for (const { foreignKeys, of } of relativesOf(question)) {
    const family = familyRows(
      foreignKeys.map(({ parent }) => parent),
      of,
    )
    for (const [index, key] of foreignKeys.entries()) rows.set(key, family[index]!)
  }
  return rows
}

/** Foreign keys whose rows have something in common, which decides what they are. */
interface Relatives {
  readonly foreignKeys: readonly ForeignKeyModel[]
  readonly of: Parameters<typeof familyRows>[1]
}

/** Foreign keys of a table that name the same tenant. */
export function relativesOf({
  table,
  refinement,
  isEnumerated,
}: TableInQuestion): readonly Relatives[] {
  const enumerated = refinement.each && findForeignKey(table, refinement.each)
  const families = sharedKeys(table)
    .filter(({ foreignKeys }) => foreignKeys.every(({ parent }) => isEnumerated(parent)))
    .map(({ columns, foreignKeys }): Relatives => {
      const isOwn = enumerated !== undefined && isWithin(enumerated.columns, columns)
      return { foreignKeys, of: isOwn ? 'its own parent' : 'drawn' }
    })
  // Counted per row of the tenant, so what it refers to is that tenant's.
  const bound = table.foreignKeys.filter(
    (key) =>
      enumerated !== undefined &&
      key !== enumerated &&
      key.columns.length > enumerated.columns.length &&
      isWithin(enumerated.columns, key.columns) &&
      key.parent !== table.key &&
      isEnumerated(key.parent) &&
      !families.some(({ foreignKeys }) => foreignKeys.includes(key)),
  )
  return [
    ...families,
    ...bound.map((key): Relatives => ({ foreignKeys: [key], of: 'its own parent' })),
  ]
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
