import type { Session } from '../postgres/session.ts'
import { selectRows } from './compare-table.ts'
import { expectedCount } from './compared-table.ts'
import type { ComparedTable } from './compared-table.ts'
import { collectDifferences } from './differences.ts'
import type { CollectOptions } from './differences.ts'
import type { ExpectedTable } from './expected-rows.ts'
import type { Finding } from './finding.ts'
import { matchRows } from './match-rows.ts'
import { mergeRows } from './merge-rows.ts'
import { readRows } from './row-messages.ts'
import type { Rows } from './row-messages.ts'
import { sumChunks } from './sum-chunks.ts'

/** What came of comparing a table's rows. */
export interface TableComparison {
  /** Rows that are there, but for `others`. */
  readonly found: number
  /** Rows of another origin, which were there before the plan's. */
  readonly others: number
  readonly missing: number
  readonly extra: number
  readonly different: number
  /** Chunks whose sums differ; `null` where values were compared. */
  readonly unequalChunks: number | null
}

export interface RowComparison {
  readonly session: Session
  readonly compared: ComparedTable
  readonly expected: ExpectedTable
  /** Told of how many planned rows have been compared, of how many. */
  readonly onRows: (rows: number, total?: number) => void
  readonly options: CollectOptions
}

type Compared = TableComparison & { readonly findings: readonly Finding[] }

/** Compares a table's rows value by value. */
export async function compareValues(comparison: RowComparison): Promise<Compared> {
  const { session, compared, expected, onRows, options } = comparison
  const differences = collectDifferences(compared, options)
  async function* found(): AsyncGenerator<Rows, void, undefined> {
    const statement = `copy (${selectRows(compared)}) to stdout (format binary)`
    yield* readRows(await session.copyOut(statement))
  }
  const told =
    compared.matching === 'row number'
      ? await mergeRows({ compared, expected: expected.all(), found: found(), differences, onRows })
      : await matchRows({ compared, expected, found, differences, onRows })
  return {
    found: told.found - told.others,
    others: told.others,
    unequalChunks: null,
    ...differences.result(),
  }
}

/** Compares sums of a table's rows, which cannot tell which of a chunk's rows differ. */
export async function compareSums(comparison: RowComparison): Promise<Compared> {
  const { session, compared, expected, onRows, options } = comparison
  const chunks = await sumChunks(session, compared, expected, onRows)
  const unequal = chunks.filter(({ isEqual }) => !isEqual)
  const found = chunks.reduce((sum, chunk) => sum + chunk.found, 0)
  const planned = expectedCount(compared)
  const table = compared.table.model.key
  return {
    found,
    others: compared.othersBefore,
    missing: Math.max(0, planned - found),
    extra: Math.max(0, found - planned),
    different: 0,
    unequalChunks: unequal.length,
    findings: unequal
      .slice(0, options.most)
      .map(({ rows, planned: expectedRows, found: foundRows }): Finding => ({
        kind: 'different rows',
        table,
        ...(rows && { row: rows.first, lastRow: rows.last }),
        expected: `${expectedRows} rows`,
        found: `${foundRows} rows`,
      })),
  }
}
