import { DownpourError } from '../errors.ts'
import { decimal, int } from '../generate/generators/index.ts'
import type { SqlType } from '../model/sql-type.ts'
import { wordsOf } from './column.ts'
import type { ColumnInQuestion } from './column.ts'
import type { Inferred } from './inferred.ts'

interface Range {
  readonly least: number
  readonly most: number
  /** Digits behind the point, where the type leaves that open. @defaultValue 2 */
  readonly scale?: number
}

const anyNumber: Range = { least: 1, most: 1000 }

/** What numbers of a name are like; the first that fits. Names are matched by their last words. */
const ranges: readonly (readonly [RegExp, Range])[] = [
  [/\b(lat|latitude)$/, { least: -90, most: 90, scale: 6 }],
  [/\b(lng|lon|long|longitude)$/, { least: -180, most: 180, scale: 6 }],
  [/\b(salary|income)$/, { least: 20_000, most: 180_000 }],
  [
    /\b(price|cost|amount|total|subtotal|balance|fee|revenue|budget|payment)\b/,
    { least: 1, most: 999 },
  ],
  [/\bcents$/, { least: 100, most: 99_999 }],
  [/\b(tax|discount)$/, { least: 0, most: 50 }],
  [/\b(percent|percentage|pct)$/, { least: 0, most: 100 }],
  [/\b(nightly|daily|hourly|weekly|monthly|day|hour|night|room) rate$/, { least: 10, most: 400 }],
  [/\b(rate|ratio|probability|confidence)$/, { least: 0, most: 1, scale: 4 }],
  [/\b(rating|stars)$/, { least: 1, most: 5, scale: 1 }],
  [/\bscore$/, { least: 0, most: 100 }],
  [/\bage$/, { least: 18, most: 90 }],
  [/\byear$/, { least: 1990, most: 2025 }],
  [/\bmonth$/, { least: 1, most: 12 }],
  [/\bday$/, { least: 1, most: 28 }],
  [/\bhour$/, { least: 0, most: 23 }],
  [/\b(minute|minutes|second|seconds)$/, { least: 0, most: 59 }],
  [/\b(qty|quantity)$/, { least: 1, most: 20 }],
  [/\b(stock|inventory|available)\b/, { least: 0, most: 500 }],
  [/\b(count|views|likes|visits|clicks|uses)$/, { least: 0, most: 5000 }],
  [/\b(position|sort|order|rank|index|level|priority|depth|step)$/, { least: 1, most: 100 }],
  [/\bport$/, { least: 1024, most: 65_535 }],
  [/\b(size|bytes)$/, { least: 100, most: 5_000_000 }],
  [/\b(duration|ms)$/, { least: 1, most: 7200 }],
  [/\b(weight|height|width|length|kg|grams|cm|mm)$/, { least: 1, most: 500 }],
  [/\b(version|revision)$/, { least: 1, most: 20 }],
]

/** The bounds of integer types. */
const bounds: Readonly<Record<string, number>> = {
  int2: 32_767,
  int4: 2_147_483_647,
  int8: Number.MAX_SAFE_INTEGER,
}

/** Numbers by name, within what type and checks allow. */
export function inferNumber(question: ColumnInQuestion): Inferred {
  const { column, rules } = question
  const { type } = column
  const largest = largestOf(type)
  const isWhole = type.name in bounds
  const name = wordsOf(column.property).join(' ')
  const usual = ranges.find(([pattern]) => pattern.test(name))?.[1] ?? anyNumber
  const scale = isWhole ? 0 : scaleOf(type, usual)
  const range = withinRules(usual, {
    least: Math.max(-largest, rules.minimum ?? -Infinity),
    most: Math.min(largest, rules.maximum ?? Infinity),
  })
  if (range.least > range.most) throw contradiction(question)
  const unit = unitOf(scale)
  const least = Math.ceil(range.least * unit - 1e-6) / unit
  const most = Math.floor(range.most * unit + 1e-6) / unit
  const wide = withinRules(
    { least: 0, most: largest },
    {
      least: rules.minimum ?? -Infinity,
      most: Math.min(largest, rules.maximum ?? Infinity),
    },
  )
  const distinct = distinctUnits(type, wide)
  return {
    space: Math.max(1, distinct.most - distinct.least + 1),
    ...(scale === 0 && {
      usual: {
        space: most - least + 1,
        make: () => int({ minValue: least, maxValue: most, isUnique: true }),
      },
    }),
    make(values) {
      if (values === 'unique') {
        const { scale: digits, least: first, most: last } = distinct
        const one = unitOf(digits)
        return digits === 0
          ? int({ minValue: first, maxValue: last, isUnique: true })
          : decimal({ minValue: first / one, maxValue: last / one, scale: digits, isUnique: true })
      }
      return isWhole || scale === 0
        ? int({ minValue: least, maxValue: most })
        : decimal({ minValue: least, maxValue: most, scale })
    },
  }
}

/** Whole numbers where these are many, else with as many digits after the point as the type tells apart. */
function distinctUnits(
  type: SqlType,
  { least, most }: Range,
): { readonly least: number; readonly most: number; readonly scale: number } {
  let scale = 0
  while (scale < mostScaleOf(type) && (most - least) * unitOf(scale) < plenty) scale++
  const unit = unitOf(scale)
  const first = Math.ceil(least * unit - 1e-6)
  return { scale, least: first, most: Math.floor(Math.min(most * unit + 1e-6, first + 9e15)) }
}

/** More distinct numbers are hardly ever asked for, … */
const plenty = 1_000_000

/** … and so many digits are told apart by any type of that range. */
function mostScaleOf({ name, modifiers }: SqlType): number {
  if (name in bounds) return 0
  return name === 'numeric' && modifiers.length > 0
    ? Math.max(0, Math.min(modifiers[1] ?? 0, 6))
    : 6
}

function contradiction({ table, column }: ColumnInQuestion): DownpourError {
  const checks = table.checks.filter(({ expression }) => expression.includes(column.name))
  const names = checks.map(({ name }) => `"${name}"`).join(', ')
  return new DownpourError({
    code: 'PLAN_CHECK',
    message: `Cannot seed "${table.key}": column "${column.property}" cannot be filled`,
    why: `Its type and its checks ${names} leave no number that all of them accept.`,
    fix: 'Correct the checks of the table.',
    table: table.key,
    column: column.property,
  })
}

/** The usual range where it fits, else a part of what is allowed. */
function withinRules(usual: Range, allowed: { least: number; most: number }): Range {
  const least = Math.max(usual.least, allowed.least)
  const most = Math.min(usual.most, allowed.most)
  if (least <= most) return { ...usual, least, most }
  const width = usual.most - usual.least
  return allowed.least > usual.most
    ? { ...usual, least: allowed.least, most: Math.min(allowed.most, allowed.least + width) }
    : { ...usual, least: Math.max(allowed.least, allowed.most - width), most: allowed.most }
}

function largestOf({ name, modifiers }: SqlType): number {
  const bound = bounds[name]
  if (bound !== undefined) return bound
  // Beyond, a float4 does not tell whole numbers apart.
  if (name === 'float4') return 16_777_216
  if (name !== 'numeric' || modifiers.length === 0) return Number.MAX_SAFE_INTEGER
  const [precision, scale = 0] = modifiers as [number, number?]
  const digits = Math.min(15, precision) - Math.max(0, scale)
  if (digits <= 0) return (unitOf(precision) - 1) / unitOf(scale)
  return unitOf(digits) - 1 / unitOf(Math.max(0, Math.min(scale, 6)))
}

function scaleOf({ name, modifiers }: SqlType, { scale = 2 }: Range): number {
  if (name !== 'numeric' || modifiers.length === 0) return scale
  return Math.max(0, Math.min(modifiers[1] ?? 0, 6))
}

function unitOf(digits: number): number {
  let unit = 1
  for (let digit = 0; digit < digits; digit++) unit *= 10
  return unit
}
