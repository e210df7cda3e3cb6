import { countsUp } from '../model/keys.ts'
import type { TableModel } from '../model/table.ts'
import { quoteIdentifier, quoteTable } from '../postgres/identifiers.ts'
import { sequenceOf } from '../postgres/sequence.ts'
import type { Session } from '../postgres/session.ts'
import type { Finding } from './finding.ts'

interface SequenceRow {
  /** `null` where the column has none. */
  readonly name: string | null
  readonly readable: boolean
  readonly ascending: boolean
  /** What it gives next is above this; as text, since it may be beyond 2^53. */
  readonly last: string | null
}

/**
 * Looks for sequences whose next value is a key that is there already: the next insert of an
 * application would fail.
 *
 * @returns `unseen`: columns whose sequences the role may not read
 */
export async function checkSequences(
  session: Session,
  tables: readonly TableModel[],
): Promise<{ readonly findings: readonly Finding[]; readonly unseen: readonly string[] }> {
  const findings: Finding[] = []
  const unseen: string[] = []
  for (const model of tables) {
    const table = quoteTable(model.schema, model.name)
    for (const column of model.columns.filter((each) => countsUp(model, each))) {
      const [sequence] = await session.query<SequenceRow & Record<string, unknown>>(sequenceQuery, [
        table,
        column.name,
      ])
      if (!sequence || sequence.name === null || !sequence.ascending) continue
      if (!sequence.readable) {
        unseen.push(`${model.key}.${column.property}`)
        continue
      }
      const [keys] = await session.query<{ largest: string | null }>(
        `select max(${quoteIdentifier(column.name)})::text as largest from ${table}`,
      )
      const { largest } = keys!
      if (largest === null) continue
      if (sequence.last !== null && BigInt(sequence.last) >= BigInt(largest)) continue
      findings.push({
        kind: 'sequence behind',
        table: model.key,
        column: column.property,
        name: sequence.name,
        expected: `at least ${largest}`,
        found: sequence.last ?? 'not used yet',
      })
    }
  }
  return { findings, unseen }
}

/** One that was never used begins with its start, so the value before that one is its last. */
const sequenceQuery = `
  select q.seqrelid::regclass::text as name, q.seqincrement > 0 as ascending,
    coalesce(allowed.readable, false) as readable,
    case when allowed.readable then
      coalesce(pg_sequence_last_value(q.seqrelid), q.seqstart - q.seqincrement)::text end as last
  from pg_attribute a
  left join pg_sequence q on q.seqrelid = ${sequenceOf('a.attrelid', 'a.attnum')}
  cross join lateral (select has_sequence_privilege(q.seqrelid, 'USAGE')
    or has_sequence_privilege(q.seqrelid, 'SELECT') as readable) as allowed
  where a.attrelid = $1::text::regclass and a.attname = $2`
