import { DownpourError } from '../errors.ts'
import type { ToldError } from '../report/error.ts'
import { asTyped } from './npm-command.ts'
import { createOutput } from './output.ts'
import type { Output } from './output.ts'

/** What every command takes. */
export interface CommonArguments {
  readonly json?: boolean
  readonly quiet?: boolean
  readonly 'show-values'?: boolean
}

/**
 * Runs a command's work and turns what it throws into a text and an exit code: the only place where
 * either happens.
 */
export async function runCommand(
  args: CommonArguments,
  work: (output: Output) => Promise<void>,
): Promise<void> {
  const output = createOutput({ json: args.json ?? false, quiet: args.quiet ?? false })
  if (args['show-values']) (await import('../shown-values.ts')).showValues()
  try {
    await work(output)
  } catch (error) {
    process.exitCode = await reportFailure(output, error)
  }
}

/**
 * @param achieved - what `--json` tells besides the error
 * @returns the exit code
 */
export async function reportFailure(
  output: Output,
  error: unknown,
  achieved: object = {},
): Promise<number> {
  const { errorObject, formatError, stackOf, unexpectedError } = await import('../report/error.ts')
  const failure = error instanceof DownpourError ? error : unexpectedError(error)
  const told = asToldHere(failure)
  if (output.isJson) output.data(`${JSON.stringify({ ...errorObject(told), ...achieved })}\n`)
  output.messages.write(formatError(output.messages, told))
  if (failure.exitCode === 1 && process.env['DOWNPOUR_DEBUG'] && failure.cause instanceof Error) {
    output.messages.write(`${stackOf(failure.cause)}\n`)
  }
  return failure.exitCode
}

/** An error with the commands that it names as they are typed here. */
export function asToldHere(error: DownpourError): ToldError {
  const { code, table, column, row } = error
  const [message, why, fix] = [error.message, error.why, error.fix].map(asTyped)
  return { code, message: message!, why: why!, fix: fix!, table, column, row }
}
