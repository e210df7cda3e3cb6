import { execFile } from 'node:child_process'
import { cp, mkdir, mkdtemp, readdir, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { loadProject } from '../../src/config/load-project.ts'
import { checksumsOf } from '../support/checksum.ts'
import { compiledFolder } from '../support/compile.ts'
import { createTestDatabase, runFolder } from '../support/database.ts'
import type { TestDatabase } from '../support/database.ts'
import { ask } from '../support/seed-town.ts'

const repository = join(import.meta.dirname, '../..')
let folder: string
let database: TestDatabase

beforeAll(async () => {
  folder = await mkdtemp(join(runFolder(), 'compiled-'))
  await cp(join(compiledFolder(runFolder()), 'dist'), join(folder, 'dist'), { recursive: true })
  await linkPackages(join(folder, 'node_modules'))
  await cp(join(repository, 'package.json'), join(folder, 'package.json'))
  database = await createTestDatabase()
})

afterAll(() => database?.drop())

/** All that is installed, without tsx. */
async function linkPackages(target: string): Promise<void> {
  const installed = join(repository, 'node_modules')
  await mkdir(target)
  for (const name of await readdir(installed)) {
    if (name !== 'tsx') await symlink(join(installed, name), join(target, name))
  }
}

interface Finished {
  readonly stdout: string
  readonly stderr: string
  readonly exitCode: number
}

async function node(...args: readonly string[]): Promise<Finished> {
  const { NODE_OPTIONS: _, DATABASE_URL: __, ...env } = process.env
  return new Promise((resolve) => {
    const child = execFile(process.execPath, args, { cwd: folder, env }, (_error, stdout, stderr) =>
      resolve({ stdout, stderr, exitCode: child.exitCode! }),
    )
  })
}

/** The compiled command on the compiled configuration. */
function downpour(...args: readonly string[]): Promise<Finished> {
  return downpourIn('dist/downpour.config.js', ...args)
}

function downpourIn(config: string, ...args: readonly string[]): Promise<Finished> {
  return node('dist/src/cli/main.js', ...args, '--config', config)
}

// One after the other, as somebody would use them.
describe('the compiled build, without tsx', () => {
  it('shows rows', async () => {
    const { stdout, stderr, exitCode } = await downpour('preview', 'users', '--profile', 'tiny')
    expect({ stderr, exitCode }).toEqual({
      stderr: 'Configuration: dist/downpour.config.js\n',
      exitCode: 0,
    })
    expect(stdout).toContain('demo@example.com')
  })

  it('fills a database', async () => {
    const url = ['--database-url', database.url]
    expect(await downpour('migrate', ...url)).toMatchObject({ exitCode: 0 })
    const { stdout, stderr, exitCode } = await downpour('seed', '--profile', 'tiny', ...url)
    expect(exitCode, stderr).toBe(0)
    expect(stdout).toMatch(/^users +18 /m)
    expect(await ask(database.url, 'select count(*) from users')).toBe('18')
    expect(Number(await ask(database.url, 'select count(*) from transactions'))).toBeGreaterThan(18)
  })

  it('fills it the same with two lanes, each on a thread', async () => {
    const { tables } = await loadProject(join(repository, 'downpour.config.ts'))
    const options = ['--profile', 'tiny', '--reset', '--chunk-size', '20', '--indexes', 'defer']
    const seed = (lanes: string) =>
      downpour('seed', ...options, '--lanes', lanes, '--database-url', database.url, '--json')
    expect(await seed('1')).toMatchObject({ exitCode: 0 })
    const alone = await checksumsOf(database.url, tables)
    const { stdout, stderr, exitCode } = await seed('2')
    expect(exitCode, stderr).toBe(0)
    const { lanes, run } = JSON.parse(stdout) as { lanes: number; run: string }
    expect(lanes).toBe(2)
    expect(await checksumsOf(database.url, tables)).toEqual(alone)
    const workers = `select count(distinct done_by) from downpour.steps where run = '${run}' and kind = 'chunk'`
    expect(await ask(database.url, workers)).toBe('2')
  })

  it('knows its version', async () => {
    const { stdout } = await node('dist/src/cli/main.js', '--version')
    expect(stdout).toMatch(/^\d+\.\d+\.\d+\n$/)
  })

  it('starts threads', async () => {
    await writeFile(
      join(folder, 'dist/greeter.js'),
      `import { DownpourError } from './src/index.js'
export async function main(port, name) {
  port.post('Hello, ' + name)
  throw new DownpourError({ code: 'TIRED', message: 'No more', why: '', fix: '', row: 3 })
}`,
    )
    await writeFile(
      join(folder, 'dist/starter.js'),
      `import { DownpourError } from './src/index.js'
import { startThread } from './src/threads/start-thread.js'
const greeter = new URL('./greeter.ts', import.meta.url)
const thread = startThread(greeter, { data: 'lane', name: 'greeter' })
thread.onMessage((message) => console.log(message))
await thread.ended.catch((error) => console.log(error instanceof DownpourError, error.code, error.row))`,
    )
    expect(await node('dist/starter.js')).toEqual({
      stdout: 'Hello, lane\ntrue TIRED 3\n',
      stderr: '',
      exitCode: 0,
    })
  })

  const isTypeScriptLoaded = 'typescript' in process.features && process.features.typescript
  it.skipIf(isTypeScriptLoaded)(
    'names what is missing for TypeScript (needs a Node that cannot load it)',
    async () => {
      await writeFile(join(folder, 'downpour.config.ts'), 'export default {}')
      const { stderr, exitCode } = await node('dist/src/cli/main.js', 'preview')
      expect(exitCode).toBe(2)
      expect(stderr.split('\n').slice(1, -1)).toEqual([
        `✖ Cannot load the configuration ${join(folder, 'downpour.config.ts')}  (CONFIG_TYPESCRIPT)`,
        `  Why  It is TypeScript, which Node ${process.versions.node} cannot load, and tsx is not installed.`,
        '  Fix  Install it: npm install --save-dev tsx; or compile the project and name the compiled configuration with --config.',
      ])
    },
  )

  it('loads TypeScript where tsx is installed, in a thread as well', async () => {
    await symlink(join(repository, 'node_modules/tsx'), join(folder, 'node_modules/tsx'))
    await mkdir(join(folder, 'typed'))
    for (const [name, text] of Object.entries(typedProject))
      await writeFile(join(folder, name), text)
    const { stdout, stderr } = await downpourIn(
      'typed/downpour.config.ts',
      'preview',
      '--rows',
      '1',
    )
    expect(stderr).toBe('Configuration: typed/downpour.config.ts\n')
    expect(stdout).toContain('in TypeScript')
    expect(await node('dist/loading.js')).toEqual({ stdout: 'tags\n', stderr: '', exitCode: 0 })
  })
})

const typedProject: Readonly<Record<string, string>> = {
  'typed/downpour.config.ts': `import { defineConfig } from '../dist/src/index.js'
export default defineConfig({
  schema: './schema.ts',
  seeds: ['./seeder.ts'],
  referenceDate: '2026-01-01',
  profiles: { dev: { counts: { tags: 1 } } },
})`,
  'typed/schema.ts': `import { integer, pgTable, text } from 'drizzle-orm/pg-core'
export const tags = pgTable('tags', { id: integer('id').primaryKey(), name: text('name').notNull() })`,
  'typed/name.ts': `export enum Name { Only = 'in TypeScript' }`,
  // Node itself takes neither an enum nor an import without a suffix.
  'typed/seeder.ts': `import { defineSeeder } from '../dist/src/index.js'
import { Name } from './name'
import * as schema from './schema.ts'
export default defineSeeder(schema, (f) => ({ tags: { columns: { name: f.default({ defaultValue: Name.Only }) } } }))`,
  'dist/tables.js': `import { loadProject } from './src/config/load-project.js'
export async function main(port, configFile) {
  const { tables } = await loadProject(configFile)
  port.post(tables.map(({ key }) => key).join())
}`,
  'dist/loading.js': `import { resolve } from 'node:path'
import { startThread } from './src/threads/start-thread.js'
const configFile = resolve('typed/downpour.config.ts')
const thread = startThread(new URL('./tables.ts', import.meta.url), { data: configFile, name: 'tables' })
thread.onMessage((message) => console.log(message))
await thread.ended`,
}
