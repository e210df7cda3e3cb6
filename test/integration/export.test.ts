import { readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { integer, pgTable, serial, text, timestamp } from 'drizzle-orm/pg-core'
import type { AnyPgColumn } from 'drizzle-orm/pg-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { loadProject } from '../../src/config/load-project.ts'
import type { Project } from '../../src/config/load-project.ts'
import { exportFormats } from '../../src/export/format.ts'
import type { ExportFormat } from '../../src/export/format.ts'
import { readSchema } from '../../src/model/read-schema.ts'
import { quoteTable } from '../../src/postgres/identifiers.ts'
import { openSession } from '../../src/postgres/session.ts'
import { applyMigrations } from '../../src/run/migrate.ts'
import { checksumsOf } from '../support/checksum.ts'
import type { TableChecksum } from '../support/checksum.ts'
import { createTestDatabase } from '../support/database.ts'
import type { TestDatabase } from '../support/database.ts'
import { withSql } from '../support/embedded.ts'
import { exportTo, loadByPsql, newFolder, noPsql } from '../support/export.ts'
import type { ExportWishes } from '../support/export.ts'
import { ask, change, failureFrom, seedTown, townProject } from '../support/seed-town.ts'
import { mountSmallDisk } from '../support/small-disk.ts'
import { createTownDatabase } from '../support/town-database.ts'
import { largeTown, townTables } from '../support/town.ts'
import { expectNothingUnhandled } from '../support/unhandled.ts'

expectNothingUnhandled()

const reason = noPsql()
const needs = reason === undefined ? '' : ` (${reason})`

type Sums = Readonly<Record<string, TableChecksum>>

/** A project of some tables, which no migration makes. */
function projectOf(schema: Readonly<Record<string, unknown>>): Project {
  return { ...townProject, tables: readSchema(schema), refinements: {}, isFree: true }
}

/** The state of all sequences: the next key of each. */
async function sequencesOf(url: string): Promise<string> {
  return ask(
    url,
    `select string_agg(format('%s.%s: %s', schemaname, sequencename, last_value), ', ' order by schemaname, sequencename)
     from pg_sequences where schemaname not in ('downpour', 'drizzle')`,
  )
}

let direct: { readonly sums: Sums; readonly sequences: string }
let townUrl: string

beforeAll(async () => {
  const database = await createTownDatabase()
  townUrl = database.url
  await seedTown(townUrl, { counts: largeTown })
  direct = { sums: await checksumsOf(townUrl, townTables), sequences: await sequencesOf(townUrl) }
})

/** Loads an export of the town into an empty database, and tells what is in it. */
async function loaded(folder: string): Promise<typeof direct> {
  const database = await createTownDatabase()
  try {
    const finished = await loadByPsql(folder, database.url)
    expect(finished).toMatchObject({ exitCode: 0, stderr: '' })
    return {
      sums: await checksumsOf(database.url, townTables),
      sequences: await sequencesOf(database.url),
    }
  } finally {
    await database.drop()
  }
}

/** Several files of most tables; the tsvector has no binary form. */
const town: ExportWishes = { counts: largeTown, chunkSize: 1_100 }
const inBinary = townTables.map(({ key }) => key).filter((key) => key !== 'papers')
const formats = exportFormats.filter((format) => format !== 'jsonl')

function wishesFor(format: ExportFormat): ExportWishes {
  return format === 'binary'
    ? { ...town, format, only: inBinary, url: townUrl }
    : { ...town, format }
}

function without(sums: Sums, key: string): Sums {
  return Object.fromEntries(Object.entries(sums).filter(([one]) => one !== key))
}

describe.skipIf(reason)(`an export of the town, loaded by psql${needs}`, () => {
  it.each([
    ...formats.map((format) => ({ format, gzip: false })),
    { format: 'csv' as const, gzip: true },
  ])('is what a run loads: $format, gzip $gzip', async ({ format, gzip }) => {
    const folder = await newFolder()
    await exportTo(folder, { ...wishesFor(format), gzip })
    const found = await loaded(folder)
    if (format === 'binary') {
      expect(without(found.sums, 'papers')).toEqual(without(direct.sums, 'papers'))
    } else {
      expect(found).toEqual(direct)
    }
  })

  it('is the same when four machines write a part each', async () => {
    const [whole, together] = [await newFolder(), await newFolder()]
    await exportTo(whole, town)
    const parts = [1, 2, 3, 4].map((number) => ({ part: { number, of: 4 } }))
    const reports = await Promise.all(
      parts.map(async (part) => {
        const folder = await newFolder()
        return { folder, report: await exportTo(folder, { ...town, ...part }) }
      }),
    )
    const all = await contentOf(whole)
    const union = new Map<string, string>()
    for (const { folder, report } of reports) {
      const content = await contentOf(folder)
      expect(content.get('load.sql')).toBe(all.get('load.sql'))
      expect(content.get('manifest.json')).toBe(all.get('manifest.json'))
      expect(content.size).toBe(report.files + 3)
      for (const [name, text] of content) union.set(name, text)
    }
    const dataOf = (files: ReadonlyMap<string, string>) =>
      [...files].filter(([name]) => !name.startsWith('written-'))
    expect(new Map(dataOf(union))).toEqual(new Map(dataOf(all)))
    // In one folder, as on a disk that they share.
    for (const part of parts) await exportTo(together, { ...town, ...part })
    expect(await loaded(together)).toEqual(direct)
  })

  it('leaves a database alone that holds rows, or has no such tables', async () => {
    const folder = await newFolder()
    await exportTo(folder, town)
    const again = await loadByPsql(folder, townUrl)
    expect(again.exitCode).toBe(3)
    expect(again.stderr).toContain('The table "select" holds rows\n')
    expect(await checksumsOf(townUrl, townTables)).toEqual(direct.sums)
    const empty = await createTestDatabase()
    expect((await loadByPsql(folder, empty.url)).exitCode).toBe(3)
    await empty.drop()
  })

  it.each(formats)('loads nothing when one of its files is missing or torn: %s', async (format) => {
    const database = await createTownDatabase()
    const folder = await newFolder()
    await exportTo(folder, { ...wishesFor(format), gzip: true })
    const file = join(
      folder,
      (await readdir(folder)).find((name) => name.includes('visits-5'))!,
    )
    await writeFile(file, (await readFile(file)).subarray(0, 200))
    expect((await loadByPsql(folder, database.url)).exitCode).toBe(3)
    const rows = 'select count(*) from residents'
    expect(await ask(database.url, rows)).toBe('0')
    await database.drop()
  })
})

describe('JSON lines', () => {
  it('are the objects that the server makes of its rows', async () => {
    const folder = await newFolder()
    await exportTo(folder, { ...town, format: 'jsonl' })
    expect(await readdir(folder)).not.toContain('load.sql')
    const rows = await rowsIn(folder, 'samples')
    const server = await withSql(townUrl, async (sql) => {
      await sql.unsafe(`set timezone = 'UTC'`)
      const found = await sql.unsafe<{ row: string }[]>(
        `select row_to_json(s)::text as row from "Odd Schema".samples s order by id`,
      )
      return found.map(({ row }) => JSON.parse(row) as unknown)
    })
    expect(rows.map((row) => JSON.parse(row) as unknown)).toEqual(server)
  })

  it('lead to the same rows', async () => {
    const folder = await newFolder()
    await exportTo(folder, { ...town, format: 'jsonl' })
    const database = await createTownDatabase()
    for (const key of ['kinds', 'residents', 'places', 'visits', 'samples', 'papers']) {
      await insertJson(database.url, key, await rowsIn(folder, key))
    }
    expect(await checksumsOf(database.url, townTables)).toEqual(direct.sums)
    await database.drop()
  })
})

/** The lines of a table's files. */
async function rowsIn(folder: string, key: string): Promise<readonly string[]> {
  const manifest = JSON.parse(await readFile(join(folder, 'manifest.json'), 'utf8')) as {
    readonly tables: readonly {
      readonly table: string
      readonly rows: number
      readonly files: readonly { readonly name: string }[]
    }[]
  }
  const table = manifest.tables.find((one) => one.table === key)!
  const lines: string[] = []
  for (const { name } of table.files) {
    lines.push(...(await readFile(join(folder, name), 'utf8')).trimEnd().split('\n'))
  }
  expect(lines).toHaveLength(table.rows)
  return lines
}

async function insertJson(url: string, key: string, lines: readonly string[]): Promise<void> {
  const { schema, name } = townTables.find((table) => table.key === key)!
  const columns = Object.keys(JSON.parse(lines[0]!) as object)
    .map((column) => `"${column.replaceAll('"', '""')}"`)
    .join(', ')
  const table = quoteTable(schema, name)
  await withSql(url, (sql) =>
    sql.unsafe(
      `insert into ${table} (${columns}) overriding system value
       select ${columns} from json_populate_recordset(null::${table}, $1::text::json)`,
      [`[${lines.join(',')}]`],
    ),
  )
}

async function contentOf(folder: string): Promise<Map<string, string>> {
  const names = await readdir(folder)
  return new Map(
    await Promise.all(
      names.map(
        async (name) => [name, await readFile(join(folder, name), 'latin1')] as [string, string],
      ),
    ),
  )
}

describe.skipIf(reason)(`foreign keys that go round in a circle${needs}`, () => {
  const firms = pgTable('firms', {
    id: serial().primaryKey(),
    name: text().notNull(),
    ownerId: integer('owner_id').references((): AnyPgColumn => people.id),
  })
  const people = pgTable('people', {
    id: serial().primaryKey(),
    firmId: integer('firm_id')
      .notNull()
      .references(() => firms.id),
    bossId: integer('boss_id').references((): AnyPgColumn => people.id),
  })
  const ddl = (owner: string) => `
    create table firms (id serial primary key, name text not null, owner_id integer);
    create table people (id serial primary key, firm_id integer not null references firms,
      boss_id integer references people);
    alter table firms add constraint "the owner's" foreign key (owner_id) references people ${owner};
    comment on constraint "the owner's" on firms is 'it''s theirs'`
  const project = projectOf({ firms, people })
  const counts = { firms: 50, people: 300 }

  it.each([
    ['dropped and put back as they were', 'on delete set null'],
    ['deferred where they can be', 'deferrable'],
  ])('are %s', async (_what, owner) => {
    const [seeded, filled] = [await createTestDatabase(), await createTestDatabase()]
    for (const { url } of [seeded, filled]) await change(url, ddl(owner))
    await seedTown(seeded.url, { project, counts, indexes: 'auto' })
    const folder = await newFolder()
    await exportTo(folder, { project, counts, chunkSize: 20 })
    expect(await loadByPsql(folder, filled.url)).toMatchObject({ exitCode: 0, stderr: '' })
    expect(await checksumsOf(filled.url, project.tables)).toEqual(
      await checksumsOf(seeded.url, project.tables),
    )
    const keys = `select string_agg(concat_ws(' ', conname, pg_get_constraintdef(oid), convalidated,
        obj_description(oid, 'pg_constraint')), '; ' order by conname)
      from pg_constraint where contype = 'f' and conrelid in ('firms'::regclass, 'people'::regclass)`
    expect(await ask(filled.url, keys)).toBe(await ask(seeded.url, keys))
    expect(await ask(filled.url, 'select count(*) > 10 from firms where owner_id > 50')).toBe(
      'true',
    )
    await Promise.all([seeded.drop(), filled.drop()])
  })
})

describe.skipIf(reason)(`names of every kind${needs}`, () => {
  it.each(formats)('survive: %s', async (format) => {
    const names = [
      'a"b',
      'a.b',
      '"; drop table x; --',
      "it's :'downpour_load' :x",
      'back\\slash\\n',
      '$1 $downpour$',
      'select',
      'Ünïcødé 用户',
      'x'.repeat(63),
      'UP',
      'up',
    ]
    const module = Object.fromEntries(
      names.map((name, index) => [
        `table${index}`,
        pgTable(name, { id: serial(name).primaryKey(), word: text('a, (b) "c"').notNull() }),
      ]),
    )
    const project = projectOf(module)
    const create = project.tables
      .map(
        ({ name }) => `create table ${quoteTable('public', name)}
        (${quoteTable(undefined, name)} serial primary key, "a, (b) ""c""" text not null)`,
      )
      .join(';')
    const [seeded, filled] = [await createTestDatabase(), await createTestDatabase()]
    for (const { url } of [seeded, filled]) await change(url, create)
    const folder = await newFolder()
    await exportTo(folder, { project, otherwise: 7, format })
    const files = (await readdir(folder)).map((name) => name.toLowerCase())
    expect(new Set(files).size).toBe(files.length)
    expect(files.filter((name) => !/^[a-z0-9_.-]+$/.test(name))).toEqual([])
    await seedTown(seeded.url, { project, otherwise: 7 })
    expect(await loadByPsql(folder, filled.url)).toMatchObject({ exitCode: 0, stderr: '' })
    expect(await checksumsOf(filled.url, project.tables)).toEqual(
      await checksumsOf(seeded.url, project.tables),
    )
    expect(await sequencesOf(filled.url)).toBe(await sequencesOf(seeded.url))
    await Promise.all([seeded.drop(), filled.drop()])
  })
})

describe('a folder', () => {
  const few: ExportWishes = { only: ['kinds', 'places'], chunkSize: 5 }

  it('is gone on with: only what is missing or was changed is written', async () => {
    const folder = await newFolder()
    const first = await exportTo(folder, few)
    expect(first).toMatchObject({ files: 5, filesKept: 0, rows: 23 })
    const before = await contentOf(folder)
    const kept = join(folder, '02-odd-schema-places-to-be-1.csv')
    const { mtimeMs } = await stat(kept)
    await writeFile(join(folder, '02-odd-schema-places-to-be-2.csv'), 'somebody was here')
    await writeFile(join(folder, `02-odd-schema-places-to-be-3.csv.${process.pid}.partial`), 'half')
    expect(await exportTo(folder, few)).toMatchObject({ files: 5, filesKept: 4, rows: 23 })
    expect(await contentOf(folder)).toEqual(before)
    expect((await stat(kept)).mtimeMs).toBe(mtimeMs)
  })

  it.each([
    [
      'format',
      { format: 'sql' },
      '--format is sql, and was csv; --gzip is true, and was false.',
      { gzip: true },
    ],
    ['chunk size', { chunkSize: 6 }, '--chunk-size is 6, and was 5.', {}],
    [
      'plan',
      { counts: { places: 21 } },
      'places has rows 0 to 19 in the run and rows 0 to 20 now',
      {},
    ],
  ] as const)(
    'with another %s is refused, until told otherwise',
    async (_name, one, why, other) => {
      const folder = await newFolder()
      await exportTo(folder, few)
      const before = await contentOf(folder)
      const changed = { ...few, ...one, ...other }
      expect(await failureFrom(exportTo(folder, changed))).toEqual({
        code: 'EXPORT_DIFFERS',
        message: `Cannot go on with the export in ${folder}: it is not the same any more`,
        why: expect.stringContaining(why) as string,
        fix: 'Export with the options, the schema and the seeders of before; or into another folder; or throw away what is there with --restart.',
        exitCode: 2,
      })
      expect(await contentOf(folder)).toEqual(before)
      const fresh = await newFolder()
      await exportTo(fresh, changed)
      await exportTo(folder, { ...changed, earlier: 'restart' })
      expect(await contentOf(folder)).toEqual(await contentOf(fresh))
    },
  )

  it('with other files is refused, whatever is asked for', async () => {
    const folder = await newFolder()
    await exportTo(folder, few)
    for (const name of ['notes.txt', '.hidden', 'b', 'a.partial']) {
      await writeFile(join(folder, name), '')
    }
    const before = await contentOf(folder)
    for (const earlier of ['continue', 'restart'] as const) {
      expect(await failureFrom(exportTo(folder, { ...few, earlier }))).toEqual({
        code: 'EXPORT_FOLDER',
        message: `Cannot export to ${folder}: it holds other files`,
        why: 'There are .hidden, a.partial, b and 1 more.',
        fix: 'Name an empty folder, one that does not exist yet, or that of an export to go on with.',
        exitCode: 2,
      })
    }
    expect(await contentOf(folder)).toEqual(before)
  })

  it('with a manifest of somebody else is refused', async () => {
    const folder = join(await newFolder(), '..')
    await writeFile(join(folder, 'manifest.json'), '{ "name": "an app" }')
    const failure = await failureFrom(exportTo(folder, { ...few, earlier: 'restart' }))
    expect(failure).toMatchObject({ code: 'EXPORT_FOLDER', why: 'There is manifest.json.' })
  })

  it('that is a file, or below one, is refused', async () => {
    const file = await newFolder()
    await writeFile(file, '')
    expect(await failureFrom(exportTo(file, few))).toEqual({
      code: 'EXPORT_FOLDER',
      message: `Cannot export to ${file}`,
      why: 'A file of that name is there (EEXIST).',
      fix: 'Name a folder that can be written, or one that can be made.',
      exitCode: 2,
    })
    expect(await failureFrom(exportTo(join(file, 'out'), few))).toMatchObject({
      code: 'EXPORT_FOLDER',
      why: 'A part of that path is a file (ENOTDIR).',
    })
  })
})

const disk = await mountSmallDisk(1)
const noDisk = typeof disk === 'string' ? disk : undefined
const small = typeof disk === 'string' ? undefined : disk

describe.skipIf(noDisk)(`a disk that is full${noDisk === undefined ? '' : ` (${noDisk})`}`, () => {
  afterAll(() => small!.remove())

  it.each([true, false])('has no half file, and is gone on with: gzip %s', async (gzip) => {
    const folder = join(small!.folder, `gzip-${gzip}`)
    const wishes = { only: ['places'], counts: { places: 60_000 }, chunkSize: 4_000, gzip }
    expect(await failureFrom(exportTo(folder, wishes))).toEqual({
      code: 'EXPORT_DISK_FULL',
      message: `Cannot export "places" to ${folder}: the disk is full`,
      why: 'The operating system has no room for the next bytes; the file that was being written was removed, and whole ones stay.',
      fix: 'Free space, export fewer rows, or use --gzip; the same command goes on where it stopped.',
      exitCode: 4,
    })
    const left = (await readdir(folder)).filter((name) => name.startsWith('01-'))
    expect(left.length).toBeGreaterThan(0)
    expect(left.filter((name) => name.endsWith('.partial'))).toEqual([])
    small!.resize(40)
    expect(await exportTo(folder, wishes)).toMatchObject({ filesKept: left.length, rows: 60_000 })
    const undisturbed = await newFolder()
    await exportTo(undisturbed, wishes)
    expect(await contentOf(folder)).toEqual(await contentOf(undisturbed))
    await rm(folder, { recursive: true })
    small!.resize(1)
  })
})

describe('what cannot be exported', () => {
  it.each([
    ['papers', 'body', 'tsvector'],
    ['samples', 'moods', 'Mood[]'],
  ])('in binary is refused in a sentence: %s', async (table, column, type) => {
    const folder = await newFolder()
    expect(await failureFrom(exportTo(folder, { format: 'binary', only: [table] }))).toEqual({
      code: 'EXPORT_BINARY',
      message: `Cannot export "${table}" in binary: column "${column}" is ${type}`,
      why: 'Its binary form is not known here.',
      fix: 'Use --format copy; or name the database that it is for with --database-url, where the type is a domain or an array of an enum.',
      exitCode: 2,
    })
    await expect(stat(folder)).rejects.toThrow('ENOENT')
  })

  it('is a name with a line break, but as statements', async () => {
    const broken = pgTable('two\nlines', { id: serial().primaryKey() })
    const project = projectOf({ broken })
    const folder = await newFolder()
    const wishes = { project, counts: { broken: 3 } }
    expect(await failureFrom(exportTo(folder, wishes))).toEqual({
      code: 'EXPORT_NAME',
      message: 'Cannot export "broken": the name "two\\nlines" holds a line break',
      why: 'The command of psql that loads such a file ends with its line.',
      fix: 'Use --format sql, or leave the table out with --except.',
      exitCode: 2,
    })
    await exportTo(folder, { ...wishes, format: 'sql' })
    expect(await readFile(join(folder, '01-two-lines.sql'), 'utf8')).toContain(
      'insert into "public"."two\nlines" ("id") overriding system value values\n(1),\n(2),\n(3);\n',
    )
  })

  it('is a value that does not fit, told before anything is written', async () => {
    const folder = await newFolder()
    const long = pgTable('long', { id: serial().primaryKey(), word: text().notNull() })
    const project = projectOf({ long })
    const rows = Array.from({ length: 5 }, (_, row) => ({ word: row === 3 ? 'a\0b' : 'ab' }))
    const failure = await failureFrom(exportTo(folder, { project, refine: { long: { rows } } }))
    expect(failure).toMatchObject({
      code: 'DATA_NUL',
      message: 'Cannot write row 3 of "long": column "word" got a text with a NUL character',
      exitCode: 2,
    })
    await expect(stat(folder)).rejects.toThrow('ENOENT')
  })
})

describe.skipIf(reason)(`a table none of whose columns is written${needs}`, () => {
  const marks = pgTable('marks', { madeAt: timestamp('made_at').defaultNow() })
  const project = projectOf({ marks })
  const wishes = {
    project,
    counts: { marks: 3 },
    refine: { marks: { columns: { madeAt: false } } },
  }

  it.each(formats)('gets its rows of defaults: %s', async (format) => {
    const database = await createTestDatabase()
    await change(database.url, 'create table marks (made_at timestamp default now())')
    const folder = await newFolder()
    await exportTo(folder, { ...wishes, format } as ExportWishes)
    expect(await loadByPsql(folder, database.url)).toMatchObject({ exitCode: 0, stderr: '' })
    expect(await ask(database.url, 'select count(made_at) from marks')).toBe('3')
    await database.drop()
  })

  it('is empty objects in JSON lines', async () => {
    const folder = await newFolder()
    await exportTo(folder, { ...wishes, format: 'jsonl', gzip: true } as ExportWishes)
    const file = await readFile(join(folder, '01-marks.jsonl.gz'))
    expect(gunzipSync(file).toString()).toBe('{}\n{}\n{}\n')
  })
})

describe.skipIf(reason)(`the example${needs}`, () => {
  const root = join(import.meta.dirname, '../..')
  const counts = { users: 30, brands: 10, products: 40 }
  let databases: readonly TestDatabase[]

  beforeAll(async () => {
    databases = await Promise.all(['seed', ...formats].map(() => createTestDatabase()))
    for (const { url } of databases) {
      const session = await openSession({ url })
      await applyMigrations(session, join(root, 'migrations'))
      await session.close()
    }
  })
  afterAll(() => Promise.all(databases.map((database) => database.drop())))

  it('is what a run loads in every format, by threads of their own as well', async () => {
    const project = await loadProject(join(root, 'downpour.config.ts'))
    const [seeded, ...others] = databases
    await seedTown(seeded!.url, { project, counts })
    const sums = await checksumsOf(seeded!.url, project.tables)
    expect(sums['transactions']!.rows).toBeGreaterThan(2_000)
    for (const [index, format] of formats.entries()) {
      const folder = await newFolder()
      const lanes = format === 'csv' ? 2 : 1
      await exportTo(folder, { project, counts, format, lanes, chunkSize: 700 })
      const { url } = others[index]!
      expect(await loadByPsql(folder, url)).toMatchObject({ exitCode: 0, stderr: '' })
      expect(await checksumsOf(url, project.tables)).toEqual(sums)
      expect(await sequencesOf(url)).toBe(await sequencesOf(seeded!.url))
    }
  })
})
