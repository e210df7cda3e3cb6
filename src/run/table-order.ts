import type { TableOrder } from '../ledger/ledger.ts'
import type { TableName } from '../postgres/catalog.ts'
import { readForeignKeys } from '../postgres/foreign-keys.ts'
import type { Session } from '../postgres/session.ts'

/** For which tables each has to wait: those that it refers to under foreign keys in force. */
export async function readTableOrder(
  session: Session,
  tables: readonly TableName[],
): Promise<readonly TableOrder[]> {
  const foreignKeys = await readForeignKeys(session, tables)
  return tables.map((_table, position) => {
    const parents = foreignKeys.flatMap(({ child, parent }) => (child === position ? [parent] : []))
    return {
      position,
      waitsFor: parents.filter((parent) => parent !== position),
      isSequential: parents.includes(position),
    }
  })
}
