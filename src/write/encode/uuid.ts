import type { BinaryFamily } from './binary-type.ts'
import { invalid } from './refusal.ts'
import { reserve } from './sink.ts'

/** uuid, 16 bytes. PostgreSQL source: uuid.c, which takes a hyphen after every fourth digit, and braces. */
export const uuid: BinaryFamily = () => ({
  writeLiteral: (sink, literal) => {
    if (!uuidForm.test(literal) || literal.startsWith('{') !== literal.endsWith('}')) {
      throw invalid('uuid', 'a uuid such as 0190a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b')
    }
    reserve(sink, 16)
    sink.length += sink.bytes.write(literal.replace(/[{}-]/g, ''), sink.length, 'hex')
  },
  from: {
    uuid: ({ bytes }) => {
      const source = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
      return {
        size: 20,
        write({ view, at }, first, end) {
          for (let row = first; row < end; row++) {
            const position = at[row]!
            const from = row * 16
            view.setInt32(position, 16)
            view.setInt32(position + 4, source.getInt32(from))
            view.setInt32(position + 8, source.getInt32(from + 4))
            view.setInt32(position + 12, source.getInt32(from + 8))
            view.setInt32(position + 16, source.getInt32(from + 12))
            at[row] = position + 20
          }
        },
      }
    },
  },
})

const uuidForm = /^\{?(?:[0-9a-f]{4}-?){7}[0-9a-f]{4}\}?$/i
