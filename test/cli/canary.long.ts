import { chmod, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { TestDatabase } from '../support/database.ts'
import type { Finished } from '../support/command.ts'
import { withSql } from '../support/embedded.ts'
import { runHereIn } from '../support/run-here.ts'
import { ask, change } from '../support/seed-town.ts'
import { createShopDatabase, makeShopProject, shopFile } from '../support/shop-project.ts'

const password = 'c4n4ry-p4ssw0rd'
const value = 'c4n4ry-v4lue'
const role = `canary_${process.pid}`

/** The project's seeder with another generator of people's names. */
function namedBy(generator: string): Record<string, string> {
  return shopFile('seeder.ts', 'f.words(firstNames)', generator)
}

const everyRow = `f.faker(() => '${value}')`
const laterRows = (made: string) => `f.faker((_, row) => row < 200 ? 'p' + row : ${made})`
const many = ['--count', 'people=300', '--count', 'notes=300']

let cwd: string
let database: TestDatabase
let url: URL
const told: string[] = []
const folders: string[] = []

beforeAll(async () => {
  cwd = await project()
  database = await createShopDatabase(cwd)
  await change(
    database.url,
    `create role ${role} superuser login password '${password}';
     create function refuse() returns trigger language plpgsql
       as $$ begin raise exception 'not %', new.name using detail = new.name; end $$`,
  )
  url = new URL(database.url)
  url.username = role
  url.password = password
})
afterAll(async () => {
  await database.drop()
  await change(serverOf(database.url), `drop role ${role}`)
})

function serverOf(of: string): string {
  const server = new URL(of)
  server.pathname = '/postgres'
  return server.href
}

async function project(changed: Readonly<Record<string, string>> = {}): Promise<string> {
  const folder = await makeShopProject(changed)
  folders.push(folder)
  return folder
}

/** Runs a command that is to fail, and keeps what it says. */
async function run(
  args: readonly string[],
  options: { readonly cwd?: string; readonly env?: Readonly<Record<string, string>> } = {},
): Promise<Finished> {
  const env = { DATABASE_URL: url.href, ...options.env }
  const finished = await runHereIn(args, { cwd: options.cwd ?? cwd, env })
  told.push(finished.stdout, finished.stderr)
  expectNoCanary(finished.stdout + finished.stderr)
  return finished
}

function expectNoCanary(text: string): void {
  expect(text).not.toContain(password)
  expect(text).not.toContain(value)
}

/** @returns the code of the error that `--json` tells */
async function codeOf(...given: Parameters<typeof run>): Promise<string> {
  const [args, options] = given
  const { stdout } = await run([...args, '--json'], options)
  const { error } = JSON.parse(stdout) as { error?: { code: string } }
  return error?.code ?? 'none'
}

/** Changes the database for some work, and back. */
async function changed(there: string, back: string, work: () => Promise<void>): Promise<void> {
  await change(database.url, `truncate people, notes restart identity; ${there}`)
  try {
    await work()
  } finally {
    await change(database.url, back)
  }
}

describe('a password', () => {
  it.each([
    [`postgres://ada:${password}/x@localhost/shop`, 'URL_INVALID'],
    [`postgres://ada:${password}#@localhost/shop`, 'URL_INVALID'],
    [`postgres://ada%3A${password}@localhost/shop`, 'URL_INVALID'],
    [`postgres:ada:${password}@localhost/shop`, 'URL_INVALID'],
    [`mysql://ada:${password}@localhost/shop`, 'URL_DIALECT'],
    [`postgres://ada:${password}@localhost`, 'URL_DATABASE'],
    [`postgres://localhost/shop?password=${password}`, 'URL_PARAMETER'],
    [`postgres://localhost/shop?${password}`, 'URL_PARAMETER'],
    [`postgres://ada:${password}@localhost/shop?sslmode=canary`, 'URL_PARAMETER'],
    [`postgres://ada:${password}@127.0.0.1:1/shop`, 'CONNECT_UNREACHABLE'],
    [`postgres://ada:${password}@no-such-host.invalid/shop`, 'CONNECT_UNREACHABLE'],
  ])('is not told of %s', async (broken, code) => {
    expect(await codeOf(['seed'], { env: { DATABASE_URL: broken } })).toBe(code)
    expect(await codeOf(['status', '--database-url', broken])).toBe(code)
  })

  it('is not told where it is wrong, or the database is', async () => {
    const wrong = new URL(url)
    wrong.username = 'nobody-knows'
    expect(await codeOf(['seed', '--database-url', wrong.href])).toBe('CONNECT_AUTHENTICATION')
    expect(await codeOf(['bench', 'strategies', '--database-url', wrong.href])).toBe(
      'CONNECT_AUTHENTICATION',
    )
    const missing = new URL(url)
    missing.pathname = '/no_such_database'
    expect(await codeOf(['reset', '--database-url', missing.href])).toBe('CONNECT_DATABASE')
    const encrypted = new URL(url)
    encrypted.searchParams.set('sslmode', 'require')
    expect(await codeOf(['migrate', '--database-url', encrypted.href])).toBe('CONNECT_TLS')
  })

  it('is not told where a URL is typed in the wrong place', async () => {
    expect(await codeOf(['seed', url.href])).toBe('USAGE')
    expect(await codeOf(['seed', `--databse-url=${url.href}`])).toBe('USAGE')
    expect(await codeOf([url.href])).toBe('USAGE')
    expect(await codeOf(['seed', '--only', url.href])).toBe('PLAN_UNKNOWN_TABLE')
    expect(await codeOf(['seed', '--count', url.href])).toBe('USAGE_COUNT')
    expect(await codeOf(['undo', url.href])).toBe('RUN_NONE')
  })

  it('is not told of variables and files of libpq', async () => {
    const pgpass = join(cwd, 'pgpass')
    await writeFile(pgpass, `*:*:*:*:${password}\n`)
    await chmod(pgpass, 0o644)
    const services = join(cwd, 'services')
    await writeFile(services, `[shop]\nhost=127.0.0.1\n${password}\n`)
    const nowhere = 'postgres://ada@127.0.0.1:1/shop'
    const without = { DATABASE_URL: nowhere, HOME: cwd }
    expect(await codeOf(['seed'], { env: { ...without, PGPASSFILE: pgpass } })).toBe(
      'CONNECT_UNREACHABLE',
    )
    const service = { ...without, PGSERVICE: 'shop', PGSERVICEFILE: services }
    expect(await codeOf(['seed'], { env: service })).toBe('URL_VARIABLE')
    expect(await codeOf(['seed'], { env: { ...without, PGPASSWORD: password } })).toBe(
      'CONNECT_UNREACHABLE',
    )
    expect(await codeOf(['seed'], { env: { ...without, PGOPTIONS: `-c x=${password}` } })).toBe(
      'CONNECT_UNREACHABLE',
    )
  })

  it('is not told when a configuration throws with it', async () => {
    const throwing = await project({
      'downpour.config.ts': `throw new Error('cannot use ' + process.env.DATABASE_URL + ' with ' + process.env.SHOP_PASSWORD)\n`,
    })
    const env = { SHOP_PASSWORD: password }
    expect(await codeOf(['seed'], { cwd: throwing, env })).toBe('CONFIG_MODULE')
    expect(await codeOf(['preview'], { cwd: throwing, env })).toBe('CONFIG_MODULE')
  })
})

describe('a value of a row', () => {
  it.each([
    [
      'a unique key',
      everyRow,
      'alter table people add constraint one unique (name)',
      'alter table people drop constraint one',
      'LOAD_UNIQUE',
    ],
    [
      'a check',
      laterRows(`'${value}'`),
      "alter table people add constraint plain check (name not like 'c4%')",
      'alter table people drop constraint plain',
      'LOAD_CHECK',
    ],
    [
      'a trigger',
      everyRow,
      'create trigger refuse before insert on people for each row execute function refuse()',
      'drop trigger refuse on people',
      'LOAD_TRIGGER',
    ],
    [
      'a foreign key',
      everyRow,
      `create table names (name text primary key); insert into names select 'p' || n from generate_series(0, 199) n;
       alter table people add constraint known foreign key (name) references names`,
      'alter table people drop constraint known; drop table names',
      'LOAD_FOREIGN_KEY',
    ],
    [
      'an exclusion',
      everyRow,
      'alter table people add constraint apart exclude (name with =)',
      'alter table people drop constraint apart',
      'LOAD_EXCLUSION',
    ],
    [
      'an index of an expression',
      laterRows(`'${value}'`),
      "create index odd on people ((case when name like 'c4%' then name::int end))",
      'drop index odd',
      'LOAD_DATA',
    ],
    ['a NUL', laterRows(`'${value}\\0'`), '', '', 'DATA_NUL'],
    [
      'a generator that throws',
      laterRows(`(() => { throw new Error('${value}') })()`),
      '',
      '',
      'LOAD_GENERATOR',
    ],
    [
      'one that throws a text',
      laterRows(`(() => { throw '${value}' })()`),
      '',
      '',
      'LOAD_GENERATOR',
    ],
    [
      'one that throws at once',
      `f.faker(() => { throw new Error('${value}') })`,
      '',
      '',
      'PLAN_GENERATOR_FAILED',
    ],
  ] as const)('is not told when %s refuses it', async (_, generator, there, back, code) => {
    const cwd = await project(namedBy(generator))
    await changed(there, back, async () => {
      const args = ['seed', ...many, '--reset', '--indexes', 'keep', '--strategy', 'copy']
      expect(await codeOf(args, { cwd })).toBe(code)
      if (code !== 'LOAD_UNIQUE' && code !== 'LOAD_TRIGGER') return
      await run(['status'], { cwd })
      const skipping = ['--on-error', 'skip', '--max-errors', '1000', '--chunk-size', '100']
      await run(['seed', ...many, '--reset', '--strategy', 'batch', ...skipping], { cwd })
      await run(['rejects'], { cwd })
      await run(['seed', ...many, '--no-ledger', '--reset', '--strategy', 'row-tx'], { cwd })
    })
  })

  it('is not told when an index cannot be put back', async () => {
    const cwd = await project(namedBy(everyRow))
    const unique = 'alter table people add constraint one unique (name)'
    await changed(unique, 'alter table people drop constraint one', async () => {
      const deferred = ['seed', ...many, '--reset', '--indexes', 'defer']
      expect(await codeOf(deferred, { cwd })).toBe('REBUILD_VIOLATION')
      expect(await codeOf(['restore'], { cwd })).toBe('REBUILD_VIOLATION')
      await change(database.url, 'truncate people, notes')
      expect(await codeOf(['restore'], { cwd })).toBe('none')
      // Otherwise the next command would put the key back once more.
      expect(await codeOf(['reset'], { cwd })).toBe('none')
    })
  })

  it('is not told when a migration fails over it', async () => {
    const journal = join(cwd, 'migrations/meta/_journal.json')
    const entries = JSON.parse(await readFile(journal, 'utf8')) as { entries: object[] }
    const entry = {
      idx: 1,
      version: '7',
      when: Date.parse('2026-02-01'),
      tag: '0001_bad',
      breakpoints: true,
    }
    await writeFile(journal, JSON.stringify({ ...entries, entries: [...entries.entries, entry] }))
    const file = join(cwd, 'migrations/0001_bad.sql')
    await writeFile(file, `insert into people (name, email) values ('${value}', null);`)
    expect(await codeOf(['migrate'])).toBe('MIGRATE_FAILED')
    await writeFile(file, `select '${value}'::int;`)
    expect(await codeOf(['migrate'])).toBe('MIGRATE_FAILED')
    expect(await codeOf(['seed'])).toBe('REFUSED_UNMIGRATED')
    await writeFile(journal, JSON.stringify(entries))
  })

  it('is not told by verify, which finds it', async () => {
    await changed('', '', async () => {
      await run(['seed', '--reset'])
      await change(database.url, `update people set name = '${value}' where id = 3`)
      await run(['verify'])
      await run(['verify', '--json', '--quick'])
    })
  })

  it('is told where it is asked for', async () => {
    const cwd = await project(namedBy(everyRow))
    const unique = 'alter table people add constraint one unique (name)'
    await changed(unique, 'alter table people drop constraint one', async () => {
      const args = ['seed', ...many, '--reset', '--indexes', 'keep', '--show-values']
      const { stderr } = await runHereIn(args, { cwd, env: { DATABASE_URL: url.href } })
      expect(stderr).toContain(
        `duplicate key value violates unique constraint "one"; Key (name)=(${value}) already exists (SQLSTATE 23505).`,
      )
      expect(stderr).not.toContain(password)
    })
  })
})

describe('what is left behind', () => {
  it('holds neither of them: what was said, the files, the ledger', async () => {
    expect(told.length).toBeGreaterThan(80)
    expectNoCanary(told.join('\n'))
    const own = /seeder\.ts|config\.ts|0001_bad|pgpass|services/
    for (const folder of folders.flatMap((each) => [each, join(each, 'migrations')])) {
      for (const entry of await readdir(folder, { withFileTypes: true })) {
        if (!entry.isFile() || own.test(entry.name)) continue
        expectNoCanary(await readFile(join(folder, entry.name), 'utf8'))
      }
    }
    expect(
      Number(await ask(database.url, 'select count(*) from downpour.rejects')),
    ).toBeGreaterThan(0)
    const ledger = await withSql(database.url, async (sql) => {
      const tables = await sql<{ name: string }[]>`
        select relname as name from pg_class
        where relnamespace = 'downpour'::regnamespace and relkind = 'r'`
      const texts = await Promise.all(
        tables.map(({ name }) => sql.unsafe(`select t::text as text from downpour."${name}" t`)),
      )
      return texts.flat().map((row) => String(row['text']))
    })
    expect(ledger.length).toBeGreaterThan(10)
    expectNoCanary(ledger.join('\n'))
  })
})
