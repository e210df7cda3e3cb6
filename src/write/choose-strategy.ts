import { batchStrategy } from './batch.ts'
import { copyStrategy } from './copy.ts'
import type { Strategy, StrategyName } from './strategy.ts'
import type { Target } from './target.ts'

export type StrategyChoice = StrategyName | 'auto'

/** In the order in which help lists them. */
export const strategies: Readonly<Record<StrategyName, Strategy>> = {
  batch: batchStrategy,
  copy: copyStrategy,
}

/**
 * The strategy for a table, which is `batch` in any case where no column is written: COPY has no
 * words for a row of defaults. `auto` takes `copy` where it pays: for tables from `threshold` rows on.
 *
 * @param threshold - rows. @defaultValue 2000
 */
export function chooseStrategy(
  choice: StrategyChoice,
  { table, columns }: Target,
  threshold = 2000,
): Strategy {
  if (columns.length === 0) return batchStrategy
  if (choice !== 'auto') return strategies[choice]
  return table.toLoad.count >= threshold ? copyStrategy : batchStrategy
}
