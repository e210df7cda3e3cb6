import { DownpourError } from '../errors.ts'
import { openTable } from '../generate/slices.ts'
import type { TableSource } from '../generate/slices.ts'
import { rowNumber } from '../generate/sql-form.ts'
import { columnReads } from '../plan/column-reads.ts'
import type { Plan, PlannedTable } from '../plan/plan.ts'
import { summariesOf } from '../plan/summaries.ts'
import { insertStatement } from './insert-statement.ts'
import { columnExpressions } from './server-expressions.ts'
import type { Strategy } from './strategy.ts'
import type { Target } from './target.ts'

/**
 * `INSERT … SELECT … FROM generate_series`: the server computes the values by itself, and nothing of
 * a row passes over the line. It stores *other* values than the other strategies, and others again
 * each time: of the same ranges, with the same distributions, keys and references included. Only for
 * tables all of whose columns have an SQL form, see `SqlForm`.
 */
export const serverStrategy: Strategy = {
  name: 'server',
  async check(plan, target) {
    if (target.table.toLoad.count === 0) return
    await refuseTable(plan, target)
    columnExpressions(target, await openTable(plan, target.table))
  },
  open(target, source) {
    const statement = serverStatement(target, source)
    return {
      async write(session, { range: { first, count } }) {
        const ends = [String(first), String(first + count - 1)]
        const result = await session.query(statement, ends, { prepare: true })
        return result.count
      },
    }
  },
}

function serverStatement(target: Target, source: TableSource): string {
  const expressions = columnExpressions(target, source).join(', ')
  const rows = `generate_series($1::int8, $2::int8) as r(${rowNumber})`
  return insertStatement(target, `select ${expressions} from ${rows}`)
}

/** Values that depend on more than their own row. */
async function refuseTable(plan: Plan, { table }: Target): Promise<void> {
  const why = whyNot(plan, table) ?? (await whyReaders(plan, table))
  if (why === undefined) return
  throw new DownpourError({
    code: 'STRATEGY_SERVER',
    message: `The server cannot compute the rows of "${table.model.key}" by itself`,
    why,
    fix: 'Use another strategy, such as copy.',
    table: table.model.key,
  })
}

function whyNot(plan: Plan, { model, knownRows, toLoad, enumeration }: PlannedTable) {
  if (toLoad.first < knownRows.length) {
    const rows = knownRows.length === 1 ? 'row is' : `${knownRows.length} rows are`
    return `Its first ${rows} given by the seeder, value by value.`
  }
  const summary = summariesOf(plan).find(({ child }) => child.model.key === model.key)
  if (summary) {
    const sums = `${summary.parent.model.key}.${summary.column.property}`
    return `"${sums}" sums its "${summary.childColumn.property}", and would hold the sums of other values.`
  }
  return enumeration && `Its rows are counted per row of "${enumeration.parent}".`
}

/** Others compute what this table would hold, from its generators; keys that count up it does hold. */
async function whyReaders(plan: Plan, { model, key }: PlannedTable): Promise<string | undefined> {
  for (const { asker, by, table, properties } of await columnReads(plan)) {
    if (asker === model.key) continue
    const read = properties.find((property) => property !== key?.column.property)
    if (table === model.key && read !== undefined) {
      return `"${by}" is computed from its "${read}", and would belong to other values.`
    }
  }
  return undefined
}
