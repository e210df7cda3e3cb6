/** A column's type as the server's catalog tells it, domains resolved to their base type. */
export interface ServerType {
  /** The base type's oid in `pg_type`; of an array's element the oid as declared. */
  readonly oid: number
  /** The base type's name in `pg_type`, e.g. `int4`, `varchar`, `_int4` for an array. */
  readonly name: string
  /** How a cast names it: quoted and with its schema where needed, without a length, e.g. `integer[]`. */
  readonly sqlName: string
  readonly kind: 'scalar' | 'enum' | 'array' | 'other'
  /** `atttypmod` of the column, or of the domain; -1 for none. Lengths of char types are typmod - 4. */
  readonly modifier: number
  /** The element's type, for arrays. */
  readonly element: ServerType | undefined
}

/** A column to be written, as both sides know it. */
export interface TargetColumn {
  /** For messages. */
  readonly table: string
  readonly name: string
  readonly serverType: ServerType
  /** Drizzle's mapping of a JavaScript value to what the driver sends. */
  readonly toDriver: (value: unknown) => unknown
}
