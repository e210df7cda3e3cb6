/** A PostgreSQL type as written in a declaration, in one spelling whatever the alias. */
export interface SqlType {
  /** The name in `pg_type`, e.g. `int4` for `integer`; enums, domains and extensions keep theirs. */
  readonly name: string
  /** Length, precision and scale: `[12, 2]` for `numeric(12, 2)`. */
  readonly modifiers: readonly number[]
  /** What is said in words, in lower case: `day to second` of an interval, `point` of a geometry. */
  readonly detail?: string
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
  // Not those of a quoted name.
  const said = /\(([^()]*)\)(?=[^"]*$)/.exec(scalar)
  const words = (said ? scalar.replace(said[0], ' ') : scalar).replace(/\s+/g, ' ').trim()
  const [, fields] = /^interval (.+)$/i.exec(words) ?? []
  const name = fields === undefined ? words : 'interval'
  const terms = said?.[1]!.split(',').map((term) => term.trim()) ?? []
  const detail = fields ?? terms.find((term) => !isNumber(term))
  return {
    name: aliases[name.toLowerCase()] ?? name,
    modifiers: impliedModifiers(name, terms.filter(isNumber).map(Number)),
    ...(detail && { detail: detail.toLowerCase() }),
    dimensions: brackets.split('[').length - 1,
  }
}

function isNumber(term: string): boolean {
  return /^-?\d+$/.test(term)
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
export function formatSqlType({ name, modifiers, detail, dimensions }: SqlType): string {
  const hasFields = name === 'interval' && detail !== undefined
  const terms = hasFields || detail === undefined ? modifiers : [detail, ...modifiers]
  const said = terms.length > 0 ? `(${terms.join(', ')})` : ''
  return `${name}${hasFields ? ` ${detail}` : ''}${said}${'[]'.repeat(dimensions)}`
}

/**
 * Whether a column is declared as it is on the server, which forgets how many dimensions an array was
 * declared with, and qualifies names that the search path does not lead to.
 *
 * @example
 * isSameType(parseSqlType('numeric(12)'), parseSqlType('numeric(12,0)')) // true
 */
export function isSameType(declared: SqlType, actual: SqlType): boolean {
  const name = bareName(declared.name)
  return (
    name === bareName(actual.name) &&
    Math.min(1, declared.dimensions) === Math.min(1, actual.dimensions) &&
    (['geometry', 'geography'].includes(name)
      ? isSameShape(declared, actual)
      : precisionOf(declared) === precisionOf(actual) && declared.detail === actual.detail)
  )
}

/** Drizzle's own columns of PostGIS say nothing of the SRID: only what both say can differ. */
function isSameShape(declared: SqlType, actual: SqlType): boolean {
  const [srid, actualSrid] = [declared, actual].map(({ modifiers }) => modifiers[0])
  return (
    (declared.detail ?? actual.detail) === (actual.detail ?? declared.detail) &&
    (srid ?? actualSrid) === (actualSrid ?? srid)
  )
}

function bareName(name: string): string {
  return name.replaceAll('"', '').replace(/^.*\./, '').toLowerCase()
}

/** `numeric(12)` means `numeric(12, 0)`. */
function precisionOf({ name, modifiers }: SqlType): string {
  return name === 'numeric' && modifiers.length === 1 ? `${modifiers[0]},0` : modifiers.join()
}
