import type { Generator } from '../generate/generator.ts'
import { laterThan } from '../generate/generators/later.ts'
import type { ColumnModel, TableModel } from '../model/table.ts'
import { wordsOf } from './column.ts'

const created =
  /\b(created|registered|signed|joined|inserted|ordered|placed|opened|started|published)\b/
const changed =
  /\b(updated|modified|changed|deleted|archived|closed|completed|finished|shipped|delivered|cancell?ed|last|edited|resolved|paid|ended)\b/
const begins =
  /^(start|starts|begin|begins|from|valid from|check in|arriv\w+|opens?|departure|planned)\b/
const ends =
  /^(end|ends|until|to|valid to|valid until|check out|depart\w+|leav\w+|left|closes?|returns?|return)\b/

const expires = /\b(expires?|expired|expiry|due)\b/

/** What is to be changed has happened, unlike what is to end. */
const pairs = [
  { first: created, second: changed, until: 'today' },
  { first: created, second: expires, until: 'any day' },
  { first: begins, second: ends, until: 'any day' },
] as const

/**
 * Times that follow one another: what is changed was created before, what ends has begun.
 *
 * @param inferred - generators by column name; those of later times are replaced
 * @param rising - columns by name that checks want in this order
 */
export function joinTimes(
  table: TableModel,
  inferred: Map<string, Generator>,
  settled: { readonly unique: ReadonlySet<string>; readonly parts: ReadonlyMap<string, Generator> },
  rising: readonly (readonly [string, string])[],
): void {
  const times = table.columns.filter(
    ({ name, type }) =>
      ['date', 'timestamp', 'timestamptz'].includes(type.name) &&
      type.dimensions === 0 &&
      inferred.has(name),
  )
  const free = times.filter(({ name }) => !settled.unique.has(name) && !settled.parts.has(name))
  // What checks say goes before what names say; a chain is followed from its beginning.
  const told = rising.filter(([earlier, later]) =>
    [earlier, later].every((name) => times.some((column) => column.name === name)),
  )
  const joined = new Set<string>()
  for (let round = 0; round < told.length; round++) {
    for (const [earlier, later] of told) {
      const isReady = told.every(([, other]) => other !== earlier || joined.has(other))
      const column = free.find(({ name }) => name === later)
      if (!column || joined.has(later) || !isReady) continue
      joined.add(later)
      inferred.set(later, laterThan(inferred.get(earlier)!, { kind: kindOf(column), leastDays: 1 }))
    }
  }
  for (const { first, second, until } of pairs) {
    const base = times.find((column) => first.test(spelled(column)))
    if (!base) continue
    const generator = inferred.get(base.name)!
    for (const column of free) {
      if (column === base || !second.test(spelled(column)) || first.test(spelled(column))) continue
      if (joined.has(column.name)) continue
      joined.add(column.name)
      inferred.set(column.name, laterThan(generator, { kind: kindOf(column), until }))
    }
  }
}

function kindOf({ type }: ColumnModel): 'date' | 'timestamp' {
  return type.name === 'date' ? 'date' : 'timestamp'
}

function spelled({ property }: ColumnModel): string {
  return wordsOf(property).join(' ')
}
