import { template, valuesFromArray, words } from '../generate/generators/index.ts'
import { code } from '../generate/generators/code.ts'
import { composedText, oneOf } from '../generate/generators/composed-text.ts'
import type { Form } from '../generate/generators/composed-text.ts'
import { nthText } from '../generate/generators/nth-text.ts'
import { numberLength, numberedText } from '../generate/generators/numbered-text.ts'
import type { TemplateOptions } from '../generate/generators/template.ts'
import type { Context, Generator } from '../generate/generator.ts'
import type { Vocabulary } from '../generate/vocabulary.ts'
import type { CountedValues } from './inferred.ts'

/** Texts of one kind. */
export interface Texts {
  /** No text is longer. */
  readonly longest: number
  make(): Generator
}

/** What texts of a name are like, and those of them of which none comes twice. */
export interface Kind extends Texts {
  readonly unique?: UniqueTexts
  /** Each once, where there are few. */
  readonly usual?: CountedValues
}

export interface UniqueTexts extends Texts, CountedValues {}

/** Kinds of which there are unique texts as well. */
export type UniqueKind = Kind & Required<Pick<Kind, 'unique'>>

/** Those of a generator; `space`: how many unique ones it has at least. */
export function made(
  generator: (options: { readonly isUnique: boolean }) => Generator,
  of: { readonly longest: number; readonly longestUnique?: number; readonly space?: number },
): Kind {
  const { longest, longestUnique, space } = of
  return {
    longest,
    make: () => generator({ isUnique: false }),
    ...(longestUnique !== undefined &&
      space !== undefined && {
        unique: { longest: longestUnique, space, make: () => generator({ isUnique: true }) },
      }),
  }
}

/**
 * Words and numbers in a template.
 *
 * @param size - `space`: how many different ones there are at least
 */
export function composed(
  size: Pick<UniqueTexts, 'longest' | 'space'>,
  text: string,
  parts: TemplateOptions<string>['parts'],
): UniqueKind {
  return {
    longest: size.longest,
    make: () => template(text, parts, { isUnique: false }),
    unique: { ...size, make: () => template(text, parts, { isUnique: true }) },
  }
}

/** A word of each list; unique ones have a number behind them when there are no more. */
export function phrase(
  separator: string,
  lists: readonly Vocabulary[],
  spell = (word: string) => word,
): UniqueKind {
  const form = async (context: Context): Promise<Form> => {
    const words = await Promise.all(lists.map((list) => list.words(context)))
    return words.flatMap((list, place) => {
      const spelled = oneOf([...new Set(list.map(spell))])
      return place === 0 ? [spelled] : [oneOf(separator), spelled]
    })
  }
  const longest = 12 * lists.length
  return {
    longest,
    make: () => composedText('phrase', { forms: async (context) => [await form(context)] }),
    unique: numberedTexts(longest, form, separator),
  }
}

/**
 * The words of a vocabulary; unique ones have a number behind them when there are no more.
 *
 * @param space - there are at least so many, none of which ends in a number
 */
export function listed(longest: number, space: number, list: Vocabulary): UniqueKind {
  const form = async (context: Context): Promise<Form> => [oneOf(await list.words(context))]
  return {
    longest,
    make: () => words(list),
    unique: numberedTexts(longest, form),
    usual: {
      space,
      make: () =>
        composedText(list.name, {
          isUnique: true,
          forms: async (context) => [await form(context)],
        }),
    },
  }
}

/** A few values; one that stands there twice comes twice as often. */
export function values(longest: number, list: readonly string[]): UniqueKind {
  const distinct = [...new Set(list)]
  return {
    longest,
    make: () => valuesFromArray({ values: list }),
    unique: numberedTexts(longest, () => [oneOf(distinct)]),
    usual: {
      space: distinct.length,
      make: () => valuesFromArray({ values: distinct, isUnique: true }),
    },
  }
}

/** Texts of a form, and then with a number behind them. */
export function numberedTexts(
  longest: number,
  form: (context: Context) => Form | Promise<Form>,
  separator = ' ',
): UniqueTexts {
  return {
    longest: longest + numberLength,
    space: Infinity,
    make: () => numberedText('text', form, separator),
  }
}

/** Characters of an alphabet, so many. */
export function codes(length: number, alphabet: string): UniqueKind {
  const space =
    length > 9
      ? Infinity
      : Math.round(Array.from({ length }, () => alphabet.length).reduce((a, b) => a * b, 1))
  return {
    longest: length,
    make: () => code({ length, alphabet, isUnique: false }),
    unique: { longest: length, space, make: () => code({ length, alphabet, isUnique: true }) },
  }
}

/** Texts that a number stands for. */
export function nth(
  longest: number,
  texts: { readonly size: number; readonly nth: (index: number) => string },
): UniqueKind {
  return {
    longest,
    make: () => nthText('text', texts, { isUnique: false }),
    unique: { longest, space: texts.size, make: () => nthText('text', texts, { isUnique: true }) },
  }
}
