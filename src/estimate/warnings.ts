import type { TableTraits } from '../postgres/table-traits.ts'
import { formatBytes } from '../report/format.ts'
import type { LoadPlan } from './load-plan.ts'
import type { ServerLook } from './server-look.ts'

/** A table with what the server tells of it. */
export interface SeenTable {
  readonly key: string
  readonly rows: number
  readonly traits: TableTraits
}

/**
 * What people should know before they begin, in sentences: the gravest first.
 *
 * @param isEmptied - whether the tables are emptied first
 */
export function warningsOf(seen: {
  readonly figures: Pick<LoadPlan, 'neededBytes' | 'freeDiskBytes'>
  readonly look: ServerLook
  readonly tables: readonly SeenTable[]
  readonly isEmptied: boolean
}): readonly string[] {
  const { figures, look, tables, isEmptied } = seen
  const { neededBytes, freeDiskBytes } = figures
  const loaded = tables.filter(({ rows }) => rows > 0)
  const named = (of: (traits: TableTraits) => boolean) =>
    loaded.filter(({ traits }) => of(traits)).map(({ key }) => key)
  const full = isEmptied ? tables.filter(({ key }) => look.full.includes(key)) : []
  const freed = full.reduce((sum, { traits }) => sum + traits.bytes, 0)
  const unlogged = named(({ isUnlogged }) => isUnlogged)
  return [
    ...(freeDiskBytes !== null && neededBytes > freeDiskBytes
      ? [
          `The disk is too small: about ${formatBytes(neededBytes)} are needed with log and sorting, and ${formatBytes(freeDiskBytes)} are free`,
        ]
      : []),
    ...(full.length > 0
      ? [
          `--reset deletes the rows of ${full.map(({ key }) => key).join(', ')} (${formatBytes(freed)})`,
        ]
      : []),
    ...(look.lockedBy === null ? [] : [`${look.lockedBy} is at work on this database`]),
    ...(look.sessions.length === 0
      ? []
      : [
          `Others are connected to this database: ${look.sessions.join(', ')}; indexes are dropped only once their transactions let go of the tables`,
        ]),
    ...each(loaded, ({ triggers }) => triggers, 'Triggers are called for each row of'),
    ...each(loaded, ({ rules }) => rules, 'Rules may change what is inserted into'),
    ...each(loaded, ({ publications }) => publications, 'Publications send every row of'),
    ...look.idleSlots.map(
      (slot) => `Nobody reads the replication slot ${slot}: the server keeps all of its log for it`,
    ),
    ...(look.archives
      ? ['The server archives its log: all of it, and not just its latest part']
      : []),
    ...(unlogged.length === 0
      ? []
      : [`Without a log, and so empty after a crash of the server: ${unlogged.join(', ')}`]),
  ]
}

function each(
  tables: readonly SeenTable[],
  namesOf: (traits: TableTraits) => readonly string[],
  sentence: string,
): readonly string[] {
  return tables.flatMap(({ key, traits }) => {
    const names = namesOf(traits)
    return names.length === 0 ? [] : [`${sentence} ${key}: ${names.join(', ')}`]
  })
}
