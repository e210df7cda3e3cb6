import type { Generator } from '../generate/generator.ts'
import { firstRowOnly } from '../generate/generators/first-row.ts'
import { flaggedRow } from '../generate/generators/flagged.ts'
import { tuple } from '../generate/generators/tuple.ts'
import type { TuplePart } from '../generate/generators/tuple.ts'
import { isWithin } from '../model/keys.ts'
import type { ForeignKeyModel, TableModel, UniqueModel } from '../model/table.ts'
import type { Source, TableInQuestion } from './choose-generator.ts'
import { effectiveForeignKeys } from './choose-references.ts'

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
  const sets = uniqueSets(table).toSorted((a, b) => a.columns.length - b.columns.length)

  function isSettled({ columns }: UniqueSet): boolean {
    const keys = foreignKeys.filter((key) => oneToOne.has(key))
    return (
      columns.some((name) => sources.get(name)?.kind === 'counted' || unique.has(name)) ||
      keys.some((key) => isWithin(key.columns, columns))
    )
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

  for (const name of [...table.primaryKey, ...neededByGenerated(table)]) required.add(name)
  for (const set of sets) {
    if (isSettled(set)) {
      requireKept(set)
      continue
    }
    const flag = flagOf(set, sources, table)
    const inside = foreignKeys.filter((key) =>
      key.columns.some((name) => set.columns.includes(name)),
    )
    const isOptional = table.columns.some(
      ({ name, notNull }) => set.columns.includes(name) && !notNull,
    )
    if (flag && (isOptional || parts.has(flag))) {
      // Several rules for one flag, or rules for what may be NULL: one row that has it breaks none.
      parts.set(flag, firstRowOnly())
      required.add(flag)
      continue
    }
    if (flag && inside.length > 0 && !rowsOf.has(inside[0]!)) {
      const flagged = flaggedRow(inside[0]!.parent)
      rowsOf.set(inside[0]!, flagged.row)
      parts.set(flag, flagged.flag)
      required.add(flag)
      continue
    }
    const inferred = set.columns.flatMap((name) => {
      const source = sources.get(name)
      return source?.kind === 'inferred' && !parts.has(name)
        ? [{ name, inferred: source.inferred }]
        : []
    })
    const roomiest = inferred.toSorted((a, b) => b.inferred.space - a.inferred.space)[0]
    if (roomiest && (roomiest.inferred.space >= rows * roomy || set.columns.length === 1)) {
      unique.add(roomiest.name)
      requireKept(set)
      continue
    }
    if (set.nulls === 'not distinct') for (const name of set.columns) required.add(name)
    const [only] = inside
    if (only && inside.length === 1 && inferred.length === 0) {
      if (isWithin(only.columns, set.columns)) oneToOne.add(only)
      continue
    }
    const places: TuplePart[] = [
      ...inside
        .filter((key) => !rowsOf.has(key))
        .map((key, index, keys): TuplePart => {
          const other = keys
            .slice(0, index)
            .findIndex((one) => one.parent === key.parent && areUnequal(one, key))
          const name = key.columns.map(propertyOf).join(', ')
          return { kind: 'row', parent: key.parent, name, ...(other >= 0 && { otherThan: other }) }
        }),
      ...inferred
        .filter((column) => column.inferred.space > 1)
        .map(({ name, inferred: { make } }): TuplePart => ({
          kind: 'value',
          generator: make('unique'),
          name,
        })),
    ]
    if (places.length === 0) continue
    const generators = tuple(places)
    for (const [index, key] of inside.filter((one) => !rowsOf.has(one)).entries()) {
      rowsOf.set(key, generators[index]!)
    }
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
