import type { LoadPlan, LoadTime } from '../estimate/load-plan.ts'
import { formatBytes, formatClock, formatCount } from './format.ts'
import { fittingTable } from './text-table.ts'
import type { TextColumn } from './text-table.ts'
import { wrap } from './wrap.ts'

const columns: readonly TextColumn[] = [
  { title: 'table', align: 'left' },
  { title: 'rows', align: 'right' },
  { title: 'on disk', align: 'right' },
  { title: 'strategy', align: 'left' },
  { title: 'chunks', align: 'right' },
  { title: 'of rows', align: 'right' },
  { title: 'of indexes', align: 'right' },
  { title: 'refers to', align: 'left' },
]

/**
 * What a run would do, in the order in which it does it.
 *
 * @param width - characters a line; a narrow window gets fewer columns
 */
export function formatLoadPlan(plan: LoadPlan, width: number): string {
  const rows = plan.tables.map((table) => {
    const ofIndexes = table.indexes.reduce((sum, { bytes }) => sum + bytes, 0)
    const parents = new Set(table.refersTo.map((reference) => reference.table))
    return [
      table.table,
      formatCount(table.rows),
      formatBytes(table.bytes),
      table.rows === 0 ? '' : table.strategy,
      formatCount(table.chunks),
      formatBytes(table.bytes - ofIndexes),
      formatBytes(ofIndexes),
      [...parents].join(', '),
    ]
  })
  return [
    ...fittingTable(columns, rows, { width, least: 3 }),
    '',
    ...wrap(totals(plan), width),
    ...wrap(timeLine(plan), width),
    ...droppedLines(plan).flatMap((line) => wrap(line, width)),
    ...plan.notes.flatMap((note) => wrap(note, width)),
    ...(plan.warnings.length === 0 ? [] : ['']),
    ...plan.warnings.flatMap((warning) =>
      wrap(`Warning: ${warning}.`.replace(/\.\.$/, '.'), width),
    ),
    '',
  ].join('\n')
}

function totals(plan: LoadPlan): string {
  const { rows, bytes, walBytes, sortBytes, freeDiskBytes } = plan
  const facts = [
    `${formatCount(rows)} rows, about ${formatBytes(bytes)} on disk`,
    `write-ahead log about ${formatBytes(walBytes)}`,
    sortBytes === 0 ? undefined : `sorting up to ${formatBytes(sortBytes)}`,
    freeDiskBytes === null ? undefined : `free disk ${formatBytes(freeDiskBytes)}`,
  ]
  return facts.filter((fact) => fact !== undefined).join(', ')
}

function timeLine({ time, lanes, database }: LoadPlan): string {
  const side = lanes === 1 ? 'one lane' : `${lanes} lanes`
  if (time) {
    const tried = `as ${formatCount(time.triedRows)} rows in temporary tables took here`
    return `${rangeOf(time)} with ${side}, ${tried}`
  }
  const why = database === null ? 'without a server' : 'without a trial on the server'
  return `${side}; how long it takes cannot be told ${why}`
}

/** In two digits: more would be pretence. */
function rangeOf({ leastSeconds, mostSeconds }: LoadTime): string {
  const [least, most] = [leastSeconds, mostSeconds].map(roughly)
  return least === most ? `About ${least!}` : `${least!} to ${most!}`
}

function roughly(seconds: number): string {
  if (seconds < 60) return `${Number(seconds.toPrecision(seconds < 10 ? 1 : 2))} s`
  const step = seconds < 600 ? 10 : 60
  return formatClock(Math.round(seconds / step) * step)
}

/** By kind and table: their names are a long list, which --json tells. */
function droppedLines({ dropped }: LoadPlan): readonly string[] {
  if (dropped.length === 0) return []
  const counts = (['foreign key', 'key', 'index'] as const).flatMap((kind) => {
    const count = dropped.filter((one) => one.kind === kind).length
    return count === 0 ? [] : [`${count} ${count === 1 ? kind : plurals[kind]}`]
  })
  const tables = new Set(dropped.map(({ table }) => table))
  return [`Dropped for the load and built again: ${counts.join(', ')} of ${[...tables].join(', ')}`]
}

const plurals = { 'foreign key': 'foreign keys', key: 'keys', index: 'indexes' } as const
