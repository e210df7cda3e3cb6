import { DownpourError } from '../../errors.ts'
import type { Generator } from '../generator.ts'
import { withArraySize } from './array-of.ts'
import type { ArrayOptions } from './array-of.ts'
import { characters, composedText, decimalDigits, oneOf } from './composed-text.ts'
import type { Form } from './composed-text.ts'

export interface PhoneOptions {
  /** Each `#` is a digit: `+(380) ###-####`. */
  readonly template?: string
  /** What numbers begin with, instead of a template; all are used alike. */
  readonly prefixes?: readonly string[]
  /** How many digits follow a prefix, for all or for each of them. @defaultValue 7 */
  readonly generatedDigitsNumbers?: number | readonly number[]
  /** No number twice. @defaultValue true */
  readonly isUnique?: boolean
}

/**
 * Phone numbers, none twice unless `isUnique` is false. Without options they are numbers of North
 * America as E.164 writes them, six billion of them.
 *
 * @param options - a `template`, or `prefixes` and `generatedDigitsNumbers`; `arraySize`: arrays of
 *   so many
 * @throws DownpourError `PLAN_PHONE_OPTIONS` when they contradict each other, `PLAN_LENGTH` for a
 *   number of digits or an `arraySize` that is none, `PLAN_AMBIGUOUS_TEMPLATE` when unique numbers
 *   could begin with one prefix or with another
 * @example
 * f.phoneNumber() // '+12145550176', …
 * f.phoneNumber({ template: '###-###' }) // '419-027', …
 * f.phoneNumber({ prefixes: ['+380 99', '+1'], generatedDigitsNumbers: [7, 10] }) // '+380 990417226', …
 */
export function phoneNumber(options: PhoneOptions & ArrayOptions): Generator<string[]>
export function phoneNumber(options?: PhoneOptions): Generator<string>
export function phoneNumber(options: PhoneOptions & Partial<ArrayOptions> = {}): Generator {
  const { isUnique = true } = options
  const forms = readForms(options, isUnique)
  return withArraySize(
    options,
    composedText('phoneNumber', { isUnique, inTurn: true, forms: () => forms }),
  )
}

function readForms(options: PhoneOptions, isUnique: boolean): readonly Form[] {
  const { template, prefixes, generatedDigitsNumbers: digits } = options
  if (template !== undefined) {
    if (prefixes !== undefined || digits !== undefined) {
      throw refuse(
        'It has a template, which says where digits stand, and prefixes or a number of digits as well.',
        'Give either `template`, or `prefixes` and `generatedDigitsNumbers`.',
      )
    }
    return [readTemplate(template)]
  }
  if (prefixes === undefined || prefixes.length === 0) {
    if (digits !== undefined) {
      throw refuse(
        '`generatedDigitsNumbers` says how many digits follow a prefix, and there is none.',
        'Give `prefixes` as well.',
      )
    }
    return [northAmerican]
  }
  if (new Set(prefixes).size < prefixes.length) {
    throw refuse('It has the same prefix twice.', 'Give each prefix once.')
  }
  const lengths = typeof digits === 'object' ? digits : prefixes.map(() => digits ?? 7)
  if (lengths.length !== prefixes.length) {
    throw refuse(
      `It has ${prefixes.length} prefixes and ${lengths.length} numbers of digits.`,
      'Give as many `generatedDigitsNumbers` as `prefixes`, or one number for all.',
    )
  }
  for (const length of lengths) refuseOddDigits(length)
  if (isUnique) refuseAmbiguous(prefixes, lengths)
  const [length] = lengths
  if (lengths.every((each) => each === length)) {
    return [[oneOf(prefixes), ...characters(decimalDigits, length!)]]
  }
  return prefixes.map((prefix, n) => [oneOf(prefix), ...characters(decimalDigits, lengths[n]!)])
}

/** Neither area codes nor exchanges begin with 0 or 1. */
const northAmerican: Form = [
  oneOf('+1'),
  ...characters('23456789', 1),
  ...characters(decimalDigits, 2),
  ...characters('23456789', 1),
  ...characters(decimalDigits, 6),
]

function readTemplate(template: string): Form {
  return template
    .split(/(#+)/)
    .filter((piece) => piece !== '')
    .flatMap((piece) =>
      piece.startsWith('#') ? characters(decimalDigits, piece.length) : [oneOf(piece)],
    )
}

function refuse(why: string, fix: string): DownpourError {
  return new DownpourError({
    code: 'PLAN_PHONE_OPTIONS',
    message: 'f.phoneNumber() was given options that contradict each other',
    why,
    fix,
  })
}

const mostDigits = 30

function refuseOddDigits(length: number): void {
  if (Number.isInteger(length) && length >= 1 && length <= mostDigits) return
  throw new DownpourError({
    code: 'PLAN_LENGTH',
    message: `f.phoneNumber() cannot have ${length} generated digits`,
    why: 'It counts the digits after a prefix.',
    fix: `Give whole numbers from 1 to ${mostDigits}.`,
  })
}

/** Numbers of one length that begin with a prefix and digits, which are another prefix. */
function refuseAmbiguous(prefixes: readonly string[], lengths: readonly number[]): void {
  const lengthOf = (n: number): number => prefixes[n]!.length + lengths[n]!
  for (const [n, prefix] of prefixes.entries()) {
    const other = prefixes.find(
      (each, m) =>
        each.length > prefix.length &&
        lengthOf(m) === lengthOf(n) &&
        each.startsWith(prefix) &&
        /^\d+$/.test(each.slice(prefix.length)),
    )
    if (other === undefined) continue
    throw new DownpourError({
      code: 'PLAN_AMBIGUOUS_TEMPLATE',
      message: 'The phone numbers cannot be unique',
      why: `Numbers that begin with "${other}" are as long as those with "${prefix}", and could be the same.`,
      fix: 'Leave one of the two prefixes out, or give them other numbers of digits.',
    })
  }
}
