import { DownpourError } from '../../errors.ts'
import type { Context, Generator } from '../generator.ts'
import { pooled } from '../vocabulary.ts'
import { withArraySize } from './array-of.ts'
import type { ArrayOptions } from './array-of.ts'
import { composedText, oneOf } from './composed-text.ts'
import type { Piece } from './composed-text.ts'

export interface LoremOptions {
  /** Sentences of each text, from 1 to 1000. @defaultValue 1 */
  readonly sentencesCount?: number
}

/**
 * Latin sentences that say nothing, drawn from a pool of them.
 *
 * @param options - `sentencesCount`; `arraySize`: arrays of so many
 * @throws DownpourError `PLAN_LENGTH` for a count that is none
 * @example
 * { columns: { content: f.loremIpsum({ sentencesCount: 2 }) } }
 * // 'Vomica aegre curto. Sonitus thema adduco celo verumtamen.', …
 */
export function loremIpsum(options: LoremOptions & ArrayOptions): Generator<string[]>
export function loremIpsum(options?: LoremOptions): Generator<string>
export function loremIpsum(options: LoremOptions & Partial<ArrayOptions> = {}): Generator {
  const { sentencesCount = 1 } = options
  refuseOddCount(sentencesCount)
  const texts = composedText('loremIpsum', {
    async forms(context) {
      const lengths = shareOut(sentencesCount)
      const pools = new Map<number, Piece>()
      for (const length of new Set(lengths)) {
        pools.set(length, await drawSentences(length, context))
      }
      return [lengths.flatMap((length, n) => [...(n > 0 ? [oneOf(' ')] : []), pools.get(length)!])]
    },
  })
  return withArraySize(options, texts)
}

const mostSentences = 1000
const mostPieces = 20

function refuseOddCount(sentencesCount: number): void {
  if (sentencesCount >= 1 && sentencesCount <= mostSentences && Number.isInteger(sentencesCount)) {
    return
  }
  throw new DownpourError({
    code: 'PLAN_LENGTH',
    message: `f.loremIpsum() cannot have the sentencesCount ${sentencesCount}`,
    why: 'It counts the sentences of each text.',
    fix: `Give a whole number from 1 to ${mostSentences}.`,
  })
}

/** How many sentences each piece of a text has: long texts are drawn by the paragraph. */
function shareOut(sentencesCount: number): readonly number[] {
  const pieces = Math.min(sentencesCount, mostPieces)
  return Array.from({ length: pieces }, (_, place) => Math.floor((sentencesCount + place) / pieces))
}

async function drawSentences(sentences: number, context: Context): Promise<Piece> {
  const size = Math.floor(1000 / sentences)
  return oneOf(await pooled((faker) => faker.lorem.sentences(sentences), size).words(context))
}
