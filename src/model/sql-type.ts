/** A PostgreSQL type as written in a declaration, in one spelling whatever the alias. */
export interface SqlType {
  /** The name in `pg_type`, e.g. `int4` for `integer`; enums, domains and extensions keep theirs. */
  readonly name: string
  /** Length, precision and scale: `[12, 2]` for `numeric(12, 2)`. */
  readonly modifiers: readonly number[]
  /** 0 for a scalar, 1 for `text[]`, 2 for `text[][]`. */
  readonly dimensions: number
}

const aliases: Readonly<Record<string, string>> = {
  smallint: 'int2',
  integer: 'int4',
  int: 'int4',
  bigint: 'int8',
  smallserial: 'int2',
  serial: 'int4',
  bigserial: 'int8',
  real: 'float4',
  'double precision': 'float8',
  decimal: 'numeric',
  boolean: 'bool',
  character: 'bpchar',
  char: 'bpchar',
  'character varying': 'varchar',
  timestamp: 'timestamp',
  'timestamp without time zone': 'timestamp',
  'timestamp with time zone': 'timestamptz',
  time: 'time',
  'time without time zone': 'time',
  'time with time zone': 'timetz',
  'bit varying': 'varbit',
}

/**
 * Reads a type's declaration, as Drizzle writes it or as the server's `format_type` prints it, so
 * that the two can be compared.
 *
 * @param declaration - e.g. `numeric(12, 2)`, `character varying(255)[]`, `timestamp (3) with time zone`
 * @example
 * parseSqlType('timestamp (3) with time zone') // { name: 'timestamptz', modifiers: [3], dimensions: 0 }
 */
export function parseSqlType(declaration: string): SqlType {
  const brackets = /(?:\s*\[\d*\])+$/.exec(declaration)?.[0] ?? ''
  const scalar = declaration.slice(0, declaration.length - brackets.length).trim()
  const modifiers = /\(\s*(-?\d+(?:\s*,\s*-?\d+)*)\s*\)/.exec(scalar)
  const name = (modifiers ? scalar.replace(modifiers[0], ' ') : scalar).replace(/\s+/g, ' ').trim()
  return {
    name: aliases[name.toLowerCase()] ?? name,
    modifiers: impliedModifiers(name, modifiers?.[1]?.split(',').map(Number) ?? []),
    dimensions: brackets.split('[').length - 1,
  }
}

/** `char` and `bit` without a length mean a length of 1 (SQL standard; PostgreSQL manual 8.3, 8.10). */
function impliedModifiers(name: string, modifiers: readonly number[]): readonly number[] {
  const isOneLong = ['char', 'character', 'bit'].includes(name.toLowerCase())
  return isOneLong && modifiers.length === 0 ? [1] : modifiers
}

/**
 * @example
 * formatSqlType({ name: 'numeric', modifiers: [12, 2], dimensions: 1 }) // 'numeric(12, 2)[]'
 */
export function formatSqlType(type: SqlType): string {
  const modifiers = type.modifiers.length > 0 ? `(${type.modifiers.join(', ')})` : ''
  return `${type.name}${modifiers}${'[]'.repeat(type.dimensions)}`
}
