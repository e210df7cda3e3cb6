import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { downpour } from '../support/command.ts'

const repository = join(import.meta.dirname, '../..')

/** The code block of the README that begins with a text, without its fences. */
async function blockOf(beginning: string): Promise<string> {
  const readme = await readFile(join(repository, 'README.md'), 'utf8')
  const blocks = [...readme.matchAll(/^```\w*\n([^]*?)^```$/gm)].map((match) => match[1]!)
  return blocks.find((block) => block.startsWith(beginning))!
}

describe('the README', () => {
  let folder: string | undefined
  afterEach(async () => {
    if (folder) await rm(folder, { recursive: true })
  })

  it('shows a seeder that gives the rows it shows', async () => {
    // Beside the sources, so that the example's own imports resolve.
    folder = await mkdtemp(join(repository, '.readme-'))
    await writeFile(join(folder, 'seeder.ts'), await blockOf('import * as schema'))
    await writeFile(
      join(folder, 'downpour.config.ts'),
      `import { defineConfig } from '../src/index.ts'
      export default defineConfig({
        schema: '../schema/index.ts',
        seeds: ['./seeder.ts'],
        referenceDate: '2026-01-01',
        profiles: { dev: { counts: {} } },
      })`,
    )
    const args = ['preview', '--only', 'users,accounts,transactions', '--rows', '3', '--quiet']
    const { stdout, stderr } = await downpour(args, { cwd: folder, env: { COLUMNS: '120' } })
    expect(stderr).toBe('')
    expect(stdout.trim()).toBe((await blockOf('users (3 of')).trim())
  })
})
