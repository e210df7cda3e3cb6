import { getTableConfig } from 'drizzle-orm/pg-core'
import type { PgColumn, PgTable } from 'drizzle-orm/pg-core'
import { SQL } from 'drizzle-orm'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { initLedger } from '../../src/cli/init-ledger.ts'
import {
  ensureLedger,
  installLedger,
  ledgerVersion,
  readLedgerVersion,
} from '../../src/ledger/install.ts'
import * as tables from '../../src/ledger/tables.ts'
import { openSession } from '../../src/postgres/session.ts'
import type { Session } from '../../src/postgres/session.ts'
import { resetDatabase } from '../../src/run/reset.ts'
import { createTestDatabase, postgres15Url, serverUrl } from '../support/database.ts'
import type { TestDatabase } from '../support/database.ts'
import { withSql } from '../support/embedded.ts'
import { ask, change, failureFrom, seedTown, townCounts } from '../support/seed-town.ts'
import { createTownDatabase } from '../support/town-database.ts'
import { townTables } from '../support/town.ts'

/** What is to be said of a table, in the words of the catalog. */
interface TableShape {
  readonly columns: readonly string[]
  readonly primaryKey: readonly string[]
}

const declared: readonly PgTable[] = [
  tables.installation,
  tables.runs,
  tables.runTables,
  tables.steps,
  tables.dropped,
  tables.rejects,
]

function declaredShapes(): Readonly<Record<string, TableShape>> {
  return Object.fromEntries(
    declared.map((table) => {
      const { name, columns, primaryKeys } = getTableConfig(table)
      return [
        name,
        {
          columns: columns.map(columnShape).toSorted(),
          primaryKey: [
            ...columns.filter(({ primary }) => primary),
            ...primaryKeys.flatMap((key) => key.columns),
          ].map((column) => column.name),
        },
      ]
    }),
  )
}

function columnShape(column: PgColumn): string {
  const value = column.default
  const literal = value instanceof SQL ? value.queryChunks.flatMap(textOf).join('') : String(value)
  return [
    column.name,
    column.getSQLType(),
    ...(column.notNull ? ['not null'] : []),
    ...(value === undefined ? [] : [`default ${literal}`]),
    ...(column.generatedIdentity ? [`identity ${column.generatedIdentity.type}`] : []),
  ].join(' ')
}

function textOf(chunk: unknown): readonly string[] {
  return typeof chunk === 'object' && chunk !== null && 'value' in chunk
    ? (chunk.value as string[])
    : [String(chunk)]
}

async function installedShapes(url: string): Promise<Readonly<Record<string, TableShape>>> {
  return withSql(url, async (sql) => {
    const rows = await sql.unsafe<{ name: string; columns: string[]; key: string[] }[]>(`
      select c.relname as name,
        (select json_agg(concat_ws(' ', a.attname, format_type(a.atttypid, a.atttypmod),
            case when a.attnotnull then 'not null' end,
            'default ' || pg_get_expr(d.adbin, d.adrelid),
            case a.attidentity when 'a' then 'identity always'
              when 'd' then 'identity byDefault' end))
          from pg_attribute a left join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
          where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped) as columns,
        coalesce((select json_agg(a.attname order by k.ordinality)
          from pg_index i, unnest(i.indkey::int2[]) with ordinality k(attnum, ordinality)
            join pg_attribute a using (attnum)
          where i.indrelid = c.oid and i.indisprimary and a.attrelid = c.oid), '[]') as key
      from pg_class c where c.relnamespace = 'downpour'::regnamespace and c.relkind = 'r'`)
    return Object.fromEntries(
      rows.map(({ name, columns, key }) => [
        name,
        { columns: columns.toSorted(), primaryKey: key },
      ]),
    )
  })
}

let database: TestDatabase
let session: Session
beforeEach(async () => {
  database = await createTestDatabase()
  session = await openSession({ url: database.url })
})
afterEach(async () => {
  await session.close()
  await database.drop()
})

const servers = [
  ['PostgreSQL 18', () => serverUrl()],
  ['PostgreSQL 15', () => postgres15Url()],
] as const

describe('the ledger', () => {
  it.each(servers)('is declared as it is installed, on %s', async (_, serverOf) => {
    const server = serverOf()
    if (server === undefined) return
    const other = await createTestDatabase({ server })
    const open = await openSession({ url: other.url })
    await installLedger(open)
    await open.close()
    const installed = await installedShapes(other.url)
    await other.drop()
    expect(Object.keys(installed)).toHaveLength(6)
    expect(installed).toEqual(declaredShapes())
  })

  it('is not there before it is installed, and then has this version', async () => {
    expect(await readLedgerVersion(session)).toBe(0)
    await installLedger(session)
    expect(await readLedgerVersion(session)).toBe(ledgerVersion)
    expect(await ask(database.url, 'select count(*) from downpour.installation')).toBe('1')
  })

  it('keeps what is in it when it is installed again', async () => {
    await installLedger(session)
    await change(
      database.url,
      `insert into downpour.runs (id, state, options, fingerprint, facts, started_by)
         values ('00c0ffee', 'finished', '{}', 'f', '{}', 'me')`,
    )
    await installLedger(session)
    await ensureLedger(session)
    expect(await ask(database.url, 'select id from downpour.runs')).toBe('00c0ffee')
    expect(await ask(database.url, 'select count(*) from downpour.installation')).toBe('1')
  })

  it.each(['read committed', 'serializable'])(
    'is installed once by many who come at the same time, where %s is the default',
    async (isolation) => {
      await change(
        database.url,
        `alter database "${database.name}" set default_transaction_isolation = '${isolation}'`,
      )
      const sessions = await Promise.all(
        Array.from({ length: 8 }, () => openSession({ url: database.url })),
      )
      await Promise.all(sessions.map((open) => ensureLedger(open)))
      await Promise.all(sessions.map((open) => open.close()))
      expect(await ask(database.url, 'select sum(version) from downpour.installation')).toBe(
        String(ledgerVersion),
      )
    },
  )

  it('is not half there when it cannot be installed', async () => {
    await change(
      database.url,
      `create function refuse() returns event_trigger language plpgsql
         as $$ begin
           if to_regclass('downpour.rejects') is not null then raise exception 'no more'; end if;
         end $$;
       create event trigger refuse on ddl_command_end execute function refuse()`,
    )
    expect(await failureFrom(installLedger(session))).toMatchObject({
      code: 'LEDGER_FAILED',
      why: 'The server said: function refuse() raised an error (SQLSTATE P0001).',
    })
    expect(await ask(database.url, `select to_regnamespace('downpour') is null`)).toBe('true')
  })

  it('is refused when a newer version has written it, and stays as it is', async () => {
    await installLedger(session)
    await change(database.url, 'update downpour.installation set version = version + 1')
    const newer = {
      code: 'LEDGER_NEWER',
      message: 'The ledger of this database was written by a newer version',
      why: `It has version ${ledgerVersion + 1}, and this program knows versions up to ${ledgerVersion}.`,
      fix: 'Use the newer version of drizzle-downpour.',
      exitCode: 2,
    }
    expect(await failureFrom(ensureLedger(session))).toEqual(newer)
    expect(await failureFrom(installLedger(session))).toEqual(newer)
    expect(await readLedgerVersion(session)).toBe(ledgerVersion + 1)
  })
})

const noRight = (why: string) => ({
  code: 'LEDGER_NO_RIGHT',
  message: 'Cannot use the ledger, the tables in which runs are written down',
  why,
  fix: 'Let a role that may create schemas run "npx downpour init --role ROLE" once, or seed with --no-ledger: such a run cannot be resumed, joined or undone.',
  exitCode: 2,
})

describe('a role that may not create schemas', () => {
  /** A name that has to be quoted. */
  const role = `Ledger "clerk" ${process.pid}`
  const quoted = `"${role.replaceAll('"', '""')}"`
  let town: TestDatabase
  let url: string

  beforeEach(async () => {
    town = await createTownDatabase()
    await change(
      town.url,
      `create role ${quoted} login password 'clerk';
       grant usage on schema drizzle, public, "Odd Schema" to ${quoted};
       grant select on all tables in schema drizzle to ${quoted};
       grant select, insert on all tables in schema public, "Odd Schema" to ${quoted};
       grant select, update on all sequences in schema public, "Odd Schema" to ${quoted}`,
    )
    const address = new URL(town.url)
    address.username = encodeURIComponent(role)
    address.password = 'clerk'
    url = address.href
  })

  afterEach(async () => {
    await change(town.url, `drop owned by ${quoted}; drop role ${quoted}`)
    await town.drop()
  })

  const init = (by: string, roles: readonly string[]) =>
    initLedger({ url: by, roles, confirm: undefined, signal: new AbortController().signal })

  it('is told how to get a ledger, and nothing is written', async () => {
    expect(await failureFrom(seedTown(url))).toEqual(
      noRight(`The server said: permission denied for database ${town.name} (SQLSTATE 42501).`),
    )
    expect(await townCounts(town.url)).toMatchObject({ kinds: 0, residents: 0, papers: 0 })
  })

  it('may seed without a ledger, whether there is one that it may not see or not', async () => {
    await seedTown(url, { ledger: 'no ledger', only: ['papers'] })
    await init(town.url, [])
    await seedTown(url, { ledger: 'no ledger', only: ['samples'] })
    expect(await townCounts(town.url)).toMatchObject({ papers: 25, samples: 30 })
    expect(await ask(town.url, 'select count(*) from downpour.runs')).toBe('0')
  })

  it('is told so when there is a ledger that it may not see', async () => {
    await init(town.url, [])
    const denied = noRight(
      'The server said: permission denied for schema downpour (SQLSTATE 42501).',
    )
    expect(await failureFrom(seedTown(url))).toEqual(denied)
    expect(await failureFrom(seedTown(url, { join: 'latest' }))).toEqual(denied)
    expect(await failureFrom(init(url, []))).toEqual(denied)
    const reset = resetDatabase({
      url,
      tables: townTables,
      only: ['papers'],
      confirm: undefined,
      environment: 'test',
      signal: new AbortController().signal,
    })
    expect(await failureFrom(reset)).toEqual(denied)
  })

  it('may do all of a run once init has granted it the ledger', async () => {
    expect(await init(town.url, [role])).toEqual({
      before: 0,
      version: ledgerVersion,
      environment: null,
    })
    await change(town.url, 'alter table visits add constraint early check (id <= 200)')
    await failureFrom(seedTown(url, { chunkSize: 50 }))
    await change(town.url, 'alter table visits drop constraint early')
    await seedTown(url, { chunkSize: 50, lanes: 2 })
    await seedTown(url, { existing: 'append', counts: { papers: 40 } })
    expect(await townCounts(town.url)).toMatchObject({ visits: 221, papers: 40 })
    expect(await ask(town.url, `select count(*) from downpour.runs where state = 'running'`)).toBe(
      '0',
    )
  })

  it('gets the ledger also where it is there already', async () => {
    await init(town.url, [])
    expect(await init(town.url, [role])).toEqual({
      before: ledgerVersion,
      version: ledgerVersion,
      environment: null,
    })
    await seedTown(url)
    expect(await townCounts(town.url)).toMatchObject({ visits: 221, papers: 25 })
  })

  it('has to exist before it is granted anything', async () => {
    expect(await failureFrom(init(town.url, [role, 'nobody; --']))).toEqual({
      code: 'USAGE_ROLE',
      message: 'There is no role "nobody; --"',
      why: 'The server does not know it, and nothing was changed.',
      fix: 'Create it first, or name another; upper and lower case matter.',
      exitCode: 2,
    })
    expect(await ask(town.url, `select to_regnamespace('downpour') is null`)).toBe('true')
  })
})
