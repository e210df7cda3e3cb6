import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { plainEnvironment } from './command.ts'
import { compiledFolder } from './compile.ts'
import { runFolder } from './database.ts'

export interface Loaded {
  readonly exitCode: number | null
  /** Those of node_modules, each once, sorted. */
  readonly packages: readonly string[]
  /** The project's own modules, below `src/`, without suffix, sorted. */
  readonly own: readonly string[]
  /** All of them: URLs of what was imported, paths of what was required. */
  readonly modules: readonly string[]
}

/** Runs the compiled command in the folder of the compiled project, and lists what it loads. */
export async function loadedBy(...args: readonly string[]): Promise<Loaded> {
  const cwd = join(compiledFolder(runFolder()), 'dist')
  const folder = await mkdtemp(join(runFolder(), 'loaded-'))
  const list = join(folder, 'list')
  const register = join(folder, 'register.mjs')
  await writeFile(join(folder, 'hooks.mjs'), hooks)
  await writeFile(register, registration)
  const child = spawn(
    process.execPath,
    ['--import', pathToFileURL(register).href, 'src/cli/main.js', ...args],
    { cwd, env: { ...plainEnvironment(), LIST_MODULES_IN: list }, stdio: 'ignore' },
  )
  const [exitCode] = (await once(child, 'close')) as [number | null]
  const modules = (await readFile(list, 'utf8')).trimEnd().split('\n')
  return {
    exitCode,
    packages: distinct(modules, /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)/),
    own: distinct(modules, /\/dist\/src\/(.+)\.js$/),
    modules,
  }
}

/** They run beside the command and see what is imported, but not what is required. */
const hooks = `import { appendFileSync } from 'node:fs'
export async function load(url, context, next) {
  appendFileSync(process.env.LIST_MODULES_IN, url + '\\n')
  return next(url, context)
}
`

/** Runs in each of the command's threads. */
const registration = `import { appendFileSync } from 'node:fs'
import { createRequire, register } from 'node:module'
register('./hooks.mjs', import.meta.url)
const { cache } = createRequire(import.meta.url)
process.on('exit', () => {
  for (const file of Object.keys(cache)) appendFileSync(process.env.LIST_MODULES_IN, file + '\\n')
})
`

function distinct(modules: readonly string[], pattern: RegExp): readonly string[] {
  return [...new Set(modules.flatMap((module) => pattern.exec(module)?.[1] ?? []))].toSorted()
}
