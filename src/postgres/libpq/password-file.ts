/** What a line of a password file is chosen by. */
export interface PasswordPlace {
  /** `localhost` also for a server on a Unix socket in the usual folder. */
  readonly host: string
  readonly port: string
  readonly database: string
  readonly user: string
}

/**
 * The password of the first line that fits, as libpq finds it:
 * https://www.postgresql.org/docs/current/libpq-pgpass.html
 *
 * @param text - lines of `host:port:database:user:password`; `*` fits anything, and a backslash keeps
 *   a `:` or a backslash from its meaning
 * @returns `undefined` when none fits
 * @example
 * findPassword('db:*:*:ada:a\\:b', { host: 'db', port: '5432', database: 'shop', user: 'ada' }) // 'a:b'
 */
export function findPassword(text: string, place: PasswordPlace): string | undefined {
  const wanted = [place.host, place.port, place.database, place.user]
  for (const line of text.split(/\r?\n/)) {
    if (line.startsWith('#')) continue
    const fields = fieldsOf(line)
    if (fields.length < 5) continue
    const fits = wanted.every((value, n) => fields[n] === '*' || unescaped(fields[n]!) === value)
    if (fits) return unescaped(fields[4]!)
  }
  return undefined
}

/** A password may be followed by whatever once came to be behind a further `:`. */
function fieldsOf(line: string): readonly string[] {
  return [...line.matchAll(/(?:^|:)((?:\\.|[^:\\])*)/g)].map(([, field]) => field!)
}

function unescaped(field: string): string {
  return field.replaceAll(/\\(.)/g, '$1')
}
