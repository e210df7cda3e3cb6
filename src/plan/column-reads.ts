import { openGenerated } from '../generate/read-columns.ts'
import type { ColumnRead } from '../generate/read-columns.ts'
import { loadedTables } from './plan.ts'
import type { Plan } from './plan.ts'

/** What the generators of loaded tables read of tables, and what those read in turn. */
export async function columnReads(plan: Plan): Promise<readonly ColumnRead[]> {
  const reads: ColumnRead[] = []
  for (const table of loadedTables(plan)) {
    const scope = { plan, path: [], onRead: (read: ColumnRead) => void reads.push(read) }
    await openGenerated(
      scope,
      table,
      table.columns.map(({ model }) => model.property),
    )
  }
  return reads
}
