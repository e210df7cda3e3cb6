import { DownpourError } from '../errors.ts'
import { aloneOption } from '../run/options.ts'
import type { RunArguments } from './run-options.ts'

/**
 * Reads the name of a run, which is a part of its connections' names.
 *
 * @throws DownpourError `USAGE_RUN`
 */
export function readRunName({
  run,
  ledger,
  transaction,
}: Pick<RunArguments, 'ledger' | 'transaction'> & { readonly run?: string | undefined }):
  string | undefined {
  if (run === undefined) return undefined
  if (!/^[a-z\d][\w.-]{0,39}$/i.test(run) || run === 'latest') {
    throw new DownpourError({
      code: 'USAGE_RUN',
      message: `--run cannot be "${run}"`,
      why: 'A run’s name has 40 letters, digits, ".", "_" and "-" at most, begins with one of the first two, and is not "latest".',
      fix: 'Give it such a name, for example --run staging-7.',
    })
  }
  const other = aloneOption({ ledger: ledger ? 'ledger' : 'no ledger', transaction })
  if (other === undefined) return run
  throw new DownpourError({
    code: 'USAGE_RUN',
    message: `--run cannot have ${other}`,
    why: 'It is for a run that others find in the ledger while it is under way.',
    fix: 'Leave out one of the two.',
  })
}
