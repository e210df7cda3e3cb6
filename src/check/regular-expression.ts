/** Code points from the first to the last, both included. */
export type Range = readonly [first: number, last: number]

/** A regular expression, or a LIKE pattern, as plain data. */
export type Pattern =
  | { readonly kind: 'set'; readonly ranges: readonly Range[]; readonly isNegated: boolean }
  | { readonly kind: 'sequence' | 'choice'; readonly parts: readonly Pattern[] }
  | {
      readonly kind: 'repeat'
      readonly part: Pattern
      readonly minimum: number
      /** May be Infinity. */
      readonly maximum: number
    }
  | { readonly kind: 'start' | 'end' }
  | { readonly kind: 'ahead'; readonly part: Pattern; readonly isNegated: boolean }

export interface ParsedPattern {
  readonly pattern: Pattern
  /** Whether it names classes such as `\w`, which a locale can extend beyond ASCII. */
  readonly usesClasses: boolean
}

/** Answers whether a text matches; `undefined` where that depends on the server's locale. */
export type Matcher = (text: string) => boolean | undefined

const digits: Range = [0x30, 0x39]
const upper: Range = [0x41, 0x5a]
const lower: Range = [0x61, 0x7a]
const spaces: readonly Range[] = [
  [0x09, 0x0d],
  [0x20, 0x20],
]
const everything: Range = [0, 0x10ffff]
const punctuation: readonly Range[] = [
  [0x21, 0x2f],
  [0x3a, 0x40],
  [0x5b, 0x60],
  [0x7b, 0x7e],
]
const classes: Readonly<Record<string, readonly Range[]>> = {
  alpha: [upper, lower],
  digit: [digits],
  alnum: [digits, upper, lower],
  upper: [upper],
  lower: [lower],
  space: spaces,
  blank: [
    [0x09, 0x09],
    [0x20, 0x20],
  ],
  punct: punctuation,
  xdigit: [digits, [0x41, 0x46], [0x61, 0x66]],
  word: [digits, upper, [0x5f, 0x5f], lower],
}
const classEscapes: Readonly<Record<string, readonly Range[]>> = {
  d: classes['digit']!,
  w: classes['word']!,
  s: spaces,
}
const characterEscapes: Readonly<Record<string, number>> = {
  a: 7,
  b: 8,
  e: 27,
  f: 12,
  n: 10,
  r: 13,
  t: 9,
  v: 11,
}
/** The server's own limit, `DUPMAX` of its regex library. */
const mostRepeats = 255

/**
 * Reads one of PostgreSQL's advanced regular expressions, as far as its meaning is the same
 * everywhere: no back references, word boundaries, look-behind, collating elements or options.
 *
 * @see https://www.postgresql.org/docs/current/functions-matching.html#POSIX-SYNTAX-DETAILS
 * @returns `undefined` for what is not understood, or no regular expression
 * @example
 * parseRegularExpression('^[a-z]+$')?.usesClasses // false
 */
export function parseRegularExpression(source: string): ParsedPattern | undefined {
  if (source.startsWith('***') || /^\(\?[a-z]+\)/.test(source)) return undefined
  const reader: Reader = { characters: [...source], at: 0, usesClasses: false }
  const pattern = readChoice(reader)
  if (!pattern || reader.at < reader.characters.length) return undefined
  return { pattern, usesClasses: reader.usesClasses }
}

/**
 * A LIKE pattern as a regular expression over the whole text.
 *
 * @returns `undefined` for one that ends in its escape character, a backslash
 */
export function parseLike(source: string): Pattern | undefined {
  const parts: Pattern[] = [{ kind: 'start' }]
  const characters = [...source]
  for (let index = 0; index < characters.length; index++) {
    const character = characters[index]!
    if (character === '%') {
      const last = parts.at(-1)!
      // Repeating what is repeated already would only make matching slow.
      if (last.kind !== 'repeat') parts.push(repeat(oneOf([everything]), 0, Infinity))
    } else if (character === '_') {
      parts.push(oneOf([everything]))
    } else {
      if (character === '\\') index++
      const literal = characters[index]
      if (literal === undefined) return undefined
      parts.push(characterSet(literal.codePointAt(0)!))
    }
  }
  return { kind: 'sequence', parts: [...parts, { kind: 'end' }] }
}

/** A pattern in the syntax of a regular expression; PostgreSQL and JavaScript read it alike. */
export function formatPattern(pattern: Pattern): string {
  switch (pattern.kind) {
    case 'set':
      return formatSet(pattern)
    case 'sequence':
      return pattern.parts
        .map((part) => (part.kind === 'choice' ? group(part) : formatPattern(part)))
        .join('')
    case 'choice':
      return pattern.parts.map(formatPattern).join('|')
    case 'repeat': {
      const { part, minimum, maximum } = pattern
      const atom = part.kind === 'set' ? formatSet(part) : group(part)
      if (minimum === 0 && maximum === Infinity) return `${atom}*`
      if (minimum === 1 && maximum === Infinity) return `${atom}+`
      if (minimum === 0 && maximum === 1) return `${atom}?`
      if (minimum === maximum) return `${atom}{${minimum}}`
      return `${atom}{${minimum},${maximum === Infinity ? '' : maximum}}`
    }
    case 'start':
      return '^'
    case 'end':
      return '$'
    case 'ahead':
      return `(?${pattern.isNegated ? '!' : '='}${formatPattern(pattern.part)})`
  }
}

/**
 * @returns `undefined` when JavaScript might match it differently, or take forever over a text
 * @example
 * createMatcher(parseRegularExpression('^a+$')!, { ignoresCase: false })?.('aa') // true
 */
export function createMatcher(
  { pattern, usesClasses }: ParsedPattern,
  options: { readonly ignoresCase: boolean },
): Matcher | undefined {
  const { ignoresCase } = options
  if (ignoresCase && !isAscii(formatPattern(pattern))) return undefined
  if (isSlow(pattern)) return undefined
  const expression = new RegExp(formatPattern(pattern), ignoresCase ? 'sui' : 'su')
  if (!usesClasses && !ignoresCase) return (text) => expression.test(text)
  return (text) => (isAscii(text) ? expression.test(text) : undefined)
}

export function isAscii(text: string): boolean {
  for (let index = 0; index < text.length; index++) {
    if (text.charCodeAt(index) > 127) return false
  }
  return true
}

interface Reader {
  readonly characters: readonly string[]
  at: number
  usesClasses: boolean
}

function readChoice(reader: Reader): Pattern | undefined {
  const parts: Pattern[] = []
  do {
    if (parts.length > 0) reader.at++
    const branch = readSequence(reader)
    if (!branch) return undefined
    parts.push(branch)
  } while (reader.characters[reader.at] === '|')
  return parts.length === 1 ? parts[0]! : { kind: 'choice', parts }
}

function readSequence(reader: Reader): Pattern | undefined {
  const parts: Pattern[] = []
  for (;;) {
    const character = reader.characters[reader.at]
    if (character === undefined || character === '|' || character === ')') break
    const atom = readAtom(reader)
    const part = atom && readQuantifier(reader, atom)
    if (!part) return undefined
    parts.push(part)
  }
  return parts.length === 1 ? parts[0]! : { kind: 'sequence', parts }
}

function readAtom(reader: Reader): Pattern | undefined {
  const character = reader.characters[reader.at++]!
  switch (character) {
    case '^':
      return { kind: 'start' }
    case '$':
      return { kind: 'end' }
    case '.':
      return oneOf([everything])
    case '[':
      return readBrackets(reader)
    case '(':
      return readGroup(reader)
    case '\\':
      return readEscape(reader)
    case '*':
    case '+':
    case '?':
      return undefined
    case '{':
      if (isDigit(reader.characters[reader.at])) return undefined
      return characterSet(0x7b)
    default:
      return characterSet(character.codePointAt(0)!)
  }
}

function readGroup(reader: Reader): Pattern | undefined {
  const opening = ['?:', '?=', '?!'].find(
    (text) => reader.characters.slice(reader.at, reader.at + 2).join('') === text,
  )
  if (opening === undefined && reader.characters[reader.at] === '?') return undefined
  if (opening !== undefined) reader.at += 2
  const part = readChoice(reader)
  if (!part || reader.characters[reader.at++] !== ')') return undefined
  if (opening === undefined || opening === '?:') {
    return part.kind === 'choice' ? part : { kind: 'sequence', parts: [part] }
  }
  return { kind: 'ahead', part, isNegated: opening === '?!' }
}

function readEscape(reader: Reader): Pattern | undefined {
  const character = reader.characters[reader.at++]
  if (character === undefined) return undefined
  const ranges = classEscapes[character.toLowerCase()]
  if (ranges) {
    reader.usesClasses = true
    return { kind: 'set', ranges, isNegated: character !== character.toLowerCase() }
  }
  if (character === 'A') return { kind: 'start' }
  if (character === 'Z') return { kind: 'end' }
  const code = escapedCharacter(reader, character)
  return code === undefined ? undefined : characterSet(code)
}

function escapedCharacter(reader: Reader, character: string): number | undefined {
  if (character === 'u') {
    const hex = reader.characters.slice(reader.at, reader.at + 4).join('')
    reader.at += 4
    return /^[0-9a-f]{4}$/i.test(hex) ? Number.parseInt(hex, 16) : undefined
  }
  if (!/^[0-9a-z]$/i.test(character)) return character.codePointAt(0)
  return characterEscapes[character]
}

function readBrackets(reader: Reader): Pattern | undefined {
  const { characters } = reader
  const isNegated = characters[reader.at] === '^'
  if (isNegated) reader.at++
  const ranges: Range[] = []
  const start = reader.at
  while (characters[reader.at] !== ']' || reader.at === start) {
    if (characters[reader.at] === '[' && characters[reader.at + 1] === ':') {
      const end = characters.indexOf(':', reader.at + 2)
      const named = classes[characters.slice(reader.at + 2, end).join('')]
      if (!named || characters[end + 1] !== ']') return undefined
      reader.usesClasses = true
      ranges.push(...named)
      reader.at = end + 2
      continue
    }
    const shorthand = classEscapes[characters[reader.at + 1] ?? '']
    if (characters[reader.at] === '\\' && shorthand) {
      reader.usesClasses = true
      ranges.push(...shorthand)
      reader.at += 2
      continue
    }
    const first = readBracketCharacter(reader)
    if (first === undefined) return undefined
    const isRange = characters[reader.at] === '-' && characters[reader.at + 1] !== ']'
    if (!isRange) {
      ranges.push([first, first])
      continue
    }
    reader.at++
    const last = readBracketCharacter(reader)
    if (last === undefined || last < first) return undefined
    ranges.push([first, last])
  }
  reader.at++
  return { kind: 'set', ranges, isNegated }
}

function readBracketCharacter(reader: Reader): number | undefined {
  const character = reader.characters[reader.at]
  if (character === undefined) return undefined
  // Collating elements, `[.x.]` and `[=x=]`.
  if (character === '[' && /^[.=:]$/.test(reader.characters[reader.at + 1] ?? '')) return undefined
  reader.at++
  if (character !== '\\') return character.codePointAt(0)
  const escaped = reader.characters[reader.at++]
  return escaped === undefined ? undefined : escapedCharacter(reader, escaped)
}

function readQuantifier(reader: Reader, atom: Pattern): Pattern | undefined {
  const { characters } = reader
  const character = characters[reader.at]
  let bounds: readonly [number, number] | undefined
  if (character === '*') bounds = [0, Infinity]
  else if (character === '+') bounds = [1, Infinity]
  else if (character === '?') bounds = [0, 1]
  else if (character === '{') {
    const rest = characters.slice(reader.at, reader.at + 9).join('')
    const found = /^\{(\d+)(?:(,)(\d*))?\}/.exec(rest)
    // Not a bound at all when no digit follows: then it is an ordinary character.
    if (!found) return isDigit(characters[reader.at + 1]) ? undefined : atom
    const minimum = Number(found[1])
    const open = found[3] === '' ? Infinity : Number(found[3])
    bounds = [minimum, found[2] === undefined ? minimum : open]
    if (minimum > mostRepeats || (bounds[1] > mostRepeats && bounds[1] !== Infinity))
      return undefined
    if (bounds[1] < minimum) return undefined
    reader.at += found[0].length - 1
  }
  if (!bounds) return atom
  if (atom.kind === 'start' || atom.kind === 'end' || atom.kind === 'ahead') return undefined
  reader.at++
  if (characters[reader.at] === '?') reader.at++
  // PostgreSQL refuses a quantifier after a quantifier.
  if (/^[*+?]$/.test(characters[reader.at] ?? '')) return undefined
  if (characters[reader.at] === '{' && isDigit(characters[reader.at + 1])) return undefined
  return repeat(atom, bounds[0], bounds[1])
}

/**
 * Whether matching could take exponential time: something unbounded that repeats something
 * unbounded, unless what separates the repetitions is a character that cannot stand in them, as the
 * hyphen in `(-[a-z]+)*`.
 */
function isSlow(pattern: Pattern): boolean {
  if (pattern.kind === 'repeat' && pattern.maximum > 1) {
    return (varies(pattern.part) && !startsApart(pattern.part)) || isSlow(pattern.part)
  }
  if (pattern.kind === 'sequence' || pattern.kind === 'choice') return pattern.parts.some(isSlow)
  return pattern.kind === 'ahead' && isSlow(pattern.part)
}

function varies(pattern: Pattern): boolean {
  if (pattern.kind === 'repeat') return pattern.minimum < pattern.maximum || varies(pattern.part)
  if (pattern.kind === 'choice') return true
  return pattern.kind === 'sequence' && pattern.parts.some(varies)
}

function startsApart(pattern: Pattern): boolean {
  if (pattern.kind === 'choice') {
    // A choice among single characters takes one way at most.
    return pattern.parts.every(({ kind }) => kind === 'set') && areApart(pattern.parts)
  }
  if (pattern.kind !== 'sequence') return false
  if (pattern.parts.length === 1) return startsApart(pattern.parts[0]!)
  const [first, ...rest] = pattern.parts
  if (first?.kind !== 'set') return false
  const inner = rest.map((part) => (part.kind === 'repeat' ? part.part : part))
  return (
    inner.every((part) => part.kind === 'set' && areApart([first, part])) &&
    areApart(inner.filter((_, index) => varies(rest[index]!)))
  )
}

function areApart(sets: readonly Pattern[]): boolean {
  const all = sets.map((set) => (set.kind === 'set' ? rangesOf(set) : [everything]))
  return all.every((ranges, index) =>
    all
      .slice(index + 1)
      .every((others) =>
        ranges.every(([first, last]) => others.every(([from, to]) => last < from || to < first)),
      ),
  )
}

/** The ranges of a set in order, without overlaps, those of a negated set turned around. */
export function rangesOf(set: Extract<Pattern, { kind: 'set' }>): readonly Range[] {
  const merged: [number, number][] = []
  for (const [first, last] of set.ranges.toSorted((left, right) => left[0] - right[0])) {
    const previous = merged.at(-1)
    if (previous && first <= previous[1] + 1) previous[1] = Math.max(previous[1], last)
    else merged.push([first, last])
  }
  if (!set.isNegated) return merged
  const gaps: Range[] = []
  let next = 0
  for (const [first, last] of merged) {
    if (first > next) gaps.push([next, first - 1])
    next = last + 1
  }
  if (next <= everything[1]) gaps.push([next, everything[1]])
  return gaps
}

function formatSet({ ranges, isNegated }: Extract<Pattern, { kind: 'set' }>): string {
  const [only] = ranges
  if (ranges.length === 1 && !isNegated) {
    if (only![0] === 0 && only![1] === everything[1]) return '.'
    if (only![0] === only![1]) return formatCharacter(only![0])
  }
  const inner = ranges.map(([first, last]) =>
    first === last ? formatCharacter(first) : `${formatCharacter(first)}-${formatCharacter(last)}`,
  )
  return `[${isNegated ? '^' : ''}${inner.join('')}]`
}

function formatCharacter(code: number): string {
  const character = String.fromCodePoint(code)
  if (/^[\^$\\.*+?()[\]{}|/-]$/.test(character)) return code === 0x2d ? '\\x2d' : `\\${character}`
  return code < 32 ? `\\u${code.toString(16).padStart(4, '0')}` : character
}

function group(pattern: Pattern): string {
  return `(?:${formatPattern(pattern)})`
}

function characterSet(code: number): Pattern {
  return oneOf([[code, code]])
}

function oneOf(ranges: readonly Range[]): Pattern {
  return { kind: 'set', ranges, isNegated: false }
}

function repeat(part: Pattern, minimum: number, maximum: number): Pattern {
  return { kind: 'repeat', part, minimum, maximum }
}

function isDigit(character: string | undefined): boolean {
  return character !== undefined && character >= '0' && character <= '9'
}
