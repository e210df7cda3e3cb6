import fc from 'fast-check'
import { randomBytes } from 'node:crypto'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { readDefinitions } from '../../src/postgres/definitions.ts'
import type { Definition } from '../../src/postgres/definitions.ts'
import { rebuildSteps } from '../../src/postgres/rebuild.ts'
import type { RebuildStep } from '../../src/postgres/rebuild.ts'
import { readRestored } from '../../src/postgres/restored.ts'
import { openSession } from '../../src/postgres/session.ts'
import type { Session } from '../../src/postgres/session.ts'
import { createTestDatabase, postgres15Url, serverUrl } from '../support/database.ts'
import type { TestDatabase } from '../support/database.ts'
import { withSql } from '../support/embedded.ts'
import { change } from '../support/seed-town.ts'
import { expectNothingUnhandled } from '../support/unhandled.ts'

expectNothingUnhandled()

const servers = [
  { version: 18, server: () => serverUrl() },
  { version: 15, server: () => postgres15Url()! },
].filter(({ version }) => version === 18 || postgres15Url() !== undefined)

/** Everything that an index or a constraint is, without numbers that a new one has anew. */
const catalogQuery = `
  select json_build_object(
    'indexes', (select json_agg(json_build_object(
        'index', i.oid::regclass::text, 'definition', pg_get_indexdef(i.oid),
        'row', to_jsonb(x) - array['indexrelid', 'indexprs', 'indpred', 'indcheckxmin'],
        'storage', json_build_array(i.reltablespace, i.reloptions, i.relam, i.relowner),
        'comment', obj_description(i.oid, 'pg_class'),
        'statistics', (select json_agg(coalesce(attstattarget, -1) order by attnum)
          from pg_attribute where attrelid = i.oid)) order by i.oid::regclass::text)
      from pg_index x join pg_class i on i.oid = x.indexrelid
      where x.indrelid in (select oid from own)),
    'constraints', (select json_agg(json_build_object(
        'definition', pg_get_constraintdef(k.oid), 'index', k.conindid::regclass::text,
        'row', to_jsonb(k) - array['oid', 'conindid', 'conbin'],
        'triggers', (select json_agg(json_build_array(tgrelid::regclass::text, tgfoid::regproc,
            tgconstrindid::regclass::text, tgdeferrable, tginitdeferred, tgenabled)
            order by tgrelid, tgfoid) from pg_trigger where tgconstraint = k.oid),
        'comment', obj_description(k.oid, 'pg_constraint')) order by k.conrelid, k.conname)
      from pg_constraint k where k.conrelid in (select oid from own)),
    'columns', (select json_agg(json_build_array(attrelid::regclass::text, attname, attnotnull)
        order by attrelid, attnum)
      from pg_attribute where attrelid in (select oid from own) and attnum > 0),
    'identities', (select json_agg(json_build_array(oid::regclass::text, relreplident) order by oid)
      from own),
    'dependencies', (select json_agg(line order by line) from (
      select concat_ws(' | ',
        regexp_replace(pg_describe_object(classid, objid, objsubid), 'Trigger_[0-9ac_]+', 'Trigger'), deptype,
        regexp_replace(pg_describe_object(refclassid, refobjid, refobjsubid), 'Trigger_[0-9ac_]+', 'Trigger'))
      from pg_depend
      where (classid in ('pg_constraint'::regclass, 'pg_trigger'::regclass)
        or classid = 'pg_class'::regclass and objid in (select indexrelid from pg_index))
        and objid >= 16384) as d(line))) as catalog
  from (select) as one`

async function readCatalog(url: string): Promise<object> {
  return withSql(url, async (sql) => {
    await sql.unsafe(`set search_path = ''; set extra_float_digits = 1`)
    const own = `with own as (select c.* from pg_class c join pg_namespace n
      on n.oid = c.relnamespace where c.relkind in ('r', 'p') and n.nspname !~ '^(pg_|information_)')`
    const [row] = await sql.unsafe<[{ catalog: string | object }]>(`${own} ${catalogQuery}`)
    const { catalog } = row
    return typeof catalog === 'string' ? (JSON.parse(catalog) as object) : catalog
  })
}

async function withSession<T>(url: string, work: (session: Session) => Promise<T>): Promise<T> {
  const session = await openSession({ url })
  try {
    return await work(session)
  } finally {
    await session.close()
  }
}

async function drop(url: string, definitions: readonly Definition[]): Promise<void> {
  await withSession(url, async (session) => {
    await session.begin()
    for (const definition of definitions) await session.query(definition.drop)
    await session.commit()
  })
}

async function execute(session: Session, { statements }: RebuildStep): Promise<void> {
  await session.begin()
  for (const statement of statements) await session.query(statement)
  await session.commit()
}

/** As a run does: the steps of a phase are taken by whoever is free. */
async function rebuild(url: string, steps: readonly RebuildStep[], lanes = 1): Promise<void> {
  const sessions = await Promise.all(Array.from({ length: lanes }, () => openSession({ url })))
  try {
    for (const phase of ['indexes', 'constraints', 'foreign keys', 'validation']) {
      const open = steps.filter((step) => step.phase === phase)
      await Promise.all(
        sessions.map(async (session) => {
          for (let step = open.shift(); step; step = open.shift()) await execute(session, step)
        }),
      )
    }
  } finally {
    await Promise.all(sessions.map((session) => session.close()))
  }
}

/** Through JSON, as the ledger keeps them. */
function stored(definitions: readonly Definition[]): readonly Definition[] {
  return JSON.parse(JSON.stringify(definitions)) as Definition[]
}

const since18 = (version: number, statements: string) => (version >= 18 ? statements : '')

function nastySchema(version: number, tablespace: string): string {
  return String.raw`
    create schema "Odd ""S"; create schema other;
    create extension btree_gist;
    create function other.shout(text) returns text immutable language sql
      return upper($1);
    create function other.backwards(int, int) returns int immutable language sql
      as 'select btint4cmp($2, $1)';
    create operator class other.backwards_ops for type int4 using btree as operator 1 >,
      operator 2 >=, operator 3 =, operator 4 <=, operator 5 <, function 1 other.backwards(int, int);
    create domain other.natural as int check (value >= 0);

    create table "Odd ""S"."Parent's Table" (
      "Id" int generated by default as identity,
      code varchar(20) not null, a int not null, "B b" int, tags int[], at timestamptz, note text,
      day date, ratio float8, span interval, natural_ other.natural,
      constraint "Parent's ""PK" primary key ("Id") include (code, a) with (fillfactor = 70),
      constraint "u deferred" unique (a) deferrable initially deferred,
      constraint u_deferrable unique (natural_, a) deferrable,
      constraint "no.two.nulls" unique nulls not distinct (note),
      constraint pair unique ("B b", a) using index tablespace "${tablespace}");
    create unique index "Ix code" on "Odd ""S"."Parent's Table" (code) include (note);
    create index "Expr" on "Odd ""S"."Parent's Table"
      (lower(code) collate "C" text_pattern_ops desc nulls last, a, (a + "B b") desc, other.shout(note))
      include (day) with (fillfactor = 50, deduplicate_items = off)
      tablespace "${tablespace}"
      where at > '2020-01-02 03:04:05.678+00' and note <> 'it''s \ "odd"' and day > '2020-02-01'
        and ratio > 0.1::float8 and span < '-1 day +02:03'::interval;
    create index on "Odd ""S"."Parent's Table" using gin (tags) with (fastupdate = off);
    create index on "Odd ""S"."Parent's Table" using brin (at) with (pages_per_range = 7);
    create index on "Odd ""S"."Parent's Table" using hash (note);
    create index on "Odd ""S"."Parent's Table" using gist (a);
    create index on "Odd ""S"."Parent's Table" using spgist (code text_ops);
    create index other_class on "Odd ""S"."Parent's Table" (a other.backwards_ops);
    create unique index unique_expression on "Odd ""S"."Parent's Table" ((a * 2)) nulls not distinct
      where a > 0;
    alter index "Odd ""S"."Expr" alter column 1 set statistics 500, alter column 3 set statistics 0;
    alter index "Odd ""S".other_class depends on extension btree_gist;
    alter table "Odd ""S"."Parent's Table" cluster on "Parent's ""PK";
    alter table "Odd ""S"."Parent's Table" replica identity using index "Ix code";
    comment on index "Odd ""S"."Expr" is 'it''s \ an "index"';
    comment on index "Odd ""S"."Parent's ""PK" is 'of the index';
    comment on constraint "Parent's ""PK" on "Odd ""S"."Parent's Table" is E'of the key\nin lines';
    comment on constraint "u deferred" on "Odd ""S"."Parent's Table" is 'deferred';

    create table public.child (
      id int, parent int, twin int, code varchar(20), b int, a int, self int,
      constraint child_pk primary key (id),
      constraint plain foreign key (parent) references "Odd ""S"."Parent's Table",
      constraint "FK; nasty" foreign key (b, a) references "Odd ""S"."Parent's Table" ("B b", a)
        match full on update cascade on delete set default deferrable initially deferred,
      constraint some_null foreign key (b, a) references "Odd ""S"."Parent's Table" ("B b", a)
        on delete set null (b) deferrable,
      constraint by_index foreign key (code) references "Odd ""S"."Parent's Table" (code),
      constraint to_self foreign key (self) references child on delete cascade,
      unique (twin));
    alter table child add constraint unchecked foreign key (twin)
      references "Odd ""S"."Parent's Table" not valid;
    ${since18(
      version,
      `alter table child add constraint unenforced foreign key (twin)
         references "Odd ""S"."Parent's Table" not enforced;
       alter table child add constraint named_not_null not null code not valid;
       create table renamed (id int constraint "not null, named" not null primary key,
         x int not null);
       comment on constraint "not null, named" on renamed is 'kept';`,
    )}
    create index "by_index" on child (code, id);
    create index clustered on child (a desc nulls first);
    create unique index identity on child (id, twin) ${version >= 18 ? '' : 'where false'};
    alter table child cluster on clustered;
    comment on index clustered is 'clustered';
    comment on constraint by_index on child is 'the foreign key, not the index';
    comment on constraint unchecked on child is 'unchecked';
    comment on constraint to_self on child is 'self';

    create table other.circle (id int primary key, child int references child, mate int);
    create table other.mate (id int primary key, child int references child,
      circle int references other.circle, code varchar(20) not null);
    alter table other.circle add foreign key (mate) references other.mate;
    create unique index identity on other.mate (code);
    alter table other.mate replica identity using index identity;
    create index "clustered too" on other.mate (circle);
    alter table other.mate cluster on "clustered too";
    create table other.bare (x int);`
}

const nastyTables = [
  { schema: 'Odd "S', name: "Parent's Table" },
  { schema: 'public', name: 'child' },
  { schema: 'other', name: 'circle' },
  { schema: 'other', name: 'mate' },
  { schema: 'other', name: 'bare' },
  { schema: 'public', name: 'renamed' },
  { schema: 'public', name: 'not there' },
]

const nastyRows = `
  set session_replication_role = replica;
  insert into "Odd ""S"."Parent's Table" (code, a, "B b", tags, at, note, day, ratio, natural_)
    select n, n, n, array[n], timestamptz '2021-01-01' + n * interval '1 hour', n, '2021-01-01', n, n
    from generate_series(1, 500) n;
  insert into child select n, n, -n, n, n, n, 501 - n from generate_series(1, 500) n;
  insert into other.circle select n, n, n from generate_series(1, 500) n;
  insert into other.mate select n, n, n, n from generate_series(1, 500) n;`

describe.each(servers)('definitions on PostgreSQL $version', ({ version, server }) => {
  const tablespace = `Space ${randomBytes(4).toString('hex')}`
  let database: TestDatabase
  beforeAll(async () => {
    await withSql(server(), async (sql) => {
      await sql.unsafe('set allow_in_place_tablespaces = on')
      await sql.unsafe(`create tablespace "${tablespace}" location ''`)
    })
  })
  afterAll(() => change(server(), `drop tablespace "${tablespace}"`))
  beforeEach(async () => {
    database = await createTestDatabase({ server: server() })
    await change(database.url, nastySchema(version, tablespace))
    // As odd as the sessions of an odd database may be.
    await change(
      server(),
      `alter database "${database.name}" set search_path = other, public;
       alter database "${database.name}" set datestyle = 'SQL, DMY';
       alter database "${database.name}" set intervalstyle = 'sql_standard';
       alter database "${database.name}" set extra_float_digits = -10;
       alter database "${database.name}" set default_tablespace = '${tablespace}'`,
    )
  })
  afterEach(() => database.drop())

  async function read() {
    return withSession(database.url, (session) => readDefinitions(session, nastyTables))
  }

  it.each([1, 4])('are rebuilt exactly as they were by %i connections', async (lanes) => {
    const before = await readCatalog(database.url)
    const { droppable, kept } = await read()
    expect(kept).toEqual([])
    await drop(database.url, droppable)
    const left = await withSession(database.url, (session) => readDefinitions(session, nastyTables))
    expect(left).toEqual({ droppable: [], kept: [] })

    await change(database.url, nastyRows)
    const steps = rebuildSteps(stored(droppable))
    expect(steps.flatMap(({ completes }) => completes)).toHaveLength(droppable.length)
    await rebuild(database.url, steps, lanes)
    expect(await readCatalog(database.url)).toEqual(before)
    expect(await read()).toEqual({ droppable, kept })
  })

  it('are rebuilt exactly as they were however often that is interrupted', async () => {
    const before = await readCatalog(database.url)
    const { droppable } = await read()
    await drop(database.url, droppable)
    const done: string[] = []
    await withSession(database.url, async (session) => {
      for (;;) {
        const restored = await readRestored(session, stored(droppable))
        const [next] = rebuildSteps(stored(droppable), restored)
        if (!next) break
        await execute(session, next)
        done.push(`${next.phase} ${next.schema}.${next.table} ${next.names.join()}`)
      }
      const restored = await readRestored(session, droppable)
      expect(new Set(restored)).toEqual(new Set(['present']))
    })
    // Nothing is done twice.
    const planned = rebuildSteps(droppable).map(
      ({ phase, schema, table, names }) => `${phase} ${schema}.${table} ${names.join()}`,
    )
    expect(done).toEqual(planned)
    expect(await readCatalog(database.url)).toEqual(before)
  })

  it('leave the settings of the session and its transaction alone', async () => {
    const query = `select string_agg(name || '=' || setting, '; ' order by name) as settings
      from pg_settings where name <> 'in_hot_standby'`
    await withSession(database.url, async (session) => {
      const settings = async () => (await session.query(query))[0]
      const outside = await settings()
      await session.begin()
      await session.query(`set local search_path = other, "Odd ""S"; set datestyle = 'German'`)
      const inside = await settings()
      const { droppable } = await readDefinitions(session, nastyTables)
      expect(await settings()).toEqual(inside)
      await session.rollback()
      expect(await settings()).toEqual(outside)
      expect(await readDefinitions(session, nastyTables)).toMatchObject({ droppable })
      expect(await settings()).toEqual(outside)
    })
  })
})

describe('definitions of a small shop', () => {
  let database: TestDatabase
  let definitions: readonly Definition[]
  beforeEach(async () => {
    database = await createTestDatabase()
    await change(
      database.url,
      `create table customers (id int primary key, email text unique deferrable);
       create table orders (id int primary key, customer int, seller int);
       create index total on orders (seller);
       alter table orders cluster on total,
         add constraint total foreign key (customer) references customers,
         add constraint sold_by foreign key (seller) references customers not valid;
       comment on constraint total on orders is 'who pays'`,
    )
    definitions = await withSession(database.url, async (session) => {
      const tables = ['customers', 'orders'].map((name) => ({ schema: 'public', name }))
      return (await readDefinitions(session, tables)).droppable
    })
    await drop(database.url, definitions)
  })
  afterEach(() => database.drop())

  const restored = () =>
    withSession(database.url, async (session) => {
      const states = await readRestored(session, definitions)
      return definitions.map(({ kind, name }, index) => `${kind} ${name}: ${states[index]}`)
    })

  it('are plain statements', () => {
    expect(definitions).toEqual([
      {
        schema: 'public',
        table: 'orders',
        name: 'sold_by',
        kind: 'foreign key',
        columns: ['seller'],
        parent: { schema: 'public', name: 'customers' },
        drop: 'ALTER TABLE "public"."orders" DROP CONSTRAINT "sold_by"',
        attach:
          'ADD CONSTRAINT "sold_by" FOREIGN KEY (seller) REFERENCES public.customers(id) NOT VALID',
        marks: [],
        after: [],
      },
      {
        schema: 'public',
        table: 'orders',
        name: 'total',
        kind: 'foreign key',
        columns: ['customer'],
        parent: { schema: 'public', name: 'customers' },
        drop: 'ALTER TABLE "public"."orders" DROP CONSTRAINT "total"',
        attach:
          'ADD CONSTRAINT "total" FOREIGN KEY (customer) REFERENCES public.customers(id) NOT VALID',
        validate: 'VALIDATE CONSTRAINT "total"',
        marks: [],
        after: [`COMMENT ON CONSTRAINT "total" ON "public"."orders" IS 'who pays'`],
      },
      {
        schema: 'public',
        table: 'customers',
        name: 'customers_email_key',
        kind: 'key',
        columns: ['email'],
        drop: 'ALTER TABLE "public"."customers" DROP CONSTRAINT "customers_email_key"',
        build: 'CREATE UNIQUE INDEX customers_email_key ON public.customers USING btree (email)',
        attach:
          'ADD CONSTRAINT "customers_email_key" UNIQUE USING INDEX "customers_email_key" DEFERRABLE',
        marks: [],
        after: [],
      },
      {
        schema: 'public',
        table: 'customers',
        name: 'customers_pkey',
        kind: 'key',
        columns: ['id'],
        drop: 'ALTER TABLE "public"."customers" DROP CONSTRAINT "customers_pkey"',
        build: 'CREATE UNIQUE INDEX customers_pkey ON public.customers USING btree (id)',
        attach: 'ADD CONSTRAINT "customers_pkey" PRIMARY KEY USING INDEX "customers_pkey"',
        marks: [],
        after: [],
      },
      {
        schema: 'public',
        table: 'orders',
        name: 'orders_pkey',
        kind: 'key',
        columns: ['id'],
        drop: 'ALTER TABLE "public"."orders" DROP CONSTRAINT "orders_pkey"',
        build: 'CREATE UNIQUE INDEX orders_pkey ON public.orders USING btree (id)',
        attach: 'ADD CONSTRAINT "orders_pkey" PRIMARY KEY USING INDEX "orders_pkey"',
        marks: [],
        after: [],
      },
      {
        schema: 'public',
        table: 'orders',
        name: 'total',
        kind: 'index',
        columns: ['seller'],
        drop: 'DROP INDEX "public"."total"',
        build: 'CREATE INDEX total ON public.orders USING btree (seller)',
        marks: ['cluster'],
        after: [],
      },
    ])
  })

  it('are rebuilt in phases', () => {
    const steps = rebuildSteps(definitions).map(({ completes, ...step }) => ({
      ...step,
      completes: completes.map(({ kind, name }) => `${kind} ${name}`),
    }))
    const customers = { schema: 'public', table: 'customers' }
    const orders = { schema: 'public', table: 'orders' }
    const build = (index: number) => [
      `SET LOCAL default_tablespace TO ''`,
      definitions[index]!.build,
    ]
    expect(steps).toEqual([
      {
        phase: 'indexes',
        ...customers,
        names: ['customers_email_key'],
        completes: [],
        statements: build(2),
      },
      {
        phase: 'indexes',
        ...customers,
        names: ['customers_pkey'],
        completes: [],
        statements: build(3),
      },
      {
        phase: 'indexes',
        ...orders,
        names: ['orders_pkey'],
        completes: [],
        statements: build(4),
      },
      { phase: 'indexes', ...orders, names: ['total'], completes: [], statements: build(5) },
      {
        phase: 'constraints',
        ...customers,
        names: ['customers_email_key', 'customers_pkey'],
        completes: ['key customers_email_key', 'key customers_pkey'],
        statements: [
          'ALTER TABLE "public"."customers" ADD CONSTRAINT "customers_email_key" UNIQUE USING INDEX "customers_email_key" DEFERRABLE',
          'ALTER TABLE "public"."customers" ADD CONSTRAINT "customers_pkey" PRIMARY KEY USING INDEX "customers_pkey"',
        ],
      },
      {
        phase: 'constraints',
        ...orders,
        names: ['orders_pkey', 'total'],
        completes: ['key orders_pkey', 'index total'],
        statements: [
          'ALTER TABLE "public"."orders" ADD CONSTRAINT "orders_pkey" PRIMARY KEY USING INDEX "orders_pkey"',
          'ALTER TABLE "public"."orders" CLUSTER ON "total"',
        ],
      },
      {
        phase: 'foreign keys',
        ...orders,
        names: ['sold_by', 'total'],
        completes: ['foreign key sold_by'],
        statements: [
          'SELECT pg_advisory_xact_lock(5211374918246011)',
          'ALTER TABLE "public"."orders" ADD CONSTRAINT "sold_by" FOREIGN KEY (seller) REFERENCES public.customers(id) NOT VALID',
          'ALTER TABLE "public"."orders" ADD CONSTRAINT "total" FOREIGN KEY (customer) REFERENCES public.customers(id) NOT VALID',
        ],
      },
      {
        phase: 'validation',
        ...orders,
        names: ['total'],
        completes: ['foreign key total'],
        statements: [
          'ALTER TABLE "public"."orders" VALIDATE CONSTRAINT "total"',
          `COMMENT ON CONSTRAINT "total" ON "public"."orders" IS 'who pays'`,
        ],
      },
    ])
  })

  it('tell how far they are back, also after an index that was left invalid', async () => {
    expect(await restored()).toEqual([
      'foreign key sold_by: absent',
      'foreign key total: absent',
      'key customers_email_key: absent',
      'key customers_pkey: absent',
      'key orders_pkey: absent',
      'index total: absent',
    ])
    await change(database.url, 'insert into customers values (1), (1)')
    await expect(
      change(database.url, 'create unique index concurrently customers_pkey on customers (id)'),
    ).rejects.toMatchObject({ code: '23505' })
    await change(database.url, 'delete from customers')
    await change(
      database.url,
      `create unique index customers_email_key on customers (email);
       create unique index orders_pkey on orders (id);
       alter table orders add primary key using index orders_pkey;
       create index total on orders (seller);
       create schema other; create table other.customers (id int primary key);
       alter table orders add constraint total foreign key (customer) references other.customers not valid,
         add constraint sold_by foreign key (seller) references other.customers`,
    )
    expect(await restored()).toEqual([
      'foreign key sold_by: present',
      'foreign key total: built',
      'key customers_email_key: built',
      'key customers_pkey: invalid',
      'key orders_pkey: present',
      'index total: built',
    ])
    const steps = await withSession(database.url, async (session) =>
      rebuildSteps(definitions, await readRestored(session, definitions)),
    )
    expect(steps.map(({ phase, names }) => `${phase}: ${names.join()}`)).toEqual([
      'indexes: customers_pkey',
      'constraints: customers_email_key,customers_pkey',
      'constraints: total',
      'validation: total',
    ])
    expect(steps[0]!.statements[0]).toBe('DROP INDEX "public"."customers_pkey"')
    await rebuild(database.url, steps)
    expect(new Set((await restored()).map((one) => one.split(': ')[1]))).toEqual(
      new Set(['present']),
    )
  })

  it('are kept where every table is published', async () => {
    await rebuild(database.url, rebuildSteps(definitions))
    await change(database.url, 'create publication everything for all tables')
    const tables = [{ schema: 'public', name: 'orders' }]
    const found = await withSession(database.url, (session) => readDefinitions(session, tables))
    expect(found.kept).toEqual([
      {
        schema: 'public',
        table: 'orders',
        name: 'orders_pkey',
        kind: 'key',
        why: 'publication "everything" needs it to tell rows apart',
      },
    ])
    expect(found.droppable.map(({ name }) => name)).toEqual(['sold_by', 'total', 'total'])
  })
})

interface KeptCase {
  readonly what: string
  readonly statements: string
  /** Tables of the case's schema that are to be loaded. */
  readonly tables: readonly string[]
  /** `kind name: why`. */
  readonly kept: readonly string[]
  readonly droppable: readonly string[]
  /** Reads as the role that may do little. */
  readonly asRole?: boolean
  readonly since?: number
}

/** In a schema of its own; {schema}, {role} and {tablespace} are replaced. */
const keptCases: readonly KeptCase[] = [
  {
    what: 'a key that a table outside the run refers to',
    statements: `create table parent (id int primary key, code int unique);
      create table "Audit" (parent int references parent)`,
    tables: ['parent'],
    kept: ['key parent_pkey: table "Audit" outside the run refers to it'],
    droppable: ['key parent_code_key'],
  },
  {
    what: 'a unique index that a table of another schema refers to',
    statements: `create table parent (id int primary key, code int);
      create unique index codes on parent (code);
      create schema "{schema} too";
      create table "{schema} too".audit (parent int references parent (code))`,
    tables: ['parent'],
    kept: ['index codes: table "{schema} too"."audit" outside the run refers to it'],
    droppable: ['key parent_pkey'],
  },
  {
    what: 'a foreign key whose triggers are off, and the key it refers to',
    statements: `create table parent (id int primary key);
      create table child (id int primary key references parent, self int references child);
      alter table parent disable trigger all`,
    tables: ['parent', 'child'],
    kept: [
      'foreign key child_id_fkey: its triggers are not enabled as usual',
      'key parent_pkey: foreign key "child_id_fkey" of table "child", which stays, refers to it',
    ],
    droppable: ['foreign key child_self_fkey', 'key child_pkey'],
  },
  {
    what: 'a deferrable key whose trigger is off',
    statements: `create table t (a int unique deferrable, b int unique); alter table t disable trigger all`,
    tables: ['t'],
    kept: ['key t_a_key: its triggers are not enabled as usual'],
    droppable: ['key t_b_key'],
  },
  {
    what: 'a key that a view groups by',
    statements: `create table t (id int primary key, a int unique, b int);
      create view "Totals" as select id, a from t group by id`,
    tables: ['t'],
    kept: ['key t_pkey: view {schema}."Totals" depends on it'],
    droppable: ['key t_a_key'],
  },
  {
    what: 'a key that a materialised view groups by',
    statements: `create table t (id int primary key, a int unique, b int);
      create materialized view totals as select id, a from t group by id`,
    tables: ['t'],
    kept: ['key t_pkey: materialized view {schema}.totals depends on it'],
    droppable: ['key t_a_key'],
  },
  {
    what: 'a key that a function groups by',
    statements: `create table t (id int primary key, a int);
      create function first() returns int language sql begin atomic select a from t group by id; end`,
    tables: ['t'],
    kept: ['key t_pkey: function {schema}.first() depends on it'],
    droppable: [],
  },
  {
    what: 'a key that a rule names',
    statements: `create table t (id int primary key); create table log (id int);
      create rule copy as on insert to log do also
        insert into t values (new.id) on conflict on constraint t_pkey do nothing`,
    tables: ['t'],
    kept: ['key t_pkey: rule copy on table {schema}.log depends on it'],
    droppable: [],
  },
  {
    what: 'the primary key of a published table',
    statements: `create table t (id int primary key, a int unique);
      create publication "pub {schema}" for table t with (publish = 'insert, update')`,
    tables: ['t'],
    kept: ['key t_pkey: publication "pub {schema}" needs it to tell rows apart'],
    droppable: ['key t_a_key'],
  },
  {
    what: 'the replica identity of a table in a published schema',
    statements: `create table t (id int primary key, a int not null); create unique index "Ia" on t (a);
      alter table t replica identity using index "Ia";
      create publication "pub {schema}" for tables in schema {schema} with (publish = 'delete')`,
    tables: ['t'],
    kept: ['index Ia: publication "pub {schema}" needs it to tell rows apart'],
    droppable: ['key t_pkey'],
  },
  {
    what: 'nothing for a publication that needs no index',
    statements: `create table inserted (id int primary key); create table "full" (id int primary key);
      alter table "full" replica identity full;
      create publication "pub {schema}" for table inserted with (publish = 'insert, truncate');
      create publication "pub full {schema}" for table "full"`,
    tables: ['inserted', 'full'],
    kept: [],
    droppable: ['key full_pkey', 'key inserted_pkey'],
  },
  {
    what: 'everything of partitioned tables and partitions, and what refers to them',
    statements: `create table whole (id int primary key, a int) partition by range (id);
      create table part partition of whole for values from (0) to (9);
      create index on part (a);
      create table child (id int primary key, whole int references whole)`,
    tables: ['whole', 'part', 'child'],
    kept: [
      'foreign key child_whole_fkey: table "whole", which it refers to, is partitioned',
      'index part_a_idx: its table is a partition',
      'key part_pkey: its table is a partition',
      'key whole_pkey: its table is partitioned',
    ],
    droppable: ['key child_pkey'],
  },
  {
    what: 'everything of tables with inheritance',
    statements: `create table base (id int primary key); create table heir (a int unique) inherits (base)`,
    tables: ['base', 'heir'],
    kept: [
      'key base_pkey: its table inherits from another, or another from it',
      'key heir_a_key: its table inherits from another, or another from it',
    ],
    droppable: [],
  },
  {
    what: 'exclusion constraints',
    statements: `create table t (a int primary key, span int4range, exclude using gist (span with &&))`,
    tables: ['t'],
    kept: ['index t_span_excl: it is an exclusion constraint'],
    droppable: ['key t_pkey'],
  },
  {
    what: 'temporal keys',
    statements: `create table t (a int, span int4range, primary key (a, span without overlaps));
      create table child (a int, span int4range,
        foreign key (a, period span) references t (a, period span))`,
    tables: ['t', 'child'],
    kept: [
      'foreign key child_a_span_fkey: it refers to periods',
      'key t_pkey: it is a key without overlaps',
    ],
    droppable: [],
    since: 18,
  },
  {
    what: 'members of an extension',
    statements: `create table t (id int primary key); alter extension btree_gist add table t`,
    tables: ['t'],
    kept: ['key t_pkey: it belongs to the extension "btree_gist"'],
    droppable: [],
  },
  {
    what: 'invalid indexes',
    statements: `create table t (a int); create index broken on t (a); create index sound on t (a);
      update pg_index set indisvalid = false where indexrelid = 'broken'::regclass`,
    tables: ['t'],
    kept: ['index broken: it is invalid'],
    droppable: ['index sound'],
  },
  {
    what: 'tables that the role does not own',
    statements: `create table t (id int primary key, self int references t);
      create table mine (id int references t); create index on mine (id);
      alter table mine owner to "{role}"; grant create on schema {schema} to "{role}";
      grant references (id) on t to "{role}"`,
    tables: ['t', 'mine'],
    kept: [
      'foreign key t_self_fkey: the role does not own the table',
      'key t_pkey: the role does not own the table',
    ],
    droppable: ['foreign key mine_id_fkey', 'index mine_id_idx'],
    asRole: true,
  },
  {
    what: 'foreign keys to tables that the role may not refer to',
    statements: `create table t (id int, a int, primary key (id, a));
      create table mine (id int, a int, foreign key (id, a) references t);
      alter table mine owner to "{role}"; grant create on schema {schema} to "{role}";
      grant references (id) on t to "{role}"`,
    tables: ['mine'],
    kept: ['foreign key mine_id_a_fkey: the role may not refer to table "t"'],
    droppable: [],
    asRole: true,
  },
  {
    what: 'indexes in a schema where the role may not create any',
    statements: `create table t (id int primary key, self int references t); create index on t (self);
      alter table t owner to "{role}"`,
    tables: ['t'],
    kept: [
      'index t_self_idx: the role may not create indexes in schema "{schema}"',
      'key t_pkey: the role may not create indexes in schema "{schema}"',
    ],
    droppable: ['foreign key t_self_fkey'],
    asRole: true,
  },
  {
    what: 'indexes in a tablespace where the role may not create any',
    statements: `create table t (id int primary key using index tablespace "{tablespace}", a int unique);
      alter table t owner to "{role}"; grant create on schema {schema} to "{role}"`,
    tables: ['t'],
    kept: ['key t_pkey: the role may not create indexes in tablespace "{tablespace}"'],
    droppable: ['key t_a_key'],
    asRole: true,
  },
  {
    what: 'a foreign key that could rely on several unique indexes',
    statements: `create table parent (a int, b int, c int unique, primary key (a, b));
      create unique index on parent (b, a); create unique index on parent (c) where c > 0;
      create table child (a int, b int, c int references parent (c),
        foreign key (a, b) references parent)`,
    tables: ['child'],
    kept: [
      'foreign key child_a_b_fkey: table "parent" has several unique indexes that it could rely on',
    ],
    droppable: ['foreign key child_c_fkey'],
  },
  {
    what: 'a primary key that NOT NULL constraints would not let back',
    statements: `create table t (id int primary key, a int unique);
      alter table t alter constraint t_id_not_null no inherit`,
    tables: ['t'],
    kept: ['key t_pkey: a NOT NULL constraint of its columns is NO INHERIT'],
    droppable: ['key t_a_key'],
    since: 18,
  },
  {
    what: 'an index on a function that finds other names while an index is built',
    statements: `create function helps(int) returns int immutable language sql return $1;
      create function risky(a int) returns int immutable language plpgsql
        as $$ begin return helps(a); end $$;
      create function safe(a int) returns int immutable language plpgsql
        set search_path = {schema} as $$ begin return helps(a); end $$;
      create table t (a int);
      create index risky_index on t (risky(a)); create index safe_index on t (safe(a))`,
    tables: ['t'],
    kept: ['index risky_index: function "risky" may not work while it is built'],
    droppable: ['index safe_index'],
    since: 18,
  },
]

describe.each(servers)('definitions on PostgreSQL $version keep', ({ version, server }) => {
  const suffix = randomBytes(4).toString('hex')
  const role = `Role ${suffix}`
  const tablespace = `Space ${suffix}`
  let database: TestDatabase
  beforeAll(async () => {
    await withSql(server(), async (sql) => {
      await sql.unsafe('set allow_in_place_tablespaces = on')
      await sql.unsafe(`create tablespace "${tablespace}" location ''`)
      await sql.unsafe(`create role "${role}"`)
    })
    database = await createTestDatabase({ server: server() })
    await change(database.url, 'create extension btree_gist')
  })
  afterAll(async () => {
    await database.drop()
    await change(server(), `drop tablespace "${tablespace}"`)
    await change(server(), `drop role "${role}"`)
  })

  const cases = keptCases
    .map((one, number) => ({ ...one, schema: `case_${number}` }))
    .filter(({ since = 15 }) => version >= since)

  it.each(cases)('$what', async ({ schema, statements, tables, kept, droppable, asRole }) => {
    const filled = (text: string) =>
      text
        .replaceAll('{schema}', schema)
        .replaceAll('{role}', role)
        .replaceAll('{tablespace}', tablespace)
    await change(
      database.url,
      filled(`create schema {schema}; grant usage on schema {schema} to "{role}";
        set search_path = {schema}, public; ${statements}`),
    )
    const before = await readCatalog(database.url)
    await withSession(database.url, async (session) => {
      if (asRole) await session.query(`set role "${role}"`)
      const names = tables.map((name) => ({ schema, name }))
      const definitions = await readDefinitions(session, names)
      const told = definitions.kept.map(({ kind, name, why }) => `${kind} ${name}: ${why}`)
      expect(told.toSorted()).toEqual(kept.map(filled))
      expect(definitions.droppable.map(({ kind, name }) => `${kind} ${name}`)).toEqual(droppable)

      for (const definition of definitions.droppable) await session.query(definition.drop)
      for (const step of rebuildSteps(definitions.droppable)) await execute(session, step)
    })
    expect(await readCatalog(database.url)).toEqual(before)
  })
})

/** What may stand in an index or a foreign key of the tables `t0` to `t3`. */
const names = fc.constantFrom('plain', 'Mixed Case', 'dot.ted', 'quo"ted', `it's; --`, 'ünï', '\\')
const keyParts = fc.constantFrom(
  'a',
  '"B ""b"',
  'c',
  'a desc nulls last',
  '"B ""b" nulls first',
  'c collate "C"',
  'c text_pattern_ops desc',
  'lower(c)',
  '(a + "B ""b") desc',
  `(c || ' it''s')`,
)
const literal = (text: string) => `'${text.replaceAll("'", "''")}'`
const quoted = (text: string) => `"${text.replaceAll('"', '""')}"`
const tableNumber = fc.nat({ max: 3 })

const someIndex = fc.record({
  table: tableNumber,
  name: names,
  unique: fc.boolean(),
  parts: fc.uniqueArray(keyParts, { minLength: 1, maxLength: 3 }),
  include: fc.boolean(),
  nulls: fc.boolean(),
  fillfactor: fc.option(fc.integer({ min: 10, max: 100 })),
  where: fc.option(fc.constantFrom(`c <> '\\ it''s'`, 'a > 0 or c is null', `d < '2020-02-01'`)),
  comment: fc.option(fc.string({ unit: 'grapheme', maxLength: 9 })),
  cluster: fc.boolean(),
})

const someKey = fc.record({
  table: tableNumber,
  name: names,
  columns: fc.constantFrom('a', '"B ""b"', 'a, c', 'c, d'),
  more: fc.constantFrom('', 'include (d)', 'with (fillfactor = 20)'),
  timing: fc.constantFrom('', 'deferrable', 'deferrable initially deferred'),
})

const someForeignKey = fc.record({
  table: tableNumber,
  parent: tableNumber,
  name: names,
  action: fc.constantFrom('', 'match full', 'on delete cascade', 'on update set null'),
  timing: fc.constantFrom('', 'deferrable', 'deferrable initially deferred', 'not valid'),
})

const someSchema = fc.record({
  indexes: fc.array(someIndex, { maxLength: 8 }),
  keys: fc.array(someKey, { maxLength: 4 }),
  foreignKeys: fc.array(someForeignKey, { maxLength: 10 }),
})

type SomeSchema = typeof someSchema extends fc.Arbitrary<infer S> ? S : never

function statementsOf({ indexes, keys, foreignKeys }: SomeSchema): string {
  return [
    ...[0, 1, 2, 3].map(
      (n) => `create table t${n} (id int primary key, ref int, a int, "B ""b" int, c text, d date)`,
    ),
    ...indexes.flatMap((one, n) => {
      const name = quoted(`${one.name} ${n}`)
      const expressions = one.parts.join(', ')
      return [
        `create ${one.unique ? 'unique' : ''} index ${name} on t${one.table} (${expressions})
           ${one.include ? 'include (d)' : ''} ${one.nulls ? 'nulls not distinct' : ''}
           ${one.fillfactor === null ? '' : `with (fillfactor = ${one.fillfactor})`}
           ${one.where === null ? '' : `where ${one.where}`}`,
        one.comment === null
          ? ''
          : `comment on index ${name} is ${literal(one.comment.replaceAll('\0', ''))}`,
        one.cluster && one.where === null ? `alter table t${one.table} cluster on ${name}` : '',
      ]
    }),
    ...keys.map(
      ({ table, name, columns, more, timing }, n) =>
        `alter table t${table} add constraint ${quoted(`${name} key ${n}`)}
           unique (${columns}) ${more} ${timing}`,
    ),
    ...foreignKeys.map(
      ({ table, parent, name, action, timing }, n) =>
        `alter table t${table} add constraint ${quoted(`${name} ${n}`)}
           foreign key (ref) references t${parent} ${action} ${timing}`,
    ),
  ].join(';\n')
}

describe.each(servers)('any definitions on PostgreSQL $version', ({ server }) => {
  let database: TestDatabase
  beforeAll(async () => {
    database = await createTestDatabase({ server: server() })
  })
  afterAll(() => database.drop())

  it('are rebuilt exactly as they were by several connections', async () => {
    const tables = [0, 1, 2, 3].map((n) => ({ schema: 'public', name: `t${n}` }))
    await fc.assert(
      fc.asyncProperty(someSchema, async (schema) => {
        await change(database.url, 'drop schema public cascade; create schema public')
        await change(database.url, statementsOf(schema))
        const before = await readCatalog(database.url)
        const { droppable, kept } = await withSession(database.url, (session) =>
          readDefinitions(session, tables),
        )
        expect(kept).toEqual([])
        const { indexes, keys, foreignKeys } = schema
        expect(droppable).toHaveLength(4 + indexes.length + keys.length + foreignKeys.length)
        await drop(database.url, droppable)
        for (const { name } of tables) {
          await change(
            database.url,
            `insert into ${name} select n, n, n, n, n, date '2020-01-01' + n
             from generate_series(1, 50) n`,
          )
        }
        await rebuild(database.url, rebuildSteps(stored(droppable)), 4)
        expect(await readCatalog(database.url)).toEqual(before)
      }),
      // A deadlock takes a second to be found.
      { numRuns: 12, endOnFailure: true },
    )
  })
})
