import { fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterEach, describe, expect, it } from 'vitest'
import { runFolder } from '../support/database.ts'

const module = join(import.meta.dirname, '../../src/bench/peak-memory.ts')

describe('the peak memory of a process', () => {
  let folder: string
  afterEach(() => rm(folder, { recursive: true }))

  /** Runs statements that end with `process.send(…)`, and gives what was sent. */
  async function sent(statements: string): Promise<unknown> {
    folder = await mkdtemp(join(runFolder(), 'memory-'))
    const file = join(folder, 'child.mjs')
    const imports = `import { forgetPeakMemory, peakMemory } from ${JSON.stringify(pathToFileURL(module).href)}\n`
    await writeFile(file, imports + statements)
    const child = fork(file, { execArgv: ['--expose-gc', '--import', import.meta.resolve('tsx')] })
    const [message] = (await once(child, 'message')) as [unknown]
    child.kill()
    return message
  }

  it('grows with what is held', async () => {
    const [before, after] = (await sent(`
      const before = peakMemory()
      Buffer.alloc(200_000_000, 1)
      process.send([before, peakMemory()])
    `)) as [number, number]
    expect(after - before).toBeGreaterThan(190_000_000)
  })

  it('is not that of the parent, however large that is', async () => {
    const ballast = Buffer.alloc(400_000_000, 1)
    const peak = (await sent('process.send(peakMemory())')) as number
    expect(peak).toBeLessThan(ballast.length / 2)
  })

  it.skipIf(process.platform !== 'linux')(
    'counts anew after it was forgotten (needs Linux)',
    async () => {
      const [most, later] = (await sent(`
        let held = Buffer.alloc(300_000_000, 1)
        const most = peakMemory()
        held = undefined
        // What a buffer held is given back some turns after it was collected.
        for (let i = 0; i < 20; i++) {
          gc()
          await new Promise((resolve) => setTimeout(resolve, 50))
        }
        forgetPeakMemory()
        process.send([most, peakMemory()])
      `)) as [number, number]
      expect(most - later).toBeGreaterThan(200_000_000)
    },
  )
})
