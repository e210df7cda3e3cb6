import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import postgres from 'postgres'

/** The finance tracker distributed by user. */
export const citusConfig = join(import.meta.dirname, '../../examples/citus/downpour.config.ts')

/** Why there can be no Citus here; `undefined` when there can. */
export function noCitus(): string | undefined {
  return process.env['CITUS_URL'] === undefined
    ? 'needs CITUS_URL, the URL of a database on the coordinator of a cluster with two workers'
    : undefined
}

/** A database that the nodes of a cluster have. */
export interface CitusDatabase {
  /** By way of the coordinator. */
  readonly url: string
  /** By way of each worker. */
  readonly workers: readonly string[]
  drop(): Promise<void>
}

interface Node {
  readonly host: string
  readonly port: number
}

/**
 * Creates a database on nodes of the cluster of `CITUS_URL`.
 *
 * @param workers - how many of them. @defaultValue all; without any the coordinator has the shards
 */
export async function createCitusDatabase(workers = Infinity): Promise<CitusDatabase> {
  const given = process.env['CITUS_URL']!
  const name = `downpour_${randomBytes(4).toString('hex')}`
  const [coordinator, ...others] = await readNodes(given)
  const chosen = others.slice(0, workers)
  const nodes = [coordinator!, ...chosen]
  const urls = nodes.map((node) => urlOf(given, node, name))
  for (const node of nodes) await tell(urlOf(given, node), `create database ${name}`)
  for (const url of urls) await tell(url, 'create extension citus')
  const { host, port } = coordinator!
  await tell(urls[0]!, `select citus_set_coordinator_host('${host}', ${port})`)
  for (const node of chosen) {
    await tell(urls[0]!, `select citus_add_node('${node.host}', ${node.port})`)
  }
  if (chosen.length === 0) {
    await tell(
      urls[0]!,
      `select citus_set_node_property('${host}', ${port}, 'shouldhaveshards', true)`,
    )
  }
  return {
    url: urls[0]!,
    workers: urls.slice(1),
    async drop() {
      for (const node of nodes) {
        await tell(urlOf(given, node), `drop database if exists ${name} with (force)`)
      }
    },
  }
}

/** The coordinator first. */
async function readNodes(url: string): Promise<readonly Node[]> {
  const sql = postgres(url, { max: 1 })
  try {
    return await sql<Node[]>`select nodename as host, nodeport as port from pg_dist_node
      where isactive order by groupid`
  } finally {
    await sql.end()
  }
}

function urlOf(given: string, { host, port }: Node, database?: string): string {
  const url = new URL(given)
  url.hostname = host
  url.port = String(port)
  if (database !== undefined) url.pathname = `/${database}`
  return url.href
}

async function tell(url: string, statement: string): Promise<void> {
  const sql = postgres(url, { max: 1, onnotice: () => {} })
  try {
    await sql.unsafe(statement)
  } finally {
    await sql.end()
  }
}
