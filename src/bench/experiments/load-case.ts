import type { Case, Setting } from '../experiment.ts'
import { createStatements } from '../tables.ts'
import type { BenchTable } from '../tables.ts'
import type { LoadTask } from '../task.ts'

/** Rows a transaction where that is not the question. */
export const usualChunk = 10_000

/** A load of fewer rows is over before it can be timed. */
export const fewest = 100

/** What differs from one load to another. */
export interface LoadWish extends Partial<
  Pick<LoadTask, 'url' | 'chunkSize' | 'lanes' | 'indexes'>
> {
  readonly table: BenchTable
  readonly strategy: LoadTask['strategy']
}

/** A case that loads a table of the setting; as named, with these factors. */
export function loadCase(
  setting: Setting,
  wish: LoadWish,
  about: Pick<Case, 'name' | 'factors' | 'baseline'> & Partial<Pick<Case, 'rows' | 'minimumRows'>>,
): Case {
  const { url, schema } = setting
  const rows = about.rows ?? setting.rows
  return {
    minimumRows: Math.min(fewest, rows),
    ...about,
    rows,
    task: {
      kind: 'load',
      url,
      schema,
      mostRows: rows,
      chunkSize: usualChunk,
      lanes: 1,
      indexes: 'keep',
      ...wish,
    },
  }
}

/** Makes a table of the benchmark's own, in its schema. */
export async function createTable({ session, schema }: Setting, table: BenchTable): Promise<void> {
  await session.query(createStatements(schema, table))
}

/** For experiments that need nothing but what is in the schema. */
export const nothingToClose = async (): Promise<void> => {}
