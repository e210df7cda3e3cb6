import { DownpourError } from '../../errors.ts'
import type { StrategyName } from '../../write/strategy.ts'
import type { ExperimentName } from '../questions.ts'

/**
 * Refuses strategies that an experiment's question makes no sense for.
 *
 * @param why - by strategy, a clause
 * @throws DownpourError `BENCH_STRATEGY`
 */
export function refuseStrategies(
  experiment: ExperimentName,
  strategies: readonly StrategyName[],
  why: { readonly [Name in StrategyName]?: string },
): void {
  const refused = strategies.find((name) => why[name] !== undefined)
  if (refused === undefined) return
  throw new DownpourError({
    code: 'BENCH_STRATEGY',
    message: `The experiment ${experiment} cannot have the strategy ${refused}`,
    why: `${refused}: ${why[refused]!}.`,
    fix: 'Leave it out of --strategies.',
  })
}
