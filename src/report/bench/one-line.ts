/**
 * A text without line breaks and control characters, which would tear a table, and without escape
 * sequences, which would paint the terminal: servers' messages hold them.
 *
 * @example
 * oneLine('COPY failed:\n  disk full') // 'COPY failed: disk full'
 */
export function oneLine(text: string): string {
  return text.replaceAll(/[\s\p{Cc}\u2028\u2029]+/gu, ' ').trim()
}
