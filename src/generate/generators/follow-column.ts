import type { Generator, OwnColumn } from '../generator.ts'

/** A generator, and how it is made again with more options. */
export interface Following<Options extends object> {
  readonly generator: Generator
  readonly options: Options
  readonly make: (options: Options) => Generator
  /** What the column says of options that are left out. @defaultValue whether it is unique */
  readonly missing?: (column: OwnColumn) => object
}

/**
 * A generator that takes from the column it is given for what its options leave out.
 *
 * @example
 * followColumn({ generator, options: {}, make: firstName }) // none twice in a unique column
 */
export function followColumn<Options extends { readonly isUnique?: boolean | undefined }>({
  generator,
  options,
  make,
  missing = uniqueness,
}: Following<Options>): Generator {
  const { isUnique } = options
  return {
    ...generator,
    ...(isUnique !== undefined && { isUnique }),
    forColumn: (column) => make({ ...missing(column), ...options }),
  }
}

/** Whether values may repeat, and how many elements the type says that each has. */
export function uniquenessAndLength(column: OwnColumn): {
  readonly isUnique?: boolean
  readonly dimensions?: number
} {
  const [dimensions] = column.type.modifiers
  return { ...uniqueness(column), ...(dimensions !== undefined && { dimensions }) }
}

/** Whether values may repeat. */
export function uniqueness({ isUnique }: OwnColumn): { readonly isUnique?: boolean } {
  return isUnique ? { isUnique } : {}
}
