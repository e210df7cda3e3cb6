import type { TableModel } from '../model/table.ts'
import { readDistributions } from '../postgres/citus.ts'
import { quoteTable } from '../postgres/identifiers.ts'
import type { Session } from '../postgres/session.ts'
import type { Finding } from './finding.ts'

/** A table that was read. */
export interface CountedTable {
  readonly model: TableModel
  readonly rows: number
  /** When the run that loaded it began; `undefined` where no run is known. */
  readonly loadedAt: string | undefined
}

interface StatisticsRow {
  /** As the planner knows them; -1 when it knows nothing. */
  readonly rows: number
  /** Whether the last ANALYZE came before the load; `null` where the server has forgotten when it was. */
  readonly early: boolean | null
}

/** Looks for tables of which the planner has a wrong idea: never analyzed, or not since the load. */
export async function checkStatistics(
  session: Session,
  tables: readonly CountedTable[],
): Promise<readonly Finding[]> {
  const distributions = await readDistributions(
    session,
    tables.map(({ model }) => model),
  )
  const findings: Finding[] = []
  for (const [index, { model, rows, loadedAt }] of tables.entries()) {
    const isHere = distributions[index]!.kind === 'local'
    const [found] = await session.query<StatisticsRow & Record<string, unknown>>(
      isHere ? statisticsQuery : shardStatisticsQuery,
      [quoteTable(model.schema, model.name), loadedAt ?? null],
    )
    const { rows: known, early } = found!
    // Autovacuum would let as many rows change before it looks again.
    const isNear = known >= 0 && Math.abs(known - rows) <= 50 + rows / 10
    if (rows === 0 || (isNear && early !== true)) continue
    findings.push({
      kind: 'statistics stale',
      table: model.key,
      expected: `${rows} rows`,
      found: known < 0 ? 'none' : early === true ? 'from before the load' : `${known} rows`,
    })
  }
  return findings
}

const analyzedAt = 'greatest(s.last_analyze, s.last_autoanalyze)'
const statisticsOf = 'pg_class c left join pg_stat_all_tables s on s.relid = c.oid'

const statisticsQuery = `
  select c.reltuples::float8 as rows, ${analyzedAt} < $2::text::timestamptz as early
  from ${statisticsOf} where c.oid = $1::text::regclass`

/** Of a table on several nodes only the shards have statistics. */
const shardStatisticsQuery = `
  select sum((result::json ->> 'rows')::float8) as rows,
    min((result::json ->> 'at')::timestamptz) < $2::text::timestamptz as early
  from run_command_on_shards($1::text::regclass, $shard$
    select json_build_object('rows', c.reltuples, 'at', ${analyzedAt})
    from ${statisticsOf} where c.oid = '%s'::regclass $shard$)`
