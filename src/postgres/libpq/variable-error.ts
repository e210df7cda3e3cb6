import { DownpourError } from '../../errors.ts'

/** For what completes a database URL: variables, a service. Both sentences are without values. */
export function variableError(why: string, fix: string, cause?: unknown): DownpourError {
  return new DownpourError({
    code: 'URL_VARIABLE',
    message: 'Cannot use what completes the database URL',
    why,
    fix,
    cause,
  })
}
