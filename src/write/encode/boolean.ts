import type { BinaryFamily } from './binary-type.ts'
import { invalid } from './refusal.ts'
import { reserve } from './sink.ts'

/** bool, one byte. PostgreSQL source: bool.c, which takes any beginning of these words. */
export const bool: BinaryFamily = () => ({
  writeLiteral: (sink, literal) => {
    const value = readBoolean(literal)
    reserve(sink, 1)
    sink.bytes[sink.length++] = value ? 1 : 0
  },
  from: {
    boolean: ({ values }) => ({
      size: 5,
      write({ view, at }, first, end) {
        for (let row = first; row < end; row++) {
          const position = at[row]!
          view.setInt32(position, 1)
          view.setInt8(position + 4, values[row] === 0 ? 0 : 1)
          at[row] = position + 5
        }
      },
    }),
  },
})

function readBoolean(literal: string): boolean {
  const word = literal.trim().toLowerCase()
  if (/^(?:t|tr|tru|true|y|ye|yes|on|1)$/.test(word)) return true
  if (/^(?:f|fa|fal|fals|false|n|no|of|off|0)$/.test(word)) return false
  throw invalid('bool', 'true or false')
}
