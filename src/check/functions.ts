import { addInterval, dayMicros, extractField, truncateTo } from './calendar.ts'
import type { Interval } from './calendar.ts'
import {
  addNumeric,
  compareNumeric,
  divideNumeric,
  multiplyNumeric,
  negateNumeric,
  remainderNumeric,
  roundNumeric,
} from './decimal.ts'
import type { Numeric } from './decimal.ts'
import type { Json, Value, ValueType } from './expression.ts'
import { isAscii } from './regular-expression.ts'
import {
  arrayOf,
  integerResult,
  isImplicit,
  isSameType,
  refused,
  roundHalfEven,
  scalar,
  toFloat,
  trimEnd,
} from './value.ts'
import type { Outcome } from './value.ts'

/** One overload of a function or operator of the server's. NULL in any argument gives NULL. */
export interface Routine {
  readonly name: string
  readonly parameters: readonly ValueType[]
  readonly result: ValueType
  /** Arguments of the parameters' types, none of them NULL. */
  readonly apply: (...values: readonly NonNullable<Value>[]) => Outcome
}

/**
 * Finds what the server would call: the overload of exactly these types, else the first that they
 * can be brought to.
 *
 * @param name - of a function, or an operator such as `+`; the sign of a number is `-` with one
 *   argument
 */
export function findRoutine(name: string, types: readonly ValueType[]): Routine | undefined {
  const named = routines.get(name)?.filter(({ parameters }) => parameters.length === types.length)
  const fits = (test: (from: ValueType, to: ValueType) => boolean) =>
    named?.find(({ parameters }) => parameters.every((to, index) => test(types[index]!, to)))
  return (
    fits(isSameType) ??
    fits((from, to) => from.name === 'unknown' || isSameType(from, to)) ??
    fits((from, to) => isImplicit(from, to) && !(from.name === 'unknown' && to.dimensions > 0))
  )
}

const integerTypes = ['int2', 'int4', 'int8']
const pairsOfIntegers = integerTypes.flatMap((left) =>
  integerTypes.map((right) => [left, right, wider(left, right)] as const),
)

function wider(left: string, right: string): string {
  return integerTypes[Math.max(integerTypes.indexOf(left), integerTypes.indexOf(right))]!
}

type Apply = (...values: never[]) => Outcome

function define(name: string, parameters: string, result: string, apply: Apply): Routine {
  return {
    name,
    parameters: parameters === '' ? [] : parameters.split(' ').map(readType),
    result: readType(result),
    apply: apply as Routine['apply'],
  }
}

function readType(name: string): ValueType {
  return name.endsWith('[]') ? arrayOf(scalar(name.slice(0, -2))) : scalar(name)
}

function arithmetic(
  name: string,
  operations: {
    readonly integers: (left: number, right: number) => number | typeof refused
    readonly decimals: (left: Numeric, right: Numeric) => Numeric | undefined
    readonly floats?: (left: number, right: number) => number | typeof refused
  },
): Routine[] {
  const { integers, decimals, floats } = operations
  const float = (type: string) =>
    floats === undefined
      ? []
      : [
          define(name, `${type} ${type}`, type, (left: number, right: number) => {
            const result = floats(left, right)
            if (result === refused) return refused
            const rounded = toFloat(result, scalar(type))
            const wasFinite = Number.isFinite(left) && Number.isFinite(right)
            return wasFinite && !Number.isFinite(rounded) ? refused : rounded
          }),
        ]
  return [
    ...pairsOfIntegers.map(([left, right, result]) =>
      define(name, `${left} ${right}`, result, (a: number, b: number) => {
        const value = integers(a, b)
        return value === refused ? refused : integerResult(value, scalar(result))
      }),
    ),
    define(name, 'numeric numeric', 'numeric', (left: Numeric, right: Numeric) => {
      const result = decimals(left, right)
      return result === undefined ? refused : result
    }),
    ...float('float4'),
    ...float('float8'),
  ]
}

function reverse(value: string): string {
  return [...value].toReversed().join('')
}

function countCharacters(value: string): number {
  let count = value.length
  for (let index = 0; index < value.length; index++) {
    // The second half of a character beyond U+FFFF.
    if ((value.charCodeAt(index) & 0xfc00) === 0xdc00) count--
  }
  return count
}

/** Letters beyond ASCII change their case in some locales only: told where they stay. */
function sameBeyondAscii(value: string, changed: string): string | undefined {
  const [before, after] = [[...value], [...changed]]
  const isSame =
    before.length === after.length &&
    before.every((character, index) => isAscii(character) || character === after[index])
  return isSame ? changed : undefined
}

function trimLeft(value: string, characters: string): string {
  const set = new Set(characters)
  const letters = [...value]
  let start = 0
  while (start < letters.length && set.has(letters[start]!)) start++
  return letters.slice(start).join('')
}

function trimRight(value: string, characters: string): string {
  return reverse(trimLeft(reverse(value), characters))
}

function substring(value: string, start: number, length: number): Outcome {
  if (length < 0) return refused
  const end = start + length
  return [...value].slice(Math.max(0, start - 1), Math.max(0, end - 1)).join('')
}

function jsonType(value: unknown): string {
  if (value === null) return 'null'
  return Array.isArray(value) ? 'array' : typeof value
}

function jsonField(value: unknown, key: string | number): unknown {
  if (typeof key === 'number') {
    return Array.isArray(value) ? (value as unknown[]).at(key) : undefined
  }
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value)
  return isObject && Object.hasOwn(value, key) ? (value as Record<string, unknown>)[key] : undefined
}

function jsonText(value: unknown): Outcome {
  if (value === undefined || value === null) return null
  if (typeof value === 'string') return value
  if (typeof value === 'number' && Number.isSafeInteger(value)) return String(value)
  return typeof value === 'boolean' ? String(value) : undefined
}

function difference(left: number, right: number): Interval {
  const micros = left - right
  const days = Math.trunc(micros / dayMicros)
  return { months: 0, days, micros: micros - days * dayMicros }
}

function negateInterval({ months, days, micros }: Interval): Interval {
  return { months: 0 - months, days: 0 - days, micros: 0 - micros }
}

function arrayLength(value: Value, dimension: number): number | null {
  if (!Array.isArray(value) || value.length === 0 || dimension < 1) return null
  return dimension === 1 ? value.length : arrayLength(value[0] as Value, dimension - 1)
}

function cardinality(value: Value): number {
  if (!Array.isArray(value)) return 1
  return value.reduce((sum: number, item) => sum + cardinality(item as Value), 0)
}

const rounded = (['ceil', 'ceiling', 'floor', 'trunc', 'round'] as const).flatMap((name) => {
  const rounding = ({ floor: 'down', trunc: 'zero', round: 'nearest' } as const)[
    name as 'floor' | 'trunc' | 'round'
  ]
  const float = { floor: Math.floor, trunc: Math.trunc, round: roundHalfEven }[
    name as 'floor' | 'trunc' | 'round'
  ]
  return [
    define(name, 'numeric', 'numeric', (value: Numeric) =>
      roundNumeric(value, rounding ?? 'up', 0),
    ),
    define(name, 'float8', 'float8', (value: number) => (float ?? Math.ceil)(value) + 0),
  ].toSorted((a) => (a.result.name === 'float8' ? -1 : 1))
})

const shifted = ['timestamp', 'timestamptz'].flatMap((type) => [
  define('+', `${type} interval`, type, addInterval),
  define('+', `interval ${type}`, type, (interval: Interval, micros: number) =>
    addInterval(micros, interval),
  ),
  define('-', `${type} interval`, type, (micros: number, interval: Interval) =>
    addInterval(micros, negateInterval(interval)),
  ),
  define('-', `${type} ${type}`, 'interval', difference),
])

const fields = ['date', 'timestamp', 'timestamptz'].flatMap((type) => {
  const scale = type === 'date' ? dayMicros : 1
  return [
    define('extract', `text ${type}`, 'numeric', (field: string, value: number) =>
      extractField(field.toLowerCase(), value * scale),
    ),
    define('date_part', `text ${type}`, 'float8', (field: string, value: number) =>
      extractField(field.toLowerCase(), value * scale),
    ),
    define(
      'date_trunc',
      `text ${type}`,
      type === 'date' ? 'timestamptz' : type,
      (field: string, value: number) => truncateTo(field.toLowerCase(), value * scale),
    ),
  ]
})

const elements = ['text', 'varchar', 'int2', 'int4', 'int8', 'uuid', 'numeric', 'date', 'bool']
const arrays = elements.flatMap((type) => [
  define('array_length', `${type}[] int4`, 'int4', arrayLength),
  define('cardinality', `${type}[]`, 'int4', cardinality),
])

const json = ['json', 'jsonb'].flatMap((type) => [
  define(`${type}_typeof`, type, 'text', ({ json: value }: Json) => jsonType(value)),
  define(`${type}_array_length`, type, 'int4', ({ json: value }: Json) =>
    Array.isArray(value) ? value.length : refused,
  ),
  ...['text', 'int4'].flatMap((key) => [
    define('->', `${type} ${key}`, type, ({ json: value }: Json, name: string | number) => {
      const field = jsonField(value, name)
      return field === undefined ? null : { json: field }
    }),
    define('->>', `${type} ${key}`, 'text', ({ json: value }: Json, name: string | number) =>
      jsonText(jsonField(value, name)),
    ),
  ]),
])

const all: readonly Routine[] = [
  ...arithmetic('+', {
    integers: (left, right) => left + right,
    decimals: addNumeric,
    floats: (left, right) => left + right,
  }),
  ...arithmetic('-', {
    integers: (left, right) => left - right,
    decimals: (left, right) => addNumeric(left, negateNumeric(right)),
    floats: (left, right) => left - right,
  }),
  ...arithmetic('*', {
    integers: (left, right) => left * right,
    decimals: multiplyNumeric,
    floats: (left, right) => left * right,
  }),
  ...arithmetic('/', {
    integers: (left, right) => (right === 0 ? refused : Math.trunc(left / right) + 0),
    decimals: divideNumeric,
    floats: (left, right) => (right === 0 ? refused : left / right),
  }),
  ...['%', 'mod'].flatMap((name) =>
    arithmetic(name, {
      integers: (left, right) => (right === 0 ? refused : (left % right) + 0),
      decimals: remainderNumeric,
    }),
  ),
  ...['int2', 'int4', 'int8'].flatMap((type) => [
    define('-', type, type, (value: number) => integerResult(0 - value, scalar(type))),
    define('abs', type, type, (value: number) => integerResult(Math.abs(value), scalar(type))),
  ]),
  ...['float4', 'float8'].flatMap((type) => [
    define('-', type, type, (value: number) => 0 - value),
    define('abs', type, type, (value: number) => Math.abs(value)),
  ]),
  define('-', 'numeric', 'numeric', negateNumeric),
  define('-', 'interval', 'interval', negateInterval),
  define('abs', 'numeric', 'numeric', (value: Numeric) =>
    compareNumeric(value, 0) < 0 ? negateNumeric(value) : value,
  ),
  ...rounded,
  ...(['round', 'trunc'] as const).map((name) =>
    define(name, 'numeric int4', 'numeric', (value: Numeric, places: number) =>
      roundNumeric(value, name === 'round' ? 'nearest' : 'zero', places),
    ),
  ),
  define('sign', 'numeric', 'numeric', (value: Numeric) => compareNumeric(value, 0)),
  define('sign', 'float8', 'float8', (value: number) => Math.sign(value)),

  define('+', 'date int4', 'date', (days: number, more: number) => days + more),
  define('+', 'int4 date', 'date', (more: number, days: number) => days + more),
  define('-', 'date int4', 'date', (days: number, fewer: number) => days - fewer),
  define('-', 'date date', 'int4', (left: number, right: number) => left - right),
  define('+', 'date interval', 'timestamp', (days: number, interval: Interval) =>
    addInterval(days * dayMicros, interval),
  ),
  define('-', 'date interval', 'timestamp', (days: number, interval: Interval) =>
    addInterval(days * dayMicros, negateInterval(interval)),
  ),
  ...shifted,
  ...fields,

  ...['length', 'char_length', 'character_length'].flatMap((name) => [
    define(name, 'text', 'int4', countCharacters),
    define(name, 'bpchar', 'int4', (value: string) => countCharacters(trimEnd(value))),
  ]),
  define('length', 'bytea', 'int4', (value: Uint8Array) => value.length),
  define('octet_length', 'text', 'int4', (value: string) => Buffer.byteLength(value)),
  define('octet_length', 'bpchar', 'int4', (value: string) => Buffer.byteLength(value)),
  define('octet_length', 'bytea', 'int4', (value: Uint8Array) => value.length),
  define('lower', 'text', 'text', (value: string) =>
    isAscii(value) ? value.toLowerCase() : sameBeyondAscii(value, value.toLowerCase()),
  ),
  define('upper', 'text', 'text', (value: string) =>
    isAscii(value) ? value.toUpperCase() : sameBeyondAscii(value, value.toUpperCase()),
  ),
  define('btrim', 'text', 'text', (value: string) => trimRight(trimLeft(value, ' '), ' ')),
  define('ltrim', 'text', 'text', (value: string) => trimLeft(value, ' ')),
  define('rtrim', 'text', 'text', trimEnd),
  define('btrim', 'text text', 'text', (value: string, characters: string) =>
    trimRight(trimLeft(value, characters), characters),
  ),
  define('ltrim', 'text text', 'text', trimLeft),
  define('rtrim', 'text text', 'text', trimRight),
  define('||', 'text text', 'text', (left: string, right: string) => left + right),
  define('starts_with', 'text text', 'bool', (value: string, start: string) =>
    value.startsWith(start),
  ),
  define('^@', 'text text', 'bool', (value: string, start: string) => value.startsWith(start)),
  ...['position', 'strpos'].map((name) =>
    define(name, 'text text', 'int4', (value: string, part: string) => {
      const index = value.indexOf(part)
      return index < 0 ? 0 : countCharacters(value.slice(0, index)) + 1
    }),
  ),
  define('left', 'text int4', 'text', (value: string, count: number) =>
    [...value].slice(0, count).join(''),
  ),
  define('right', 'text int4', 'text', (value: string, count: number) => {
    const characters = [...value]
    return characters.slice(count < 0 ? -count : Math.max(0, characters.length - count)).join('')
  }),
  ...['substr', 'substring'].flatMap((name) => [
    define(name, 'text int4', 'text', (value: string, start: number) =>
      [...value].slice(Math.max(0, start - 1)).join(''),
    ),
    define(name, 'text int4 int4', 'text', substring),
  ]),
  define('reverse', 'text', 'text', reverse),
  define('replace', 'text text text', 'text', (value: string, from: string, to: string) =>
    from === '' ? value : value.replaceAll(from, () => to),
  ),

  ...arrays,
  ...json,
  define('?', 'jsonb text', 'bool', ({ json: value }: Json, key: string) =>
    Array.isArray(value)
      ? value.includes(key)
      : jsonField(value, key) !== undefined || value === key,
  ),
]

const routines = new Map<string, Routine[]>()
for (const routine of all) {
  routines.set(routine.name, [...(routines.get(routine.name) ?? []), routine])
}
