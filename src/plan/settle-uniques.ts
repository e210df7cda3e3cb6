import type { Generator } from '../generate/generator.ts'
import { firstOfParent, firstRowOnly } from '../generate/generators/first-row.ts'
import { flaggedRow } from '../generate/generators/flagged.ts'
import { tuple } from '../generate/generators/tuple.ts'
import type { TuplePart } from '../generate/generators/tuple.ts'
import { isWithin } from '../model/keys.ts'
import type { ForeignKeyModel, TableModel, UniqueModel } from '../model/table.ts'
import type { Source, TableInQuestion } from './choose-generator.ts'
import { effectiveForeignKeys, findForeignKey, relativesOf } from './choose-references.ts'
import type { Inferred } from '../infer/inferred.ts'

/** How columns that no two rows may have alike are kept apart. */
export interface SettledUniques {
  /** Columns whose values never repeat. */
  readonly unique: ReadonlySet<string>
  /** Columns that are a part of a combination, with what gives that part. */
  readonly parts: ReadonlyMap<string, Generator>
  /** Foreign keys whose parent's row comes from a combination. */
  readonly rows: ReadonlyMap<ForeignKeyModel, Generator>
  /** Foreign keys that never refer to a parent twice. */
  readonly oneToOne: ReadonlySet<ForeignKeyModel>
  /** Columns that are never NULL, as two NULLs would be alike. */
  readonly required: ReadonlySet<string>
}

/** What no two rows may have alike: columns, some of them within an expression. */
interface UniqueSet {
  readonly columns: readonly string[]
  readonly where: string | undefined
  readonly nulls: UniqueModel['nulls']
}

interface InferredColumn {
  readonly name: string
  readonly inferred: Inferred
}

/** A space that is this much larger than the rows is as good as endless. */
const roomy = 10

/**
 * Decides for each unique key which columns keep its rows apart: one that counts up or never repeats
 * where there is one, else all of its columns together.
 */
export function settleUniques(
  question: TableInQuestion,
  sources: ReadonlyMap<string, Source>,
  unequal: readonly (readonly [string, string])[],
): SettledUniques {
  const { table, rows } = question
  const unique = new Set<string>()
  const parts = new Map<string, Generator>()
  const rowsOf = new Map<ForeignKeyModel, Generator>()
  const oneToOne = new Set<ForeignKeyModel>()
  const required = new Set<string>()
  const foreignKeys = effectiveForeignKeys(question)
  const related = new Set(relativesOf(question).flatMap((relatives) => relatives.foreignKeys))
  const counted = question.refinement.each && findForeignKey(table, question.refinement.each)
  const sets = uniqueSets(table).toSorted((a, b) => a.columns.length - b.columns.length)

  function isSettled({ columns }: UniqueSet): boolean {
    const keys = foreignKeys.filter((key) => oneToOne.has(key))
    return (
      columns.some((name) => sources.get(name)?.kind === 'counted' || isGivenOnce(name)) ||
      columns.some((name) => unique.has(name)) ||
      keys.some((key) => isWithin(key.columns, columns))
    )
  }

  function isGivenOnce(name: string): boolean {
    const source = sources.get(name)
    return source?.kind === 'given' && source.generator.isUnique === true
  }

  /** What a seeder gives, made to give nothing twice, where it says nothing of that. */
  function onceOf(name: string): Generator | undefined {
    const column = table.columns.find((candidate) => candidate.name === name)!
    const given = question.refinement.columns?.[column.property]
    if (!given || given.isUnique !== undefined || parts.has(name)) return undefined
    return given.forColumn?.({ type: column.base ?? column.type, isUnique: true, rows })
  }

  /** Where NULLs are alike, what keeps the rows apart is never NULL. */
  function requireKept({ columns, nulls }: UniqueSet): void {
    if (nulls === 'distinct') return
    for (const name of columns) if (unique.has(name)) required.add(name)
  }

  function propertyOf(name: string): string {
    return table.columns.find((column) => column.name === name)!.property
  }

  function areUnequal(one: ForeignKeyModel, other: ForeignKeyModel): boolean {
    return unequal.some((pair) =>
      [one, other].every(({ columns }) => pair.some((name) => columns.includes(name))),
    )
  }

  /** @returns whether the flag keeps the rows apart that the set is about */
  function settleFlag(
    flag: string,
    { columns }: UniqueSet,
    by: { readonly inside: readonly ForeignKeyModel[]; readonly isOfParent: boolean },
  ): boolean {
    const [key] = by.inside
    const isOptional = table.columns.some(({ name, notNull }) => columns.includes(name) && !notNull)
    if (by.isOfParent && !parts.has(flag)) {
      parts.set(flag, firstOfParent())
    } else if (isOptional || parts.has(flag)) {
      // Several rules for one flag, or rules for what may be NULL: one row that has it breaks none.
      parts.set(flag, firstRowOnly())
    } else if (key && !rowsOf.has(key)) {
      const flagged = flaggedRow(key.parent)
      rowsOf.set(key, flagged.row)
      parts.set(flag, flagged.flag)
    } else return false
    required.add(flag)
    return true
  }

  /** An earlier one of these keys, whose row is never this one's; -1 without one. */
  function otherThan(keys: readonly ForeignKeyModel[], index: number): number {
    const key = keys[index]!
    return keys
      .slice(0, index)
      .findIndex((other) => other.parent === key.parent && areUnequal(other, key))
  }

  /** Whether two rows of the parent never give the set's columns the same values. */
  function tellsApart(key: ForeignKeyModel, { columns }: UniqueSet): boolean {
    const isShared = foreignKeys.some(
      (other) => other !== key && other.columns.some((name) => key.columns.includes(name)),
    )
    return isWithin(key.columns, columns) && key.parent !== table.key && !isShared
  }

  /** How many there are of rows of parents and of the values that one would expect. */
  function combinationsOf(
    keys: readonly ForeignKeyModel[],
    inferred: readonly InferredColumn[],
  ): number {
    const parents = keys.map(
      ({ parent }, index) => question.referable(parent) - (otherThan(keys, index) >= 0 ? 1 : 0),
    )
    const values = inferred.map(({ inferred: { usual, space } }) => usual?.space ?? space)
    return [...parents, ...values].reduce((product, size) => product * size, 1)
  }

  /** A column that keeps rows apart by itself, so that no combination is needed. */
  function standsAlone(
    inferred: readonly InferredColumn[],
    of: 'its usual values' | 'all values',
  ): string | undefined {
    const roomiest = inferred
      .filter(({ inferred: { usual } }) => of === 'all values' || usual === undefined)
      .toSorted((a, b) => b.inferred.space - a.inferred.space)[0]
    return roomiest && roomiest.inferred.space >= rows * roomy ? roomiest.name : undefined
  }

  for (const name of [...table.primaryKey, ...neededByGenerated(table)]) required.add(name)
  for (const set of sets) {
    if (isSettled(set)) {
      requireKept(set)
      continue
    }
    // The rows of one parent are told apart by what else there is.
    const isOfParent = counted !== undefined && isWithin(counted.columns, set.columns)
    const flag = flagOf(set, sources, table)
    const inside = foreignKeys.filter(
      (key) =>
        key.columns.some((name) => set.columns.includes(name)) &&
        !(isOfParent && key === counted) &&
        !related.has(key),
    )
    if (flag !== undefined && settleFlag(flag, set, { inside, isOfParent })) continue
    const inferred = set.columns.flatMap((name) => {
      const source = sources.get(name)
      return source?.kind === 'inferred' && !parts.has(name)
        ? [{ name, inferred: source.inferred }]
        : []
    })
    const free = inside.filter((key) => !rowsOf.has(key))
    const telling = free.filter((key) => tellsApart(key, set))
    const needed = isOfParent ? question.mostSiblings : rows
    const given = set.columns.flatMap((name) => {
      const generator = onceOf(name)
      return generator ? [{ name, generator }] : []
    })
    const isEnough =
      combinationsOf(telling, inferred) >= needed && (inferred.length > 0 || given.length === 0)
    const alone = standsAlone(inferred, isEnough ? 'its usual values' : 'all values')
    if (alone !== undefined || (set.columns.length === 1 && inferred.length === 1)) {
      unique.add(alone ?? inferred[0]!.name)
      requireKept(set)
      continue
    }
    if (set.nulls === 'not distinct') for (const name of set.columns) required.add(name)
    const [only] = inside
    if (only && inside.length === 1 && inferred.length + given.length === 0 && !isOfParent) {
      if (isWithin(only.columns, set.columns)) oneToOne.add(only)
      continue
    }
    const keys = isEnough ? telling : free
    const places: TuplePart[] = [
      ...keys.map((key, index): TuplePart => {
        const other = otherThan(keys, index)
        const name = key.columns.map(propertyOf).join(', ')
        return { kind: 'row', parent: key.parent, name, ...(other >= 0 && { otherThan: other }) }
      }),
      ...inferred
        .filter((column) => column.inferred.space > 1)
        .map(({ name, inferred: { usual, make } }): TuplePart => ({
          kind: 'value',
          generator: isEnough && usual ? usual.make() : make('unique'),
          name,
        })),
      ...(isEnough ? [] : given).map((part): TuplePart => ({ kind: 'value', ...part })),
    ]
    if (places.length === 0) continue
    const generators = tuple(places, isOfParent ? 'siblings' : 'table')
    for (const [index, key] of keys.entries()) rowsOf.set(key, generators[index]!)
    for (const [index, place] of places.entries()) {
      if (place.kind === 'value') parts.set(place.name, generators[index]!)
    }
  }
  return { unique, parts, rows: rowsOf, oneToOne, required }
}

function uniqueSets(table: TableModel): readonly UniqueSet[] {
  const names = table.columns.map(({ name }) => name)
  return [
    ...(table.primaryKey.length > 0
      ? [{ columns: table.primaryKey, where: undefined, nulls: 'distinct' as const }]
      : []),
    ...table.uniques.map(({ columns, expressions, where, nulls }) => ({
      columns: [...columns, ...expressions.flatMap((sql) => columnsIn(sql, names))],
      where,
      nulls,
    })),
  ]
}

/** What a generated column that is NOT NULL is computed from cannot be NULL either, as a rule. */
function neededByGenerated(table: TableModel): readonly string[] {
  const names = table.columns.map(({ name }) => name)
  return table.columns.flatMap(({ generatedAs, notNull }) =>
    generatedAs !== undefined && notNull ? columnsIn(generatedAs, names) : [],
  )
}

/** The columns that a piece of SQL names. */
function columnsIn(sql: string, names: readonly string[]): readonly string[] {
  return names.filter((name) => {
    const quoted = `"${name.replaceAll('"', '""')}"`
    return sql.includes(quoted) || new RegExp(`(?<![\\w"])${escape(name)}(?![\\w"])`).test(sql)
  })
}

function escape(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
}

/** The boolean column that says which rows count, where a partial index asks for nothing else. */
function flagOf(
  { where }: UniqueSet,
  sources: ReadonlyMap<string, Source>,
  table: TableModel,
): string | undefined {
  if (where === undefined) return undefined
  // More conditions only make fewer rows count.
  const bare = where
    .split(/\s+and\s+/i)[0]!
    .trim()
    .replace(/\s*(=\s*true|is\s+true)$/i, '')
  const column = table.columns.find(
    ({ name, type }) =>
      type.name === 'bool' && (bare === name || bare.endsWith(`"${name}"`)) && !/\s/.test(bare),
  )
  return column && sources.get(column.name)?.kind === 'inferred' ? column.name : undefined
}
