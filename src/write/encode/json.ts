import type { BinaryFamily } from './binary-type.ts'
import { Refusal } from './refusal.ts'
import { reserve } from './sink.ts'
import { appendText } from './text.ts'

/** json is sent as its text; jsonb the same behind its version, 1. PostgreSQL source: json.c, jsonb.c. */
export const json: BinaryFamily = () => ({ writeLiteral: appendText })

export const jsonb: BinaryFamily = () => ({
  writeLiteral: (sink, literal) => {
    checkJsonb(literal)
    reserve(sink, 1)
    sink.bytes[sink.length++] = 1
    appendText(sink, literal)
  },
})

/** @throws Refusal for an escaped NUL, which json keeps and jsonb cannot (22P05) */
export function checkJsonb(literal: string): void {
  if (!literal.includes('\\u0000')) return
  if (!/(?<!\\)(?:\\\\)*\\u0000/.test(literal)) return
  throw new Refusal({
    code: 'DATA_NUL',
    problem: 'got a document with the escape \\u0000',
    why: 'jsonb cannot store the character U+0000.',
    fix: 'Remove that character, or make the column json.',
  })
}
