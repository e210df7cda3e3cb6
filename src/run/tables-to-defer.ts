import type { TableOrder } from '../ledger/ledger.ts'
import { circularTables } from './circles.ts'
import type { IndexMode } from './options.ts'

/** From so many rows on `auto` drops a table's indexes: below, building them once costs as much. */
const worthwhileRows = 100_000

/**
 * The tables whose indexes a run drops and builds again. Small tables go along where they refer to a
 * large one, whose key could not be dropped otherwise.
 *
 * @param empty - tables that hold no rows, or will have been emptied
 * @param order - of all tables of the run, by position
 */
export function tablesToDefer<
  Table extends { readonly position: number; readonly rowCount: number },
>(empty: readonly Table[], order: readonly TableOrder[], indexes: IndexMode): readonly Table[] {
  if (indexes === 'keep') return []
  const loaded = empty.filter(({ rowCount }) => rowCount > 0)
  if (indexes === 'defer') return loaded
  const large = new Set(
    loaded.filter(({ rowCount }) => rowCount >= worthwhileRows).map(({ position }) => position),
  )
  const circular = circularTables(order)
  return loaded.filter(
    ({ position }) =>
      large.has(position) ||
      circular.includes(position) ||
      order[position]!.waitsFor.some((parent) => large.has(parent)),
  )
}
