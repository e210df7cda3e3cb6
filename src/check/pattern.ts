import { bits, createHashKey, mix } from '../generate/hash.ts'
import { parseRegularExpression, rangesOf } from './regular-expression.ts'
import type { Pattern, Range } from './regular-expression.ts'

export interface PatternOptions {
  /** The fewest characters. @defaultValue 0 */
  readonly minimumLength?: number
  /** The most characters, as of `varchar(20)`. @defaultValue as few as give enough texts */
  readonly maximumLength?: number
}

/** The texts that a regular expression matches, by number. */
export interface PatternGenerator {
  /** How many different texts there are, at most 2^53. */
  readonly size: number
  /** The characters of the longest of them. */
  readonly maximumLength: number
  /**
   * The text with a number from [0, size). Two numbers never give the same text.
   *
   * @throws RangeError for a number outside
   */
  nth(index: number): string
}

const most = 9_007_199_254_740_992
const key = createHashKey(0, 'pattern')
/** Beyond these a pattern is not simple any more. */
const limits = { positions: 2000, states: 2000, length: 1000, cells: 400_000 }
/** How much longer than necessary a text may be before more of the space is needed. */
const usualExtraLength = 12
const printable: Range = [0x20, 0x7e]
const plain: readonly Range[] = [
  [0x30, 0x39],
  [0x61, 0x7a],
]

/**
 * Makes a generator of texts that a regular expression of PostgreSQL matches. Where the expression
 * takes almost anything (`.`, `[^@]`), it is given small letters and digits.
 *
 * The expression becomes a deterministic automaton, and the number of texts that each of its states
 * leads to is counted by length, so that a text is found by its number and has only one, however
 * ambiguous the expression is.
 *
 * @returns `undefined` when the expression is not understood, not simple, or matches no text of
 *   these lengths
 * @example
 * compilePattern('^[A-Z]{2}-\\d{4}$')?.size // 6760000
 */
export function compilePattern(
  source: string,
  options: PatternOptions = {},
): PatternGenerator | undefined {
  const parsed = parseRegularExpression(source)
  const anchored = parsed && withoutAnchors(parsed.pattern, { isFirst: true, isLast: true })
  const states = anchored && createAutomaton(anchored)
  return states && createGenerator(states, options)
}

/** An anchor at the edge says nothing more about a text that is nothing but the match. */
function withoutAnchors(
  pattern: Pattern,
  edge: { readonly isFirst: boolean; readonly isLast: boolean },
): Pattern | undefined {
  switch (pattern.kind) {
    case 'set':
      return pattern
    case 'start':
      return edge.isFirst ? { kind: 'sequence', parts: [] } : undefined
    case 'end':
      return edge.isLast ? { kind: 'sequence', parts: [] } : undefined
    case 'ahead':
      return undefined
    case 'repeat': {
      const part = withoutAnchors(pattern.part, { isFirst: false, isLast: false })
      return part && { ...pattern, part }
    }
    case 'sequence':
    case 'choice': {
      const { kind, parts } = pattern
      const inner = parts.map((part, index) =>
        kind === 'choice'
          ? withoutAnchors(part, edge)
          : withoutAnchors(part, {
              isFirst: edge.isFirst && index === 0,
              isLast: edge.isLast && index === parts.length - 1,
            }),
      )
      return inner.every((part) => part !== undefined) ? { kind, parts: inner } : undefined
    }
  }
}

/** A state of the automaton: where each character leads. */
interface State {
  readonly isEnd: boolean
  /** Characters by the state they lead to. */
  readonly edges: readonly { readonly characters: readonly string[]; readonly to: number }[]
}

/** Positions of the expression's characters: Glushkov's construction. */
interface Fragment {
  readonly first: readonly number[]
  readonly last: readonly number[]
  readonly isOptional: boolean
}

function createAutomaton(pattern: Pattern): readonly State[] | undefined {
  const positions: (readonly Range[])[] = []
  const follow: Set<number>[] = []

  function connect(from: readonly number[], to: readonly number[]): void {
    for (const position of from) for (const next of to) follow[position]!.add(next)
  }

  function chain(left: Fragment, right: Fragment): Fragment {
    connect(left.last, right.first)
    return {
      first: left.isOptional ? [...left.first, ...right.first] : left.first,
      last: right.isOptional ? [...left.last, ...right.last] : right.last,
      isOptional: left.isOptional && right.isOptional,
    }
  }

  const nothing: Fragment = { first: [], last: [], isOptional: true }

  function build(part: Pattern): Fragment | undefined {
    if (positions.length > limits.positions) return undefined
    switch (part.kind) {
      case 'set': {
        const position = positions.push(usualCharacters(rangesOf(part))) - 1
        follow.push(new Set())
        return { first: [position], last: [position], isOptional: false }
      }
      case 'sequence':
        return part.parts.reduce<Fragment | undefined>((left, inner) => {
          const right = left && build(inner)
          return left && right && chain(left, right)
        }, nothing)
      case 'choice': {
        const branches = part.parts.map(build)
        if (!branches.every((branch) => branch !== undefined)) return undefined
        return {
          first: branches.flatMap(({ first }) => first),
          last: branches.flatMap(({ last }) => last),
          isOptional: branches.some(({ isOptional }) => isOptional),
        }
      }
      case 'repeat': {
        const { minimum, maximum } = part
        const isOpen = maximum === Infinity
        const copies = isOpen ? Math.max(1, minimum) : maximum
        let whole: Fragment | undefined = nothing
        for (let copy = 0; copy < copies; copy++) {
          const inner = build(part.part)
          if (!inner || !whole) return undefined
          if (isOpen && copy === copies - 1) connect(inner.last, inner.first)
          whole = chain(whole, copy < minimum ? inner : { ...inner, isOptional: true })
        }
        return whole
      }
      default:
        return undefined
    }
  }

  const root = build(pattern)
  if (!root || positions.length > limits.positions) return undefined
  const pieces = splitAlphabet(positions)
  const ends = new Set(root.last)
  const numbers = new Map<string, number>()
  const sets: (readonly number[])[] = []
  const states: State[] = []

  function stateOf(members: readonly number[]): number {
    const name = members.join()
    const known = numbers.get(name)
    if (known !== undefined) return known
    numbers.set(name, sets.length)
    return sets.push(members) - 1
  }

  // The first state stands before any character: no position is behind it.
  sets.push([])
  for (let state = 0; state < sets.length; state++) {
    if (state > limits.states) return undefined
    const next =
      state === 0 ? root.first : [...new Set(sets[state]!.flatMap((from) => [...follow[from]!]))]
    const characters = new Map<number, string[]>()
    for (const piece of pieces) {
      const members = next.filter((position) => piece.positions.has(position)).toSorted(ascending)
      if (members.length === 0) continue
      const to = stateOf(members)
      characters.set(to, [...(characters.get(to) ?? []), ...piece.characters])
    }
    states.push({
      isEnd: state === 0 ? root.isOptional : sets[state]!.some((position) => ends.has(position)),
      edges: [...characters].map(([to, list]) => ({ to, characters: list })),
    })
  }
  return states
}

/** Small letters and digits of a set that takes nearly everything, else what can be printed of it. */
function usualCharacters(ranges: readonly Range[]): readonly Range[] {
  const count = ranges.reduce((sum, [first, last]) => sum + last - first + 1, 0)
  if (count <= 128) {
    const visible = intersect(ranges, [printable])
    return visible.length > 0 ? visible : ranges
  }
  const usual = intersect(ranges, plain)
  if (usual.length > 0) return usual
  const visible = intersect(ranges, [printable])
  // The space of all of Unicode holds surrogates, which are no characters.
  return visible.length > 0 ? visible : intersect(ranges, [[0xa1, 0xd7ff]]).map(firstOnes)
}

function firstOnes([first, last]: Range): Range {
  return [first, Math.min(last, first + 127)]
}

function intersect(left: readonly Range[], right: readonly Range[]): readonly Range[] {
  return left.flatMap(([first, last]) =>
    right.flatMap(([from, to]): Range[] => {
      const [start, end] = [Math.max(first, from), Math.min(last, to)]
      return start <= end ? [[start, end]] : []
    }),
  )
}

/** The alphabet in pieces whose characters are the same to every position. */
function splitAlphabet(positions: readonly (readonly Range[])[]) {
  const cuts = new Set(positions.flatMap((ranges) => ranges.flatMap(([a, b]) => [a, b + 1])))
  const ordered = [...cuts].toSorted(ascending)
  return ordered.slice(1).flatMap((end, index) => {
    const start = ordered[index]!
    const within = positions.flatMap((ranges, position) =>
      ranges.some(([first, last]) => first <= start && start <= last) ? [position] : [],
    )
    if (within.length === 0) return []
    const characters = Array.from({ length: end - start }, (_, offset) =>
      String.fromCodePoint(start + offset),
    )
    return [{ characters, positions: new Set(within) }]
  })
}

function createGenerator(
  states: readonly State[],
  options: PatternOptions,
): PatternGenerator | undefined {
  const { minimumLength = 0, maximumLength = limits.length } = options
  /** By remaining length: how many texts each state leads to, exact below 2^53. */
  const counts: Float64Array[] = [Float64Array.from(states, ({ isEnd }) => Number(isEnd))]
  /** The lengths there are texts of, and how many. */
  const lengths: { readonly length: number; readonly count: number }[] = []
  let size = 0
  for (let length = 0; length <= Math.min(maximumLength, limits.length); length++) {
    if (length > 0) counts.push(countLonger(states, counts[length - 1]!))
    if (length * states.length > limits.cells) break
    const count = counts[length]![0]!
    // A cycle that leads to no end never comes back to life.
    if (counts[length]!.every((number) => number === 0)) break
    if (length < minimumLength || count === 0) continue
    lengths.push({ length, count })
    size = Math.min(most, size + count)
    if (size === most && length >= lengths[0]!.length + usualExtraLength) break
  }
  if (size === 0) return undefined
  const wide = lengths.filter(({ count }) => count === most)

  function nth(index: number): string {
    if (!(index >= 0 && index < size && Number.isInteger(index))) {
      throw new RangeError(`There is no text ${index} among ${size}`)
    }
    let rest = index
    let length: number
    if (wide.length > 0) {
      // Where there is more than enough, the number is spent on the last characters alone: what
      // stands before them is drawn, and does not make two numbers the same text.
      length = wide[scatter(index, 0) % wide.length]!.length
    } else {
      const found = lengths.find(({ count }) => {
        if (rest < count) return true
        rest -= count
        return false
      })
      length = found!.length
    }
    let state = 0
    let text = ''
    for (let remaining = length; remaining > 0; remaining--) {
      const after = counts[remaining - 1]!
      const { edges } = states[state]!
      const draw = counts[remaining]![state] === most ? scatter(index, remaining) : -1
      const roomy = draw < 0 ? 0 : roomyCharacters(edges, after)
      let place = roomy > 0 ? draw % roomy : 0
      for (const { characters, to } of edges) {
        const count = after[to]!
        if (roomy > 0) {
          if (count < most) continue
          if (place < characters.length) {
            text += characters[place]!
            state = to
            break
          }
          place -= characters.length
          continue
        }
        const total = count * characters.length
        if (rest < total) {
          const which = Math.floor(rest / count)
          text += characters[which]!
          rest -= which * count
          state = to
          break
        }
        rest -= total
      }
    }
    return text
  }

  return { size, maximumLength: lengths.at(-1)!.length, nth }
}

function countLonger(states: readonly State[], shorter: Float64Array): Float64Array {
  return Float64Array.from(states, ({ edges }) => {
    let sum = 0
    for (const { characters, to } of edges) {
      sum = Math.min(most, sum + characters.length * shorter[to]!)
    }
    return sum
  })
}

/** How many characters lead to a state that has room for every number. */
function roomyCharacters(edges: State['edges'], after: Float64Array): number {
  let sum = 0
  for (const { characters, to } of edges) if (after[to] === most) sum += characters.length
  return sum
}

/** A number that looks like chance, from 0 to 2^32. */
function scatter(index: number, step: number): number {
  return mix(bits(key, index) + Math.imul(step, 0x9e3779b9)) >>> 0
}

function ascending(left: number, right: number): number {
  return left - right
}
