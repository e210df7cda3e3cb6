import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { downpour, downpourOnTerminal, noTerminal } from '../support/command.ts'
import type { TestDatabase } from '../support/database.ts'
import { createShopDatabase, makeCompiledShop } from '../support/shop-project.ts'

const missing = noTerminal()

describe.skipIf(missing !== undefined)(
  `consent on a terminal${missing ? ` (${missing})` : ''}`,
  () => {
    let cwd: string
    let database: TestDatabase
    let env: Readonly<Record<string, string>>
    beforeAll(async () => {
      cwd = await makeCompiledShop()
      database = await createShopDatabase(cwd)
      const elsewhere = database.url.replace('@127.0.0.1:', '@0.0.0.0:')
      env = { DATABASE_URL: `${elsewhere}?sslmode=disable` }
    })
    afterAll(() => database.drop())

    const question = 'Type the database’s name to go on: '

    function answer(text: string, ...words: readonly string[]) {
      const args = words.length > 0 ? words : ['migrate']
      return downpourOnTerminal(args, 100, { cwd, env, typed: { after: question, text } })
    }

    it('is the database’s name', async () => {
      const { output, exitCode } = await answer(`${database.name}\n`)
      expect(output).toContain(
        `Refusing to migrate "${database.name}": the server is not on this machine.\nThe database URL names 0.0.0.0, and the server says that its address is 127.0.0.1.\n`,
      )
      expect(output).toContain('(DATABASE_URL, not encrypted)\n')
      expect(output).toContain('Nothing to apply.\n')
      expect(exitCode).toBe(0)
    })

    it.each([
      ['a yes', 'yes\n'],
      ['nothing', '\n'],
      ['the end of the input', '\u0004'],
    ])('is not %s', async (_, text) => {
      const { output, exitCode } = await answer(text)
      expect(output).toContain(
        `Nothing was changed: consent to migrate "${database.name}" was declined`,
      )
      expect(exitCode).toBe(3)
    })

    it('is not Ctrl-C, which stops the command', async () => {
      const { output, exitCode } = await answer('\u0003')
      expect(output).toContain('Stopped by SIGINT')
      expect(exitCode).toBe(130)
    })

    it('is asked for neither without a terminal nor with --json', async () => {
      const plain = await downpour(['migrate'], { cwd, env })
      expect(plain.stderr).toContain('(REFUSED_REMOTE)')
      expect(plain.stderr).not.toContain('Type ')
      expect(plain.exitCode).toBe(2)
      const { output, exitCode } = await answer('never\n', 'migrate', '--json')
      expect(output).toContain('"code":"REFUSED_REMOTE"')
      expect(output).not.toContain('Type ')
      expect(exitCode).toBe(2)
    })
  },
)
