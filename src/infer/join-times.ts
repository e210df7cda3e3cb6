import type { Generator } from '../generate/generator.ts'
import { laterThan } from '../generate/generators/later.ts'
import type { ColumnModel, TableModel } from '../model/table.ts'
import { wordsOf } from './column.ts'

const created =
  /\b(created|registered|signed|joined|inserted|ordered|placed|opened|started|published)\b/
const changed =
  /\b(updated|modified|changed|deleted|archived|closed|completed|finished|shipped|delivered|cancell?ed|last|edited|resolved|paid|expires|expired|ended)\b/
const begins = /^(start|starts|begin|begins|from|valid from|check in)\b/
const ends = /^(end|ends|until|to|valid to|valid until|check out)\b/

/**
 * Times that follow one another: what is changed was created before, what ends has begun.
 *
 * @param inferred - generators by column name; those of later times are replaced
 */
export function joinTimes(
  table: TableModel,
  inferred: Map<string, Generator>,
  settled: { readonly unique: ReadonlySet<string>; readonly parts: ReadonlyMap<string, Generator> },
): void {
  const times = table.columns.filter(
    ({ name, type }) =>
      ['date', 'timestamp', 'timestamptz'].includes(type.name) &&
      type.dimensions === 0 &&
      inferred.has(name),
  )
  const free = times.filter(({ name }) => !settled.unique.has(name) && !settled.parts.has(name))
  for (const [first, second] of [
    [created, changed],
    [begins, ends],
  ] as const) {
    const base = times.find((column) => first.test(spelled(column)))
    if (!base) continue
    const generator = inferred.get(base.name)!
    for (const column of free) {
      if (column === base || !second.test(spelled(column)) || first.test(spelled(column))) continue
      const kind = column.type.name === 'date' ? 'date' : 'timestamp'
      inferred.set(column.name, laterThan(generator, { kind }))
    }
  }
}

function spelled({ property }: ColumnModel): string {
  return wordsOf(property).join(' ')
}
