import { copyIn } from './copy.ts'
import { drizzleInsert } from './drizzle-insert.ts'
import { copyFormat } from './encode/row.ts'
import { jsonStrategy } from './json.ts'
import { pipelineStrategy } from './pipeline.ts'
import { serverStrategy } from './server.ts'
import type { Strategy, StrategyChoice, StrategyName } from './strategy.ts'
import type { Target } from './target.ts'
import { unnestStrategy } from './unnest.ts'
import { valuesStrategy } from './values.ts'

export const strategies: Readonly<Record<StrategyName, Strategy>> = {
  // Its chunks are single rows: see `chunkSizeFor`.
  row: drizzleInsert('row', 1),
  'row-tx': drizzleInsert('row-tx', 1),
  pipeline: pipelineStrategy,
  // More rows in one statement are no faster, and Drizzle's query builder recurses over them.
  batch: drizzleInsert('batch', 1_000),
  values: valuesStrategy,
  unnest: unnestStrategy,
  json: jsonStrategy,
  'copy-text': copyIn('copy-text', () => 'text'),
  // In text where a column's type has no binary encoder.
  copy: copyIn('copy', copyFormat),
  server: serverStrategy,
}

/**
 * The strategy for a table, which is `batch` in any case where no column is written: the others have
 * no words for a row of defaults. `auto` takes `copy` where it pays: for tables from `threshold` rows on.
 * On other engines than PostgreSQL it takes `values`, the most ordinary statement of all: CockroachDB
 * has no arrays of JSON for `unnest` (https://github.com/cockroachdb/cockroach/issues/23468).
 *
 * @param threshold - rows. @defaultValue 2000
 */
export function chooseStrategy(
  choice: StrategyChoice,
  { table, columns, engine }: Target,
  threshold = 2000,
): Strategy {
  if (columns.length === 0) return strategies.batch
  if (choice !== 'auto') return strategies[choice]
  if (engine.kind !== 'postgres') return strategies.values
  return table.toLoad.count >= threshold ? strategies.copy : strategies.batch
}
