import type { TableToLoad } from './describe-load.ts'
import type { LoadTime } from './load-plan.ts'
import type { TriedTable } from './trial.ts'

/**
 * How long a load takes, from how long some of its rows took: a range, since a trial in a temporary
 * table does without a log and without other connections.
 *
 * @param load - `lanes` that load side by side; `cores` that compute rows here
 */
export function loadTime(
  tried: readonly TriedTable[],
  load: { readonly tables: readonly TableToLoad[]; readonly lanes: number; readonly cores: number },
): LoadTime {
  const { tables, lanes, cores } = load
  let write = 0
  let generate = 0
  let build = 0
  let check = 0
  for (const { target, keepsForeignKeys } of tables) {
    const { model, toLoad } = target.table
    const one = tried.find(({ table }) => table === model.key)
    if (!one || toLoad.count === 0) continue
    const times = toLoad.count / one.rows
    write += one.seconds * times
    generate += one.generateSeconds * times
    // Sorting takes n log n.
    build += one.buildSeconds * times * (1 + Math.log2(Math.max(1, times)) / 14)
    const perKey = keepsForeignKeys ? secondsToCheck : secondsToValidate
    check += toLoad.count * model.foreignKeys.length * perKey
  }
  const side = Math.min(lanes, cores)
  const ideal = Math.max((write + check) / lanes, generate / side) + build / side
  const alone = (write + check) * logged + build * 1.3
  return {
    leastSeconds: fixedSeconds / 2 + ideal * 0.8,
    // Two lanes on one disk are not twice as fast.
    mostSeconds: 2 * fixedSeconds + alone / Math.sqrt(side),
    triedRows: tried.reduce((sum, { rows }) => sum + rows, 0),
  }
}

/** A foreign key in force looks its row's parent up; one that is put back joins the two tables. */
const secondsToCheck = 8e-6
const secondsToValidate = 0.4e-6
/** What the log adds to a table that is not temporary, at most. */
const logged = 2.5
/** To connect, to plan, and to analyze the tables. */
const fixedSeconds = 0.5
