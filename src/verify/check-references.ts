import type { ForeignKeyModel, TableModel } from '../model/table.ts'
import { quoteIdentifier, quoteTable } from '../postgres/identifiers.ts'
import type { Session } from '../postgres/session.ts'
import type { Finding } from './finding.ts'

/**
 * Looks for rows of a table whose parents are not there, whether or not a foreign key is in force.
 *
 * @param schema - every table, for the parents
 */
export async function checkReferences(
  session: Session,
  table: TableModel,
  schema: readonly TableModel[],
): Promise<readonly Finding[]> {
  const findings: Finding[] = []
  // A relation of Drizzle's promises nothing.
  const foreignKeys = table.foreignKeys.filter(({ kind }) => kind === 'constraint')
  for (const foreignKey of foreignKeys) {
    const { name, columns } = foreignKey
    const parent = schema.find(({ key }) => key === foreignKey.parent)!
    const [found] = await session.query<{ rows: number }>(orphansQuery(table, foreignKey, parent))
    if (found!.rows === 0) continue
    const column = table.columns.find((one) => one.name === columns[0])?.property
    findings.push({
      kind: 'orphans',
      table: table.key,
      name,
      rows: found!.rows,
      ...(columns.length === 1 && column !== undefined && { column }),
    })
  }
  return findings
}

/** With a NULL among its columns a row refers to nothing (MATCH SIMPLE). */
function orphansQuery(
  table: TableModel,
  { columns, parentColumns }: ForeignKeyModel,
  parent: TableModel,
): string {
  const own = columns.map((name) => `child.${quoteIdentifier(name)}`)
  const matches = own.map(
    (column, place) => `parent.${quoteIdentifier(parentColumns[place]!)} = ${column}`,
  )
  return `select count(*)::float8 as rows from ${quoteTable(table.schema, table.name)} as child
    where ${own.map((column) => `${column} is not null`).join(' and ')}
      and not exists (select 1 from ${quoteTable(parent.schema, parent.name)} as parent
        where ${matches.join(' and ')})`
}
