import type { ColumnModel } from '../model/table.ts'
import { wordsOf } from './column.ts'

/** How often a column that may be NULL is, by its name: nearly always for what seldom happens. */
export function nullRate(column: ColumnModel): number {
  if (column.notNull) return 0
  const name = wordsOf(column.property).join(' ')
  if (/\b(deleted|archived|cancell?ed|banned|revoked|suspended|removed)\b/.test(name)) return 0.9
  return 0.1
}
