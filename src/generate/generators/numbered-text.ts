import type { Context, Generator } from '../generator.ts'
import { characters, composedText, decimalDigits, oneOf } from './composed-text.ts'
import type { Form } from './composed-text.ts'

/** What a number behind a text adds to its length, the separator included. */
export const numberLength = 8

const smallNumbers = Array.from({ length: 999 }, (_, index) => String(index + 2))
/** Seven digits, none of them a zero in front: no small number is among them. */
const largeNumber = [oneOf([...'123456789']), ...characters(decimalDigits, 6)]

/**
 * Texts of one form, none of them twice. Where there are more rows, a number follows: nine million
 * times as many.
 *
 * @param form - must not end in the separator and digits
 * @param separator - what stands before the number. @defaultValue ' '
 * @example
 * numberedText('role', () => [oneOf(['editor', 'admin'])]) // 'admin', 'editor', 'editor 417', …
 */
export function numberedText(
  name: string,
  form: (context: Context) => Form | Promise<Form>,
  separator = ' ',
): Generator<string> {
  return composedText(name, {
    isUnique: true,
    async forms(context) {
      const plain = await form(context)
      const before = [...plain, oneOf(separator)]
      return [plain, [...before, oneOf(smallNumbers)], [...before, ...largeNumber]]
    },
  })
}
