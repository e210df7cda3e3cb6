import type { TableModel } from '../../src/model/table.ts'
import { quoteTable } from '../../src/postgres/identifiers.ts'
import { withSql } from './embedded.ts'

/** Rows and the sum of their hashes: two tables with equal ones are equal. */
export interface TableChecksum {
  readonly rows: number
  readonly sum: string
}

/**
 * The content of tables, whatever the order of their rows: equal here is equal for the project.
 *
 * @returns by the tables' keys
 */
export async function checksumsOf(
  url: string,
  tables: readonly TableModel[],
): Promise<Readonly<Record<string, TableChecksum>>> {
  return withSql(url, async (sql) => {
    await sql.unsafe(`set timezone = 'UTC'; set datestyle = 'ISO, YMD';
      set intervalstyle = 'postgres'; set extra_float_digits = 1`)
    const sums: Record<string, TableChecksum> = {}
    for (const { key, schema, name } of tables) {
      // An alias that is no column's name, which would hide the row.
      const [row] = await sql.unsafe<[{ rows: number; sum: string }]>(`
        select count(*)::float8 as rows,
          coalesce(sum(hashtextextended("the whole row"::text, 0)::numeric), 0)::text as sum
        from ${quoteTable(schema, name)} as "the whole row"`)
      sums[key] = { rows: row.rows, sum: row.sum }
    }
    return sums
  })
}
