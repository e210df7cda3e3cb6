/**
 * A value as JSON; what JSON has no value for is given as text.
 *
 * @example
 * jsonText({ id: 7n }) // '{"id":"7"}'
 */
export function jsonText(value: unknown): string {
  return JSON.stringify(value, (_key, part: unknown) =>
    typeof part === 'bigint' ? String(part) : part,
  )
}
