import { createHash } from 'node:crypto'
import { mkdir, readdir, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import postgres from 'postgres'
import { openSession } from '../../src/postgres/session.ts'
import { applyMigrations } from '../../src/run/migrate.ts'
import { createTestDatabase, runFolder, serverUrl } from './database.ts'
import type { TestDatabase } from './database.ts'
import { town } from './town.ts'

/** A migration as a test writes it. */
export interface WrittenMigration {
  readonly name: string
  /** The time it dates from, in milliseconds since 1970. */
  readonly when: number
  readonly sql: string
}

/** A database with the town's tables, empty. */
export async function createTownDatabase(
  options: { readonly server?: string } = {},
): Promise<TestDatabase> {
  const server = options.server ?? serverUrl()
  return createTestDatabase({ server, template: await townTemplate(server) })
}

/** The folder of the town's one migration. */
export function townMigrations(): string {
  return join(runFolder(), 'town-migrations')
}

/** Writes a folder as drizzle-kit does. */
export async function writeMigrations(
  folder: string,
  migrations: readonly WrittenMigration[],
): Promise<void> {
  await mkdir(join(folder, 'meta'), { recursive: true })
  const entries = migrations.map(({ name, when }, idx) => ({
    idx,
    version: '7',
    when,
    tag: name,
    breakpoints: true,
  }))
  for (const { name, sql } of migrations) await writeFile(join(folder, `${name}.sql`), sql)
  const journal = JSON.stringify({ version: '7', dialect: 'postgresql', entries })
  await writeFile(join(folder, 'meta', '_journal.json'), journal)
}

/** By server; a file asks for many databases. */
const templates = new Map<string, Promise<string>>()

function townTemplate(server: string): Promise<string> {
  const known = templates.get(server) ?? ensureTownTemplate(server)
  templates.set(server, known)
  return known
}

/** Test files run side by side: whoever comes first makes the template, the others wait. */
async function ensureTownTemplate(server: string): Promise<string> {
  const sql = postgres(serverUrl(), { max: 1, onnotice: () => {} })
  try {
    await sql`select pg_advisory_lock(74001)`
    const name = `town_${createHash('sha1').update(server).digest('hex').slice(0, 8)}`
    const isWritten = (await readdir(runFolder())).includes('town-migrations')
    if (!isWritten) await writeTownMigration()
    if (!(await hasDatabase(server, name))) await createTemplate(server, name)
    return name
  } finally {
    await sql.end()
  }
}

async function hasDatabase(server: string, name: string): Promise<boolean> {
  const sql = postgres(server, { max: 1, onnotice: () => {} })
  try {
    return (await sql`select from pg_database where datname = ${name}`).count > 0
  } finally {
    await sql.end()
  }
}

/** Under another name until it is complete. */
async function createTemplate(server: string, name: string): Promise<void> {
  const draft = await createTestDatabase({ server })
  const session = await openSession({ url: draft.url })
  await applyMigrations(session, townMigrations())
  await session.close()
  const sql = postgres(server, { max: 1, onnotice: () => {} })
  try {
    await sql.unsafe(`alter database "${draft.name}" rename to "${name}"`)
  } finally {
    await sql.end()
  }
}

interface DrizzleKit {
  generateDrizzleJson(schema: object): object
  generateMigration(before: object, after: object): Promise<string[]>
}

async function writeTownMigration(): Promise<void> {
  const kit = createRequire(import.meta.url)('drizzle-kit/api') as DrizzleKit
  const statements = await kit.generateMigration(
    kit.generateDrizzleJson({}),
    kit.generateDrizzleJson(town),
  )
  const sql = statements.map(quoteProperly).join('\n--> statement-breakpoint\n')
  await writeMigrations(townMigrations(), [
    { name: '0000_town', when: Date.parse('2026-01-01T00:00:00Z'), sql },
  ])
}

/** drizzle-kit does not double the quotes inside of names. */
function quoteProperly(statement: string): string {
  return ['a"b', 'Places "to be"', 'Papers "seq"'].reduce(
    (text, name) => text.replaceAll(name, name.replaceAll('"', '""')),
    statement,
  )
}
