import type { PgColumn, PgTable } from 'drizzle-orm/pg-core'
import type { Generator } from '../generate/generator.ts'

/** The generators that fit a column, by what Drizzle exchanges for it. */
export type GeneratorFor<Column extends PgColumn> = GeneratorOf<
  Column['_']['dataType'],
  Column['_']['columnType']
>

/** Generators by property of a table; `false` leaves the column to the server. */
export type ColumnGenerators<Table extends PgTable> = {
  readonly [Property in Extract<keyof Table['_']['columns'], keyof Table['$inferInsert']>]?:
    GeneratorFor<Table['_']['columns'][Property]> | false
}

/** A value is `null` in some rows where the column may be, which is seen when the plan is checked. */
type GeneratorOf<DataType, ColumnType> = DataType extends 'number'
  ? Generator<number | null>
  : DataType extends 'bigint'
    ? Generator<number | bigint | null>
    : DataType extends 'boolean'
      ? Generator<boolean | null>
      : DataType extends 'date'
        ? Generator<Date | string | null>
        : DataType extends 'string'
          ? GeneratorOfString<ColumnType>
          : Generator

/** Drizzle exchanges strings for these too, so that nothing of them is lost. */
type GeneratorOfString<ColumnType> = ColumnType extends 'PgNumeric'
  ? Generator<number | string | null>
  : ColumnType extends 'PgDateString' | 'PgTimestampString'
    ? Generator<Date | string | null>
    : Generator<string | null>
