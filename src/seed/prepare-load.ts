import type { TableModel } from '../model/table.ts'
import { buildPlan } from '../plan/build-plan.ts'
import type { ExistingRows, PlanRequest } from '../plan/build-plan.ts'
import { checkPlan } from '../plan/check-plan.ts'
import { loadedTables } from '../plan/plan.ts'
import type { Refinements } from '../plan/refinement.ts'
import { tableSources } from '../plan/table-sources.ts'
import type { Session } from '../postgres/session.ts'
import { checkDistribution } from '../run/check-distribution.ts'
import { judgeSamples } from '../run/check-samples.ts'
import { checkTargets } from '../run/check-target.ts'
import { buildConnectedPlan } from '../run/read-connected.ts'
import { describeTables } from '../run/describe-tables.ts'
import { readExistingRows } from '../run/existing-rows.ts'
import type { PreparedRun } from '../run/prepare-run.ts'
import { withDomains } from '../run/read-domains.ts'
import { openSamples } from '../run/sample.ts'
import type { Reading } from '../run/transaction.ts'
import type { Strategy } from '../write/strategy.ts'
import type { Target } from '../write/target.ts'
import type { SeedSettings } from './options.ts'

/** What `seed` was asked for, apart from where. */
export interface SeedJob {
  readonly tables: readonly TableModel[]
  readonly refinements: Refinements
  readonly settings: SeedSettings
}

/**
 * Plans a load and makes sure that it can be done: nothing is written yet.
 *
 * Rows that are there stay, and new ones come behind them: keys go on after the largest one, and rows
 * are numbered on, so that unique values of the same seed do not come again. New rows refer to new
 * rows only, since nothing is known of who wrote the others; to any where the parent is left out.
 *
 * @param way - how a table is written, and how a cursor is read
 * @throws DownpourError `PLAN_…`, `TARGET_…`, `STRATEGY_…`
 */
export async function prepareLoad(
  session: Session,
  { tables: declared, refinements, settings }: SeedJob,
  way: { readonly strategyFor: (target: Target) => Strategy; readonly reading: Reading },
): Promise<PreparedRun> {
  const { strategyFor, reading } = way
  const tables = await withDomains(session, declared)
  const { seed, referenceDate, count, only } = settings
  const loaded = tables.filter(({ key }) => only?.includes(key) ?? true)
  const parents = new Set(
    loaded.flatMap(({ foreignKeys }) => foreignKeys.map(({ parent }) => parent)),
  )
  const outside = tables.filter((table) => !loaded.includes(table) && parents.has(table.key))
  const existing = new Map<string, ExistingRows>()
  for (const table of [...loaded, ...outside]) {
    // Without the smallest key nobody refers to rows that are there.
    const found = { ...(await readExistingRows(session, table)), smallestKey: undefined }
    if (found.rows > 0) existing.set(table.key, found)
  }
  const request: PlanRequest = {
    tables,
    refinements,
    seed,
    referenceDate,
    counts: {
      explicit: {
        ...countsBehind(existing, refinements, count),
        ...Object.fromEntries(
          tables.flatMap((table) => (loaded.includes(table) ? [] : [[table.key, 0]])),
        ),
      },
      profile: {},
      scale: 1,
      otherwise: count,
    },
    only,
    existing: existing.size > 0 ? existing : undefined,
  }
  const connected = outside.flatMap(({ key }) => (existing.has(key) ? [key] : []))
  const plan =
    connected.length === 0
      ? await buildPlan(request)
      : await reading(() => buildConnectedPlan(session, request, connected))
  const { look, take } = tableSources(plan)
  await checkPlan(plan, look)
  const targets = await checkTargets(session, loadedTables(plan))
  await checkDistribution(session, tables)
  await judgeSamples(await openSamples(targets, look), session)
  const described = await describeTables(session, { plan, targets, strategyFor })
  return { plan, open: take, targets, tables: described }
}

/** A plan counts the rows that are there as well. */
function countsBehind(
  existing: ReadonlyMap<string, ExistingRows>,
  refinements: Refinements,
  otherwise: number,
): Readonly<Record<string, number>> {
  return Object.fromEntries(
    [...existing].flatMap(([table, { rows }]) => {
      const { count, each, rows: known } = refinements[table] ?? {}
      return each ? [] : [[table, rows + (count ?? known?.length ?? otherwise)]]
    }),
  )
}
