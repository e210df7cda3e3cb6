import { spawnSync } from 'node:child_process'
import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { createClient } from '@libsql/client'
import {
  bigint,
  boolean,
  doublePrecision,
  integer,
  numeric,
  pgTable,
  text,
  timestamp,
} from 'drizzle-orm/pg-core'
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { affinity } from '../../src/bench/sqlite-definition.ts'
import { openSqlite } from '../../src/bench/sqlite.ts'
import type { SqliteLoad, SqliteOptions, SqliteTable } from '../../src/bench/sqlite.ts'
import { defineSeeder, runSeeder } from '../../src/config/seeder.ts'
import { openTable } from '../../src/generate/slices.ts'
import { createGenerator, fillVector } from '../../src/generate/generator.ts'
import type { TableSource } from '../../src/generate/slices.ts'
import { vocabulary } from '../../src/generate/vocabulary.ts'
import { readSchema } from '../../src/model/read-schema.ts'
import { parseSqlType } from '../../src/model/sql-type.ts'
import type { Plan, PlannedTable } from '../../src/plan/plan.ts'
import { createTestDatabase, runFolder } from '../support/database.ts'
import { withSql } from '../support/embedded.ts'
import { planOf } from '../support/plans.ts'
import { failureFrom, seedTown, townProject } from '../support/seed-town.ts'
import { mountSmallDisk } from '../support/small-disk.ts'
import type { SmallDisk } from '../support/small-disk.ts'
import { writeMigrations } from '../support/town-database.ts'

/** Like the products of the catalog, with a column of each affinity. */
const goods = pgTable('goods', {
  id: bigint('id', { mode: 'number' }).primaryKey().generatedByDefaultAsIdentity(),
  name: text('name').notNull().unique('uq_goods_name'),
  description: text('the "description"'),
  price: numeric('price', { precision: 10, scale: 2 }).notNull(),
  exact: numeric('exact', { precision: 20, scale: 4 }).notNull(),
  weight: doublePrecision('weight').notNull(),
  stock: integer('stock'),
  isNew: boolean('is_new').notNull(),
  madeAt: timestamp('made_at', { withTimezone: true }).notNull(),
  remark: text('remark').default('left to the database'),
})

const schema = { goods }

/** Doubles with as many digits as they have. */
const sevenths = createGenerator('sevenths', () =>
  fillVector({ kind: 'number' }, ({ count, numbers }, out) => {
    for (let i = 0; i < count; i++) out.values[i] = numbers[i]! / 7
  }),
)

const refinements = runSeeder(
  defineSeeder(schema, (f) => ({
    goods: {
      count: 2500,
      rows: [
        { name: "o'clock; ü 漢 😀", exact: '1234567890123456.7890', price: '12.00' },
        { name: '12', description: '007', stock: null, weight: 1 / 3 },
      ],
      columns: {
        name: f.template(
          '{colour} {n}',
          {
            colour: vocabulary('colour', ['red', 'green']),
            n: { min: 1, max: 99_999 },
          },
          { isUnique: true },
        ),
        description: f.nullable(f.valuesFromArray({ values: ['12', '1e3', ' 7', '', "it's"] }), {
          rate: 0.2,
        }),
        price: f.decimal({ minValue: 1, maxValue: 2000 }),
        exact: f.decimal({ minValue: -9, maxValue: 9, scale: 4 }),
        weight: sevenths,
        stock: f.int({ minValue: 0, maxValue: 500 }),
        isNew: f.boolean(),
        madeAt: f.timestamp(),
      },
    },
  })),
)
const rows = 2500

/** In each column's form that both engines can be asked for: numbers that are stored as doubles as such. */
const columnsOf = {
  postgres: `id::text, name, "the ""description""" as description, price::float8, exact::text, weight,
    stock, is_new::text, remark is null as has_no_remark,
    replace(to_char(made_at at time zone 'UTC', 'YYYY-MM-DD HH24:MI:SS.US'), '.000000', '') || '+00' as made_at`,
  sqlite: `cast(id as text) as id, name, "the ""description""" as description, price, exact, weight,
    stock, is_new, remark is null as has_no_remark, made_at`,
}

/** The types that SQLite gave the values, where they are not NULL. */
const typesQuery = `select distinct typeof(id) as id, typeof(name) as name, typeof(weight) as weight,
  typeof(exact) as exact, typeof(stock) as stock, typeof(is_new) as is_new, typeof(made_at) as made_at
  from goods where stock is not null`

let folder: string
let file: string
let plan: Plan
let planned: PlannedTable
let open: SqliteTable[] = []

beforeAll(async () => {
  plan = await planOf(refinements, { schema })
  planned = plan.tables[0]!
})

beforeEach(async () => {
  folder = await mkdtemp(join(runFolder(), 'sqlite-'))
  file = join(folder, 'goods #1 50%.db')
})

afterEach(async () => {
  for (const table of open) await table.close()
  open = []
  await rm(folder, { recursive: true })
})

async function openGoods(options: Partial<SqliteOptions> = {}): Promise<SqliteTable> {
  const columns = planned.columns.map(({ model }) => model)
  const table = await openSqlite({
    file,
    table: planned.model,
    columns,
    indexes: [['id']],
    ...options,
  })
  open.push(table)
  return table
}

/** A load of all rows in chunks that do not divide them. */
async function loadOf(load: Partial<SqliteLoad> & Pick<SqliteLoad, 'way'>): Promise<SqliteLoad> {
  return { source: await openTable(plan, planned), rows, chunkSize: 1100, ...load }
}

async function query(statement: string): Promise<Record<string, unknown>[]> {
  const client = createClient({ url: pathToFileURL(file).href })
  try {
    const { rows: found } = await client.execute(statement)
    return found.map((row) => ({ ...row }))
  } finally {
    client.close()
  }
}

function storedRows(): Promise<Record<string, unknown>[]> {
  return query(`select ${columnsOf.sqlite} from goods order by goods.id`)
}

/** Rows whose names are their numbers, but for one that has row 7's. */
async function sourceWithTwins(twin: number): Promise<TableSource> {
  const names = createGenerator('names', () =>
    fillVector({ kind: 'value' }, ({ count, numbers }, out) => {
      for (let i = 0; i < count; i++) out.values[i] = `n${numbers[i] === twin ? 7 : numbers[i]}`
    }),
  )
  const { columns } = refinements['goods']!
  const twins = await planOf(
    { goods: { count: rows, columns: { ...columns, name: names } } },
    { schema },
  )
  return openTable(twins, twins.tables[0]!)
}

interface DrizzleKit {
  generateDrizzleJson(schema: object): object
  generateMigration(before: object, after: object): Promise<string[]>
}

/** The rows as PostgreSQL has them after a load by `batch`. */
async function rowsInPostgres(): Promise<Record<string, unknown>[]> {
  const kit = createRequire(import.meta.url)('drizzle-kit/api') as DrizzleKit
  const statements = await kit.generateMigration(
    kit.generateDrizzleJson({}),
    kit.generateDrizzleJson(schema),
  )
  const migration = statements
    .join('\n--> statement-breakpoint\n')
    .replace('the "description"', 'the ""description""')
  const migrationsFolder = await mkdtemp(join(runFolder(), 'goods-'))
  await writeMigrations(migrationsFolder, [{ name: '0000_goods', when: 1, sql: migration }])
  const project = { ...townProject, migrationsFolder, tables: readSchema(schema), refinements }
  const database = await createTestDatabase()
  try {
    await seedTown(database.url, {
      project,
      strategy: 'batch',
      chunkSize: 1000,
      isEmbedded: true,
    })
    return await withSql(database.url, async (sql) => {
      const found = await sql.unsafe(`select ${columnsOf.postgres} from goods order by goods.id`)
      return found.map((row) => ({ ...row, has_no_remark: row['has_no_remark'] ? 1 : 0 }))
    })
  } finally {
    await database.drop()
  }
}

describe(openSqlite, () => {
  describe('load', () => {
    let expected: Record<string, unknown>[]
    beforeAll(async () => {
      expected = await rowsInPostgres()
    })

    it.each(['row', 'batch'] as const)('stores by %s what PostgreSQL stores', async (way) => {
      const table = await openGoods()
      // One commit a row takes milliseconds each.
      const count = way === 'row' ? 300 : rows
      await table.load(await loadOf({ way, rows: count }))
      expect(await table.count()).toBe(count)
      expect(expected.length).toBe(rows)
      expect(await storedRows()).toEqual(expected.slice(0, count))
      expect(await query(typesQuery)).toEqual([
        {
          id: 'integer',
          name: 'text',
          weight: 'real',
          exact: 'text',
          stock: 'integer',
          is_new: 'text',
          made_at: 'text',
        },
      ])
    })
  })

  it('makes the table with its primary key, its unique constraint and the index asked for', async () => {
    await openGoods({ uniques: [['price', 'stock']] })
    expect(await query('select type, name, sql from sqlite_schema order by rowid')).toEqual([
      {
        type: 'table',
        name: 'goods',
        sql:
          'CREATE TABLE "goods" ("id" integer not null, "name" text not null, ' +
          '"the ""description""" text, "price" numeric not null, "exact" text not null, ' +
          '"weight" real not null, "stock" integer, "is_new" text not null, ' +
          '"made_at" text not null, "remark" text, ' +
          'primary key ("id"), unique ("name"), unique ("price", "stock"))',
      },
      { type: 'index', name: 'sqlite_autoindex_goods_1', sql: null },
      { type: 'index', name: 'sqlite_autoindex_goods_2', sql: null },
      {
        type: 'index',
        name: 'ix_goods_id',
        sql: 'CREATE INDEX "ix_goods_id" on "goods" ("id")',
      },
    ])
  })

  it.each(['row', 'batch'] as const)(
    'tells where the time of a load by %s went, in phases that add up to it',
    async (way) => {
      const table = await openGoods()
      const load = await loadOf({ way, rows: way === 'row' ? 200 : rows })
      const started = performance.now()
      const { phases } = await table.load(load)
      const seconds = (performance.now() - started) / 1000
      const { generate, write, commit } = phases
      expect(Math.abs(generate + write + commit - seconds)).toBeLessThan(seconds / 10)
      expect(generate).toBeGreaterThan(0)
      expect(write).toBeGreaterThan(0)
      if (way === 'row') expect(commit).toBe(0)
      else expect(commit).toBeGreaterThan(0)
    },
  )

  it('empties the table and gives its space back', async () => {
    const table = await openGoods()
    const { size } = await stat(file)
    const load = await loadOf({ way: 'batch' })
    await table.load(load)
    expect((await stat(file)).size).toBeGreaterThan(size)
    await table.empty()
    expect(await table.count()).toBe(0)
    expect((await stat(file)).size).toBe(size)
    await table.load(load)
    expect(await table.count()).toBe(rows)
  })

  it('tells SQLite’s version and how durable it is', async () => {
    const table = await openGoods()
    const { name, settings } = await table.settings()
    expect(name).toMatch(/^SQLite 3\.\d+\.\d+$/)
    expect(settings).toEqual({
      journal_mode: 'delete',
      synchronous: 'full',
      page_size: '4096 B',
      cache_size: '2000 KiB',
    })
  })

  it('leaves no file but its own', async () => {
    const table = await openGoods()
    await table.load(await loadOf({ way: 'batch' }))
    await table.close()
    expect(await readdir(folder)).toEqual(['goods #1 50%.db'])
  })

  it('refuses a value that is there twice, and keeps what was committed before', async () => {
    const source = await sourceWithTwins(1600)
    const table = await openGoods()
    expect(await failureFrom(table.load(await loadOf({ way: 'batch', source })))).toEqual({
      code: 'LOAD_UNIQUE',
      message:
        'Cannot load "goods" into SQLite: one of the rows 1600 to 2099 repeats a value that must be unique',
      why: 'SQLite said: UNIQUE constraint failed: goods.name (SQLITE_CONSTRAINT_UNIQUE).',
      fix: 'Make the column’s generator unique, or empty the table first.',
      exitCode: 4,
    })
    expect(await table.count()).toBe(1100)
    const again = await failureFrom(
      table.load(await loadOf({ way: 'row', rows: 1, source: await openTable(plan, planned) })),
    )
    expect(again).toMatchObject({
      message: 'Cannot load "goods" into SQLite: row 0 repeats a value that must be unique',
      why: 'SQLite said: UNIQUE constraint failed: goods.id (SQLITE_CONSTRAINT_PRIMARYKEY).',
    })
  })

  it('never shows a row’s values, not even in a cause', async () => {
    const table = await openGoods()
    await table.load(await loadOf({ way: 'batch', rows: 10 }))
    const error = await table
      .load(await loadOf({ way: 'batch', rows: 10 }))
      .catch((e: unknown) => e)
    for (let cause = error; cause instanceof Error; cause = cause.cause) {
      expect(JSON.stringify({ ...cause, message: cause.message })).not.toContain("o'clock")
    }
    expect(error).toHaveProperty('cause.code', 'SQLITE_CONSTRAINT')
  })

  it('ends a load when it is told to, with what was committed', async () => {
    const table = await openGoods()
    const stop = new AbortController()
    const reason = new Error('enough')
    setTimeout(() => stop.abort(reason), 20)
    const load = await loadOf({ way: 'row', signal: stop.signal })
    await expect(table.load(load)).rejects.toBe(reason)
    const count = await table.count()
    expect(count).toBeGreaterThan(0)
    expect(count).toBeLessThan(rows)
  })

  it('refuses a file whose folder is not there, and one that holds the table', async () => {
    const missing = join(folder, 'missing', 'goods.db')
    expect(await failureFrom(openGoods({ file: missing }))).toEqual({
      code: 'BENCH_SQLITE',
      message: `Cannot make the SQLite file ${missing}`,
      why: `SQLite said: ConnectionFailed("Unable to open connection to local database ${missing}: 14").`,
      fix: 'Name a file that is not there yet, in a folder that can be written to.',
      exitCode: 2,
    })
    await openGoods()
    expect(await failureFrom(openGoods())).toEqual({
      code: 'BENCH_SQLITE',
      message: `Cannot make the SQLite file ${file}`,
      why: 'SQLite said: table "goods" already exists (SQLITE_ERROR).',
      fix: 'Name a file that is not there yet, in a folder that can be written to.',
      exitCode: 2,
    })
  })
})

/** What opening fails with in a process that cannot find a module. */
async function openWithout(module: string): Promise<unknown> {
  const hook = join(folder, 'hook.mjs')
  await writeFile(
    hook,
    `import { register } from 'node:module'
    const resolve = async (name, context, next) => {
      if (name !== ${JSON.stringify(module)}) return next(name, context)
      const message = \`Cannot find package '\${name}' imported from \${context.parentURL}\`
      throw Object.assign(new Error(message), { code: 'ERR_MODULE_NOT_FOUND' })
    }
    register('data:text/javascript,export const resolve = ' + encodeURIComponent(resolve))`,
  )
  const script = join(folder, 'open.ts')
  await writeFile(
    script,
    `import { openSqlite } from ${JSON.stringify(join(import.meta.dirname, '../../src/bench/sqlite.ts'))}
    const table = { key: 'goods', name: 'goods', columns: [], primaryKey: [], uniques: [] }
    openSqlite({ file: ${JSON.stringify(file)}, table }).catch(
      ({ code, message, why, fix, exitCode }) =>
        console.log(JSON.stringify({ code, message, why, fix, exitCode })),
    )`,
  )
  const imports = ['tsx', pathToFileURL(hook).href].flatMap((name) => ['--import', name])
  const cwd = join(import.meta.dirname, '../..')
  const child = spawnSync(process.execPath, [...imports, script], { cwd, encoding: 'utf8' })
  expect(child.stderr).toBe('')
  return JSON.parse(child.stdout)
}

const anyDisk = await mountSmallDisk(1)
const whyNone = typeof anyDisk === 'string' ? ` (${anyDisk})` : ''
if (typeof anyDisk !== 'string') await anyDisk.remove()

describe.skipIf(whyNone !== '')(`SQLite on a disk that is full${whyNone}`, () => {
  // The space of a file that was closed and removed is free only after a garbage collection.
  let disk: SmallDisk
  beforeEach(async () => {
    disk = (await mountSmallDisk(1)) as SmallDisk
  })
  afterEach(() => disk.remove())

  it.each([
    { chunkSize: 500, when: 'at the COMMIT' },
    { chunkSize: 40_000, when: 'in the middle of a transaction' },
  ])('says so $when, and keeps what was committed', async ({ chunkSize }) => {
    file = join(disk.folder, 'goods.db')
    const table = await openGoods()
    const counts = { explicit: { goods: 40_000 }, profile: {}, scale: 1 }
    const large = await planOf(refinements, { schema, counts })
    const source = await openTable(large, large.tables[0]!)
    const load = await loadOf({ way: 'batch', chunkSize, source, rows: 40_000 })
    expect(await failureFrom(table.load(load))).toEqual({
      code: 'LOAD_DISK_FULL',
      message: 'Cannot load "goods" into SQLite: the disk is full',
      why: 'SQLite said: database or disk is full (SQLITE_FULL).',
      fix: 'Free space where the file is, or load fewer rows.',
      exitCode: 4,
    })
    const count = await table.count()
    expect(count % chunkSize).toBe(0)
    expect(count > 0).toBe(chunkSize === 500)
    expect(count).toBeLessThan(40_000)
  })
})

describe('without @libsql/client', () => {
  it('names the command that installs it', async () => {
    const child = await openWithout('@libsql/client')
    expect(child).toEqual({
      code: 'BENCH_DRIVER',
      message: 'Cannot measure SQLite: its driver is not there',
      why: 'The optional package "@libsql/client" is not installed.',
      fix: 'Install it: npm install --save-dev @libsql/client',
      exitCode: 2,
    })
  })

  it('names what is missing of it when that is something else', async () => {
    const child = await openWithout('@libsql/core/api')
    expect(child).toMatchObject({
      code: 'BENCH_DRIVER',
      why: expect.stringMatching(
        /^The optional package "@libsql\/client" cannot be loaded: Cannot find package '@libsql\/core\/api'/,
      ),
    })
  })
})

describe(affinity, () => {
  it.each([
    ['bigserial', 'integer'],
    ['smallint', 'integer'],
    ['double precision', 'real'],
    ['numeric(15, 2)', 'numeric'],
    ['numeric(16, 2)', 'text'],
    ['numeric', 'text'],
    ['integer[]', 'text'],
    ['boolean', 'text'],
    ['timestamp with time zone', 'text'],
  ])('is for %s %s', (declaration, expected) => {
    expect(affinity(parseSqlType(declaration))).toBe(expected)
  })
})
