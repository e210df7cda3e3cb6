import type { Settings } from '../config/config.ts'
import type { Project } from '../config/load-project.ts'
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
  const { folder, drizzle } = wanted.project
  const choice = await chooseDatabase({
    flag: wanted.databaseUrl,
    environment: process.env,
    folder,
    drizzle,
  })
  const url = choice.kind === 'url' ? await completed(choice, output) : undefined
  // The driver takes it from here, and fails for values that only libpq knows.
  delete process.env['PGTARGETSESSIONATTRS']
  wanted.signal.throwIfAborted()
  if (url !== undefined) {
    return work({ url, isEmbedded: false, consent: consentOf(wanted, output, 'other') })
  }
  wanted.signal.addEventListener('abort', () =>
    output.note('The embedded server would then go on until the next command.'),
  )
  const { openEmbeddedServer } = await import('../postgres/embedded/server.ts')
  output.note('Database: the embedded server')
  const server = await openEmbeddedServer({ folder })
  output.note(
    `  PostgreSQL ${server.version} on port ${server.port}, ${server.started ? 'started' : 'running already'}, in ${server.folder}`,
  )
  try {
    wanted.signal.throwIfAborted()
    const consent = consentOf(wanted, output, 'embedded')
    return await work({ url: server.url, isEmbedded: true, consent })
  } finally {
    const { stopped, reason } = await server.release()
    output.note(
      stopped
        ? 'The embedded server has stopped; its data stays. To look at it:\n' +
            '  npx downpour db start && psql "$(npx downpour db url)"'
        : `The embedded server goes on: ${reason ?? 'it is in use'}. To look at the data:\n` +
            '  psql "$(npx downpour db url)"',
    )
  }
}

/** The whole URL, with what libpq's variables and files add; without its password it is printed. */
async function completed(
  { url, source }: { readonly url: string; readonly source: string },
  output: Output,
): Promise<string> {
  const [{ completeUrl }, { displayUrl, parseDatabaseUrl, tlsWords }] = await Promise.all([
    import('../postgres/libpq/complete-url.ts'),
    import('../postgres/url.ts'),
  ])
  try {
    const whole = await completeUrl(url, process.env)
    const words = [source, tlsWords(parseDatabaseUrl(whole.url)) ?? []].flat()
    output.note(`Database: ${displayUrl(whole.url)} (${words.join(', ')})`)
    for (const note of whole.notes) output.note(note)
    return whole.url
  } catch (error) {
    output.note(`Database: ${displayUrl(url)} (${source})`)
    throw error
  }
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
