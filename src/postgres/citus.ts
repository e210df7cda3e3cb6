import type { TableName } from './catalog.ts'
import type { Session } from './session.ts'

/** A cluster of Citus, as the node tells that a session is connected to. */
export interface Citus {
  readonly version: string
  /** Whether the node is the one that statements which change definitions have to come to. */
  readonly isCoordinator: boolean
  /** As the nodes know it, e.g. `10.0.0.1:5432`; `undefined` where no node knows it. */
  readonly coordinator: string | undefined
}

/** Where the rows of a table are. */
export type Distribution =
  /** On all nodes, by a column; tables of one colocation have equal values on the same node. */
  | { readonly kind: 'distributed'; readonly column: string; readonly colocation: number }
  /** On one node, with all other tables of its colocation. */
  | { readonly kind: 'single shard'; readonly colocation: number }
  /** On every node, all of them. */
  | { readonly kind: 'reference' }
  | { readonly kind: 'local' }

/**
 * Asks whether a session is connected to a node of Citus, once for each session.
 *
 * @returns `undefined` on every other PostgreSQL
 */
export async function readCitus(session: Session): Promise<Citus | undefined> {
  if (!nodes.has(session)) nodes.set(session, await askForCitus(session))
  return nodes.get(session)
}

const nodes = new WeakMap<Session, Citus | undefined>()

async function askForCitus(session: Session): Promise<Citus | undefined> {
  const [extension] = await session.query<{ version: string }>(
    `select extversion as version from pg_extension where extname = 'citus'`,
  )
  if (!extension) return undefined
  const [node] = await session.query<{ isCoordinator: boolean; coordinator: string | null }>(
    `select citus_is_coordinator() as "isCoordinator",
       (select nodename || ':' || nodeport from pg_dist_node
        where groupid = 0 and isactive limit 1) as coordinator`,
  )
  return {
    version: extension.version,
    isCoordinator: node!.isCoordinator,
    coordinator: node!.coordinator ?? undefined,
  }
}

/**
 * Reads where the rows of tables are.
 *
 * @returns in the order of `tables`; all are local where the server is no node of Citus
 */
export async function readDistributions(
  session: Session,
  tables: readonly TableName[],
): Promise<readonly Distribution[]> {
  if (!(await readCitus(session))) return tables.map(() => ({ kind: 'local' }))
  const rows = await session.query<{
    kind: Distribution['kind']
    column: string | null
    colocation: number | null
  }>(
    `select case
         when p.partmethod in ('h', 'a', 'r') then 'distributed'
         when p.repmodel = 't' then 'reference'
         when p.colocationid > 0 then 'single shard'
         else 'local'
       end as kind,
       column_to_column_name(p.logicalrelid, p.partkey) as column,
       p.colocationid::float8 as colocation
     from json_array_elements($1::text::json) with ordinality as wanted(name, place)
     left join pg_dist_partition p on p.logicalrelid
       = to_regclass(format('%I.%I', wanted.name ->> 'schema', wanted.name ->> 'name'))
     order by wanted.place`,
    [JSON.stringify(tables.map(({ schema, name }) => ({ schema, name })))],
  )
  return rows.map(({ kind, column, colocation }): Distribution => {
    if (kind === 'distributed') return { kind, column: column!, colocation: colocation! }
    return kind === 'single shard' ? { kind, colocation: colocation! } : { kind }
  })
}

/**
 * Lets the transaction that is open change tables and their definitions in any order on Citus, which
 * otherwise works on shards side by side over connections that do not see one another's changes, or
 * here where another statement goes over the network, and refuses what comes after. Elsewhere it does
 * nothing.
 *
 * https://docs.citusdata.com/en/stable/develop/api_guc.html#citus-multi-shard-modify-mode-enum
 */
export async function workInSequence(session: Session): Promise<void> {
  if (!(await readCitus(session))) return
  await session.query(
    'set local citus.enable_local_execution = off; set local citus.multi_shard_modify_mode = sequential',
  )
}
