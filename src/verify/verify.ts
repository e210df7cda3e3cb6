import { setTimeout as sleep } from 'node:timers/promises'
import type { Project } from '../config/load-project.ts'
import { DownpourError } from '../errors.ts'
import { ensureLedger, ledgerVersion, readLedgerVersion } from '../ledger/install.ts'
import type { TableModel } from '../model/table.ts'
import { readCatalog } from '../postgres/catalog.ts'
import { quoteTable } from '../postgres/identifiers.ts'
import { localSettings } from '../postgres/local-settings.ts'
import { openSession } from '../postgres/session.ts'
import type { Session } from '../postgres/session.ts'
import { unwrapError } from '../postgres/server-error.ts'
import { readError } from '../read/read-error.ts'
import type { LoadProgress } from '../run/load-tracker.ts'
import { askServer } from './ask-server.ts'
import { checkDefinitions } from './check-definitions.ts'
import { checkReferences } from './check-references.ts'
import { checkSequences } from './check-sequences.ts'
import { checkStatistics } from './check-statistics.ts'
import { compareTable } from './compare-table.ts'
import type { ServerSide } from './compare-table.ts'
import { expectedCount } from './compared-table.ts'
import type { ComparedTable, Matching, PassedColumn } from './compared-table.ts'
import type { CollectOptions } from './differences.ts'
import type { Finding, FindingKind } from './finding.ts'
import { openExpected } from './expected-rows.ts'
import { tablesByOptions, tablesOfRuns } from './planned-tables.ts'
import type { PlanByOptions, TableOfPlan } from './planned-tables.ts'
import { compareSums, compareValues } from './compare-rows.ts'
import type { TableComparison } from './compare-rows.ts'

export interface VerifyRequest extends CollectOptions {
  readonly url: string
  readonly project: Project
  /** What finished runs have loaded, all of them or one; or what the options say. */
  readonly against:
    | { readonly run: string | undefined; readonly only: readonly string[] | undefined }
    | PlanByOptions
  /** Sums per chunk, which the server computes, in place of values. */
  readonly isQuick: boolean
  readonly signal: AbortSignal
  readonly onProgress: (progress: LoadProgress) => void
}

/** How a table was compared, and what came of it. */
export interface VerifiedTable extends TableComparison {
  /** As the schema names it. */
  readonly table: string
  /** Whose plan it was held against. */
  readonly run: string | null
  readonly matching: Matching
  /** Rows that are to be there. */
  readonly rows: number
  /** Rows that the run has left out, which are not expected. */
  readonly rejected: number
  /** Columns that were not compared. */
  readonly passed: readonly PassedColumn[]
  /** That the comparison of its rows took. */
  readonly seconds: number
}

/** All that was found. Plain JSON; `ok` when nothing was. */
export interface VerifyReport {
  readonly ok: boolean
  readonly compared: 'values' | 'sums'
  readonly tables: readonly VerifiedTable[]
  /** The first few of each table and kind. */
  readonly findings: readonly Finding[]
  /** Rows that are missing, extra or different, or chunks of them, and all else. */
  readonly differences: number
  /** Rows that are there in these tables. */
  readonly rows: number
  readonly seconds: number
  readonly peakRssBytes: number
  /** What could not be looked at. */
  readonly notes: readonly string[]
}

/**
 * Compares a database with the plan, value by value, and looks whether all is there and sound that is
 * to be: in one snapshot, in a read-only transaction, with no right but SELECT. Nothing is stored.
 *
 * @throws DownpourError `VERIFY_…`, `RUN_NONE`, `PLAN_…` where there is nothing to compare with;
 *   `READ_…` with the server's reason
 */
export async function verifyDatabase(request: VerifyRequest): Promise<VerifyReport> {
  const { url, signal } = request
  const opened: Session[] = []
  async function open(): Promise<Session> {
    const session = await openSession({ url })
    opened.push(session)
    await session.begin()
    await session.query('set transaction isolation level repeatable read, read only')
    await session.query(await localSettings(session, settings))
    return session
  }
  const stop = () => {
    for (const session of opened) void stopSoon(session, signal)
  }
  signal.addEventListener('abort', stop)
  try {
    signal.throwIfAborted()
    return await verify(await open(), request, open)
  } catch (error) {
    throw signal.aborted ? signal.reason : unwrapError(error)
  } finally {
    signal.removeEventListener('abort', stop)
    for (const session of opened) await session.close()
  }
}

/** A table's rows have to be seen, all of them, however long that takes. */
const settings = {
  row_security: 'off',
  statement_timeout: '0',
  transaction_timeout: '0',
  idle_in_transaction_session_timeout: '0',
  // Takes longer than it saves where each row is used once.
  jit: 'off',
}

/** The server may be busy, and the line full of rows. */
async function stopSoon(session: Session, signal: AbortSignal): Promise<void> {
  await Promise.race([session.cancel(), sleep(stopMilliseconds)])
  session.lose(signal.reason as Error)
}

const stopMilliseconds = 500

async function verify(
  session: Session,
  request: VerifyRequest,
  open: () => Promise<Session>,
): Promise<VerifyReport> {
  const started = performance.now()
  const planned = await readPlanned(session, request)
  const { there, findings: absent } = await findTables(session, planned)
  const { tables, findings: ofRows } = await compareTables(session, there, { request, open })
  const counted = there.map(({ of }, index) => ({ ...of, found: tables[index]!.found }))
  const { findings: ofRest, unseen } = await checkRest(session, counted, request)
  const findings = [...absent, ...ofRows, ...ofRest]
  const differences = countDifferences(tables, findings)
  return {
    ok: differences === 0,
    compared: request.isQuick ? 'sums' : 'values',
    tables,
    findings,
    differences,
    rows: tables.reduce((sum, { found }) => sum + found, 0),
    seconds: (performance.now() - started) / 1000,
    peakRssBytes: process.resourceUsage().maxRSS * 1024,
    notes: [...unseenNote(unseen), ...unverifiedNote(planned, request)],
  }
}

/** A planned table that the database has. */
interface TableThere {
  readonly of: TableOfPlan
  readonly compared: ComparedTable
}

async function compareTables(
  session: Session,
  there: readonly TableThere[],
  { request, open }: { readonly request: VerifyRequest; readonly open: () => Promise<Session> },
): Promise<{ readonly tables: readonly VerifiedTable[]; readonly findings: readonly Finding[] }> {
  const { isQuick, signal, onProgress } = request
  const ask = askServer(open)
  const tables: VerifiedTable[] = []
  const findings: Finding[] = []
  for (const { of, compared } of there) {
    const { key: table } = of.table.model
    const started = performance.now()
    const onRows = (rows: number, total = compared.rows.count) =>
      onProgress({ table, rows, total, unit: 'rows' })
    onRows(0)
    const expected = await openExpected(compared, ask, signal)
    const work = { session, compared, expected, onRows, options: request }
    const { findings: own, ...comparison } = await reading(table, () =>
      isQuick ? compareSums(work) : compareValues(work),
    )
    onRows(compared.rows.count)
    findings.push(...own)
    const seconds = (performance.now() - started) / 1000
    tables.push({ ...describe(of, compared), ...comparison, seconds })
    signal.throwIfAborted()
  }
  return { tables, findings }
}

/** Whatever belongs to tables besides their rows. */
async function checkRest(
  session: Session,
  counted: readonly (TableOfPlan & { readonly found: number })[],
  { project, signal }: VerifyRequest,
): Promise<{ readonly findings: readonly Finding[]; readonly unseen: readonly string[] }> {
  // As the schema declares them: in a plan, checks of domains stand with those of tables.
  const models = project.tables.filter(({ key }) =>
    counted.some(({ table }) => table.model.key === key),
  )
  const definitions = await checkDefinitions(session, models, project.tables)
  const sequences = await checkSequences(session, models)
  const statistics = await checkStatistics(
    session,
    counted.map(({ table, found, loadedAt }) => ({ model: table.model, rows: found, loadedAt })),
  )
  const orphans: Finding[] = []
  for (const model of models) {
    signal.throwIfAborted()
    const check = () => checkReferences(session, model, project.tables)
    orphans.push(...(await reading(model.key, check)))
  }
  return {
    findings: [...definitions, ...sequences.findings, ...statistics, ...orphans],
    unseen: sequences.unseen,
  }
}

async function readPlanned(
  session: Session,
  { project, against }: VerifyRequest,
): Promise<readonly TableOfPlan[]> {
  if ('seed' in against) return tablesByOptions(session, project, against)
  const version = await readLedgerVersion(session)
  // Which refuses one that is newer.
  if (version > ledgerVersion) await ensureLedger(session)
  if (version > 0) return tablesOfRuns(session, project, against)
  throw new DownpourError({
    code: 'VERIFY_NO_LEDGER',
    message: 'This database has no ledger: no run was written down here',
    why: 'What its tables should hold follows from a run’s options, or from yours.',
    fix: 'Say the options with which it was seeded, such as --profile or --count, and --no-ledger.',
  })
}

/** Tables as they are planned and there; those that are not there are findings. */
async function findTables(
  session: Session,
  planned: readonly TableOfPlan[],
): Promise<{ readonly there: readonly TableThere[]; readonly findings: readonly Finding[] }> {
  const names = planned.map(({ table }) => ({ schema: table.model.schema, name: table.model.name }))
  const catalog = await readCatalog(session, names)
  const findings: Finding[] = []
  const there: TableThere[] = []
  for (const [index, of] of planned.entries()) {
    const { model } = of.table
    const found = catalog[index]
    if (!found) {
      findings.push({ kind: 'table missing', table: model.key })
      continue
    }
    const compared = compareTable(of, found, await readServerSide(session, model))
    for (const { column, why } of compared.passed) {
      if (why === 'not there') findings.push({ kind: 'column missing', table: model.key, column })
    }
    there.push({ of, compared })
  }
  return { there, findings }
}

async function readServerSide(session: Session, { schema, name }: TableModel): Promise<ServerSide> {
  const [row] = await session.query<{ sends: string; hasTriggers: boolean }>(
    `select
       (select coalesce(json_object_agg(a.attname, format('%I.%I', n.nspname, p.proname)), '{}')
          from pg_attribute a join pg_type t on t.oid = a.atttypid
          join pg_proc p on p.oid = t.typsend join pg_namespace n on n.oid = p.pronamespace
          where a.attrelid = c.oid and a.attnum > 0)::text as sends,
       exists (select from pg_trigger g where g.tgrelid = c.oid and not g.tgisinternal)
         as "hasTriggers"
     from pg_class c where c.oid = $1::text::regclass`,
    [quoteTable(schema, name)],
  )
  return {
    sends: JSON.parse(row!.sends) as ServerSide['sends'],
    hasTriggers: row!.hasTriggers,
  }
}

async function reading<T>(table: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    throw error instanceof DownpourError ? error : readError(error, table)
  }
}

function describe({ run, table }: TableOfPlan, compared: ComparedTable) {
  return {
    table: table.model.key,
    run: run?.id ?? null,
    matching: compared.matching,
    rows: expectedCount(compared),
    rejected: compared.rejected.length,
    passed: compared.passed,
  }
}

/** All of them, though only the first few of the rows, or chunks of rows, are findings. */
function countDifferences(tables: readonly VerifiedTable[], findings: readonly Finding[]): number {
  const ofRows = tables.reduce(
    (sum, { missing, extra, different, unequalChunks }) =>
      sum + (unequalChunks ?? missing + extra + different),
    0,
  )
  const rest = findings.filter(({ kind }) => !kindsOfRows.has(kind))
  return ofRows + rest.length
}

const kindsOfRows: ReadonlySet<FindingKind> = new Set([
  'missing row',
  'extra row',
  'different value',
  'different rows',
])

function unseenNote(columns: readonly string[]): readonly string[] {
  if (columns.length === 0) return []
  return [`The role may not read these sequences, so they were not checked: ${columns.join(', ')}`]
}

function unverifiedNote(
  planned: readonly TableOfPlan[],
  { project, against }: VerifyRequest,
): readonly string[] {
  if ('seed' in against || against.run !== undefined) return []
  const left = project.tables.filter(
    ({ key }) =>
      (against.only?.includes(key) ?? true) &&
      !planned.some(({ table }) => table.model.key === key),
  )
  if (left.length === 0) return []
  return [`No finished run has loaded these tables: ${left.map(({ key }) => key).join(', ')}`]
}
