import type { RunTable } from '../ledger/runs.ts'
import type { Plan } from '../plan/plan.ts'
import { summariesOf } from '../plan/summaries.ts'
import { quoteIdentifier, quoteTable } from '../postgres/identifiers.ts'
import type { Session } from '../postgres/session.ts'
import { keysOf } from './references.ts'

/** A column that sums up another table's rows, with the names that SQL needs. */
export interface Summary {
  readonly schema: string
  readonly table: string
  readonly column: string
  /** The columns of a row and those by which its children refer to it, in the same order. */
  readonly key: readonly string[]
  readonly childKey: readonly string[]
  readonly childColumn: string
}

/** The summaries that a table's rows are part of. */
export function summariesOver(plan: Plan, childKey: string): readonly Summary[] {
  return summariesOf(plan)
    .filter(({ child }) => child.model.key === childKey)
    .map(({ parent, column, childColumn, foreignKey }) => ({
      schema: parent.model.schema,
      table: parent.model.name,
      column: column.name,
      key: foreignKey.parentColumns,
      childKey: foreignKey.columns,
      childColumn: childColumn.name,
    }))
}

/**
 * Brings columns up to date that sum up rows of a run: of parents that the run did not load itself,
 * since those it loaded have their sums already. In whatever transaction is open.
 */
export async function refreshSummaries(
  session: Session,
  tables: readonly RunTable[],
): Promise<void> {
  for (const child of tables) {
    for (const summary of child.summaries) {
      const parent = tables.find(
        ({ schema, name }) => schema === summary.schema && name === summary.table,
      )
      // A first run has loaded all parents of its rows.
      const loadedAll = parent !== undefined && parent.firstRow === parent.planFirst
      if (child.rowCount === 0 || loadedAll || child.keyColumn === null) continue
      await refresh(session, child, { summary, parent })
    }
  }
}

/** Sums again for every parent that the run's rows refer to, those apart that it loaded itself. */
async function refresh(
  session: Session,
  child: RunTable,
  relation: { readonly summary: Summary; readonly parent: RunTable | undefined },
): Promise<void> {
  const { schema, table, column, key, childKey, childColumn } = relation.summary
  const childTable = quoteTable(child.schema, child.name)
  const matches = (one: string, other: string) =>
    key
      .map(
        (name, index) =>
          `${one}.${quoteIdentifier(name)} = ${other}.${quoteIdentifier(childKey[index]!)}`,
      )
      .join(' and ')
  const columns = childKey.map(quoteIdentifier).join(', ')
  await session.query(
    `update ${quoteTable(schema, table)} as parent set ${quoteIdentifier(column)} = sums.total
     from (
       select ${childKey.map((name) => `child.${quoteIdentifier(name)}`).join(', ')},
         coalesce(sum(child.${quoteIdentifier(childColumn)}), 0) as total
       from ${childTable} as child
       where (${columns}) in (
         select ${columns} from ${childTable} as loaded
         where ${keysOf(child, 'loaded')}
           ${outside(relation)})
       group by ${columns}) as sums
     where ${matches('parent', 'sums')} and parent.${quoteIdentifier(column)} is distinct from sums.total`,
  )
}

/** SQL that leaves out the parents which the run has loaded, where their keys tell which those are. */
function outside(relation: {
  readonly summary: Summary
  readonly parent: RunTable | undefined
}): string {
  const { summary, parent } = relation
  const isTold = parent?.keyStart != null && summary.key.join() === parent.keyColumn
  if (!isTold || parent.rowCount === 0) return ''
  const first = parent.keyStart! + parent.firstRow
  const last = first + parent.rowCount - 1
  return `and ${quoteIdentifier(summary.childKey[0]!)} not between ${first} and ${last}`
}
