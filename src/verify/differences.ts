import type { ServerType } from '../postgres/server-type.ts'
import { cellWords } from './cell-words.ts'
import type { ComparedTable } from './compared-table.ts'
import type { Finding } from './finding.ts'
import { cellsOf } from './row-messages.ts'
import type { Rows } from './row-messages.ts'

/** A row in a buffer; an empty one where its bytes are not at hand. */
export interface RowAt {
  readonly rows: Rows
  readonly at: number
}

/** Told of every row that is not as planned. */
export interface Differences {
  missing(row: number, planned: RowAt): void
  /** A row that no plan knows. */
  extra(found: RowAt): void
  /** A row whose key is as planned and something else is not. */
  different(row: number, planned: RowAt, found: RowAt): void
}

/** What was found in the rows of a table. */
export interface RowDifferences {
  readonly missing: number
  readonly extra: number
  readonly different: number
  /** The first few of each kind. */
  readonly findings: readonly Finding[]
}

export interface CollectOptions {
  /** How many of each kind are told one by one. */
  readonly most: number
  /** Whether values of rows may be told. */
  readonly showsValues: boolean
}

/** Counts differences of a table's rows, and describes the first few. */
export function collectDifferences(
  compared: ComparedTable,
  { most, showsValues }: CollectOptions,
): Differences & { result(): RowDifferences } {
  const { columns, keyColumns } = compared
  const table = compared.table.model.key
  const counts = { missing: 0, extra: 0, different: 0 }
  const findings: Finding[] = []

  function wordsOf(cell: Buffer, place: number): string {
    const { target, form } = columns[place]!
    return cellWords(cell, form === 'text' ? textType : target.serverType)
  }

  /** A key that is a number or drawn says nothing of anybody; other keys are values. */
  function keyFrom({ rows, at }: RowAt): { readonly key?: string } {
    if (rows.length === 0 || keyColumns === 0) return {}
    const isPlain = columns
      .slice(0, keyColumns)
      .every(({ target }) => plainKeys.has(target.serverType.name))
    if (!isPlain && !showsValues) return {}
    const words = cellsOf(rows, at)
      .slice(0, keyColumns)
      .map((cell, place) => wordsOf(cell, place))
    return { key: words.length === 1 ? words[0]! : `(${words.join(', ')})` }
  }

  return {
    missing(row, planned) {
      if (counts.missing++ < most) {
        findings.push({ kind: 'missing row', table, row, ...keyFrom(planned) })
      }
    },
    extra(found) {
      if (counts.extra++ < most) findings.push({ kind: 'extra row', table, ...keyFrom(found) })
    },
    different(row, planned, found) {
      if (counts.different++ >= most) return
      const own = { kind: 'different value', table, row, ...keyFrom(planned) } as const
      if (planned.rows.length === 0) {
        findings.push(own)
        return
      }
      const plannedCells = cellsOf(planned.rows, planned.at)
      const foundCells = cellsOf(found.rows, found.at)
      for (const [place, { model }] of columns.entries()) {
        const [expected, actual] = [plannedCells[place]!, foundCells[place]!]
        if (expected.equals(actual)) continue
        const values = showsValues
          ? { expected: wordsOf(expected, place), found: wordsOf(actual, place) }
          : {}
        findings.push({ ...own, column: model.property, ...values })
      }
    },
    result: () => ({
      ...counts,
      findings: findings.toSorted((one, other) => placeOf(one) - placeOf(other)),
    }),
  }
}

/** Rows that nobody planned come last. */
function placeOf({ row }: Finding): number {
  return row ?? Number.MAX_SAFE_INTEGER
}

const plainKeys: ReadonlySet<string> = new Set(['int2', 'int4', 'int8', 'uuid'])

const textType: Pick<ServerType, 'name' | 'kind'> = { name: 'text', kind: 'scalar' }
