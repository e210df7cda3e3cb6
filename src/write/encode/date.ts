import type { BinaryFamily } from './binary-type.ts'
import { epochDays, infinitySign, readDateTime } from './date-time-literal.ts'
import { outOfRange } from './refusal.ts'
import { appendInt32 } from './sink.ts'

/** date, int32 days since 2000-01-01. PostgreSQL source: date.c. */
export const date: BinaryFamily = () => ({
  writeLiteral: (sink, literal) => {
    const sign = infinitySign(literal)
    if (sign !== 0) return appendInt32(sink, sign > 0 ? 0x7fffffff : -0x80000000)
    const { days } = readDateTime(literal, 'date')
    if (days < firstDay || days > lastDay) throw refuseRange()
    appendInt32(sink, days)
  },
  from: {
    date: (vector) => ({
      size: 8,
      write({ view, at }, first, end) {
        const { values } = vector
        let row = first
        for (; row < end; row++) {
          const position = at[row]!
          const days = values[row]! - epochDays
          if (days < firstDay || days > lastDay) break
          view.setInt32(position, 4)
          view.setInt32(position + 4, days)
          at[row] = position + 8
        }
        if (row < end) throw refuseRange()
      },
    }),
  },
})

/** Julian day 0 and the day before 5874898-01-01 (`IS_VALID_DATE` in datetime.h). */
const firstDay = -2_451_545
const lastDay = 2_145_031_948

function refuseRange() {
  return outOfRange('date holds days from 4714-11-24 BC to 5874897-12-31.')
}
