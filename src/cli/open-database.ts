import type { Settings } from '../config/config.ts'
import type { Project } from '../config/load-project.ts'
import { DownpourError } from '../errors.ts'
import type { UrlHost } from '../postgres/url.ts'
import type { Consent } from '../run/guard.ts'
import type { SeedDatabase } from '../run/seed.ts'
import { askName } from './ask-name.ts'
import type { Output } from './output.ts'

/** A database that a command may work with, with what the guard is to know before it writes. */
export interface OpenedDatabase extends SeedDatabase {
  readonly consent: Consent
}

interface WantedDatabase {
  /** E.g. `seed`, for messages. */
  readonly action: string
  readonly databaseUrl?: string | undefined
  /** Where rows are to enter, in place of the URL's hosts. */
  readonly hosts?: readonly UrlHost[] | undefined
  /** From `--confirm`. */
  readonly confirm?: string | undefined
  readonly project: Pick<Project, 'folder' | 'drizzle'> & {
    readonly config?: Pick<Settings, 'allowHosts'>
  }
  readonly signal: AbortSignal
}

/**
 * Opens the database that the command is to use, works with it and, where it is the embedded
 * server, gives it back. The choice is printed.
 */
export async function withDatabase<T>(
  wanted: WantedDatabase,
  output: Output,
  work: (database: OpenedDatabase) => Promise<T>,
): Promise<T> {
  const [{ chooseDatabase }, { refuseProduction }] = await Promise.all([
    import('../config/database.ts'),
    import('../run/refuse-production.ts'),
  ])
  refuseProduction(wanted.action, { nodeEnvironment: process.env['NODE_ENV'] })
  const { hosts } = wanted
  const { folder, drizzle } = wanted.project
  const choice = await chooseDatabase({
    flag: wanted.databaseUrl,
    environment: process.env,
    folder,
    drizzle,
  })
  const server = choice.kind === 'url' ? await completed({ ...choice, hosts }, output) : undefined
  // The driver takes it from here, and fails for values that only libpq knows.
  delete process.env['PGTARGETSESSIONATTRS']
  wanted.signal.throwIfAborted()
  if (server) {
    return work({ ...server, isEmbedded: false, consent: consentOf(wanted, output, 'other') })
  }
  if (hosts) throw hostsOfEmbedded()
  wanted.signal.addEventListener('abort', () =>
    output.note('The embedded server would then go on until the next command.'),
  )
  const { openEmbeddedServer } = await import('../postgres/embedded/server.ts')
  output.note('Database: the embedded server')
  const embedded = await openEmbeddedServer({ folder })
  output.note(
    `  PostgreSQL ${embedded.version} on port ${embedded.port}, ${embedded.started ? 'started' : 'running already'}, in ${embedded.folder}`,
  )
  try {
    wanted.signal.throwIfAborted()
    const consent = consentOf(wanted, output, 'embedded')
    return await work({ url: embedded.url, isEmbedded: true, consent })
  } finally {
    const { stopped, reason } = await embedded.release()
    output.note(
      stopped
        ? 'The embedded server has stopped; its data stays. To look at it:\n' +
            '  npx downpour db start && psql "$(npx downpour db url)"'
        : `The embedded server goes on: ${reason ?? 'it is in use'}. To look at the data:\n` +
            '  psql "$(npx downpour db url)"',
    )
  }
}

/** The whole URLs, with what libpq's variables and files add; the first is printed, without its password. */
async function completed(
  {
    url,
    source,
    hosts,
  }: Pick<WantedDatabase, 'hosts'> & { readonly url: string; readonly source: string },
  output: Output,
): Promise<Pick<SeedDatabase, 'url' | 'nodes'>> {
  const [{ completeUrl }, { displayUrl, parseDatabaseUrl, tlsWords }] = await Promise.all([
    import('../postgres/libpq/complete-url.ts'),
    import('../postgres/url.ts'),
  ])
  try {
    const { notes, ...whole } = await completeUrl(url, process.env, hosts)
    const words = [source, tlsWords(parseDatabaseUrl(whole.url)) ?? []].flat()
    output.note(`Database: ${displayUrl(whole.url)} (${words.join(', ')})`)
    for (const note of notes) output.note(note)
    return whole
  } catch (error) {
    output.note(`Database: ${displayUrl(url)} (${source})`)
    throw error
  }
}

function hostsOfEmbedded(): DownpourError {
  return new DownpourError({
    code: 'USAGE_HOSTS',
    message: 'Cannot use --hosts with the embedded server',
    why: 'It is one server on this machine.',
    fix: 'Leave --hosts out, or name the database with --database-url.',
  })
}

function consentOf(
  { confirm, project, signal }: WantedDatabase,
  { isJson }: Output,
  server: 'embedded' | 'other',
): Consent {
  const isTerminal = process.stdin.isTTY && process.stderr.isTTY && !isJson
  return {
    confirm,
    environment: process.env['NODE_ENV'],
    allowHosts: project.config?.allowHosts,
    isEmbedded: server === 'embedded',
    ...(isTerminal && { ask: (refusal) => askName(refusal, signal) }),
  }
}
