import {
  city,
  companyName,
  country,
  firstName,
  fullName,
  jobTitle,
  lastName,
  state,
  streetAddress,
  template,
  uuid,
  valuesFromArray,
  words,
} from '../generate/generators/index.ts'
import { code } from '../generate/generators/code.ts'
import { fitText } from '../generate/generators/fit-text.ts'
import { nthText } from '../generate/generators/nth-text.ts'
import type { TemplateOptions } from '../generate/generators/template.ts'
import type { Generator } from '../generate/generator.ts'
import {
  departments,
  firstNames,
  lastNames,
  pooled,
  productAdjectives,
  productMaterials,
  productNouns,
  vocabulary,
} from '../generate/vocabulary.ts'
import { wordsOf } from './column.ts'
import type { ColumnInQuestion } from './column.ts'
import type { Inferred } from './inferred.ts'
import type { ColumnRules } from './rules.ts'

/** Texts of one kind. */
interface Texts {
  /** No text is longer. */
  readonly longest: number
  make(): Generator
}

/** What texts of a name are like, and those of them of which none comes twice. */
interface Kind extends Texts {
  readonly unique?: UniqueTexts
}

interface UniqueTexts extends Texts {
  /** How many there are; `Infinity` for more than any table has rows. */
  readonly space: number
}

const hexadecimal = '0123456789abcdef'
const capitals = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ'

const sentences = pooled((faker) => faker.lorem.sentence(), 500)
const paragraphs = pooled((faker) => faker.lorem.paragraph(), 300)
const agents = pooled((faker) => faker.internet.userAgent(), 200)

const people = { first: firstNames, last: lastNames }
const number = { min: 1, max: 999_999 }

const person = made(fullName, { longest: 31, longestUnique: 34, space: 1e6 })

/** Texts by the column's name; the first that fits. */
const kinds: readonly (readonly [RegExp, Kind])[] = [
  [
    /\be ?mail\b/,
    composed(41, '{first:slug}.{last:slug}{n}@example.com', {
      ...people,
      n: { min: 1, max: 9999 },
    }),
  ],
  [/\b(first|given|fore) ?name$/, made(firstName, { longest: 15, longestUnique: 31, space: 9e6 })],
  [
    /\b(last|family) ?name$|\bsurname$/,
    made(lastName, { longest: 15, longestUnique: 31, space: 200_000 }),
  ],
  [/\bmiddle ?name$/, made(firstName, { longest: 15, longestUnique: 31, space: 9e6 })],
  [/\b(full|display|contact|customer|author|owner) ?name$|\b(author|contact|assignee)$/, person],
  [
    /\b(user ?name|login|handle|nick ?name|screen ?name)$/,
    composed(30, '{first:slug}_{last:slug}{n}', { ...people, n: { min: 1, max: 9999 } }),
  ],
  [
    /\b(phone|mobile|tel|telephone|fax|cell)\b/,
    composed(16, '+1 555 {n}', { n: { min: 1_000_000, max: 9_999_999 } }),
  ],
  [/\b(city|town)$/, made(city, { longest: 27, longestUnique: 40, space: 1e6 })],
  [/\bcountry ?code$|\biso2?$/, countryCodes()],
  [/\bcountry$/, made(country, { longest: 55 })],
  [/\b(state|province|region|county)$/, made(state, { longest: 20 })],
  [
    /\b(street|address|address ?1|line ?1)$/,
    made(streetAddress, { longest: 35, longestUnique: 35, space: 1e6 }),
  ],
  [
    /\b(zip|postal ?code|postcode|zip ?code)$/,
    // As short as any column of them; f.postcode() has longer ones too.
    composed(5, '{n}', { n: { min: 10_000, max: 99_999 } }),
  ],
  [
    /\b(company|organi[sz]ation|employer|vendor|supplier|brand|manufacturer)( name)?$/,
    made(companyName, { longest: 50, longestUnique: 50, space: 1e6 }),
  ],
  [/\b(job ?title|occupation|profession)$/, made(jobTitle, { longest: 50 })],
  [/\b(department|division|team)( name)?$/, listed(15, departments)],
  [
    /\bcurrency( code)?$/,
    values(3, ['EUR', 'USD', 'GBP', 'CHF', 'JPY', 'SEK', 'NOK', 'PLN', 'CAD', 'AUD']),
  ],
  [
    /\b(locale|language|lang)( code)?$/,
    values(5, ['en', 'de', 'fr', 'es', 'it', 'nl', 'pl', 'pt', 'sv', 'ja']),
  ],
  [
    /\b(time ?zone|tz)$/,
    values(20, [
      'UTC',
      'Europe/Berlin',
      'Europe/London',
      'America/New_York',
      'America/Chicago',
      'Asia/Tokyo',
      'Australia/Sydney',
    ]),
  ],
  [
    /\b(avatar|image|photo|picture|thumbnail|logo|cover|icon)( url)?$/,
    composed(45, 'https://example.com/images/{n}.jpg', { n: number }),
  ],
  [
    /\b(url|website|web ?site|link|homepage|href|uri)$/,
    composed(60, 'https://example.com/{adjective:slug}-{noun:slug}/{n}', {
      adjective: productAdjectives,
      noun: productNouns,
      n: number,
    }),
  ],
  [
    /\b(slug|permalink)$/,
    composed(35, '{adjective:slug}-{noun:slug}-{n}', {
      adjective: productAdjectives,
      noun: productNouns,
      n: number,
    }),
  ],
  [
    /\b(status|state)$/,
    values(8, ['active', 'active', 'active', 'pending', 'inactive', 'archived']),
  ],
  [/\b(role|permission)$/, values(7, ['member', 'member', 'member', 'editor', 'admin'])],
  [/\b(gender|sex)$/, values(6, ['female', 'male', 'other'])],
  [/\b(colou?r)$/, composed(7, '#{n}', { n: { min: 100_000, max: 999_999 } })],
  [/\b(hash|checksum|digest|sha256|fingerprint|etag)$/, codes(64, hexadecimal)],
  [/\b(password|passwd|pwd)\b/, codes(60, `${capitals}0123456789abcdefghijklmnopqrstuvwxyz`)],
  [/\b(token|secret|api ?key|session)( id)?$/, codes(40, hexadecimal)],
  [/\b(uuid|guid)$/, made(uuid, { longest: 36, longestUnique: 36, space: Infinity })],
  [
    /\b(sku|isbn|ean|upc|barcode|serial ?number)$/,
    composed(12, 'SKU-{n}', { n: { min: 1, max: 99_999_999 } }),
  ],
  [
    /\b(code|reference|ref|number|no|invoice ?number|order ?number)$/,
    codes(8, `${capitals}0123456789`),
  ],
  [
    /\b(ip|ip ?address)$/,
    numbered(15, { size: 2 ** 24, nth: (n) => `10.${n >>> 16}.${(n >>> 8) & 255}.${n & 255}` }),
  ],
  [/\buser ?agent$/, listed(250, agents)],
  [
    /\b(mime|mime ?type|content ?type)$/,
    values(16, ['image/png', 'image/jpeg', 'text/plain', 'application/pdf', 'application/json']),
  ],
  [
    /\b(file ?name|path|file)$/,
    composed(40, 'files/{noun:slug}-{n}.pdf', { noun: productNouns, n: number }),
  ],
  [
    /\bversion$/,
    composed(11, '{major}.{minor}.{patch}', {
      major: { min: 0, max: 9 },
      minor: { min: 0, max: 30 },
      patch: { min: 0, max: 99 },
    }),
  ],
  [
    /\b(description|summary|excerpt|bio|about|comment|message|note|notes|remarks?|reason|caption|abstract)$/,
    listed(150, sentences),
  ],
  [/\b(body|content|text|article|details?)$/, listed(600, paragraphs)],
  [
    /\b(type|kind|category|tier|plan|level|group|source|channel|method)$/,
    values(8, ['standard', 'standard', 'basic', 'premium', 'other']),
  ],
  [
    /\b(tag|label|keyword)$/,
    composed(25, '{adjective:slug}-{noun:slug}', {
      adjective: productAdjectives,
      noun: productNouns,
    }),
  ],
]

/** Tables whose `name` is a person's. */
const persons =
  /^(user|customer|person|people|employee|contact|author|member|student|teacher|patient|guest|player|owner|driver|passenger|doctor|client|subscriber|participant|attendee|staff|artist|candidate|applicant)s?$/

const phrase = composed(60, '{adjective} {material} {noun}', {
  adjective: productAdjectives,
  material: productMaterials,
  noun: productNouns,
})
const numberedPhrase = composed(70, '{adjective} {material} {noun} {n}', {
  adjective: productAdjectives,
  material: productMaterials,
  noun: productNouns,
  n: number,
})

/** Texts by name, within what type and checks allow. */
export function inferText(question: ColumnInQuestion): Inferred {
  const { column, rules } = question
  if (rules.pattern) return patterned(rules.pattern)
  const limit = Math.min(lengthLimit(question), rules.mostLength ?? Infinity)
  const least = rules.leastLength ?? 0
  const kind = kindOf(question)
  const isExact = least === limit || (column.type.name === 'bpchar' && least === 0)
  if (isExact && limit < Infinity && !(kind && kind.longest === limit)) {
    return inferredFrom(codes(limit, alphabetOf(rules, limit)))
  }
  const usual = kind ?? phrase
  const unique = uniqueOf(kind, limit, rules)
  return {
    space: unique.space,
    make: (wanted) => fit(wanted === 'unique' ? unique : usual, { limit, least, rules }),
  }
}

function inferredFrom(texts: UniqueKind): Inferred {
  const { unique } = texts
  return {
    space: unique.space,
    make: (wanted) => (wanted === 'unique' ? unique.make() : texts.make()),
  }
}

/** Where texts of that kind are too few, or too long, another's. */
function uniqueOf(kind: Kind | undefined, limit: number, rules: ColumnRules): UniqueTexts {
  const own =
    kind?.unique ?? (kind === undefined || kind === phrase ? numberedPhrase.unique : undefined)
  if (own && own.longest <= limit && own.space > 100_000) return own
  const isNarrow = (kind ?? phrase).longest > limit
  const length = Math.min(limit, isNarrow ? 16 : 12)
  return codes(length, alphabetOf(rules, isNarrow ? limit : length)).unique
}

function fit(
  texts: Texts,
  of: { readonly limit: number; readonly least: number; readonly rules: ColumnRules },
): Generator {
  const { limit, least, rules } = of
  const generator = texts.make()
  if (texts.longest <= limit && least === 0 && rules.spelling === undefined) return generator
  return fitText(generator, { most: limit, least, spelling: rules.spelling })
}

function kindOf({ table, column }: ColumnInQuestion): Kind | undefined {
  const name = wordsOf(column.property).join(' ')
  if (name === 'name' || name === 'title') {
    const isPerson = persons.test(wordsOf(table.key).at(-1) ?? '')
    return name === 'name' && isPerson ? person : phrase
  }
  return kinds.find(([pattern]) => pattern.test(name))?.[1]
}

function lengthLimit({ column: { type } }: ColumnInQuestion): number {
  if (type.name === 'name') return 63
  return ['varchar', 'bpchar'].includes(type.name) ? (type.modifiers[0] ?? Infinity) : Infinity
}

function alphabetOf({ spelling }: ColumnRules, length: number): string {
  if (spelling === 'lower') return `${hexadecimal}ghijklmnopqrstuvwxyz`
  if (spelling === 'upper') return capitals
  return length <= 3 ? capitals : length >= 32 ? hexadecimal : `${capitals}0123456789`
}

/** Kinds of which there are unique texts as well. */
type UniqueKind = Kind & Required<Pick<Kind, 'unique'>>

function made(
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

function composed(
  longest: number,
  text: string,
  parts: TemplateOptions<string>['parts'],
): UniqueKind {
  return {
    longest,
    make: () => template(text, parts, { isUnique: false }),
    unique: { longest, space: Infinity, make: () => template(text, parts, { isUnique: true }) },
  }
}

function listed(longest: number, list: ReturnType<typeof vocabulary>): Kind {
  return { longest, make: () => words(list) }
}

function values(longest: number, list: readonly string[]): Kind {
  return { longest, make: () => valuesFromArray({ values: list }) }
}

function codes(length: number, alphabet: string): UniqueKind {
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

function numbered(
  longest: number,
  texts: { readonly size: number; readonly nth: (index: number) => string },
): UniqueKind {
  return {
    longest,
    make: () => nthText('text', texts, { isUnique: false }),
    unique: { longest, space: texts.size, make: () => nthText('text', texts, { isUnique: true }) },
  }
}

function countryCodes(): Kind {
  return values(2, [
    'DE',
    'FR',
    'NL',
    'IE',
    'ES',
    'US',
    'GB',
    'CH',
    'PL',
    'SE',
    'JP',
    'CA',
    'AU',
    'BR',
    'IN',
  ])
}

function patterned(pattern: NonNullable<ColumnRules['pattern']>): Inferred {
  return {
    space: pattern.size,
    make: (wanted) => nthText('pattern', pattern, { isUnique: wanted === 'unique' }),
  }
}
