import { DownpourError } from '../../errors.ts'
import type { ServerType, TargetColumn } from '../../postgres/server-type.ts'

/** What the server would call 22003, 22001, 22P02 or 22008, 22021; and what it would not notice. */
export type RefusalCode =
  'DATA_OUT_OF_RANGE' | 'DATA_TOO_LONG' | 'DATA_INVALID' | 'DATA_NUL' | 'DATA_SURROGATE'

/** Why one cell cannot be written, thrown where neither the column nor the row is known. */
export class Refusal extends Error {
  readonly code: RefusalCode
  readonly why: string
  readonly fix: string

  constructor(refusal: { code: RefusalCode; problem: string; why: string; fix: string }) {
    super(refusal.problem)
    this.code = refusal.code
    this.why = refusal.why
    this.fix = refusal.fix
  }
}

/**
 * Names the place of a refusal; any other error passes through.
 *
 * @param row - in the slice; `undefined` where the value belongs to no row, as a vocabulary's word
 */
export function placeRefusal(
  error: unknown,
  column: TargetColumn,
  row: number | undefined,
): unknown {
  if (!(error instanceof Refusal)) return error
  return placed(error, { table: column.table, column: column.name, row })
}

/**
 * Runs `write`, whose encoders know a row only by its place in the slice, and makes the row of a
 * refusal the table's row number.
 *
 * @param firstRow - the row number of the slice's first row
 * @throws DownpourError `DATA_…` with the row number, exit code 4
 * @example
 * withRowNumber(8192, () => encodeRows(sink, 3, 4)) // Cannot write row 8195 of "orders": …
 */
export function withRowNumber<T>(firstRow: number, write: () => T): T {
  try {
    return write()
  } catch (error) {
    if (!(error instanceof DownpourError && error.cause instanceof Refusal)) throw error
    const { table, column, row } = error
    if (row === undefined) throw error
    throw placed(error.cause, { table: table!, column: column!, row: firstRow + row })
  }
}

export function outOfRange(why: string): Refusal {
  return new Refusal({
    code: 'DATA_OUT_OF_RANGE',
    problem: 'got a value out of range',
    why,
    fix: 'Narrow what the generator gives, or widen the column.',
  })
}

export function tooLong(why: string): Refusal {
  return new Refusal({
    code: 'DATA_TOO_LONG',
    problem: 'got a value that is too long',
    why,
    fix: 'Shorten what the generator gives, or widen the column.',
  })
}

/** @param form - how such a value is written, e.g. `2024-01-31` */
export function invalid(type: string, form: string): Refusal {
  return new Refusal({
    code: 'DATA_INVALID',
    problem: `got a value that is no ${type}`,
    why: `COPY sends the column as ${type}, and the value cannot be read as one.`,
    fix: `Give ${form}.`,
  })
}

export function nulCharacter(): Refusal {
  return new Refusal({
    code: 'DATA_NUL',
    problem: 'got a text with a NUL character',
    why: 'PostgreSQL cannot store the character U+0000.',
    fix: 'Remove that character.',
  })
}

export function loneSurrogate(): Refusal {
  return new Refusal({
    code: 'DATA_SURROGATE',
    problem: 'got a text with half a surrogate pair',
    why: 'Such a text has no UTF-8 form: U+FFFD would be stored in its place.',
    fix: 'Cut texts between code points, as Array.from(text) does.',
  })
}

/**
 * @example
 * describeType({ …, name: 'varchar', modifier: 9 }) // 'varchar(5)'
 */
export function describeType(type: ServerType): string {
  if (type.element) return `${describeType(type.element)}[]`
  const { name, modifier } = type
  if (modifier < 0) return name
  if (name === 'varchar' || name === 'bpchar') return `${name}(${modifier - 4})`
  if (name === 'bit' || name === 'varbit') return `${name}(${modifier})`
  if (name === 'numeric') {
    const { precision, scale } = numericModifier(modifier)
    return `numeric(${precision}, ${scale})`
  }
  return name
}

/** Reads the `atttypmod` of a numeric: precision above, scale as a signed 11-bit number below. */
export function numericModifier(modifier: number): { precision: number; scale: number } {
  const packed = modifier - 4
  return { precision: packed >>> 16, scale: ((packed & 0x7ff) << 21) >> 21 }
}

interface Place {
  readonly table: string
  readonly column: string
  readonly row: number | undefined
}

function placed(refusal: Refusal, { table, column, row }: Place): DownpourError {
  const target = row === undefined ? `"${table}"` : `row ${row} of "${table}"`
  return new DownpourError({
    code: refusal.code,
    message: `Cannot write ${target}: column "${column}" ${refusal.message}`,
    why: refusal.why,
    fix: refusal.fix,
    exitCode: 4,
    table,
    column,
    ...(row === undefined ? {} : { row }),
    cause: refusal,
  })
}
