import type { BinaryFamily } from './binary-type.ts'
import { describeType, invalid, Refusal, tooLong } from './refusal.ts'
import { appendInt32, reserve } from './sink.ts'

/** bit and varbit, int32 bit length and the bits from the left. PostgreSQL source: varbit.c. */
export const bits: BinaryFamily = (type) => ({
  writeLiteral: (sink, literal) => {
    const digits = readBits(literal, type.name)
    const { length } = digits
    if (type.modifier > 0 && type.name === 'bit' && length !== type.modifier) {
      throw new Refusal({
        code: 'DATA_INVALID',
        problem: 'got a bit string of another length',
        why: `${describeType(type)} holds exactly ${type.modifier} bits.`,
        fix: `Give ${type.modifier} bits.`,
      })
    }
    if (type.modifier > 0 && length > type.modifier) {
      throw tooLong(`${describeType(type)} holds at most ${type.modifier} bits.`)
    }
    appendInt32(sink, length)
    const size = Math.ceil(length / 8)
    reserve(sink, size)
    for (let i = 0; i < size; i++) {
      const byte = digits.slice(i * 8, i * 8 + 8).padEnd(8, '0')
      sink.bytes[sink.length++] = Number.parseInt(byte, 2)
    }
  },
})

function readBits(literal: string, type: string): string {
  if (/^b?[01]*$/i.test(literal)) return literal.replace(/^b/i, '')
  if (!/^x[0-9a-f]*$/i.test(literal)) throw invalid(type, 'a bit string such as 0101')
  return Array.from(literal.slice(1), (digit) =>
    Number.parseInt(digit, 16).toString(2).padStart(4, '0'),
  ).join('')
}
