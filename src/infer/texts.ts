import { template, uuid, valuesFromArray, words } from '../generate/generators/index.ts'
import { code } from '../generate/generators/code.ts'
import { fitText } from '../generate/generators/fit-text.ts'
import { nthText } from '../generate/generators/nth-text.ts'
import type { TemplateOptions } from '../generate/generators/template.ts'
import type { Generator } from '../generate/generator.ts'
import {
  cities,
  countries,
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

/** What texts of a name are like. */
interface Kind extends Inferred {
  /** No text is longer. */
  readonly longest: number
}

const hexadecimal = '0123456789abcdef'
const capitals = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ'

const suffixes = vocabulary('suffix', [
  'Group',
  'Inc',
  'LLC',
  'Ltd',
  'Partners',
  'Holdings',
  'and Sons',
])
const streets = vocabulary('street', ['Street', 'Avenue', 'Road', 'Lane', 'Way', 'Drive', 'Court'])
const sentences = pooled((faker) => faker.lorem.sentence(), 500)
const paragraphs = pooled((faker) => faker.lorem.paragraph(), 300)
const titles = pooled((faker) => faker.person.jobTitle(), 500)
const states = vocabulary('state', (en) => en.location.state ?? ['Bavaria', 'Ohio', 'Utah'])
const agents = pooled((faker) => faker.internet.userAgent(), 200)

const people = { first: firstNames, last: lastNames }
const number = { min: 1, max: 999_999 }

/** Texts by the column's name; the first that fits. */
const kinds: readonly (readonly [RegExp, Kind])[] = [
  [
    /\be ?mail\b/,
    composed(41, '{first:slug}.{last:slug}{n}@example.com', {
      ...people,
      n: { min: 1, max: 9999 },
    }),
  ],
  [/\b(first|given|fore) ?name$/, listed(15, firstNames, 1000)],
  [/\b(last|family) ?name$|\bsurname$/, listed(15, lastNames, 400)],
  [/\bmiddle ?name$/, listed(15, firstNames, 1000)],
  [
    /\b(full|display|contact|customer|author|owner) ?name$|\b(author|contact|assignee)$/,
    composed(30, '{first} {last}', people, 500_000),
  ],
  [
    /\b(user ?name|login|handle|nick ?name|screen ?name)$/,
    composed(30, '{first:slug}_{last:slug}{n}', { ...people, n: { min: 1, max: 9999 } }),
  ],
  [
    /\b(phone|mobile|tel|telephone|fax|cell)\b/,
    composed(16, '+1 555 {n}', { n: { min: 1_000_000, max: 9_999_999 } }),
  ],
  [/\b(city|town)$/, listed(27, cities, 400)],
  [/\bcountry ?code$|\biso2?$/, countryCodes()],
  [/\bcountry$/, listed(55, countries, 200)],
  [/\b(state|province|region|county)$/, listed(20, states, 40)],
  [
    /\b(street|address|address ?1|line ?1)$/,
    composed(35, '{n} {last} {street}', {
      n: { min: 1, max: 9999 },
      last: lastNames,
      street: streets,
    }),
  ],
  [
    /\b(zip|postal ?code|postcode|zip ?code)$/,
    composed(5, '{n}', { n: { min: 10_000, max: 99_999 } }),
  ],
  [
    /\b(company|organi[sz]ation|employer|vendor|supplier|brand|manufacturer)( name)?$/,
    composed(35, '{last} {noun} {suffix}', {
      last: lastNames,
      noun: productNouns,
      suffix: suffixes,
    }),
  ],
  [/\b(job ?title|occupation|profession)$/, listed(45, titles, 300)],
  [/\b(department|division|team)( name)?$/, listed(15, departments, 20)],
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
  [/\b(uuid|guid)$/, { space: Infinity, longest: 36, make: () => uuid() }],
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
  [/\buser ?agent$/, listed(250, agents, 100)],
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
    long(sentences, 150),
  ],
  [/\b(body|content|text|article|details?)$/, long(paragraphs, 600)],
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
  const isExact = least === limit || (column.type.name === 'bpchar' && least === 0)
  const kind = kindOf(question)
  if (isExact && limit < Infinity && !(kind && kind.longest === limit)) {
    return codes(limit, alphabetOf(rules, limit))
  }
  const usual = kind ?? phrase
  const unique = kind && kind.space > 100_000 ? kind : codeFor(usual, limit, rules)
  const isNarrow = usual.longest > limit
  return {
    space: isNarrow ? codes(limit, alphabetOf(rules, limit)).space : unique.space,
    make(wanted) {
      if (wanted === 'repeating')
        return fit(usual.make('repeating'), { limit, least, rules, usual })
      if (isNarrow) return codes(Math.min(limit, 16), alphabetOf(rules, limit)).make('unique')
      return fit(unique.make('unique'), { limit, least, rules, usual: unique })
    },
  }
}

/** What is unique where texts of that kind are too few. */
function codeFor(kind: Kind, limit: number, rules: ColumnRules): Kind {
  if (kind === phrase && limit >= numberedPhrase.longest) return numberedPhrase
  const length = Math.min(limit, 12)
  return codes(length, alphabetOf(rules, length))
}

function fit(
  generator: Generator,
  of: {
    readonly limit: number
    readonly least: number
    readonly rules: ColumnRules
    readonly usual: Kind
  },
): Generator {
  const { limit, least, rules, usual } = of
  if (usual.longest <= limit && least === 0 && rules.spelling === undefined) return generator
  return fitText(generator, { most: limit, least, spelling: rules.spelling })
}

function kindOf({ table, column }: ColumnInQuestion): Kind | undefined {
  const name = wordsOf(column.property).join(' ')
  if (name === 'name' || name === 'title') {
    const isPerson = persons.test(wordsOf(table.key).at(-1) ?? '')
    return name === 'name' && isPerson ? composed(30, '{first} {last}', people, 500_000) : phrase
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

function composed(
  longest: number,
  text: string,
  parts: TemplateOptions<string>['parts'],
  space = Infinity,
): Kind {
  return {
    longest,
    space,
    make: (wanted) => template(text, parts, { isUnique: wanted === 'unique' }),
  }
}

function listed(longest: number, list: ReturnType<typeof vocabulary>, space: number): Kind {
  return { longest, space, make: () => words(list) }
}

function long(list: ReturnType<typeof vocabulary>, longest: number): Kind {
  return { longest, space: 1, make: () => words(list) }
}

function values(longest: number, list: readonly string[]): Kind {
  return { longest, space: 1, make: () => valuesFromArray({ values: list }) }
}

function codes(length: number, alphabet: string): Kind {
  const space =
    length > 9
      ? Infinity
      : Math.round(Array.from({ length }, () => alphabet.length).reduce((a, b) => a * b, 1))
  return {
    longest: length,
    space,
    make: (wanted) => code({ length, alphabet, isUnique: wanted === 'unique' }),
  }
}

function numbered(longest: number, texts: { size: number; nth: (index: number) => string }): Kind {
  return {
    longest,
    space: texts.size,
    make: (wanted) => nthText('text', texts, { isUnique: wanted === 'unique' }),
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
