import { DownpourError } from '../errors.ts'
import { findRun } from '../ledger/runs.ts'
import type { RunTable } from '../ledger/runs.ts'
import { readServerFacts } from '../postgres/catalog.ts'
import type { ServerFacts } from '../postgres/catalog.ts'
import { readCitus } from '../postgres/citus.ts'
import { serverName } from '../postgres/connect-error.ts'
import { quoteTable } from '../postgres/identifiers.ts'
import { serverError } from '../postgres/server-error.ts'
import type { ServerType } from '../postgres/server-type.ts'
import { withSession } from '../postgres/session.ts'
import type { Session } from '../postgres/session.ts'
import { parseDatabaseUrl } from '../postgres/url.ts'
import { copyFormat } from '../write/encode/row.ts'
import type { LaneNode } from './lane.ts'
import type { PreparedRun } from './prepare-run.ts'
import { watchConnection } from './watchdog.ts'

/**
 * Connects to nodes where rows are to enter: a host that is mistyped is found before the first write.
 *
 * @param options - `database`: what it is called; `silenceSeconds`: as `Patience`
 * @throws DownpourError `CONNECT_…`, `NODE_OTHER`, `NODE_READ_ONLY`, `NODE_NO_METADATA`
 */
export async function readNodes(
  nodes: readonly string[],
  { database, silenceSeconds }: { readonly database: string; readonly silenceSeconds: number },
): Promise<readonly ServerFacts[]> {
  const found: ServerFacts[] = []
  for (const url of nodes) {
    const { facts, citus } = await askNode(url, silenceSeconds, async (session) => ({
      facts: await readServerFacts(session),
      citus: await readCitus(session),
    }))
    if (facts.database !== database) {
      throw otherDatabase(url, `It is called "${facts.database}" there, and not "${database}".`)
    }
    if (facts.readOnly) throw readOnly(url)
    if (citus && citus.coordinator === undefined) throw withoutMetadata(url)
    found.push(facts)
  }
  return found
}

/** What lanes are to load, and where else than at `url`. */
interface NodesWork extends Pick<PreparedRun, 'targets' | 'tables'> {
  readonly run: string
  readonly url: string
  readonly nodes: readonly string[]
  /** As `Patience`. */
  readonly silenceSeconds: number
}

/**
 * Makes sure that lanes can work on a run at its nodes, and finds out which tables these have. A table
 * of Citus that is not distributed may be on the coordinator only.
 *
 * @throws DownpourError `NODE_…`, exit code 2
 */
export async function checkNodes({ url, nodes, ...work }: NodesWork): Promise<readonly LaneNode[]> {
  const checked = new Map<string, LaneNode>([[url, { url, lacks: [] }]])
  for (const node of nodes) {
    if (!checked.has(node)) checked.set(node, await checkNode(node, work))
  }
  return nodes.map((node) => checked.get(node)!)
}

async function checkNode(
  url: string,
  { run, targets, tables, silenceSeconds }: Omit<NodesWork, 'url' | 'nodes'>,
): Promise<LaneNode> {
  return askNode(url, silenceSeconds, async (session) => {
    if (!(await knowsRun(session, run))) {
      throw otherDatabase(url, `Its ledger does not know run ${run}.`)
    }
    const lacks = await missingTables(session, tables)
    const sent = targets.filter(
      ({ columns }, position) =>
        !lacks.includes(position) &&
        tables[position]!.strategy === 'copy' &&
        copyFormat(columns) === 'binary',
    )
    for (const { serverType } of sent.flatMap(({ columns }) => columns)) {
      const { element } = serverType
      if (element) await checkElement(session, url, element)
    }
    return { url, lacks }
  })
}

/** A connection that has silently died is not waited for. */
async function askNode<T>(
  url: string,
  silenceSeconds: number,
  ask: (session: Session) => Promise<T>,
): Promise<T> {
  return withSession({ url }, async (session) => {
    const endWatch = watchConnection(session, url, silenceSeconds)
    try {
      return await ask(session)
    } finally {
      endWatch()
    }
  })
}

async function missingTables(
  session: Session,
  tables: readonly RunTable[],
): Promise<readonly number[]> {
  const names = tables.map(({ schema, name }) => quoteTable(schema, name))
  const missing = await session.query<{ position: number }>(
    `select (place - 1)::int as position
     from json_array_elements_text($1::text::json) with ordinality as wanted (name, place)
     where to_regclass(name) is null`,
    [JSON.stringify(names)],
  )
  return missing.map(({ position }) => position)
}

/** The database may be one without a ledger, or one whose ledger is somebody else's. */
async function knowsRun(session: Session, run: string): Promise<boolean> {
  try {
    return (await findRun(session, run)) !== undefined
  } catch (error) {
    if (['3F000', '42501', '42P01'].includes(serverError(error)?.code ?? '')) return false
    throw error
  }
}

/**
 * COPY's binary form names the type of an array's elements by its number, which servers give out
 * themselves from `FirstNormalObjectId` on.
 */
async function checkElement(
  session: Session,
  url: string,
  { oid, sqlName }: ServerType,
): Promise<void> {
  if (oid < 16_384) return
  const [row] = await session.query<{ isSame: boolean | null }>(
    `select to_regtype($1::text)::oid::int8 = $2::text::int8 as "isSame"`,
    [sqlName, String(oid)],
  )
  if (row!.isSame) return
  throw new DownpourError({
    code: 'NODE_TYPE',
    message: `Cannot load through ${nameOf(url)}: arrays of ${sqlName} cannot be sent there`,
    why: 'COPY in its binary form names the type by a number, and there it has another one.',
    fix: 'Leave that host out; or begin the run again with --restart --strategy copy-text.',
  })
}

function otherDatabase(url: string, why: string): DownpourError {
  return new DownpourError({
    code: 'NODE_OTHER',
    message: `Cannot load through ${nameOf(url)}: it leads to another database`,
    why,
    fix: 'Name nodes of one cluster, or other addresses of one server; a second host is no replacement for the first.',
  })
}

function readOnly(url: string): DownpourError {
  return new DownpourError({
    code: 'NODE_READ_ONLY',
    message: `Cannot load through ${nameOf(url)}: it takes no writes`,
    why: 'It is a standby, or its transactions are read-only by default.',
    fix: 'Leave that host out.',
  })
}

function withoutMetadata(url: string): DownpourError {
  return new DownpourError({
    code: 'NODE_NO_METADATA',
    message: `Cannot load through ${nameOf(url)}: it does not know its cluster`,
    why: 'The metadata of Citus are not there, which say where rows go and where the ledger is.',
    fix: 'Leave that host out; or ask the coordinator to "select start_metadata_sync_to_all_nodes()".',
  })
}

function nameOf(url: string): string {
  return serverName(parseDatabaseUrl(url))
}
