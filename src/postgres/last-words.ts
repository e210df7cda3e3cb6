/**
 * What the server said before it closed the connection, found in the last bytes it sent: a FATAL
 * error, or the warning that precedes the end after another process crashed (57P02). postgres.js
 * drops it, and reports only that the connection was closed.
 * https://www.postgresql.org/docs/current/protocol-message-formats.html
 *
 * @param bytes - Whole messages, as they arrive when a server ends a connection.
 * @example
 * lastWords(bytes) // { code: '57P01', message: 'terminating connection due to administrator command' }
 */
export function lastWords(bytes: Buffer): { code: string; message: string } | undefined {
  let at = 0
  while (at + 5 <= bytes.length) {
    const end = at + 1 + bytes.readUInt32BE(at + 1)
    if (end > bytes.length || end < at + 5) return undefined
    if (bytes[at] === ERROR_RESPONSE || bytes[at] === NOTICE_RESPONSE) {
      const { code, message, severity } = readFields(bytes.subarray(at + 5, end))
      if (FINAL.test(severity) || code.startsWith('57P')) return { code, message }
    }
    at = end
  }
  return undefined
}

const ERROR_RESPONSE = 'E'.charCodeAt(0)
const NOTICE_RESPONSE = 'N'.charCodeAt(0)
const FINAL = /^(?:FATAL|PANIC)$/

function readFields(bytes: Buffer): { code: string; message: string; severity: string } {
  const fields = new Map<string, string>()
  for (const field of bytes.toString('utf8').split('\0')) {
    fields.set(field.slice(0, 1), field.slice(1))
  }
  const field = (type: string) => fields.get(type) ?? ''
  return { code: field('C'), message: field('M'), severity: field('V') || field('S') }
}
