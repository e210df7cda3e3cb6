import type { BinaryFamily } from './binary-type.ts'
import { appendFloat8, readFloat8 } from './float.ts'
import { invalid } from './refusal.ts'

/** point, two float8. PostgreSQL source: geo_ops.c. */
export const point: BinaryFamily = () => ({
  writeLiteral: (sink, literal) => {
    const match = /^\s*(\()?([^,()]+),([^,()]+)(\))?\s*$/.exec(literal)
    if (!match || (match[1] === undefined) !== (match[4] === undefined)) {
      throw invalid('point', 'a point such as (1.5,2)')
    }
    appendFloat8(sink, readFloat8(match[2]!, 'point'))
    appendFloat8(sink, readFloat8(match[3]!, 'point'))
  },
})
