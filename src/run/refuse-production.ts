import { DownpourError } from '../errors.ts'
import { productionSign, refusedProduction } from './guard-rules.ts'
import type { Surroundings } from './guard-rules.ts'

/**
 * To be asked before anything is opened or started.
 *
 * @param action - e.g. `seed`, for messages
 * @throws DownpourError `REFUSED_PRODUCTION`
 */
export function refuseProduction(action: string, surroundings: Surroundings): void {
  const sign = productionSign(surroundings)
  if (sign !== undefined) throw new DownpourError(refusedProduction(action, sign))
}
