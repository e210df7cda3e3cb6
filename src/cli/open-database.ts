import type { Project } from '../config/load-project.ts'
import type { SeedDatabase } from '../run/seed.ts'
import type { Output } from './output.ts'

/**
 * Opens the database that the command is to use, works with it and, where it is the embedded
 * server, gives it back. The choice is printed.
 */
export async function withDatabase<T>(
  options: {
    /** E.g. `seed`, for messages. */
    readonly action: string
    readonly databaseUrl?: string | undefined
    readonly project: Pick<Project, 'folder' | 'drizzle'>
    readonly signal: AbortSignal
  },
  output: Output,
  work: (database: SeedDatabase) => Promise<T>,
): Promise<T> {
  const [{ chooseDatabase }, { displayUrl }, { refuseProduction }] = await Promise.all([
    import('../config/database.ts'),
    import('../postgres/url.ts'),
    import('../run/guard.ts'),
  ])
  refuseProduction(options.action, process.env['NODE_ENV'])
  const { folder, drizzle } = options.project
  const choice = await chooseDatabase({
    flag: options.databaseUrl,
    environment: process.env['DATABASE_URL'],
    folder,
    drizzle,
  })
  if (choice.kind === 'url') {
    output.note(`Database: ${displayUrl(choice.url)} (${choice.source})`)
    options.signal.throwIfAborted()
    return work({ url: choice.url, isEmbedded: false })
  }
  options.signal.throwIfAborted()
  options.signal.addEventListener('abort', () =>
    output.note('The embedded server would then go on until the next command.'),
  )
  const { openEmbeddedServer } = await import('../postgres/embedded/server.ts')
  output.note('Database: the embedded server')
  const server = await openEmbeddedServer({ folder })
  output.note(
    `  PostgreSQL ${server.version} on port ${server.port}, ${server.started ? 'started' : 'running already'}, in ${server.folder}`,
  )
  try {
    options.signal.throwIfAborted()
    return await work({ url: server.url, isEmbedded: true })
  } finally {
    const { stopped, reason } = await server.release()
    output.note(
      stopped
        ? 'The embedded server has stopped; its data stays. To look at it:\n' +
            '  npm run db -- start && psql "$(npm run --silent db -- url)"'
        : `The embedded server goes on: ${reason ?? 'it is in use'}. To look at the data:\n` +
            '  psql "$(npm run --silent db -- url)"',
    )
  }
}
