import { execFile } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'
import { downpour } from '../support/command.ts'
import { runFolder } from '../support/database.ts'
import { makeShopProject } from '../support/shop-project.ts'

/** Makes node tell on stderr what it loads. */
async function tellingModules(): Promise<string[]> {
  const hooks = join(runFolder(), 'telling-hooks.mjs')
  await writeFile(
    hooks,
    `import { writeSync } from 'node:fs'
export async function load(url, context, next) {
  writeSync(2, 'loads ' + url + '\\n')
  return next(url, context)
}`,
  )
  const register = join(runFolder(), 'telling.mjs')
  await writeFile(
    register,
    `import { register } from 'node:module'
register(${JSON.stringify(pathToFileURL(hooks).href)})`,
  )
  return ['--import', register]
}

describe('start-up', () => {
  it.each([['--help'], ['seed', '--help'], ['completion', 'bash'], ['seed', '--chunk-size', '0']])(
    'does not load what "%s %s %s" has no use for',
    async (...args) => {
      const nodeOptions = await tellingModules()
      const { stderr } = await downpour(args, { cwd: await makeShopProject(), nodeOptions })
      const loaded = stderr.split('\n').filter((line) => line.startsWith('loads '))
      expect(loaded.some((line) => line.includes('/src/cli/cli.ts'))).toBe(true)
      expect(loaded.filter((line) => /drizzle|faker|\/postgres\/src|embedded/.test(line))).toEqual(
        [],
      )
    },
  )

  it('is not disturbed when its output is read only in part', async () => {
    const cwd = await makeShopProject()
    const { stderr } = await promisify(execFile)(
      'bash',
      [
        '-c',
        `${process.execPath} --import tsx ${mainFile} preview notes --count notes=90000 --rows 90000 | head -n 1 >/dev/null; exit \${PIPESTATUS[0]}`,
      ],
      { cwd, env: { ...process.env, DOWNPOUR_HOME: runFolder() } },
    )
    expect(stderr).toBe('Configuration: downpour.config.ts\n')
  })
})

const mainFile = join(import.meta.dirname, '../../src/cli/main.ts')
