import { variableError } from './variable-error.ts'

/**
 * The parameters of a service:
 * https://www.postgresql.org/docs/current/libpq-pgservice.html
 *
 * @param text - of a service file: sections of `name=value` lines
 * @returns by libpq's names; `undefined` when the file does not know the service
 * @throws DownpourError `URL_VARIABLE` for a line of the section that cannot be read, by its number
 * @example
 * findService('[shop]\nhost=db\ndbname=shop', 'shop', 'pg_service.conf') // Map { host → db, dbname → shop }
 */
export function findService(
  text: string,
  service: string,
  file: string,
): ReadonlyMap<string, string> | undefined {
  let found: Map<string, string> | undefined
  for (const [index, raw] of text.split(/\r?\n/).entries()) {
    const line = raw.trim()
    if (line === '' || line.startsWith('#')) continue
    if (line.startsWith('[')) {
      // A second section of the name is not read, as with libpq.
      if (found) return found
      if (line === `[${service}]`) found = new Map()
    } else if (found) {
      const separator = line.indexOf('=')
      const name = line.slice(0, separator)
      // `ldap://…`, and a service within a service.
      if (separator < 1 || name === 'service') throw unreadable(file, index + 1)
      if (!found.has(name)) found.set(name, line.slice(separator + 1))
    }
  }
  return found
}

function unreadable(file: string, line: number): Error {
  return variableError(
    `Line ${line} of ${file} cannot be used for a service.`,
    'Write a line for each parameter: name=value.',
  )
}
