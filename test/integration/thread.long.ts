import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { beforeAll, describe, expect, it } from 'vitest'
import { loadProject } from '../../src/config/load-project.ts'
import { DownpourError } from '../../src/errors.ts'
import { buildPlan } from '../../src/plan/build-plan.ts'
import { serverError } from '../../src/postgres/server-error.ts'
import { startThread } from '../../src/threads/start-thread.ts'
import type { Thread } from '../../src/threads/start-thread.ts'
import { makeShopProject } from '../support/shop-project.ts'
import { expectNothingUnhandled } from '../support/unhandled.ts'

expectNothingUnhandled()

const source = join(import.meta.dirname, '../../src')
let folder: string
let started = 0

beforeAll(async () => {
  folder = await makeShopProject()
})

/** Starts a thread on a module of these lines. */
async function start(lines: string, data: unknown = null): Promise<Thread<unknown, unknown>> {
  const file = join(folder, `thread-${++started}.ts`)
  await writeFile(file, lines)
  return startThread(pathToFileURL(file), { data, name: 'lane 2' })
}

/** What a thread of these lines, its `main`, failed with. */
async function failureIn(lines: string): Promise<Error> {
  const { ended } = await start(`
    import { DownpourError } from ${JSON.stringify(join(source, 'index.ts'))}
    export async function main(port: { post(message: unknown): void }): Promise<void> { ${lines} }`)
  return failureOfThread(ended)
}

async function failureOfThread(ended: Promise<void>): Promise<Error> {
  const [settled] = await Promise.allSettled([ended])
  if (settled.status === 'fulfilled') throw new Error('It did not fail')
  return settled.reason as Error
}

async function messagesOf(thread: Thread<unknown, unknown>): Promise<unknown[]> {
  const messages: unknown[] = []
  await thread.ended
  thread.onMessage((message) => messages.push(message))
  return messages
}

describe(startThread, () => {
  it('passes messages both ways, in order, also what was sent before anybody listened', async () => {
    const thread = await start(
      `interface Port { post(message: unknown): void; onMessage(listener: (n: number) => void): void }
      export async function main(port: Port, data: { hello: string }): Promise<void> {
        port.post(data)
        await new Promise((resolve) => setTimeout(resolve, 100))
        await new Promise<void>((resolve) => {
          port.onMessage((n) => {
            port.post(n * 10)
            if (n === 3) resolve()
          })
        })
      }`,
      { hello: 'lane' },
    )
    for (const n of [1, 2, 3]) thread.post(n)
    expect(await messagesOf(thread)).toEqual([{ hello: 'lane' }, 10, 20, 30])
  })

  it('delivers all messages before the end', async () => {
    const thread = await start(`export async function main(port) {
      for (let n = 0; n < 5000; n++) port.post(new Float64Array(100).fill(n))
    }`)
    let sum = 0
    thread.onMessage((message) => (sum += (message as Float64Array)[99]!))
    await thread.ended
    expect(sum).toBe((4999 * 5000) / 2)
  })

  it('ends when main returns, whatever is left open', async () => {
    const thread = await start(`import { createServer } from 'node:net'
    export async function main(port) {
      setInterval(() => {}, 1000)
      port.onMessage(() => {})
      await new Promise((resolve) => createServer().listen(0, '127.0.0.1', resolve))
      port.post('open')
    }`)
    expect(await messagesOf(thread)).toEqual(['open'])
  })

  it('ends a thread in the middle of its work, and that is no failure', async () => {
    const thread = await start(`export async function main(port) {
      port.post('busy')
      for (;;);
    }`)
    await new Promise<void>((resolve) => {
      thread.onMessage(() => resolve())
    })
    await thread.terminate()
    await expect(thread.ended).resolves.toBeUndefined()
    await thread.terminate()
    thread.post('to nobody')
  })

  it('ends a thread that is just being started', async () => {
    const thread = await start('export async function main() { for (;;); }')
    await thread.terminate()
    await expect(thread.ended).resolves.toBeUndefined()
  })

  it('refuses what cannot be sent', async () => {
    await expect(start('', () => {})).rejects.toThrow('could not be cloned')
    const thread = await start('export async function main(port) { port.onMessage(() => {}) }')
    expect(() => thread.post(() => {})).toThrow('could not be cloned')
    await thread.ended
    const failure = await failureIn('port.post(() => {})')
    expect(failure).toMatchObject({ name: 'DataCloneError', message: /could not be cloned/ })
  })
})

describe('an error in a thread', () => {
  const fields = {
    code: 'PLAN_EMPTY_PARENT',
    message: 'Cannot seed "orders"',
    why: 'customers has 0 rows planned.',
    fix: 'Give customers a count.',
    exitCode: 4,
    table: 'orders',
    column: 'customer_id',
    row: 17,
  }

  it('survives with its class and all fields: the thread and its seeders share one errors.ts', async () => {
    const failure = await failureIn(`throw new DownpourError(${JSON.stringify(fields)})`)
    expect(failure).toBeInstanceOf(DownpourError)
    expect({ ...failure, message: failure.message }).toEqual({ ...fields, name: 'DownpourError' })
    expect(failure.stack).toMatch(/thread-\d+\.ts/)
    expect(failure.cause).toBeUndefined()
  })

  it('survives without the fields it does not have', async () => {
    const { table: _, column: __, row: ___, exitCode: ____, ...rest } = fields
    const failure = await failureIn(`throw new DownpourError(${JSON.stringify(rest)})`)
    expect(failure).toMatchObject({ ...rest, exitCode: 2, table: undefined, row: undefined })
  })

  it('survives with its causes, by which it is recognised', async () => {
    const failure = await failureIn(`
      const refused = Object.assign(new Error('no room'), { code: '53100', severity: 'ERROR', retry() {} })
      const query = Object.assign(new Error('Failed query', { cause: refused }), { query: 'x', params: [1] })
      throw new DownpourError({ ...${JSON.stringify(fields)}, cause: query })`)
    expect(serverError(failure.cause)).toMatchObject({ message: 'no room', code: '53100' })
  })

  it('keeps name, code and stack when it is none of ours', async () => {
    const failure = await failureIn(
      `throw Object.assign(new TypeError('not a number'), { code: 'X1' })`,
    )
    expect(failure).toBeInstanceOf(Error)
    expect(failure).not.toBeInstanceOf(DownpourError)
    expect(failure).toMatchObject({ name: 'TypeError', message: 'not a number', code: 'X1' })
    expect(failure.stack).toMatch(/^TypeError: not a number\n +at main \(.*thread-\d+\.ts/)
  })

  it.each([
    ['thrown as a text', `throw 'just a text'`, 'just a text'],
    ['that is its own cause', `const e = new Error('a ring'); e.cause = e; throw e`, 'a ring'],
    [
      'that nobody awaits',
      `void Promise.reject(new Error('left alone')); await new Promise((resolve) => setTimeout(resolve, 60_000))`,
      'left alone',
    ],
    [
      'in a timer',
      `setTimeout(() => { throw new Error('too late') }, 1); await new Promise((resolve) => setTimeout(resolve, 60_000))`,
      'too late',
    ],
  ])('arrives: one %s', async (_, lines, message) => {
    expect(await failureIn(lines)).toMatchObject({ message })
  })

  it.each([
    ['an exception', `throw new Error('at import')`, 'at import'],
    ['a module that is not there', `import './nowhere.ts'`, /Cannot find module .*nowhere\.ts/],
    ['no main', `export const name = 1`, 'main is not a function'],
  ])('arrives from the import: %s', async (_, lines, message) => {
    const { ended } = await start(lines)
    const failure = await failureOfThread(ended)
    expect(failure.message).toMatch(message)
  })

  it.each([
    ['process.exit', 'process.exit(0)', 0],
    ['a promise that nothing will settle', 'await new Promise(() => {})', 13],
  ])('is told of an end without one: %s', async (_, lines, exitCode) => {
    const { code, message, why, fix } = (await failureIn(lines)) as DownpourError
    expect({ code, message, why, fix }).toEqual({
      code: 'THREAD_ENDED',
      message: 'The thread "lane 2" ended before its work was done',
      why: `Something in it called process.exit, or waits for what can never come; the exit code was ${exitCode}.`,
      fix: 'Remove such calls from the schema and the seeders.',
    })
  })

  it('waits for somebody who looks at it later', async () => {
    const { ended } = await start(`throw new Error('early')`)
    await new Promise((resolve) => setTimeout(resolve, 1000))
    await expect(ended).rejects.toThrow('early')
  })
})

describe('a project in a thread', () => {
  const planning = () => `
    import { loadProject } from ${JSON.stringify(join(source, 'config/load-project.ts'))}
    import { buildPlan } from ${JSON.stringify(join(source, 'plan/build-plan.ts'))}
    export async function main(port, { configFile, request }) {
      const { tables, refinements } = await loadProject(configFile)
      const plan = await buildPlan({ ...request, tables, refinements })
      port.post(plan.tables.map(({ model, rows }) => ({ table: model.key, rows })))
    }`
  const byTable = (tables: readonly { readonly table: string; readonly rows: unknown }[]) =>
    Object.fromEntries(tables.map(({ table, rows }) => [table, rows]))
  const request = {
    seed: 7,
    referenceDate: '2026-01-01',
    counts: { explicit: {}, profile: { users: 30, brands: 4, products: 20 }, scale: 1 },
    only: undefined,
    existing: undefined,
  }

  it('is loaded again and planned the same', async () => {
    const configFile = join(source, '../downpour.config.ts')
    const thread = await start(planning(), { configFile, request })
    const { tables, refinements } = await loadProject(configFile)
    const plan = await buildPlan({ ...request, tables, refinements })
    const expected = plan.tables.map(({ model, rows }) => ({ table: model.key, rows }))
    expect(expected.length).toBeGreaterThan(5)
    const [planned] = (await messagesOf(thread)) as [typeof expected]
    // Vitest lists a module's exports in another order than Node does.
    expect(byTable(planned)).toEqual(byTable(expected))
  })

  it('refuses with its own errors', async () => {
    const configFile = join(folder, 'nowhere.config.ts')
    const { ended } = await start(planning(), { configFile, request })
    const failure = await failureOfThread(ended)
    expect(failure).toBeInstanceOf(DownpourError)
    expect(failure).toMatchObject({
      code: 'CONFIG_MODULE',
      message: `Cannot load the configuration ${configFile}`,
      why: 'There is no such file.',
    })
  })
})
