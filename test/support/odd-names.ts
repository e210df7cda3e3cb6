import { sql } from 'drizzle-orm'
import {
  check,
  foreignKey,
  index,
  integer,
  pgSchema,
  serial,
  text,
  unique,
} from 'drizzle-orm/pg-core'
import type { PgTable } from 'drizzle-orm/pg-core'

/** Names that PostgreSQL allows and programs trip over. */
export const oddNames = [
  'a"b',
  'a.b',
  `"; drop table x; --`,
  'é'.repeat(31) + 'x',
  'naïve 名前 🌧',
  'UPPER',
  'select',
  '$1',
  '$$',
  'back\\slash',
  `it's`,
  '%I %s',
  ' leading and trailing ',
  'line\nbreak',
  '${name}',
  '__proto__',
  'constructor',
] as const

/** As PostgreSQL quotes it: by hand, so that it can differ from what is tested. */
export function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}

function literal(text: string): string {
  return `'${text.replaceAll(`'`, `''`)}'`
}

/** At most 63 bytes of UTF-8. */
function shortened(name: string): string {
  let short = name
  while (Buffer.byteLength(short) > 63) short = short.slice(0, -1)
  return short
}

interface OddTable {
  readonly table: PgTable
  readonly ddl: string
}

/**
 * A table for each name, which is its own, its schema's, a column's, an enum's, a word's of it, a
 * constraint's, an index' and a sequence's; each refers to the one before.
 */
function oddTables(): readonly OddTable[] {
  const made: OddTable[] = []
  for (const [place, name] of oddNames.entries()) {
    const before = made[place - 1]
    const schema = pgSchema(name)
    const kind = shortened(`m${name}`)
    const mood = schema.enum(kind, [name, 'other'])
    const [key, rule, plain] = ['k', 'c', 'i'].map((letter) => shortened(letter + name)) as [
      string,
      string,
      string,
    ]
    const table = schema.table(
      name,
      {
        id: serial('id').primaryKey(),
        named: text(name).notNull(),
        mood: mood('mood').notNull(),
        before: integer(shortened(`b${name}`)),
      },
      (own) => [
        unique(key).on(own.named),
        index(plain).on(own.mood),
        check(rule, sql`length(${own.named}) > 3`),
        ...(before
          ? [
              foreignKey({
                name: shortened(`f${name}`),
                columns: [own.before],
                foreignColumns: [(before.table as unknown as { id: never }).id],
              }),
            ]
          : []),
      ],
    )
    const own = `${quoted(name)}.${quoted(name)}`
    const previous = oddNames[place - 1]
    const reference =
      previous === undefined
        ? ''
        : `, constraint ${quoted(shortened(`f${name}`))} foreign key (${quoted(shortened(`b${name}`))}) references ${quoted(previous)}.${quoted(previous)} (id)`
    made.push({
      table,
      ddl: `create schema ${quoted(name)};
        create type ${quoted(name)}.${quoted(kind)} as enum (${literal(name)}, 'other');
        create table ${own} (id serial primary key, ${quoted(name)} text not null, mood ${quoted(name)}.${quoted(kind)} not null,
          ${quoted(shortened(`b${name}`))} integer, constraint ${quoted(key)} unique (${quoted(name)}),
          constraint ${quoted(rule)} check (length(${quoted(name)}) > 3)${reference});
        create index ${quoted(plain)} on ${own} (mood);`,
    })
  }
  return made
}

const tables = oddTables()

/** By plain keys, as a module exports them, and one by a name of its own kind. */
export const oddSchema: Readonly<Record<string, PgTable>> = Object.fromEntries(
  tables.map(({ table }, place) => [`t${place}`, table]),
)

export const oddDdl = tables.map(({ ddl }) => ddl).join('\n')
