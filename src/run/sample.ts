import type { TableSource } from '../generate/slices.ts'
import type { OpenTable } from '../plan/table-sources.ts'
import type { Target } from '../write/target.ts'

/** The first rows of a table, which are drawn before anything is written. */
export interface Sample {
  readonly target: Target
  readonly source: TableSource
  readonly range: { readonly first: number; readonly count: number }
}

/** Rows of each table, or of one with sums over children, which are drawn as well. */
const sampleRows = 100
const sampleSums = 5

/** Opens the sample of each table into which rows are to be written. */
export async function openSamples(
  targets: readonly Target[],
  open: OpenTable,
): Promise<readonly Sample[]> {
  const samples: Sample[] = []
  for (const target of targets) {
    const { columns, toLoad } = target.table
    const hasSums = columns.some(({ generator }) => generator.group.summary !== undefined)
    const count = Math.min(hasSums ? sampleSums : sampleRows, toLoad.count)
    if (count === 0 || target.columns.length === 0) continue
    const source = await open(target.table)
    samples.push({ target, source, range: { first: toLoad.first, count } })
  }
  return samples
}
