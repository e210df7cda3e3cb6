import { customType, date, doublePrecision, json, pgTable, real } from 'drizzle-orm/pg-core'
import { serial, text, timestamp, varchar } from 'drizzle-orm/pg-core'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { exportFormats } from '../../src/export/format.ts'
import { createGenerator, fillVector } from '../../src/generate/generator.ts'
import type { Generator } from '../../src/generate/generator.ts'
import { createDictionary } from '../../src/generate/vector.ts'
import { readSchema } from '../../src/model/read-schema.ts'
import { checksumsOf } from '../support/checksum.ts'
import { createTestDatabase } from '../support/database.ts'
import { withSql } from '../support/embedded.ts'
import { exportTo, loadByPsql, newFolder, noPsql } from '../support/export.ts'
import { change, seedTown, townProject } from '../support/seed-town.ts'

const reason = noPsql()
const needs = reason === undefined ? '' : ` (${reason})`

const bytea = customType<{ data: Buffer }>({ dataType: () => 'bytea' })

/** The same texts from each kind of vector, and values of types with texts of their own. */
const samples = pgTable('samples', {
  id: serial().primaryKey(),
  fromTexts: text('from_texts'),
  fromUtf8: text('from_utf8'),
  fromDictionary: text('from_dictionary'),
  fromValues: text('from_values'),
  short: varchar({ length: 200 }),
  list: text().array(),
  document: json(),
  bytes: bytea(),
  double: doublePrecision(),
  single: real(),
  day: date(),
  moment: timestamp({ withTimezone: true, mode: 'string' }),
})
/** Alone in its line. */
const lonely = pgTable('lonely', { only: text() })

const ddl = `
  create table samples (id serial primary key, from_texts text, from_utf8 text,
    from_dictionary text, from_values text, short varchar(200), list text[], document json,
    bytes bytea, "double" float8, single real, day date, moment timestamptz);
  create table lonely ("only" text)`

const rows = 600
const edges = [
  null,
  '',
  ' ',
  '\\',
  '\\.',
  '\\N',
  'NULL',
  'null',
  'a\n\\.\nb',
  'a\r\n\\.\r\nb',
  '\n\\.\n\n\\.\n',
  '\\.\n\\.',
  '"',
  '""',
  "'",
  "''",
  ',',
  '\t',
  '\r',
  '\n',
  '\r\n',
  'x\\',
  "\\'",
  ':x',
  ":'x'",
  '$1',
  '--',
  '/*',
  '\u0001\b\f\v\u001f\u007f\u0085\u2028',
  '😀é',
  '{"a":1}',
  '(1, 2)',
  ' lead and trail ',
]
const marks = [...'\\\n\r\t"\',.:;${}()N', 'é', '😀']
const words = fc.oneof(
  fc.string({ unit: fc.constantFrom(...marks), maxLength: 12 }),
  fc.string({ unit: 'binary', maxLength: 40 }).filter((word) => !word.includes('\0')),
)
const texts: readonly (string | null)[] = [
  ...edges,
  ...fc.sample(words, { numRuns: rows - edges.length, seed: 7 }),
]
const textAt = (row: number) => texts[row]!

function each(make: (row: number) => unknown): Generator {
  return createGenerator('each', () =>
    fillVector({ kind: 'value' }, ({ count, numbers }, out) => {
      for (let i = 0; i < count; i++) out.values[i] = make(numbers[i]!)
    }),
  )
}

const fromTexts = createGenerator('texts', () =>
  fillVector({ kind: 'text' }, ({ count, numbers }, out) => {
    out.nulls = Uint8Array.from(out.values, (_, i) => (texts[numbers[i]!] === null ? 1 : 0))
    for (let i = 0; i < count; i++) out.values[i] = textAt(numbers[i]!) ?? ''
  }),
)
const fromUtf8 = createGenerator('utf8', () =>
  fillVector({ kind: 'utf8' }, ({ count, numbers }, out) => {
    out.bytes = new Uint8Array(count * 200)
    out.nulls = Uint8Array.from({ length: out.capacity }, (_, i) =>
      texts[numbers[i]!] === null ? 1 : 0,
    )
    for (let i = 0; i < count; i++) {
      const bytes = Buffer.from(textAt(numbers[i]!) ?? '')
      out.bytes.set(bytes, out.offsets[i])
      out.offsets[i + 1] = out.offsets[i]! + bytes.length
    }
  }),
)
const dictionary = createDictionary(texts.map((word) => word ?? ''))
const fromDictionary = createGenerator('dictionary', () =>
  fillVector({ kind: 'dictionary', dictionary }, ({ count, numbers }, out) => {
    out.nulls = Uint8Array.from({ length: out.capacity }, (_, i) =>
      texts[numbers[i]!] === null ? 1 : 0,
    )
    for (let i = 0; i < count; i++) out.codes[i] = numbers[i]!
  }),
)

const numbers = [0, -0, 1.5, 1e21, -1e-7, NaN, Infinity, -Infinity, 5e-324, 1 / 3]
const singles = [0, 1.5, 1e10, -1e-7, NaN, Infinity, -Infinity, 16_777_216, 0.1, 1 / 3]
const days = ['2024-02-29', '0001-01-01', '0044-03-15 BC', 'infinity', '-infinity', '12024-12-31']
const moments = [
  '2024-02-29 12:34:56.789012+00',
  '2024-02-29 23:30:00-05:30',
  '0044-03-15 00:00:00.5+00 BC',
  'infinity',
  '1969-12-31 23:59:59.999999+00',
]
const of = (items: readonly unknown[]) => each((row) => items[row % items.length])

const project = {
  ...townProject,
  isFree: true,
  tables: readSchema({ samples, lonely }),
  refinements: {
    samples: {
      columns: {
        fromTexts,
        fromUtf8,
        fromDictionary,
        fromValues: each(textAt),
        short: each(textAt),
        list: each((row) => [textAt(row), textAt((row * 7) % rows)].slice(row % 3)),
        document: each((row) => ({ [textAt(row) ?? '']: [textAt(row), row / 8, null, true] })),
        bytes: each((row) => Buffer.from(textAt(row) ?? '')),
        double: of(numbers),
        single: of(singles),
        day: of(days),
        moment: of(moments),
      },
    },
    lonely: { columns: { only: each(textAt) } },
  },
}
const counts = { samples: rows, lonely: rows }

describe.skipIf(reason)(`texts of every kind${needs}`, () => {
  it.each(exportFormats.filter((format) => format !== 'jsonl'))(
    'arrive through psql as through INSERT: %s',
    async (format) => {
      const [seeded, filled] = [await createTestDatabase(), await createTestDatabase()]
      for (const { url } of [seeded, filled]) await change(url, ddl)
      await seedTown(seeded.url, { project, counts, strategy: 'batch' })
      const folder = await newFolder()
      await exportTo(folder, { project, counts, format, chunkSize: 250 })
      expect(await loadByPsql(folder, filled.url)).toMatchObject({ exitCode: 0, stderr: '' })
      expect(await checksumsOf(filled.url, project.tables)).toEqual(
        await checksumsOf(seeded.url, project.tables),
      )
      await Promise.all([seeded.drop(), filled.drop()])
    },
  )
})

describe('texts of every kind in JSON lines', () => {
  it('are what the server makes of them', async () => {
    const database = await createTestDatabase()
    await change(database.url, ddl)
    await seedTown(database.url, { project, counts })
    const folder = await newFolder()
    await exportTo(folder, { project, counts, format: 'jsonl' })
    const lines = (await readFile(join(folder, '02-samples.jsonl'), 'utf8')).trimEnd().split('\n')
    const server = await withSql(database.url, async (sql) => {
      await sql.unsafe(`set timezone = 'UTC'`)
      return sql.unsafe<{ row: string }[]>(
        'select row_to_json(samples)::text as row from samples order by id',
      )
    })
    expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual(
      server.map(({ row }) => JSON.parse(row) as unknown),
    )
    await database.drop()
  })
})
