import { DownpourError } from '../errors.ts'
import { readHosts } from '../postgres/url.ts'
import type { UrlHost } from '../postgres/url.ts'
import { aloneOption } from '../run/options.ts'
import type { RunArguments } from './run-options.ts'

type HostsArguments = Pick<RunArguments, 'ledger' | 'transaction'> & {
  readonly hosts?: string | undefined
}

/**
 * Reads `--hosts`. What is typed is not repeated: it may be a whole URL, with a password.
 *
 * @throws DownpourError `USAGE_HOSTS`
 * @example
 * hostsOf({ hosts: 'b:5433,c', ledger: true }) // [{ host: 'b', port: '5433' }, { host: 'c', port: '' }]
 */
export function hostsOf(args: HostsArguments): readonly UrlHost[] | undefined {
  const { hosts, ledger, transaction } = args
  if (hosts === undefined) return undefined
  const read = readHosts(hosts)
  if (!read) {
    throw hostsError(
      'Cannot read --hosts',
      'It takes hosts, each with its port where that is not 5432, separated by commas.',
      'Write it as --hosts db2,db3:5433; user, password and database are those of the database URL.',
    )
  }
  const other = aloneOption({ ledger: ledger ? 'ledger' : 'no ledger', transaction })
  if (other !== undefined) {
    throw hostsError(
      `--hosts and ${other} do not go together`,
      'Such a run has one connection, to the host of the database URL.',
      'Leave one of them out.',
    )
  }
  return read
}

function hostsError(message: string, why: string, fix: string): DownpourError {
  return new DownpourError({ code: 'USAGE_HOSTS', message, why, fix })
}
