import { createHash } from 'node:crypto'
import { generatorsVersion } from '../generate/version.ts'
import { formatSqlType } from '../model/sql-type.ts'
import { columnDigests, digestColumns, shortDigest } from './column-digests.ts'
import type { Plan, PlannedTable, RowRange } from './plan.ts'
import { tablesThatMatter } from './tables-that-matter.ts'

export { columnDigests }

/** Tells plans apart that would not load the same rows. Plain JSON. */
export interface Fingerprint {
  /** Of all facts: 16 hexadecimal digits. */
  readonly digest: string
  /**
   * What the plan is made of, as sentences in two parts: `the seed is` → `1`, `users has` →
   * `rows 0 to 999`, `users.email gives` → a digest of its values.
   */
  readonly facts: Readonly<Record<string, string>>
}

/**
 * The fingerprint of a plan: the same for whoever builds the same plan, on any machine. Costs some
 * milliseconds a table, because a sample of its rows is generated.
 *
 * @param plan - one that `checkPlan` has found sound
 * @example
 * (await fingerprintPlan(plan)).facts['users has'] // 'rows 0 to 999'
 */
export async function fingerprintPlan(plan: Plan): Promise<Fingerprint> {
  const facts: Record<string, string> = {
    'the version of the generators is': String(generatorsVersion),
    'the seed is': String(plan.seed),
    'the reference date is': plan.referenceDate,
  }
  for (const { table, columns } of tablesThatMatter(plan)) {
    Object.assign(facts, tableFacts(table))
    const digests = await digestColumns({ plan, table, range: table.rows, columns })
    for (const { model } of columns) {
      const name = `${table.model.key}.${model.property}`
      facts[`${name} is`] = formatSqlType(model.type)
      facts[`${name} gives`] = digests[model.property]!
    }
  }
  const sorted = Object.entries(facts).toSorted(([left], [right]) => (left < right ? -1 : 1))
  return { digest: shortDigest(createHash('sha256').update(JSON.stringify(sorted))), facts }
}

/**
 * How a plan differs from that of an earlier run, in words for people.
 *
 * @returns empty when they are equal
 * @example
 * fingerprintDifferences(recorded, now)
 * // ['users has rows 0 to 999 in the run and rows 0 to 1999 now', 'users.email gives other values']
 */
export function fingerprintDifferences(recorded: Fingerprint, now: Fingerprint): readonly string[] {
  const names = new Set([...Object.keys(now.facts), ...Object.keys(recorded.facts)])
  return [...names].flatMap((name) => {
    const before = recorded.facts[name]
    const after = now.facts[name]
    if (before === after) return []
    if (before === undefined || after === undefined) {
      return presenceOf(name, before === undefined ? recorded : now, before === undefined)
    }
    if (name.endsWith(' gives')) return [`${name} other values`]
    return [`${name} ${before} in the run and ${after} now`]
  })
}

/**
 * The digests that a fingerprint holds of a table's columns, over the rows that its plan had.
 *
 * @returns by property, as `columnDigests` gives them
 */
export function digestsIn({ facts }: Fingerprint, table: string): Readonly<Record<string, string>> {
  const [start, end] = [`${table}.`, ' gives']
  return Object.fromEntries(
    Object.entries(facts)
      .filter(([name]) => name.startsWith(start) && name.endsWith(end))
      .map(([name, digest]) => [name.slice(start.length, -end.length), digest]),
  )
}

function tableFacts({
  model,
  rows,
  toLoad,
  firstReferable,
  key,
}: PlannedTable): Record<string, string> {
  return {
    [`${model.key} is`]: `${model.schema}.${model.name}`,
    [`${model.key} has`]: rowsText(rows),
    [`${model.key} loads`]: rowsText(toLoad),
    [`${model.key} is referred to from`]: `row ${firstReferable}`,
    [`${model.key} counts its keys`]: key ? `from ${key.start}` : 'not at all',
  }
}

function rowsText({ first, count }: RowRange): string {
  if (count < 2) return count === 0 ? 'no rows' : `row ${first}`
  return `rows ${first} to ${first + count - 1}`
}

/** A table or column that one side lacks is said once, whatever facts there are of it. */
function presenceOf(name: string, side: Fingerprint, isNew: boolean): readonly string[] {
  const subject = name.endsWith(' is') ? name.slice(0, -' is'.length) : undefined
  const table = subject?.split('.', 1)[0]
  const isOfMissingTable = table !== subject && side.facts[`${table} is`] === undefined
  if (subject === undefined || isOfMissingTable) return []
  return [
    isNew ? `${subject} was not in the run` : `${subject} was in the run and is not in it now`,
  ]
}
