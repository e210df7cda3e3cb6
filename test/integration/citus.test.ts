import { join } from 'node:path'
import { drizzle } from 'drizzle-orm/postgres-js'
import { bigint, foreignKey, integer, pgTable, primaryKey, text, unique } from 'drizzle-orm/pg-core'
import postgres from 'postgres'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { loadProject } from '../../src/config/load-project.ts'
import { reset, seed } from '../../src/index.ts'
import { checksumsOf } from '../support/checksum.ts'
import { citusConfig, createCitusDatabase, noCitus } from '../../bench/support/citus.ts'
import type { CitusDatabase } from '../../bench/support/citus.ts'
import { startDownpour } from '../support/command.ts'
import { createTestDatabase } from '../support/database.ts'
import { definitionsOf } from '../support/definitions-of.ts'
import { killNow } from '../support/kill-again.ts'
import { runHereIn } from '../support/run-here.ts'
import { ask, change, failureFrom } from '../support/seed-town.ts'

const reason = noCitus()
const repository = join(import.meta.dirname, '../..')

/** What a plain PostgreSQL makes of the migration: tables that stand on it alone. */
const standIns = `
  create function create_reference_table(text) returns void language sql begin atomic; end;
  create function create_distributed_table(text, text, colocate_with text default '')
    returns void language sql begin atomic; end;`

function command(url: string, ...args: readonly string[]) {
  return runHereIn([...args, '--config', citusConfig, '--database-url', url], { cwd: repository })
}

async function succeed(url: string, ...args: readonly string[]): Promise<string> {
  const { exitCode, stdout, stderr } = await command(url, ...args)
  expect(stderr.replaceAll(/^(?!✖).*\n/gm, '')).toBe('')
  expect(exitCode).toBe(0)
  return stdout
}

describe.skipIf(reason !== undefined)(
  `on Citus${reason ? ` (${reason})` : ''}`,
  { timeout: 180_000 },
  () => {
    let cluster: CitusDatabase
    beforeAll(async () => {
      cluster = await createCitusDatabase()
      await succeed(cluster.url, 'migrate')
    })
    afterAll(() => cluster?.drop())

    async function tablesOf() {
      return (await loadProject(citusConfig)).tables
    }

    /** The same plan on a server of its own. */
    async function plainChecksums(...args: readonly string[]) {
      const plain = await createTestDatabase()
      try {
        await change(plain.url, standIns)
        await succeed(plain.url, 'migrate')
        await succeed(plain.url, 'seed', ...args)
        return await checksumsOf(plain.url, await tablesOf())
      } finally {
        await plain.drop()
      }
    }

    const sizes = ['--count', 'users=1100', '--chunk-size', '10000']

    it('loads what a plain server loads, by every strategy that writes rows together', async () => {
      const expected = await plainChecksums('--profile', 'tiny')
      for (const strategy of ['copy', 'copy-text', 'unnest', 'json', 'values', 'batch']) {
        await succeed(cluster.url, 'seed', '--profile', 'tiny', '--reset', '--strategy', strategy)
        expect(await checksumsOf(cluster.url, await tablesOf()), strategy).toEqual(expected)
      }
    })

    it('puts indexes and keys back as they were, and makes sizes and statistics known', async () => {
      const before = (await definitionsOf(cluster.url)).filter(
        (line) => !line.startsWith('sequence'),
      )
      const told = await succeed(cluster.url, 'seed', '--reset', ...sizes, '--lanes', '2', '--json')
      const after = (await definitionsOf(cluster.url)).filter(
        (line) => !line.startsWith('sequence'),
      )
      expect(after).toEqual(before)
      const { tables } = JSON.parse(told) as { tables: { table: string; bytes: number }[] }
      expect(tables.find(({ table }) => table === 'transactions')!.bytes).toBeGreaterThan(
        10_000_000,
      )
      expect(await succeed(cluster.url, 'verify')).toContain('all as planned')
      expect(await succeed(cluster.url, 'verify', '--quick')).toContain('all as planned')
    })

    it('finds the row that somebody has changed', async () => {
      await change(
        cluster.url,
        'update transactions set amount = amount + 0.01 where user_id = 7 and id = (select min(id) from transactions where user_id = 7)',
      )
      const { exitCode, stdout } = await command(cluster.url, 'verify')
      expect(exitCode).toBe(5)
      expect(stdout).toMatch(/^transactions\.amount: row \d+ \(key \d+\) differs$/m)
    })

    it('goes on where it was killed', async () => {
      const expected = await plainChecksums(...sizes)
      await succeed(cluster.url, 'reset')
      const args = ['seed', ...sizes, '--lanes', '2', '--config', citusConfig]
      for (let kills = 0; kills < 3; kills++) {
        const running = startDownpour([...args, '--database-url', cluster.url], { cwd: repository })
        await running.said('transactions')
        await killNow(running)
      }
      await succeed(cluster.url, 'seed', '--resume', '--lanes', '2')
      expect(await checksumsOf(cluster.url, await tablesOf())).toEqual(expected)
      expect(await succeed(cluster.url, 'verify')).toContain('all as planned')
    })

    it('is joined by processes whose rows go in through different nodes', async () => {
      const expected = await plainChecksums(...sizes)
      await succeed(cluster.url, 'reset')
      const hostOf = (url: string) => new URL(url).host
      const options = ['--config', citusConfig, '--database-url', cluster.url, '--lanes', '1']
      const first = startDownpour(['seed', ...sizes, ...options], { cwd: repository })
      await first.said('Run ')
      const others = cluster.workers.map((worker) =>
        startDownpour(['seed', '--join', 'latest', '--hosts', hostOf(worker), ...options], {
          cwd: repository,
        }),
      )
      for (const { finished } of [first, ...others]) {
        const { exitCode, stderr } = await finished
        expect(exitCode, stderr).toBe(0)
      }
      expect(await checksumsOf(cluster.url, await tablesOf())).toEqual(expected)
      const workers = await ask(
        cluster.url,
        `select count(distinct done_by) from downpour.steps join downpour.runs on id = run
       where kind = 'chunk' and state = 'finished'`,
      )
      expect(workers).toBe('3')
    })

    it('empties the tables again', async () => {
      await succeed(cluster.url, 'reset')
      expect(await ask(cluster.url, 'select count(*) from transactions')).toBe('0')
      expect(await ask(cluster.url, 'select count(*) from categories')).toBe('0')
    })

    it('takes in one transaction what the functions load', async () => {
      const client = postgres(cluster.url, { max: 1, onnotice: () => {} })
      try {
        const { users, categories, accounts } = await import('../../examples/citus/schema.ts')
        const schema = { users, categories, accounts }
        await seed(drizzle(client), schema, { count: 40, only: ['users', 'accounts'] })
        expect(
          await ask(cluster.url, 'select count(*) from accounts join users on users.id = user_id'),
        ).toBe('40')
        await reset(drizzle(client), {
          ...schema,
          ...(await import('../../examples/citus/schema.ts')),
        })
        expect(await ask(cluster.url, 'select count(*) from accounts')).toBe('0')
      } finally {
        await client.end()
      }
    })

    describe('refuses before the first write', () => {
      const home = pgTable('homes', {
        id: bigint({ mode: 'number' }).primaryKey(),
        town: integer(),
      })
      beforeAll(() =>
        change(
          cluster.url,
          `create table homes (id bigint primary key, town integer);
         create table rooms (home_id bigint not null, id bigint not null, name text not null, primary key (home_id, id));
         create table towns (id integer primary key);
         create table guests (id bigint, home_id bigint);
         select create_distributed_table('homes', 'id');
         select create_distributed_table('rooms', 'home_id', colocate_with => 'homes');
         select create_distributed_table('guests', 'home_id', colocate_with => 'none');`,
        ),
      )

      async function refused(schema: Readonly<Record<string, unknown>>) {
        const client = postgres(cluster.url, { max: 1, onnotice: () => {} })
        try {
          return await failureFrom(seed(drizzle(client), schema, { count: 3 }))
        } finally {
          await client.end()
        }
      }

      it('a unique key without the distribution column', async () => {
        const rooms = pgTable(
          'rooms',
          {
            homeId: bigint('home_id', { mode: 'number' }).notNull(),
            id: bigint({ mode: 'number' }).notNull(),
            name: text().notNull(),
          },
          (table) => [primaryKey({ columns: [table.homeId, table.id] }), unique().on(table.name)],
        )
        expect(await refused({ rooms })).toEqual({
          code: 'CITUS_UNIQUE',
          message: 'Cannot seed "rooms": Citus cannot keep what the schema declares',
          why: 'The schema declares a unique key (name), and its rows are distributed by "home_id": no node sees all of them.',
          fix: 'Add "home_id" to the key, leave the key out of the schema, or make it a reference table.',
          exitCode: 2,
        })
      })

      it('a distribution column that may be NULL', async () => {
        const guests = pgTable('guests', {
          id: bigint({ mode: 'number' }),
          homeId: bigint('home_id', { mode: 'number' }),
        })
        expect(await refused({ guests })).toEqual({
          code: 'CITUS_NULL',
          message: 'Cannot seed "guests": Citus cannot keep what the schema declares',
          why: 'Its rows are distributed by "home_id", which may be NULL in the schema: Citus takes no row without it.',
          fix: 'Declare guests.homeId with notNull().',
          exitCode: 2,
        })
      })

      it('a foreign key between tables that are not co-located', async () => {
        const guests = pgTable('guests', {
          id: bigint({ mode: 'number' }),
          homeId: bigint('home_id', { mode: 'number' })
            .notNull()
            .references(() => home.id),
        })
        expect(await refused({ home, guests })).toEqual({
          code: 'CITUS_FOREIGN_KEY',
          message: 'Cannot seed "guests": Citus cannot keep what the schema declares',
          why: 'The schema declares foreign key "guests_home_id_homes_id_fk" to "home", and their rows are not co-located.',
          fix: 'Distribute both by columns of the foreign key, with colocate_with; make home a reference table; or leave the foreign key out of the schema.',
          exitCode: 2,
        })
      })

      it('a foreign key that does not lead from one distribution column to the other', async () => {
        const rooms = pgTable(
          'rooms',
          {
            homeId: bigint('home_id', { mode: 'number' }).notNull(),
            id: bigint({ mode: 'number' }).notNull(),
            name: text().notNull(),
          },
          (table) => [
            primaryKey({ columns: [table.homeId, table.id] }),
            foreignKey({ name: 'fk_rooms', columns: [table.id], foreignColumns: [home.id] }),
          ],
        )
        expect(await refused({ home, rooms })).toMatchObject({
          code: 'CITUS_FOREIGN_KEY',
          why: 'The schema declares foreign key "fk_rooms" to "home", and it does not lead from "home_id" to "id", by which they are distributed.',
        })
      })

      it('a foreign key to a table that only the coordinator has', async () => {
        const towns = pgTable('towns', { id: integer().primaryKey() })
        const homes = pgTable('homes', {
          id: bigint({ mode: 'number' }).primaryKey(),
          town: integer().references(() => towns.id),
        })
        expect(await refused({ towns, homes })).toMatchObject({
          code: 'CITUS_FOREIGN_KEY',
          why: 'The schema declares foreign key "homes_town_towns_id_fk" to "towns", and one is distributed and the other on the coordinator only.',
        })
      })

      it('a worker in the coordinator’s place', async () => {
        const { host } = new URL(cluster.url)
        const [worker] = cluster.workers
        const { exitCode, stderr } = await command(worker!, 'seed')
        expect(exitCode).toBe(2)
        expect(stderr)
          .toContain(`✖ ${new URL(worker!).hostname} is a worker of a Citus cluster  (CITUS_WORKER)
  Why  The lock of a run and what changes definitions have to come to the coordinator; only rows go in through any node.
  Fix  Name the coordinator in the URL, which the nodes know as ${host}; "seed --hosts" names nodes through which rows go in.`)
      })

      it('a node that does not know its cluster', async () => {
        const worker = new URL(cluster.workers[1]!)
        const node = `'${worker.hostname}', ${worker.port}`
        await change(cluster.url, `select stop_metadata_sync_to_node(${node})`)
        const { exitCode, stderr } = await command(cluster.url, 'seed', '--hosts', worker.host)
        await change(cluster.url, `select start_metadata_sync_to_node(${node})`)
        expect(exitCode).toBe(2)
        expect(stderr)
          .toContain(`✖ Cannot load through ${worker.host}: it does not know its cluster  (NODE_NO_METADATA)
  Why  The metadata of Citus are not there, which say where rows go and where the ledger is.
  Fix  Leave that host out; or ask the coordinator to "select start_metadata_sync_to_all_nodes()".`)
      })

      it('already when a load is planned', async () => {
        for (const statement of [
          'alter table budgets drop constraint budgets_user_id_users_id_fk',
          'alter table budgets drop constraint budgets_category_id_categories_id_fk',
          `select undistribute_table('budgets')`,
        ]) {
          await change(cluster.url, statement)
        }
        const { exitCode, stderr } = await command(cluster.url, 'plan')
        expect(exitCode).toBe(2)
        expect(stderr).toContain(
          'Why  The schema declares foreign key "budgets_user_id_users_id_fk" to "users", and one is on the coordinator only and the other distributed.',
        )
      })
    })
  },
)
