import { Refusal } from './refusal.ts'

/**
 * What the driver sends for a value, in PostgreSQL's text form.
 *
 * @param value - what Drizzle's mapping gives
 * @throws Refusal for SQL, which only a statement evaluates
 * @example
 * driverText(new Date(0)) // '1970-01-01T00:00:00.000Z'
 */
export function driverText(value: unknown): string {
  if (typeof value === 'object' && value !== null) return objectText(value)
  switch (typeof value) {
    case 'string':
      return value
    case 'number':
    case 'bigint':
    case 'boolean':
      return String(value)
    default:
      throw refuse(`a ${typeof value}`)
  }
}

/** Whether a value is an expression such as Drizzle's sql`now()`, which no generator should give. */
export function isSqlExpression(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'getSQL' in value
}

export function refuseSql(): Refusal {
  return refuse('SQL')
}

export function refuseMapping(): Refusal {
  return new Refusal({
    code: 'DATA_INVALID',
    problem: 'got a value that Drizzle cannot map',
    why: "The column's mapping in the Drizzle schema failed on it.",
    fix: "Give what Drizzle's insert takes for this column.",
  })
}

function objectText(value: object): string {
  if (value instanceof Date) {
    if (Number.isNaN(value.getTime())) throw refuse('an invalid Date')
    return value.toISOString()
  }
  if (value instanceof Uint8Array) {
    return `\\x${Buffer.from(value.buffer, value.byteOffset, value.length).toString('hex')}`
  }
  return JSON.stringify(value)
}

function refuse(what: string): Refusal {
  return new Refusal({
    code: 'DATA_INVALID',
    problem: `got ${what}`,
    why: 'COPY sends values; it evaluates nothing.',
    fix: 'Give a plain value such as a string, a number, a Date or a Buffer.',
  })
}
