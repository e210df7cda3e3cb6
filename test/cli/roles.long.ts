import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { TestDatabase } from '../support/database.ts'
import { runHereIn } from '../support/run-here.ts'
import { ask, change } from '../support/seed-town.ts'
import { createShopDatabase, makeShopProject } from '../support/shop-project.ts'

const page = readFileSync(join(import.meta.dirname, '../../docs/roles.md'), 'utf8')

/** The page's roles under names of this run's own: roles belong to the whole server. */
const suffix = `_${process.pid}`
const roles = ['shop_load', 'shop_reset', 'shop_full', 'shop_owner']

/** The blocks of a section, in their order. */
function blocksOf(title: string, language: 'sql' | 'sh'): readonly string[] {
  const [, section] = page.split(`\n## ${title}\n`)
  const blocks = section!
    .split('\n## ')[0]!
    .matchAll(new RegExp(`\`\`\`${language}\\n(.*?)\`\`\``, 'gs'))
  return [...blocks].map(([, block]) => block!)
}

let cwd: string
let database: TestDatabase

beforeAll(async () => {
  cwd = await makeShopProject()
})
beforeEach(async () => {
  database = await createShopDatabase(cwd)
  await change(
    database.url,
    `create role shop_owner${suffix};
     alter table people owner to shop_owner${suffix};
     alter table notes owner to shop_owner${suffix};
     alter schema drizzle owner to shop_owner${suffix}`,
  )
})
afterEach(async () => {
  for (const role of roles) {
    const [exists] = await rows(`select 1 from pg_roles where rolname = '${role}${suffix}'`)
    if (exists) await change(database.url, `drop owned by ${role}${suffix} cascade`)
  }
  const names = roles.map((role) => `${role}${suffix}`).join(', ')
  await change(database.url, `drop role if exists ${names}`)
  await database.drop()
})

async function rows(query: string): Promise<readonly string[]> {
  const found = await ask(
    database.url,
    `select coalesce(json_agg(t), '[]')::text from (${query}) as t`,
  )
  return JSON.parse(found) as readonly string[]
}

function here(text: string): string {
  return text
    .replaceAll(/\bshop_(?:load|reset|full|owner)\b/g, (role) => `${role}${suffix}`)
    .replaceAll(/ON DATABASE shop\b/g, `ON DATABASE "${database.name}"`)
}

async function grant(statements: readonly string[]): Promise<void> {
  for (const block of statements) await change(database.url, here(block))
}

/** Makes a section's role, as the page says it. */
async function make(title: string): Promise<void> {
  await grant(blocksOf(title, 'sql'))
  for (const block of blocksOf(title, 'sh')) {
    const words = here(block)
      .trim()
      .replace(/^npx downpour /, '')
      .split(' ')
    const done = await runHereIn(words, { cwd, env: { DATABASE_URL: database.url } })
    expect(done).toMatchObject({ exitCode: 0 })
  }
}

async function as(role: string, ...args: readonly string[]) {
  const url = new URL(database.url)
  url.username = `${role}${suffix}`
  url.password = 'change%20me'
  return runHereIn(args, { cwd, env: { DATABASE_URL: url.href } })
}

function counts(): Promise<string> {
  return ask(
    database.url,
    `select (select count(*) from people) || ' people, ' || (select count(*) from notes) || ' notes'`,
  )
}

function indexes(): Promise<readonly string[]> {
  return rows(
    `select pg_get_indexdef(indexrelid) as definition from pg_index
     where indrelid in ('people'::regclass, 'notes'::regclass) order by 1`,
  )
}

describe('the role that loads only', () => {
  it('seeds, appends, and cannot take rows away', async () => {
    await make('Load only')
    expect(await as('shop_load', 'seed')).toMatchObject({ exitCode: 0 })
    expect(await counts()).toBe('10 people, 40 notes')
    const more = await as('shop_load', 'seed', '--append', '--count', 'notes=60')
    expect(more).toMatchObject({ exitCode: 0 })
    expect(await counts()).toBe('10 people, 60 notes')
    const refusals = [
      { args: ['reset'], table: 'notes' },
      { args: ['seed', '--reset'], table: 'people' },
    ]
    for (const { args, table } of refusals) {
      const refused = await as('shop_load', ...args)
      const right = `TRUNCATE ON "public"."${table}"`
      expect(refused).toMatchObject({ exitCode: 2 })
      expect(refused.stderr).toContain(
        `✖ Cannot ${args[0]} "${table}": the role lacks a right  (TARGET_NO_RIGHT)\n  Why  It lacks ${right}.\n  Fix  Grant it what it lacks, or use another role: GRANT ${right} TO the role.\n`,
      )
    }
    const run = await ask(
      database.url,
      'select id from downpour.runs order by ordinal desc limit 1',
    )
    const undone = await as('shop_load', 'undo', run)
    expect(undone).toMatchObject({ exitCode: 2 })
    expect(undone.stderr).toContain('It lacks DELETE ON "public"."notes".')
    expect(await ask(database.url, `select string_agg(state, ' ') from downpour.runs`)).toBe(
      'finished finished',
    )
    expect(await counts()).toBe('10 people, 60 notes')
  })

  it('is told of statistics that it cannot refresh, and refreshes them with MAINTAIN', async () => {
    const [plain, migrations, maintain] = blocksOf('Load only', 'sql')
    await grant([plain!, migrations!])
    const without = await as('shop_load', 'seed', '--no-ledger')
    expect(without).toMatchObject({ exitCode: 0 })
    expect(without.stderr).toContain(
      'Statistics of people stay as they are: the role may not ANALYZE it\n',
    )
    await grant([maintain!])
    await change(database.url, 'truncate people, notes')
    const withIt = await as('shop_load', 'seed', '--no-ledger')
    expect(withIt).toMatchObject({ exitCode: 0 })
    expect(withIt.stderr).not.toContain('ANALYZE')
  })

  it.each([
    ['usage on schema public', 'TARGET_NO_RIGHT', 'It lacks USAGE ON SCHEMA public'],
    ['insert on notes', 'TARGET_NO_RIGHT', 'It lacks INSERT ON public.notes.'],
    ['select on people', 'TARGET_NO_RIGHT', 'It lacks SELECT ON public.people.'],
    [
      'update on sequence people_id_seq',
      'TARGET_NO_RIGHT',
      'It lacks SELECT, UPDATE ON SEQUENCE public.people_id_seq.',
    ],
    ['insert on downpour.steps', 'LEDGER_NO_RIGHT', 'The role lacks INSERT ON downpour.steps.'],
    [
      'select on drizzle.__drizzle_migrations',
      'MIGRATE_UNREADABLE',
      'permission denied for table __drizzle_migrations',
    ],
  ])('is told before the first write that %s is missing', async (right, code, why) => {
    await make('Load only')
    // Everybody may use it, in older databases.
    await change(database.url, 'revoke all on schema public from public')
    await change(database.url, `revoke ${right} from shop_load${suffix}`)
    const refused = await as('shop_load', 'seed')
    expect(refused.stderr).toContain(`(${code})`)
    expect(refused.stderr).toContain(why)
    expect(refused.exitCode).toBe(2)
    expect(await counts()).toBe('0 people, 0 notes')
    expect(await ask(database.url, 'select count(*) from downpour.runs')).toBe('0')
  })
})

describe('the role that loads and resets', () => {
  it('takes rows away again in every way', async () => {
    await make('Load and reset')
    const before = await indexes()
    for (const args of [['seed'], ['seed', '--reset', '--indexes', 'defer'], ['reset'], ['seed']]) {
      expect(await as('shop_reset', ...args)).toMatchObject({ exitCode: 0 })
    }
    expect(await counts()).toBe('10 people, 40 notes')
    const again = await as('shop_reset', 'reset')
    expect(again.stderr).toContain(
      `Sequences go on from where they were, since others own them: notes_id_seq, people_id_seq\n`,
    )
    expect(await as('shop_reset', 'seed')).toMatchObject({ exitCode: 0 })
    const run = await ask(
      database.url,
      'select id from downpour.runs order by ordinal desc limit 1',
    )
    expect(await as('shop_reset', 'undo', run)).toMatchObject({ exitCode: 0 })
    expect(await counts()).toBe('0 people, 0 notes')
    expect(await indexes()).toEqual(before)
    expect(await ask(database.url, 'select min(id) from people')).toBe('null')
  })

  it('gives the same keys as a first run, whatever the sequences say', async () => {
    await make('Load and reset')
    await as('shop_reset', 'seed')
    const keys = "select min(id) || ' ' || max(id) from notes"
    const first = await ask(database.url, keys)
    expect(await as('shop_reset', 'seed', '--reset')).toMatchObject({ exitCode: 0 })
    expect(await ask(database.url, keys)).toBe(first)
  })
})

describe('the role with all rights', () => {
  it('drops indexes and keys, and puts them back as they were', async () => {
    await make('All of it, with indexes')
    const before = await indexes()
    const done = await as('shop_full', 'seed', '--indexes', 'defer', '--json')
    expect(done).toMatchObject({ exitCode: 0 })
    expect(done.stderr).not.toContain('Kept ')
    expect(await ask(database.url, 'select count(*) > 0 from downpour.dropped')).toBe('true')
    expect(await indexes()).toEqual(before)
    for (const args of [['migrate'], ['seed', '--reset', '--indexes', 'defer'], ['reset']]) {
      expect(await as('shop_full', ...args)).toMatchObject({ exitCode: 0 })
    }
    expect(await counts()).toBe('0 people, 0 notes')
  })
})
