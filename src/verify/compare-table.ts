import { parseSqlType } from '../model/sql-type.ts'
import type { ColumnModel } from '../model/table.ts'
import type { CatalogTable } from '../postgres/catalog.ts'
import { quoteIdentifier, quoteTable } from '../postgres/identifiers.ts'
import { hasBinaryEncoder } from '../write/encode/binary.ts'
import type { ComparedColumn, ComparedTable, PassedColumn } from './compared-table.ts'
import { keyOfTable } from './key-of-table.ts'
import type { TableOfPlan } from './planned-tables.ts'

/** What the server does with a table's columns besides. */
export interface ServerSide {
  /** The functions that give their binary forms, as SQL, by column name. */
  readonly sends: Readonly<Record<string, string>>
  /** Whether a trigger may fill columns that nobody writes. */
  readonly hasTriggers: boolean
}

/** Decides what is compared of a table, and by what its rows are found. */
export function compareTable(
  of: TableOfPlan,
  found: CatalogTable,
  { sends, hasTriggers }: ServerSide,
): ComparedTable {
  const { plan, table, rejected } = of
  const fates = table.model.columns.map((model) => fateOf(of, model, { found, hasTriggers }))
  const there = fates.filter(({ passed }) => passed === undefined)
  const key = keyOfTable(
    table,
    there.flatMap(({ model, staysNull }) => (staysNull ? [] : model.name)),
  )
  const isKey = ({ model }: ColumnFate) => key.columns.includes(model.name)
  const ordered = [...there.filter(isKey), ...there.filter((column) => !isKey(column))]
  return {
    plan,
    table,
    matching: key.matching,
    keyColumns: key.columns.length,
    columns: ordered.map(({ model, staysNull }): ComparedColumn => {
      const { serverType, declared } = found.columns.get(model.name)!
      const target = {
        table: table.model.key,
        name: model.name,
        serverType,
        toDriver: model.toDriver,
      }
      const send = sends[model.name]
      return {
        model,
        target,
        declared: castName(declared),
        form: hasBinaryEncoder(target) && send !== undefined ? 'binary' : 'text',
        staysNull,
        send: send ?? '',
      }
    }),
    passed: fates.flatMap(({ model, passed }) =>
      passed === undefined ? [] : { column: model.property, why: passed },
    ),
    rows: table.rows,
    rejected,
    othersBefore: table.rows.first,
  }
}

/** What becomes of a column in the comparison. */
interface ColumnFate {
  readonly model: ColumnModel
  readonly staysNull: boolean
  /** Why it is not compared. */
  readonly passed: PassedColumn['why'] | undefined
}

function fateOf(
  { table, hasServerValues, unsureSums }: TableOfPlan,
  declared: ColumnModel,
  { found, hasTriggers }: { readonly found: CatalogTable; readonly hasTriggers: boolean },
): ColumnFate {
  const there = found.columns.get(declared.name)
  const planned = table.columns.find(({ model }) => model.name === declared.name)
  // A plan's own may send other values of it than the schema's.
  const model = planned?.model ?? declared
  function why(): PassedColumn['why'] | undefined {
    if (!there) return 'not there'
    if (unsureSums.includes(model.property)) return 'a sum of rows some of which were left out'
    const isRowNumber = model.name === table.key?.column.name
    if (there.generated || (hasServerValues && !isRowNumber)) return 'computed by the server'
    const mayBeFilled = there.hasDefault || hasTriggers
    return planned || !mayBeFilled ? undefined : 'left to the server'
  }
  return { model, staysNull: planned === undefined, passed: why() }
}

/** Without a length char and bit would mean a length of one. */
function castName(declared: string): string {
  const { name, modifiers } = parseSqlType(declared)
  return name === 'bpchar' && modifiers.length === 0 ? 'bpchar' : declared
}

/**
 * What reads a table's rows: those that nobody planned too.
 *
 * @example
 * selectRows(users) // 'select "id", "email" from "public"."users" order by "id"'
 */
export function selectRows({ table, columns, matching }: ComparedTable): string {
  const { schema, name } = table.model
  const values = columns.map(({ model, form }) =>
    form === 'text' ? `${quoteIdentifier(model.name)}::text` : quoteIdentifier(model.name),
  )
  const order =
    matching === 'row number' ? ` order by ${quoteIdentifier(columns[0]!.model.name)}` : ''
  return `select ${values.join(', ')} from ${quoteTable(schema, name)}${order}`
}
