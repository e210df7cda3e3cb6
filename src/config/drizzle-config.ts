import { access, readFile } from 'node:fs/promises'
import path from 'node:path'
import type { Casing } from 'drizzle-orm'
import { DownpourError } from '../errors.ts'
import { configError, isCasing, isRecord, isText } from './check-config.ts'
import { loadDefault, moduleError } from './load-module.ts'

/** What a project's own drizzle.config.ts says, as far as it matters here. */
export interface DrizzleConfig {
  /** An absolute path. */
  readonly file: string
  readonly dialect: string
  /** Paths and globs of the modules that export the tables. */
  readonly schema: readonly string[]
  readonly casing: Casing | undefined
  /** The folder of the migrations. */
  readonly out: string
  /** Where drizzle-kit notes what is applied. */
  readonly migrationsTable: MigrationsTable
  /** How the database is reached, as drizzle-kit's drivers take it. */
  readonly driver: string | undefined
  readonly credentials: Credentials | undefined
}

export interface Credentials {
  readonly url?: string
  readonly host?: string
  readonly port?: number | string
  readonly user?: string
  readonly password?: string
  readonly database?: string
  /** `require` and the like, as drizzle-kit takes them, or options of node's TLS. */
  readonly ssl?: boolean | string | object
}

/** What `migrate()` of Drizzle takes. */
export interface MigrationsTable {
  readonly migrationsSchema: string
  readonly migrationsTable: string
}

export const usualMigrationsTable: MigrationsTable = {
  migrationsSchema: 'drizzle',
  migrationsTable: '__drizzle_migrations',
}

/** In the order in which they are looked for; drizzle-kit itself takes .ts, .js and .json. */
export const drizzleConfigNames: readonly string[] = ['ts', 'mts', 'js', 'mjs', 'cjs', 'json'].map(
  (suffix) => `drizzle.config.${suffix}`,
)

/** The project's drizzle.config.ts in a folder, an absolute path. */
export async function findDrizzleConfig(folder: string): Promise<string | undefined> {
  for (const name of drizzleConfigNames) {
    const file = path.join(folder, name)
    const isThere = await access(file).then(
      () => true,
      () => false,
    )
    if (isThere) return file
  }
  return undefined
}

/**
 * Whether what a file exports is drizzle-kit's configuration and not this project's.
 *
 * @param file - its name tells where its content does not
 */
export function isDrizzleConfig(file: string, exported: unknown): boolean {
  if (drizzleConfigNames.includes(path.basename(file))) return true
  return isRecord(exported) && 'dialect' in exported
}

/**
 * Reads a drizzle.config.ts, .js or .json.
 *
 * @throws DownpourError `CONFIG_MODULE`, `CONFIG_INVALID`
 */
export async function readDrizzleConfig(file: string): Promise<DrizzleConfig> {
  return checkDrizzleConfig(file, await loadConfiguration(file))
}

/** What the file of a configuration exports, or holds as JSON. */
export async function loadConfiguration(file: string): Promise<unknown> {
  if (!file.endsWith('.json')) return loadDefault(file, 'the configuration')
  const text = await readFile(file, 'utf8')
  try {
    return JSON.parse(text) as unknown
  } catch {
    // Its message quotes the text, and so perhaps a password.
    throw moduleError(file, 'the configuration', 'It is not valid JSON.')
  }
}

/** @throws DownpourError `CONFIG_INVALID` */
export function checkDrizzleConfig(file: string, exported: unknown): DrizzleConfig {
  if (!isRecord(exported)) {
    throw configError(
      file,
      'It has no default export.',
      'end it with: export default defineConfig({ … })',
    )
  }
  const { dialect = postgresql, schema, casing, out, migrations } = exported
  const { driver, dbCredentials } = exported
  const files = typeof schema === 'string' ? [schema] : (schema ?? [])
  if (!Array.isArray(files) || !files.every(isText)) {
    throw configError(file, '"schema" is no path.', "name the schema: schema: './src/schema.ts'")
  }
  if (casing !== undefined && !isCasing(casing)) {
    throw configError(
      file,
      '"casing" is no casing.',
      "give what drizzle() is given: 'snake_case' or 'camelCase'",
    )
  }
  const { schema: migrationsSchema, table } = isRecord(migrations) ? migrations : {}
  return {
    file,
    dialect: String(dialect),
    schema: files,
    casing,
    out: isText(out) ? out : './drizzle',
    migrationsTable: {
      ...usualMigrationsTable,
      ...(isText(migrationsSchema) && { migrationsSchema }),
      ...(isText(table) && { migrationsTable: table }),
    },
    driver: isText(driver) ? driver : undefined,
    credentials: isRecord(dbCredentials) ? dbCredentials : undefined,
  }
}

/**
 * Makes sure that a project whose schema is the drizzle.config.ts's can be seeded at all.
 *
 * @throws DownpourError `CONFIG_DIALECT`
 */
export function refuseOtherDialect({ file, dialect }: DrizzleConfig): void {
  if (dialect === postgresql) return
  throw new DownpourError({
    code: 'CONFIG_DIALECT',
    message: `Cannot seed the project of ${file}`,
    why: `Its dialect is "${dialect}", and only PostgreSQL can be seeded.`,
    fix: "Run the command in a project whose drizzle.config.ts says dialect: 'postgresql', or name that one with --config.",
  })
}

/**
 * The URL of the database that a configuration names.
 *
 * @returns `undefined` where it names none
 * @throws DownpourError `CONFIG_DIALECT`, `CONFIG_DATABASE`, `CONFIG_SSL`
 */
export function databaseUrlOf(config: DrizzleConfig): string | undefined {
  const { file, dialect, driver, credentials } = config
  if (dialect !== postgresql) throw dialectError(file, dialect)
  if (driver !== undefined) {
    throw databaseError(file, `Its driver is "${driver}", which is no PostgreSQL server.`)
  }
  if (credentials?.url) return credentials.url
  if (!credentials) return undefined
  if (!credentials.host || !credentials.database) {
    throw databaseError(file, 'Its "dbCredentials" hold neither a url nor a host with a database.')
  }
  const url = new URL(`postgres://${hostInUrl(credentials.host)}`)
  url.port = credentials.port === undefined ? '' : String(credentials.port)
  url.username = encodeURIComponent(credentials.user ?? '')
  url.password = encodeURIComponent(credentials.password ?? '')
  url.pathname = `/${encodeURIComponent(credentials.database)}`
  const mode = sslMode(credentials.ssl, file)
  if (mode !== undefined) url.searchParams.set('sslmode', mode)
  return url.href
}

const postgresql = 'postgresql'

/** An IPv6 address stands in brackets; the folder of a socket is escaped. */
function hostInUrl(host: string): string {
  if (host.startsWith('/')) return encodeURIComponent(host)
  return host.includes(':') && !host.startsWith('[') ? `[${host}]` : host
}

/** What drizzle-kit's drivers make of it: `true` verifies the certificate. */
function sslMode(ssl: Credentials['ssl'], file: string): string | undefined {
  if (typeof ssl !== 'object') return ssl === true ? 'verify-full' : ssl === false ? 'disable' : ssl
  throw new DownpourError({
    code: 'CONFIG_SSL',
    message: `Cannot use ${file}: its "ssl" is an object`,
    why: 'A database URL holds no options of that kind.',
    fix: 'Give "url" with sslmode in place of it, for example sslmode=verify-full; a certificate of your own authority is made known with NODE_EXTRA_CA_CERTS.',
  })
}

function databaseError(file: string, why: string): DownpourError {
  return new DownpourError({
    code: 'CONFIG_DATABASE',
    message: `Cannot use the database of ${file}`,
    why,
    fix: 'Set the variable that it reads, for example in .env, or name a PostgreSQL server with --database-url or DATABASE_URL.',
  })
}

function dialectError(file: string, dialect: string): DownpourError {
  return new DownpourError({
    code: 'CONFIG_DIALECT',
    message: `Cannot use the database of ${file}`,
    why: `Its dialect is "${dialect}", and only PostgreSQL can be seeded.`,
    fix: 'Name a PostgreSQL server with --database-url or DATABASE_URL.',
  })
}
