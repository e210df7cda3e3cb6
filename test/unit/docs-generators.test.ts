import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Config } from '../../src/config/config.ts'
import * as generators from '../../src/generate/generators/index.ts'
import type { SeedOptions } from '../../src/seed/options.ts'
import { complaintsAbout, pagePath, renderPage, writeExamples } from '../support/doc-examples.ts'
import type { DocPage } from '../support/doc-examples.ts'

const names = ['generators.md', 'seeders.md', 'configuration.md'] as const

// The compiler notices what is missing here.
const seedOptions: Readonly<Record<keyof SeedOptions, true>> = {
  count: true,
  seed: true,
  version: true,
  only: true,
  strategy: true,
  chunkSize: true,
  lanes: true,
  referenceDate: true,
  onProgress: true,
}
const fields: Readonly<Record<keyof Config, true>> = {
  schema: true,
  casing: true,
  seeds: true,
  migrations: true,
  profiles: true,
  defaultProfile: true,
  seed: true,
  referenceDate: true,
  copyThreshold: true,
  allowHosts: true,
  hint: true,
}

describe('the documentation', () => {
  const pages = new Map<string, DocPage>()
  let folder: string | undefined
  let complaints: Promise<string>

  beforeAll(async () => {
    // Beside the sources, so that the examples' imports resolve; under a name that git ignores.
    folder = await mkdtemp(join(import.meta.dirname, '../../.readme-'))
    for (const name of names) pages.set(name, await writeExamples(name, folder))
    // The compiler is a process of its own, at work while rows are generated.
    complaints = complaintsAbout(folder)
  })
  afterAll(async () => {
    await complaints
    if (folder) await rm(folder, { recursive: true })
  })

  it.each(['generators.md', 'seeders.md'])(
    'shows in %s the rows that its examples give',
    async (name) => {
      await expect(await renderPage(pages.get(name)!)).toMatchFileSnapshot(pagePath(name))
    },
  )

  it('has examples whose types are right', async () => {
    expect(await complaints).toBe('')
  })

  it('has a section with an example for every generator', () => {
    const sections = pages.get('generators.md')!.text.split(/^#{2,3} /m)
    const shown = sections
      .filter((section) => section.includes('```ts\n'))
      .map((section) => section.slice(0, section.indexOf('\n')))
    const missing = Object.keys(generators).filter((name) => !shown.includes(name))
    expect(missing).toEqual([])
  })

  it('names every option of every generator', async () => {
    const sections = pages.get('generators.md')!.text.split(/^#{2,3} /m)
    const missing = (await declaredOptions()).flatMap(({ file, generators: own, options }) => {
      const text = sections.filter((section) => own.includes(section.split('\n')[0]!)).join('')
      return options.filter((option) => !text.includes(`\`${option}\``)).map((name) => [file, name])
    })
    expect(missing).toEqual([])
  })

  it('names every option of seed()', () => {
    const { text } = pages.get('seeders.md')!
    const missing = Object.keys(seedOptions).filter((option) => !text.includes(`\n| \`${option}\``))
    expect(missing).toEqual([])
  })

  it('has a section for every field of the configuration', () => {
    const sections = [...pages.get('configuration.md')!.text.matchAll(/^### (\w+)$/gm)]
    const shown = new Set(sections.map((match) => match[1]))
    expect(shown).toEqual(new Set(Object.keys(fields)))
  })
})

/** The generators of each file, and the options that it declares for them. */
async function declaredOptions() {
  const folder = join(import.meta.dirname, '../../src/generate/generators')
  const index = await readFile(join(folder, 'index.ts'), 'utf8')
  const files = [...index.matchAll(/^export \{ (.+) \} from '(.+)'$/gm)]
  return Promise.all(
    files.map(async ([, names, file]) => {
      const source = await readFile(join(folder, file!), 'utf8')
      const interfaces = [...source.matchAll(/^export interface \w+Options\b[^]*?^\}/gm)].join('\n')
      const options = [...interfaces.matchAll(/^ {2}readonly (\w+)\??:/gm)].map(([, name]) => name!)
      return {
        file,
        generators: names!.split(', ').map((name) => name.replace(/^\w+ as /, '')),
        options: source.includes('withArraySize(') ? [...options, 'arraySize'] : options,
      }
    }),
  )
}
