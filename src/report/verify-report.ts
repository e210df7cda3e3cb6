import type { Finding, FindingKind } from '../verify/finding.ts'
import type { VerifiedTable, VerifyReport } from '../verify/verify.ts'
import { formatBytes, formatCount, formatRows, formatSeconds } from './format.ts'
import { formatTable } from './text-table.ts'
import type { TextColumn } from './text-table.ts'
import { wrap } from './wrap.ts'

const columns: readonly TextColumn[] = [
  { title: 'table', align: 'left' },
  { title: 'planned', align: 'right' },
  { title: 'found', align: 'right' },
  { title: 'missing', align: 'right' },
  { title: 'extra', align: 'right' },
  { title: 'different', align: 'right' },
  { title: 'compared by', align: 'left' },
]

/**
 * What was compared, what differs, and what was not looked at.
 *
 * @param width - characters a line
 */
export function formatVerifyReport(report: VerifyReport, width: number): string {
  const { tables, findings, notes } = report
  const isQuick = report.compared === 'sums'
  const rows = tables.map((table) => [
    table.table,
    formatCount(table.rows),
    formatCount(table.found),
    formatCount(table.missing),
    formatCount(table.extra),
    isQuick ? '' : formatCount(table.different),
    isQuick ? 'sums' : table.matching,
  ])
  return [
    ...formatTable(columns, rows),
    '',
    ...findings.map(describeFinding),
    ...tables.flatMap((table) => describeRest(table, findings)),
    ...(findings.length > 0 ? [''] : []),
    ...[...notes, ...tables.flatMap(notesOn)].flatMap((note) => wrap(note, width)),
    conclusion(report),
    '',
  ].join('\n')
}

/** A finding as a line. */
export function describeFinding(finding: Finding): string {
  const { table, column, name, rows } = finding
  return `${column === undefined ? table : `${table}.${column}`}: ${words[finding.kind](finding, { name: name ?? '', rows: formatRows(rows ?? 0) })}`
}

type Words = (finding: Finding, said: { readonly name: string; readonly rows: string }) => string

const words: Readonly<Record<FindingKind, Words>> = {
  'missing row': (finding) => `${rowOf(finding)} is missing`,
  'extra row': ({ key }) =>
    key === undefined ? 'a row that was not planned' : `the row with key ${key} was not planned`,
  'different value': (finding) => `${rowOf(finding)} differs${valuesOf(finding)}`,
  'different rows': ({ row, lastRow, expected, found }) =>
    row === undefined
      ? `other rows than planned: ${expected} are planned, and ${found} are there`
      : `rows ${row} to ${lastRow} are not all as planned: ${expected} are planned, and ${found} are there`,
  orphans: (_finding, { name, rows }) => `${rows} without a parent, by foreign key "${name}"`,
  'sequence behind': ({ expected, found }, { name }) =>
    `sequence ${name} is behind: ${found}, and has to be ${expected}`,
  'index missing': (_finding, { name }) => `there is no index ${name}`,
  'index invalid': (_finding, { name }) => `index ${name} is invalid`,
  'constraint missing': (_finding, { name }) => `there is no constraint ${name}`,
  'constraint not validated': (_finding, { name }) => `constraint ${name} is not validated`,
  'table missing': () => 'there is no such table',
  'column missing': () => 'there is no such column',
  'statistics stale': ({ expected, found }) =>
    `the planner’s statistics are stale: ${found}, and there are ${expected}`,
}

function rowOf({ row, key }: Finding): string {
  return key === undefined ? `row ${row}` : `row ${row} (key ${key})`
}

function valuesOf({ expected, found }: Finding): string {
  return expected === undefined ? '' : `: ${expected} is planned, and ${found} is there`
}

/** How many there are of what only the first few were told of. */
function describeRest(table: VerifiedTable, findings: readonly Finding[]): readonly string[] {
  const told = (kind: FindingKind) => {
    const own = findings.filter((finding) => finding.kind === kind && finding.table === table.table)
    // A row may differ in several columns.
    return kind === 'different value' ? new Set(own.map(({ row }) => row)).size : own.length
  }
  if (table.unequalChunks !== null) {
    const chunks = table.unequalChunks - told('different rows')
    return chunks > 0 ? [`${table.table}: ${formatCount(chunks)} more chunks of rows`] : []
  }
  const rest = [
    { rows: table.missing - told('missing row'), what: 'missing' },
    { rows: table.extra - told('extra row'), what: 'not planned' },
    { rows: table.different - told('different value'), what: 'different' },
  ]
  return rest
    .filter(({ rows }) => rows > 0)
    .map(({ rows, what }) => `${table.table}: ${formatCount(rows)} more ${what}`)
}

function notesOn(table: VerifiedTable): readonly string[] {
  const { matching, passed, rejected, others } = table
  const notes: string[] = []
  if (matching === 'whole row') {
    notes.push(
      `${table.table} has no key whose values are known: whole rows were compared, in any order.`,
    )
  }
  if (passed.length > 0) {
    const names = passed.map(({ column, why }) => `${column} (${why})`)
    notes.push(`Not compared in ${table.table}: ${names.join(', ')}.`)
  }
  if (rejected > 0) notes.push(`${table.table}: ${formatRows(rejected)} left out by the run.`)
  if (others > 0)
    notes.push(`${table.table}: ${formatRows(others)} of another origin, not compared.`)
  return notes
}

function conclusion(report: VerifyReport): string {
  const { ok, rows, differences, compared, seconds, peakRssBytes } = report
  const how = compared === 'sums' ? 'by sums per chunk' : 'value by value'
  const what = `${formatRows(rows)} compared ${how} in ${formatSeconds(seconds)}, peak memory ${formatBytes(peakRssBytes)}`
  if (ok) return `${what}: all as planned.`
  return `${what}: ${differences === 1 ? '1 difference' : `${formatCount(differences)} differences`}.`
}
