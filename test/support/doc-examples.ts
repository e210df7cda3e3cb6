import { execFile } from 'node:child_process'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { promisify } from 'node:util'
import * as pgCore from 'drizzle-orm/pg-core'
import { previewTables } from '../../src/cli/preview-tables.ts'
import { completeConfig, defaultCount } from '../../src/config/config.ts'
import { runSeeder } from '../../src/config/seeder.ts'
import type { Seeder } from '../../src/config/seeder.ts'
import * as downpour from '../../src/index.ts'
import { readSchema } from '../../src/model/read-schema.ts'
import { formatPreview } from '../../src/report/preview.ts'

/** A page of `docs/` whose examples have been written out as modules. */
export interface DocPage {
  readonly text: string
  /** The folder of the modules. */
  readonly folder: string
  readonly examples: readonly DocExample[]
}

/**
 * A block of TypeScript. A first line such as `// schema.ts` names its module. One that imports
 * nothing gets what it uses, `f` and the page's schema.ts; tables that it declares are then filled
 * with its `columns` (the last table) or its `refinements`.
 */
export interface DocExample {
  readonly file: string
  readonly code: string
  /** Whether a block of plain text follows, which shows the first rows. */
  readonly hasRows: boolean
}

const repository = join(import.meta.dirname, '../..')
const fence = /^```ts\n([^]*?)^```\n(?:\n```\n([^]*?)^```\n)?/gm

/** How many rows of a table are shown. */
const limit = 4

/**
 * Writes a page's examples out.
 *
 * @param name - of the page in `docs/`
 * @param parent - a folder in the root of the repository; the modules' own is made in it
 */
export async function writeExamples(name: string, parent: string): Promise<DocPage> {
  const text = await readFile(pagePath(name), 'utf8')
  const folder = join(parent, name.replace('.md', ''))
  const examples = [...text.matchAll(fence)].map(([, code, rows], index): DocExample => {
    const file = /^\/\/ ([\w.-]+\.ts)\n/.exec(code!)?.[1] ?? `example-${index + 1}.ts`
    return { file, code: code!, hasRows: rows !== undefined }
  })
  const hasSchema = examples.some(({ file }) => file === schemaFile)
  await mkdir(folder, { recursive: true })
  for (const { file, code } of examples) {
    await writeFile(join(folder, file), moduleOf(code, hasSchema))
  }
  return { text, folder, examples }
}

export function pagePath(name: string): string {
  return join(repository, 'docs', name)
}

/**
 * Checks the types of all modules below a folder.
 *
 * @returns what the compiler complains of; nothing where all is well
 */
export async function complaintsAbout(folder: string): Promise<string> {
  const config = join(folder, 'tsconfig.json')
  await writeFile(
    config,
    JSON.stringify({
      extends: '../tsconfig.json',
      compilerOptions: { noUnusedLocals: false, noUnusedParameters: false },
      include: ['**/*.ts'],
    }),
  )
  const tsc = createRequire(import.meta.url).resolve('typescript/package.json')
  const said = await promisify(execFile)(
    process.execPath,
    [join(tsc, '../bin/tsc'), '-p', config],
    {
      cwd: repository,
    },
  ).then(
    ({ stdout }) => stdout,
    (error: Error & { readonly stdout: string }) => error.stdout || error.message,
  )
  // Each goes on in lines that are indented; `npm run types` tells of those about the sources.
  const complaints = said.split(/^(?=\S)/m).filter((complaint) => !complaint.startsWith('src/'))
  return complaints.join('')
}

/** The page with what its examples give today. */
export async function renderPage({ text, folder, examples }: DocPage): Promise<string> {
  const shown: string[] = []
  for (const { file, hasRows } of examples) shown.push(hasRows ? await rowsOf(folder, file) : '')
  let index = 0
  return text.replaceAll(fence, (block: string, code: string, rows: string | undefined) => {
    const output = shown[index++]!
    return rows === undefined ? block : `\`\`\`ts\n${code}\`\`\`\n\n\`\`\`\n${output}\`\`\`\n`
  })
}

interface ExampleModule {
  readonly default: Seeder
  readonly schema?: Readonly<Record<string, unknown>>
}

/** The tables that the example fills, as `preview` shows them. */
async function rowsOf(folder: string, file: string): Promise<string> {
  const example = (await importFrom(folder, file)) as unknown as ExampleModule
  const schema = example.schema ?? (await importFrom(folder, schemaFile))
  const refinements = runSeeder(example.default)
  const project = {
    folder,
    configFile: file,
    config: completeConfig({}),
    tables: readSchema(schema),
    refinements,
    migrationsFolder: folder,
  }
  const counts = { explicit: {}, profile: {}, scale: 1, otherwise: defaultCount }
  const choice = { profile: 'dev', seed: 1, counts, only: undefined }
  const tables: string[] = []
  for await (const table of previewTables(project, choice, { limit })) {
    if (table.name in refinements) tables.push(formatPreview(table, Infinity))
  }
  return tables.join('').replace(/\n\n$/, '\n')
}

async function importFrom(
  folder: string,
  file: string,
): Promise<Readonly<Record<string, unknown>>> {
  return (await import(/* @vite-ignore */ join(folder, file))) as Record<string, unknown>
}

const schemaFile = 'schema.ts'
const publicInterface = '../../src/index.ts'

function moduleOf(code: string, hasSchema: boolean): string {
  if (/^import /m.test(code)) return code.replaceAll("'drizzle-downpour'", `'${publicInterface}'`)
  const isUsed = (name: string) => new RegExp(String.raw`(?<!\.)\b${name}\b`).test(code)
  const own = Object.keys(downpour).filter(isUsed)
  const tables = [...code.matchAll(/^const (\w+) = pgTable\(/gm)].map((match) => match[1]!)
  return [
    `import { ${Object.keys(pgCore).filter(isUsed).join(', ')} } from 'drizzle-orm/pg-core'`,
    `import * as downpour from '${publicInterface}'`,
    `import { ${own.join(', ')} } from '${publicInterface}'`,
    ...(hasSchema ? [`import * as schema from './${schemaFile}'`] : []),
    'const f = downpour.getGeneratorsFunctions()',
    code,
    ...(tables.length > 0 ? seederOf(code, tables) : []),
    'export {}',
  ].join('\n')
}

function seederOf(code: string, tables: readonly string[]): string[] {
  const refinements = /^const refinements =/m.test(code)
    ? 'refinements'
    : `({ ${tables.at(-1)!}: { columns } })`
  return [
    `export const schema = { ${tables.join(', ')} }`,
    `export default downpour.defineSeeder(schema, () => ${refinements})`,
  ]
}
