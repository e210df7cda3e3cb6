import type { BinaryFamily } from './binary-type.ts'
import { invalid } from './refusal.ts'
import { appendBytes } from './sink.ts'

/** bytea, the bytes themselves; as text in the hex or the escape format (manual, 8.4). */
export const bytea: BinaryFamily = () => ({
  writeLiteral: (sink, literal) => {
    const bytes = literal.startsWith('\\x') ? readHex(literal.slice(2)) : readEscapes(literal)
    appendBytes(sink, bytes, 0, bytes.length)
  },
  writeBuffer: (sink, value) => appendBytes(sink, value, 0, value.length),
})

function readHex(digits: string): Buffer {
  if (!/^(?:\s*[0-9a-f]{2})*\s*$/i.test(digits)) throw refuse()
  return Buffer.from(digits.replace(/\s/g, ''), 'hex')
}

function readEscapes(literal: string): Buffer {
  if (!literal.includes('\\')) return Buffer.from(literal)
  const pieces = literal.match(/\\\\|\\[0-3][0-7]{2}|[^\\]+|\\/g) ?? []
  return Buffer.concat(
    pieces.map((piece) => {
      if (piece === '\\') throw refuse()
      if (piece === '\\\\') return Buffer.from('\\')
      return piece.startsWith('\\')
        ? Buffer.of(Number.parseInt(piece.slice(1), 8))
        : Buffer.from(piece)
    }),
  )
}

function refuse() {
  return invalid('bytea', 'a Buffer, or hex digits behind \\x')
}
