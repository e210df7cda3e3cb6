import type { TableModel } from '../../src/model/table.ts'
import { checksumsOf } from './checksum.ts'
import type { TableChecksum } from './checksum.ts'
import { definitionsOf } from './definitions-of.ts'
import { withSql } from './embedded.ts'

/** All that decides whether two databases that a run has filled are equal. */
export interface RunState {
  readonly checksums: Readonly<Record<string, TableChecksum>>
  readonly definitions: readonly string[]
  readonly ledger: Omit<LedgerState, 'doneSteps'>
}

/** What the ledger says of all runs. */
export interface LedgerState {
  readonly runs: readonly string[]
  readonly doneSteps: number
  readonly openSteps: number
  /** Dropped, and not put back. */
  readonly openDrops: number
}

export async function runStateOf(url: string, tables: readonly TableModel[]): Promise<RunState> {
  return {
    checksums: await checksumsOf(url, tables),
    definitions: await definitionsOf(url),
    ledger: withoutCount(await ledgerStateOf(url)),
  }
}

/** How many steps there were depends on how it was run. */
function withoutCount({ doneSteps: _doneSteps, ...state }: LedgerState): RunState['ledger'] {
  return state
}

/** Of a database without a ledger, too. */
export async function ledgerStateOf(url: string): Promise<LedgerState> {
  return withSql(url, async (sql) => {
    const [found] = await sql`select to_regclass('downpour.runs') is not null as "hasLedger"`
    if (!found!['hasLedger']) return { runs: [], doneSteps: 0, openSteps: 0, openDrops: 0 }
    const [row] = await sql<[LedgerState]>`
      select array_to_json(array(select state from downpour.runs order by ordinal)) as runs,
        (select count(*)::int from downpour.steps where is_done) as "doneSteps",
        (select count(*)::int from downpour.steps where not is_done) as "openSteps",
        (select count(*)::int from downpour.dropped where not is_restored) as "openDrops"`
    return { ...row }
  })
}
