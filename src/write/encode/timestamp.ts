import type { TimestampVector } from '../../generate/vector.ts'
import type { BinaryFamily } from './binary-type.ts'
import type { ColumnEncoder } from './column.ts'
import type { DateTimeLiteral } from './date-time-literal.ts'
import { dayMicros, infinitySign, readDateTime, secondMicros } from './date-time-literal.ts'
import { invalid, outOfRange } from './refusal.ts'
import type { ByteSink } from './sink.ts'
import { appendHalves, appendInt64 } from './sink.ts'

/** timestamp, int64 µs since 2000-01-01; a zone in the text is ignored. PostgreSQL source: timestamp.c. */
export const timestamp: BinaryFamily = () => ({
  writeLiteral: (sink, literal) => {
    if (writeInfinity(sink, literal)) return
    writeInstant(sink, { ...readDateTime(literal, 'timestamp'), zoneSeconds: 0 }, 'timestamp')
  },
  from: { timestamp: (vector) => timestamps(vector, 'timestamp') },
})

/** timestamptz, the same in UTC. A text without a zone is UTC, as in a session whose TimeZone is. */
export const timestamptz: BinaryFamily = () => ({
  writeLiteral: (sink, literal) => {
    if (writeInfinity(sink, literal)) return
    writeInstant(sink, readDateTime(literal, 'timestamptz'), 'timestamptz')
  },
  from: { timestamp: (vector) => timestamps(vector, 'timestamptz') },
})

const two32 = 2 ** 32

/** 2000-01-01 in µs since 1970, in halves: the difference of two doubles above 2^53 would be rounded. */
const epochMicros = 946_684_800 * secondMicros
const epochHigh = Math.floor(epochMicros / two32)
const epochLow = epochMicros - epochHigh * two32

/** Julian day 0, and the first day after the year 294276 (`IS_VALID_TIMESTAMP` in timestamp.h). */
const firstDay = -2_451_545
const endDay = 106_751_983

const firstMicros = firstDay * dayMicros + epochMicros
const endMicros = endDay * dayMicros + epochMicros

function timestamps({ values }: TimestampVector, type: string): ColumnEncoder {
  return {
    size: 12,
    write({ view, at }, first, end) {
      for (let row = first; row < end; row++) {
        const position = at[row]!
        const micros = values[row]!
        let high = Math.floor(micros / two32)
        let low = micros - high * two32
        if (low >>> 0 !== low) throw invalid(type, 'whole microseconds')
        if (micros < firstMicros || micros >= endMicros) throw refuseRange(type)
        high -= epochHigh
        low -= epochLow
        if (low < 0) {
          low += two32
          high -= 1
        }
        view.setInt32(position, 8)
        view.setInt32(position + 4, high)
        view.setUint32(position + 8, low)
        at[row] = position + 12
      }
    },
  }
}

function writeInfinity(sink: ByteSink, literal: string): boolean {
  const sign = infinitySign(literal)
  if (sign > 0) appendHalves(sink, 0x7fffffff, 0xffffffff)
  if (sign < 0) appendHalves(sink, -0x80000000, 0)
  return sign !== 0
}

function writeInstant(sink: ByteSink, instant: DateTimeLiteral, type: string): void {
  const { days, micros, zoneSeconds = 0 } = instant
  const ofDay = micros - zoneSeconds * secondMicros
  const wholeDays = days + Math.floor(ofDay / dayMicros)
  if (wholeDays < firstDay || wholeDays >= endDay) throw refuseRange(type)
  const ofLastDay = ofDay - Math.floor(ofDay / dayMicros) * dayMicros
  appendInt64(sink, BigInt(wholeDays) * BigInt(dayMicros) + BigInt(ofLastDay))
}

function refuseRange(type: string) {
  return outOfRange(`${type} holds times from 4714-11-24 BC to the year 294276.`)
}
