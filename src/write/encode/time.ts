import type { BinaryFamily } from './binary-type.ts'
import { dayMicros, readTime } from './date-time-literal.ts'
import { appendSafeInteger } from './integer.ts'
import { outOfRange } from './refusal.ts'
import { appendInt32 } from './sink.ts'

/** time, int64 µs since midnight; a zone in the text is ignored. PostgreSQL source: date.c. */
export const time: BinaryFamily = () => ({
  writeLiteral: (sink, literal) => appendSafeInteger(sink, readTime(literal, 'time').micros),
  from: {
    time: ({ values }) => ({
      size: 12,
      write({ view, at }, first, end) {
        for (let row = first; row < end; row++) {
          const position = at[row]!
          const micros = values[row]!
          const high = Math.floor(micros / two32)
          const low = micros - high * two32
          if (!(micros >= 0 && micros <= dayMicros && low >>> 0 === low)) {
            throw outOfRange('time holds whole microseconds from 00:00 to 24:00.')
          }
          view.setInt32(position, 8)
          view.setInt32(position + 4, high)
          view.setUint32(position + 8, low)
          at[row] = position + 12
        }
      },
    }),
  },
})

/** timetz, time and int32 seconds west of UTC. A text without a zone is UTC. */
export const timetz: BinaryFamily = () => ({
  writeLiteral: (sink, literal) => {
    const { micros, zoneSeconds = 0 } = readTime(literal, 'timetz')
    appendSafeInteger(sink, micros)
    appendInt32(sink, -zoneSeconds)
  },
})

const two32 = 2 ** 32
