import type { Sql } from 'postgres'
import { drizzleOver } from '../postgres/drizzle-over.ts'
import { unwrapError } from '../postgres/server-error.ts'
import type { Rows, Session } from '../postgres/session.ts'
import type { SeedDatabase } from './database.ts'

/**
 * A session over a transaction of Drizzle's, on whatever driver: what reads the catalog and writes
 * rows works there as on a connection of our own, COPY apart. Transactions are the caller's.
 */
export function sessionOver(transaction: SeedDatabase): Session {
  let last: Promise<unknown> = Promise.resolve()

  /** One after the other: node-postgres warns of a statement that is sent before the answer to another. */
  function send(text: string, parameters: readonly unknown[]): Promise<Answer> {
    const answer = last.then(() => execute(transaction, text, parameters))
    last = answer.catch(() => {})
    return answer
  }

  const db = drizzleOver(standIn(send), {
    run: (statement) => Promise.resolve(statement()),
    transaction: () => refuse('begin a transaction'),
  })
  return {
    db,
    pid: 0,
    // Nothing may be prepared or cancelled: nobody knows who else is on the connection.
    pooled: true,
    host: '',
    closed: false,
    activity: { isWaiting: false, mark: '' },
    lose() {},
    onClosed: () => () => {},
    async query<T extends object>(text: string, parameters: readonly unknown[] = []) {
      const isRead = /^\s*(?:select|with)\b/i.test(text)
      const { rows, count } = await send(isRead ? asDocuments(text) : text, parameters)
      // Whatever is read without a document is asked for as text.
      const found = (isRead ? rows.map(readDocument) : [...rows]) as T[]
      return Object.assign(found, { count, command: '' }) as Rows<T>
    },
    begin: () => refuse('begin a transaction'),
    commit: () => refuse('commit'),
    rollback: () => refuse('roll back'),
    beforeCommit() {},
    copyIn: () => refuse('COPY'),
    copyOut: () => refuse('COPY'),
    cancel: () => Promise.resolve(),
    close: () => Promise.resolve(),
  }
}

interface Answer {
  readonly rows: readonly object[]
  /** As the server counted. */
  readonly count: number
}

async function execute(
  { _: inner }: SeedDatabase,
  text: string,
  parameters: readonly unknown[],
): Promise<Answer> {
  const { session } = inner as unknown as InnerDatabase
  const query = { sql: text, params: [...parameters] }
  try {
    return answerOf(await session.prepareQuery(query, undefined, undefined, false).execute())
  } catch (error) {
    throw inOneForm(unwrapError(error))
  }
}

interface InnerDatabase {
  readonly session: {
    prepareQuery(
      query: { readonly sql: string; readonly params: unknown[] },
      fields: undefined,
      name: undefined,
      isResponseInArrayMode: boolean,
    ): { execute(): Promise<unknown> }
  }
}

/** postgres.js gives an array with a count, node-postgres `rowCount`, PGlite `affectedRows`. */
function answerOf(result: unknown): Answer {
  const rows = (Array.isArray(result) ? result : (result as { rows?: object[] }).rows) ?? []
  const { count, rowCount, affectedRows } = result as Readonly<Record<string, unknown>>
  const counted = count ?? rowCount ?? affectedRows
  return { rows: rows as object[], count: typeof counted === 'number' ? counted : rows.length }
}

/** The caller's client may read types and spell columns in ways of its own: it gets one text a row. */
function asDocuments(text: string): string {
  return `select to_json("the row")::text as document from (${text}) as "the row"`
}

function readDocument(row: object): unknown {
  const [document] = Object.values(row) as [unknown]
  return typeof document === 'string' ? JSON.parse(document) : document
}

/** The server's fields have other names in node-postgres and PGlite than in postgres.js. */
export function inOneForm(error: unknown): unknown {
  // postgres.js has the severity that the server would translate as well.
  if (!(error instanceof Error) || !('severity' in error) || 'severity_local' in error) return error
  const { code, severity, where, schema, table, column, constraint } = error as Error & OtherFields
  return Object.assign(new Error(error.message), {
    name: 'PostgresError',
    code,
    severity,
    ...named({
      where,
      schema_name: schema,
      table_name: table,
      column_name: column,
      constraint_name: constraint,
    }),
  })
}

interface OtherFields {
  readonly code?: string
  readonly severity: unknown
  readonly where?: string
  readonly schema?: string
  readonly table?: string
  readonly column?: string
  readonly constraint?: string
}

function named(fields: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined))
}

/** What Drizzle calls of a client of postgres.js. */
function standIn(send: (text: string, parameters: readonly unknown[]) => Promise<Answer>): Sql {
  return {
    options: { parsers: {}, serializers: {} },
    unsafe: (text: string, parameters: readonly unknown[] = []) =>
      send(text, parameters).then(({ rows, count }) => Object.assign([...rows], { count })),
  } as unknown as Sql
}

function refuse(what: string): Promise<never> {
  return Promise.reject(new Error(`A session over somebody's transaction cannot ${what}`))
}
