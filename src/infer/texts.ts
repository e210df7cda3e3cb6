import {
  city,
  companyName,
  firstName,
  fullName,
  jobTitle,
  lastName,
  postcode,
  streetAddress,
  uuid,
  words,
} from '../generate/generators/index.ts'
import { fitText } from '../generate/generators/fit-text.ts'
import { jobTitleForm } from '../generate/generators/person.ts'
import { nthText } from '../generate/generators/nth-text.ts'
import type { Generator } from '../generate/generator.ts'
import {
  countries,
  departments,
  firstNames,
  lastNames,
  pooled,
  productAdjectives,
  productMaterials,
  productNouns,
  slug,
  states,
} from '../generate/vocabulary.ts'
import { wordsOf } from './column.ts'
import type { ColumnInQuestion } from './column.ts'
import type { Inferred } from './inferred.ts'
import type { ColumnRules } from './rules.ts'
import { codes, composed, listed, made, nth, numberedTexts, phrase, values } from './text-kinds.ts'
import type { Kind, Texts, UniqueKind, UniqueTexts } from './text-kinds.ts'

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
    composed({ longest: 41, space: 1e10 }, '{first:slug}.{last:slug}{n}@example.com', {
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
    composed({ longest: 30, space: 1e10 }, '{first:slug}_{last:slug}{n}', {
      ...people,
      n: { min: 1, max: 9999 },
    }),
  ],
  [
    /\b(phone|mobile|tel|telephone|fax|cell)\b/,
    composed({ longest: 16, space: 9e6 }, '+1 555 {n}', { n: { min: 1_000_000, max: 9_999_999 } }),
  ],
  [/\b(city|town)$/, made(city, { longest: 27, longestUnique: 40, space: 1e6 })],
  [/\bcountry ?code$|\biso2?$/, countryCodes()],
  [/\bcountry$/, listed(55, 240, countries)],
  [/\b(state|province|region|county)$/, listed(20, 50, states)],
  [
    /\b(street|address|address ?1|line ?1)$/,
    made(streetAddress, { longest: 35, longestUnique: 35, space: 1e6 }),
  ],
  [
    /\b(zip|postal ?code|postcode|zip ?code)$/,
    {
      // As short as any column of them.
      ...composed({ longest: 5, space: 90_000 }, '{n}', { n: { min: 10_000, max: 99_999 } }),
      unique: { longest: 10, space: 1e9, make: () => postcode({ isUnique: true }) },
    },
  ],
  [
    /\b(company|organi[sz]ation|employer|vendor|supplier|brand|manufacturer)( name)?$/,
    made(companyName, { longest: 50, longestUnique: 50, space: 1e6 }),
  ],
  [
    /\b(job ?title|occupation|profession)$/,
    { ...made(jobTitle, { longest: 50 }), unique: numberedTexts(50, jobTitleForm) },
  ],
  [/\b(department|division|team)( name)?$/, listed(15, 20, departments)],
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
    composed({ longest: 45, space: 999_999 }, 'https://example.com/images/{n}.jpg', { n: number }),
  ],
  [
    /\b(url|website|web ?site|link|homepage|href|uri)$/,
    composed({ longest: 60, space: 1e8 }, 'https://example.com/{adjective:slug}-{noun:slug}/{n}', {
      adjective: productAdjectives,
      noun: productNouns,
      n: number,
    }),
  ],
  [
    /\b(slug|permalink)$/,
    composed({ longest: 35, space: 1e8 }, '{adjective:slug}-{noun:slug}-{n}', {
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
  [
    /\b(colou?r)$/,
    composed({ longest: 7, space: 900_000 }, '#{n}', { n: { min: 100_000, max: 999_999 } }),
  ],
  [/\b(hash|checksum|digest|sha256|fingerprint|etag)$/, codes(64, hexadecimal)],
  [/\b(password|passwd|pwd)\b/, codes(60, `${capitals}0123456789abcdefghijklmnopqrstuvwxyz`)],
  [/\b(token|secret|api ?key|session)( id)?$/, codes(40, hexadecimal)],
  [/\b(uuid|guid)$/, made(uuid, { longest: 36, longestUnique: 36, space: Infinity })],
  [
    /\b(sku|isbn|ean|upc|barcode|serial ?number)$/,
    composed({ longest: 12, space: 99_999_999 }, 'SKU-{n}', { n: { min: 1, max: 99_999_999 } }),
  ],
  [
    /\b(code|reference|ref|number|no|invoice ?number|order ?number)$/,
    codes(8, `${capitals}0123456789`),
  ],
  [
    /\b(ip|ip ?address)$/,
    nth(15, { size: 2 ** 24, nth: (n) => `10.${n >>> 16}.${(n >>> 8) & 255}.${n & 255}` }),
  ],
  [/\buser ?agent$/, { longest: 250, make: () => words(agents) }],
  [
    /\b(mime|mime ?type|content ?type)$/,
    values(16, ['image/png', 'image/jpeg', 'text/plain', 'application/pdf', 'application/json']),
  ],
  [
    /\b(file ?name|path|file)$/,
    composed({ longest: 40, space: 2e7 }, 'files/{noun:slug}-{n}.pdf', {
      noun: productNouns,
      n: number,
    }),
  ],
  [
    /\bversion$/,
    composed({ longest: 8, space: 200_000 }, '{major}.{minor}.{patch}', {
      major: { min: 0, max: 19 },
      minor: { min: 0, max: 99 },
      patch: { min: 0, max: 99 },
    }),
  ],
  [
    /\b(description|summary|excerpt|bio|about|comment|message|note|notes|remarks?|reason|caption|abstract)$/,
    listed(150, 400, sentences),
  ],
  [/\b(body|content|text|article|details?)$/, listed(600, 250, paragraphs)],
  [
    /\b(type|kind|category|tier|plan|level|group|source|channel|method)$/,
    values(8, ['standard', 'standard', 'basic', 'premium', 'other']),
  ],
  [/\b(tag|label|keyword)$/, phrase('-', [productAdjectives, productNouns], slug)],
]

/** Tables whose `name` is a person's. */
const persons =
  /^(user|customer|person|people|employee|contact|author|member|student|teacher|patient|guest|player|owner|driver|passenger|doctor|client|subscriber|participant|attendee|staff|artist|candidate|applicant)s?$/

/** What a name says nothing of; the longest that there is room for. */
const phrases = [
  phrase(' ', [productAdjectives, productMaterials, productNouns]),
  phrase(' ', [productAdjectives, productNouns]),
  phrase(' ', [productNouns]),
]

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
  const kinds = kind ? [kind] : phrases
  const own = kinds.find(({ longest }) => longest <= limit) ?? kinds.at(-1)!
  const unique = uniqueOf(kinds, limit, rules)
  const isAsItIs = isFit(own, { limit, least, rules })
  return {
    space: unique.space,
    ...(own.usual && isAsItIs && { usual: own.usual }),
    make: (wanted) => fit(wanted === 'unique' ? unique : own, { limit, least, rules }),
  }
}

function inferredFrom(texts: UniqueKind): Inferred {
  const { unique } = texts
  return {
    space: unique.space,
    make: (wanted) => (wanted === 'unique' ? unique.make() : texts.make()),
  }
}

/** Where texts of these kinds are too few, or too long, others. */
function uniqueOf(kinds: readonly Kind[], limit: number, rules: ColumnRules): UniqueTexts {
  const own = kinds.find(({ unique }) => unique && unique.longest <= limit)?.unique
  if (own && own.space > 100_000) return own
  const isNarrow = kinds.every(({ longest }) => longest > limit)
  const length = Math.min(limit, isNarrow ? 16 : 12)
  return codes(length, alphabetOf(rules, isNarrow ? limit : length)).unique
}

interface Room {
  readonly limit: number
  readonly least: number
  readonly rules: ColumnRules
}

function isFit({ longest }: Texts, { limit, least, rules }: Room): boolean {
  return longest <= limit && least === 0 && rules.spelling === undefined
}

function fit(texts: Texts, room: Room): Generator {
  const generator = texts.make()
  if (isFit(texts, room)) return generator
  const { limit, least, rules } = room
  return fitText(generator, { most: limit, least, spelling: rules.spelling })
}

function kindOf({ table, column }: ColumnInQuestion): Kind | undefined {
  const name = wordsOf(column.property).join(' ')
  if (name === 'name' || name === 'title') {
    const isPerson = persons.test(wordsOf(table.key).at(-1) ?? '')
    return name === 'name' && isPerson ? person : undefined
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

function countryCodes(): UniqueKind {
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
