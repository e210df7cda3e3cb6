import type { Vector, VectorKind } from '../../generate/vector.ts'
import type { ServerType } from '../../postgres/server-type.ts'
import type { ColumnEncoder } from './column.ts'
import type { ByteSink } from './sink.ts'

/** How one PostgreSQL type is written in binary. */
export interface BinaryType {
  /**
   * Appends the bytes of a value given in PostgreSQL's text form, without their length.
   *
   * @throws Refusal
   */
  readonly writeLiteral: (sink: ByteSink, literal: string) => void
  /** Cells straight from vectors that need no text form, length and bytes; none of them is NULL. */
  readonly from?: VectorEncoders
  /** Appends a value that the driver sends as bytes, without their length. */
  readonly writeBuffer?: (sink: ByteSink, value: Uint8Array) => void
}

export type VectorEncoders = {
  readonly [Kind in VectorKind]?: (vector: Extract<Vector, { kind: Kind }>) => ColumnEncoder
}

/** A type's family: reads what matters of the column's type once. */
export type BinaryFamily = (type: ServerType) => BinaryType
