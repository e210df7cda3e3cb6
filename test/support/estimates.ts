import type { LoadPlan } from '../../src/estimate/load-plan.ts'
import { planOffline } from '../../src/estimate/plan-offline.ts'
import { planOnServer } from '../../src/estimate/plan-on-server.ts'
import type { ServerRequest } from '../../src/estimate/plan-on-server.ts'
import { readSchema } from '../../src/model/read-schema.ts'
import { quoteTable } from '../../src/postgres/identifiers.ts'
import type { CorpusModule } from './corpus.ts'
import { withSql } from './embedded.ts'
import { plainOptions, townProject } from './seed-town.ts'

type Wishes = Partial<Omit<ServerRequest, 'options'>> & {
  readonly options?: Partial<ServerRequest['options']>
}

/** What a plan says about a schema of the corpus, without configuration. */
export function corpusProject(module: CorpusModule): ServerRequest['project'] {
  return {
    ...townProject,
    isFree: true,
    tables: readSchema(module, { casing: module.casing }),
    refinements: {},
  }
}

/** Plans as the command does, by the schema alone. */
export function planWithout(wishes: Wishes = {}): Promise<LoadPlan> {
  return planOffline(requestOf('', wishes))
}

/** Plans as the command does, and asks the server. */
export function planWith(url: string, wishes: Wishes = {}): Promise<LoadPlan> {
  return planOnServer(requestOf(url, wishes))
}

function requestOf(url: string, { options, ...wishes }: Wishes): ServerRequest {
  return {
    project: townProject,
    database: { url, isEmbedded: false },
    wishes: {},
    unfinished: 'continue',
    ledger: 'ledger',
    lanes: 1,
    confirm: undefined,
    environment: 'test',
    signal: new AbortController().signal,
    ...wishes,
    options: { ...plainOptions, strategy: 'auto', indexes: 'auto', ...options },
  }
}

/** How far an estimate is from what there is on disk, in parts of that. */
export interface Miss {
  readonly table: string
  readonly estimated: number
  readonly bytes: number
  readonly share: number
}

/** Compares a plan with what its tables take, indexes included. */
export async function missesOf(
  url: string,
  { tables }: LoadPlan,
  { project = townProject }: Pick<Wishes, 'project'> = {},
): Promise<readonly Miss[]> {
  return withSql(url, async (sql) => {
    const misses: Miss[] = []
    for (const { table, bytes: estimated } of tables) {
      const { schema, name } = project.tables.find(({ key }) => key === table)!
      const [row] = await sql<[{ bytes: number }]>`
        select pg_total_relation_size(${quoteTable(schema, name)}::text::regclass)::float8 as bytes`
      misses.push({ table, estimated, bytes: row.bytes, share: estimated / row.bytes - 1 })
    }
    return misses
  })
}

/** All tables together. */
export function totalMiss(misses: readonly Miss[]): number {
  const sum = (of: (miss: Miss) => number) => misses.reduce((total, miss) => total + of(miss), 0)
  return sum(({ estimated }) => estimated) / sum(({ bytes }) => bytes) - 1
}
