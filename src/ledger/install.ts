import { DownpourError } from '../errors.ts'
import { readEngine } from '../postgres/engine.ts'
import { readCitus } from '../postgres/citus.ts'
import { serverError, serverSaid } from '../postgres/server-error.ts'
import { quoteIdentifier } from '../postgres/identifiers.ts'
import type { Session } from '../postgres/session.ts'
import { inTransaction } from '../run/transaction.ts'

/**
 * The ledger's own versions: each entry leads from the one before it to the next. Entries are never
 * changed once released, only added: of one statement each, since Citus sends it to its nodes as it is.
 */
const versions: readonly string[] = [
  `create schema downpour;
   create table downpour.installation (version integer not null);
   insert into downpour.installation values (0);
   create table downpour.runs (
     id text primary key,
     ordinal bigint not null generated always as identity,
     state text not null,
     options jsonb not null,
     before jsonb,
     fingerprint text not null,
     facts jsonb not null,
     started_by text not null,
     started_at timestamp with time zone not null default now(),
     ended_at timestamp with time zone);
   create table downpour.run_tables (
     run text not null references downpour.runs on delete cascade,
     position integer not null,
     key text not null,
     schema text not null,
     name text not null,
     plan_first bigint not null,
     plan_count bigint not null,
     first_row bigint not null,
     row_count bigint not null,
     strategy text not null,
     key_column text,
     key_start bigint,
     waits_for integer[] not null,
     is_sequential boolean not null,
     is_emptied boolean not null default false,
     summaries jsonb not null,
     primary key (run, position));
   create table downpour.steps (
     run text not null references downpour.runs on delete cascade,
     phase smallint not null,
     number integer not null,
     kind text not null,
     position integer,
     first_row bigint,
     row_count bigint,
     task jsonb,
     is_done boolean not null default false,
     done_by text,
     seconds double precision,
     generate_seconds double precision,
     notes jsonb,
     done_at timestamp with time zone,
     primary key (run, phase, number));
   create index ix_steps_open on downpour.steps (run, phase, number) where not is_done;
   create table downpour.dropped (
     run text not null references downpour.runs on delete cascade,
     number integer not null,
     definition jsonb not null,
     is_restored boolean not null default false,
     primary key (run, number));
   create table downpour.rejects (
     run text not null references downpour.runs on delete cascade,
     table_key text not null,
     row bigint not null,
     key bigint,
     code text not null,
     constraint_name text,
     column_name text,
     primary key (run, table_key, row));`,
  `alter table downpour.installation add column environment text;`,
  `drop index downpour.ix_steps_open;`,
  `create index ix_steps_open on downpour.steps (run, phase, position, first_row, number)
     where not is_done;`,
]

/** The version of the ledger that this program writes. */
export const ledgerVersion = versions.length

/**
 * The version that is installed.
 *
 * @returns 0 when there is no ledger
 * @throws DownpourError `LEDGER_NO_RIGHT`
 */
export async function readLedgerVersion(session: Session): Promise<number> {
  return explained(async () => {
    // to_regclass() may answer from before a lock was waited for: only reading a table makes the
    // server forget what it knows of the catalog.
    const [found] = await session.query<{ exists: boolean }>(
      `select exists (select from pg_class join pg_namespace n on n.oid = relnamespace
         where nspname = 'downpour' and relname = 'installation') as exists`,
    )
    if (!found!.exists) return 0
    const [row] = await session.query<{ version: number }>(
      'select version from downpour.installation',
    )
    return row!.version
  })
}

/**
 * Installs the ledger, or brings it up to date, all or nothing. Whoever does it at the same time
 * waits for the other.
 *
 * @param roles - that may use it, besides its owner
 * @throws DownpourError `LEDGER_NEWER`, `LEDGER_NO_RIGHT`, `LEDGER_FAILED`
 */
export async function installLedger(
  session: Session,
  roles: readonly string[] = [],
): Promise<void> {
  // Others may lack the lock: whoever comes second fails there, and finds the ledger the next time.
  const isPostgres = (await readEngine(session)).kind === 'postgres'
  await explained(() =>
    inTransaction(session, async () => {
      if (isPostgres) await session.query(`select pg_advisory_xact_lock(${installLock})`)
      const installed = await readLedgerVersion(session)
      refuseNewer(installed)
      for (const statements of versions.slice(installed)) await session.query(statements)
      if (installed < ledgerVersion) {
        await session.query(`update downpour.installation set version = ${ledgerVersion}`)
      }
      for (const role of roles) await session.query(grantsFor(role))
    }),
  )
  await explained(() => shareLedger(session))
}

/** An arbitrary constant, the same in every version. */
const installLock = '5211374918246002'

/**
 * Lets every node of a Citus cluster use the ledger, which stays on the coordinator. Where the
 * coordinator is not in the cluster's metadata lanes cannot enter through other nodes.
 */
async function shareLedger(session: Session): Promise<void> {
  const citus = await readCitus(session)
  if (citus?.coordinator === undefined) return
  // Those that refer to a run go along with it.
  for (const name of ['runs', 'installation']) {
    await session.query(
      `select citus_add_local_table_to_metadata(c.oid, cascade_via_foreign_keys => true)
       from pg_class c where c.oid = $1::text::regclass and pg_has_role(c.relowner, 'USAGE')
         and c.oid not in (select logicalrelid from pg_dist_partition)`,
      [`downpour.${name}`],
    )
  }
}

/**
 * Makes sure that the ledger is there and up to date.
 *
 * @throws DownpourError `LEDGER_…`
 */
export async function ensureLedger(session: Session): Promise<void> {
  const installed = await readLedgerVersion(session)
  refuseNewer(installed)
  if (installed < ledgerVersion) await installLedger(session)
  else {
    await refuseMissingRights(session)
    await explained(() => shareLedger(session))
  }
}

/**
 * Brings the ledger up to date where there is one.
 *
 * @returns whether there is one
 * @throws DownpourError `LEDGER_…`
 */
export async function upgradeLedger(session: Session): Promise<boolean> {
  if ((await readLedgerVersion(session)) === 0) return false
  await ensureLedger(session)
  return true
}

/** Otherwise a run would be half written down when it fails. */
async function refuseMissingRights(session: Session): Promise<void> {
  const [missing] = await session.query<{ right: string }>(
    `select format('%s ON downpour.%I', wanted, c.relname) as "right"
     from pg_class c join pg_namespace n on n.oid = c.relnamespace
     cross join unnest(array['SELECT', 'INSERT', 'UPDATE', 'DELETE']) as wanted
     where n.nspname = 'downpour' and c.relkind = 'r' and not has_table_privilege(c.oid, wanted)
     order by c.relname limit 1`,
  )
  if (missing) throw ledgerError('LEDGER_NO_RIGHT', `The role lacks ${missing.right}.`)
}

async function explained<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    const reason = serverError(error)
    if (!reason) throw error
    const code = reason.code === '42501' ? 'LEDGER_NO_RIGHT' : 'LEDGER_FAILED'
    throw ledgerError(code, `${serverSaid(reason)}.`, reason)
  }
}

function ledgerError(
  code: 'LEDGER_NO_RIGHT' | 'LEDGER_FAILED',
  why: string,
  cause?: unknown,
): DownpourError {
  return new DownpourError({
    code,
    message: 'Cannot use the ledger, the tables in which runs are written down',
    why,
    fix: 'Let a role that may create schemas run "npx downpour init --role ROLE" once, or seed with --no-ledger: such a run cannot be resumed, joined or undone.',
    cause,
  })
}

function grantsFor(role: string): string {
  const name = quoteIdentifier(role)
  return `grant usage on schema downpour to ${name};
    grant select, insert, update, delete on all tables in schema downpour to ${name}`
}

function refuseNewer(installed: number): void {
  if (installed <= ledgerVersion) return
  throw new DownpourError({
    code: 'LEDGER_NEWER',
    message: 'The ledger of this database was written by a newer version',
    why: `It has version ${installed}, and this program knows versions up to ${ledgerVersion}.`,
    fix: 'Use the newer version of drizzle-downpour.',
  })
}
