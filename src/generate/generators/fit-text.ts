import { readText } from '../cell.ts'
import type { Extent } from '../extent.ts'
import { createGenerator, fillVector } from '../generator.ts'
import type { Generator } from '../generator.ts'
import type { Vector } from '../vector.ts'

export interface TextFit {
  /** Characters: longer texts are cut, … */
  readonly most: number
  /** … shorter ones filled up with dots. */
  readonly least: number
  readonly spelling: 'lower' | 'upper' | undefined
}

/**
 * Another generator's texts, made to fit: no longer, no shorter, in lower or upper case. What is
 * cut off may be what made them unique.
 *
 * @example
 * fitText(f.words(cities), { most: 10, least: 0, spelling: 'upper' }) // 'SAN FRANCI'
 */
export function fitText(generator: Generator, fit: TextFit): Generator<string> {
  return createGenerator(
    `fitted ${generator.group.name}`,
    (_context, [input]) => {
      const { vector, size, extent } = input!
      if (!isReadable(vector)) {
        throw new TypeError(`${vector.kind} values are no texts`)
      }
      const fill = fillVector(
        { kind: 'text' },
        ({ count }, { values }) => {
          for (let i = 0; i < count; i++) values[i] = fitOne(readText(vector, i), fit)
        },
        size,
      )
      return { ...fill, ...(extent?.lengths && { extent: fitLengths(extent.lengths, fit) }) }
    },
    [generator],
  )
}

function isReadable(vector: Vector): vector is Parameters<typeof readText>[0] {
  return ['dictionary', 'text', 'utf8', 'uuid'].includes(vector.kind)
}

function fitLengths(
  [shortest, longest]: readonly [number, number],
  { most, least }: TextFit,
): Extent {
  return {
    lengths: [Math.max(least, Math.min(shortest, most)), Math.max(least, Math.min(longest, most))],
  }
}

function fitOne(text: string, { most, least, spelling }: TextFit): string {
  const spelled =
    spelling === 'lower' ? text.toLowerCase() : spelling === 'upper' ? text.toUpperCase() : text
  const cut = spelled.length > most ? spelled.slice(0, most).trim() : spelled
  return cut.length < least ? cut.padEnd(least, '.') : cut
}
