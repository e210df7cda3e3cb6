import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Finished } from '../support/command.ts'
import { createTestDatabase } from '../support/database.ts'
import type { TestDatabase } from '../support/database.ts'
import { downpourIn, installPackage, packPackage, run } from '../support/installed-package.ts'
import type { Files, Packed } from '../support/installed-package.ts'
import { ask } from '../support/seed-town.ts'

const examples = join(import.meta.dirname, '../../examples')

let packed: Packed
beforeAll(async () => {
  packed = await packPackage()
}, 180_000)

/** An example outside of the repository, with a database of its own that has its tables. */
interface Example {
  readonly folder: string
  readonly readme: string
  readonly database: TestDatabase
}

async function installExample(name: string): Promise<Example> {
  const database = await createTestDatabase()
  const { 'README.md': readme, '.env.example': environment, ...files } = await readFiles(name)
  const { dependencies, devDependencies } = JSON.parse(files['package.json']!) as Record<
    'dependencies' | 'devDependencies',
    Record<string, string>
  >
  const { 'drizzle-downpour': _ours, ...others } = { ...dependencies, ...devDependencies }
  expect(environment).toMatch(/^DATABASE_URL=postgres:.*\n$/)
  const folder = await installPackage(packed, {
    files: { ...files, '.env': `DATABASE_URL=${database.url}\n` },
    others: Object.keys(others),
  })
  await succeed(npmRun(folder, 'push'))
  return { folder, readme: readme!, database }
}

async function readFiles(example: string): Promise<Files> {
  const folder = join(examples, example)
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  const paths = entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .filter((path) => !path.startsWith('node_modules') && path !== '.env')
  return Object.fromEntries(
    await Promise.all(
      paths.map(async (path) => [path, await readFile(join(folder, path), 'utf8')]),
    ),
  ) as Files
}

function npmRun(folder: string, script: string): Promise<Finished> {
  return run('npm', ['run', '--silent', script], { cwd: folder })
}

/** @returns what it has printed */
async function succeed(running: Promise<Finished>): Promise<string> {
  const { stdout, stderr, exitCode } = await running
  expect(exitCode, stdout + stderr).toBe(0)
  return stdout
}

/** Lines of a README's blocks of output, of which there is one a command. */
function outputsIn(readme: string): readonly string[] {
  return [...readme.matchAll(/^```text\n([^]*?)^```$/gm)].map((match) => match[1]!)
}

/** Tables with their rows: the rest of what a load prints is another each time. */
function rowsByTable(printed: string): readonly string[] {
  return [...printed.matchAll(/^(\w+) +([\d,]+) +(?:batch|copy) /gm)].map(
    ([, table, rows]) => `${table} ${rows}`,
  )
}

describe('the example of an existing project', () => {
  let example: Example
  beforeAll(async () => {
    example = await installExample('existing-project')
  })
  afterAll(() => example?.database.drop())

  it('is filled by one command, as its README shows', async () => {
    const stdout = await succeed(downpourIn(example.folder, 'seed'))
    const [shown] = outputsIn(example.readme)
    expect(rowsByTable(stdout)).toHaveLength(4)
    expect(rowsByTable(stdout)).toEqual(rowsByTable(shown!))
  })

  it('shows its rows, as its README does', async () => {
    const [, shown] = outputsIn(example.readme)
    const preview = downpourIn(example.folder, 'preview', 'orders', '--rows', '3')
    expect((await succeed(preview)).trim()).toBe(shown!.trim())
  })

  it('has rows that a shop could have', async () => {
    const query = `select concat_ws(', ',
        (select count(distinct lower(email)) from customers where email ~ '^[^@ ]+@[^@ ]+$'),
        (select count(*) from orders join customers on customers.id = customer_id where status is not null),
        (select count(*) from orders where status = 'shipped' and shipped_at is null or shipped_at < created_at),
        (select count(distinct (order_id, product_id)) from order_items))`
    expect(await ask(example.database.url, query)).toBe('100, 100, 0, 100')
  })

  it('has types without a mistake', async () => {
    await succeed(npmRun(example.folder, 'types'))
  })
})

describe('the example that comes from drizzle-seed', () => {
  let example: Example
  beforeAll(async () => {
    example = await installExample('from-drizzle-seed')
  })
  afterAll(() => example?.database.drop())

  it('prints what its README shows, each time that it is run', async () => {
    const [shown] = outputsIn(example.readme)
    expect(await succeed(npmRun(example.folder, 'seed'))).toBe(shown)
    expect(await succeed(npmRun(example.folder, 'seed'))).toBe(shown)
  })

  it('is that of drizzle-seed but for one import', async () => {
    const text = await readFile(join(example.folder, 'seed.ts'), 'utf8')
    expect(text.match(/downpour/g)).toHaveLength(1)
  })

  it('has types without a mistake', async () => {
    await succeed(npmRun(example.folder, 'types'))
  })
})

describe('the example of an own generator', () => {
  let example: Example
  beforeAll(async () => {
    example = await installExample('own-generator')
  })
  afterAll(() => example?.database.drop())

  it('loads and reports what its README shows', async () => {
    const [load, report] = outputsIn(example.readme)
    const stdout = await succeed(npmRun(example.folder, 'seed'))
    expect(rowsByTable(stdout)).toEqual(rowsByTable(load!))
    expect(await succeed(npmRun(example.folder, 'report'))).toBe(report)
  })

  it('has serial numbers whose digits add up to tens', async () => {
    const query = `select count(*) from sensors where (
        select sum(digit::int) from regexp_split_to_table(regexp_replace(serial_number, '\\D', '', 'g'), '') as digit
      ) % 10 <> 0`
    expect(await ask(example.database.url, query)).toBe('0')
  })

  it('has types without a mistake', async () => {
    await succeed(npmRun(example.folder, 'types'))
  })
})
