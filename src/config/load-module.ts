import { existsSync } from 'node:fs'
import { access } from 'node:fs/promises'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { DownpourError } from '../errors.ts'

/**
 * Imports a project's module, TypeScript included. In a project that was compiled, a `.ts` that a
 * configuration names is the `.js` in its place.
 *
 * @param file - an absolute path
 * @param purpose - what it is, for messages: `the configuration`
 * @throws DownpourError `CONFIG_MODULE` when it is not there or fails while it is loaded,
 *   `CONFIG_TYPESCRIPT` when nothing here can load TypeScript
 */
export async function loadModule(file: string, purpose: string): Promise<Exports> {
  const found = await firstThere([file, compiled(file)])
  if (found === undefined) throw moduleError(file, purpose, 'There is no such file.')
  if (isTypeScript(found)) await registerTypeScript(found, purpose)
  try {
    return exportsOf((await import(pathToFileURL(found).href)) as Exports)
  } catch (error) {
    const said = error instanceof Error ? error.message : String(error)
    throw moduleError(found, purpose, withoutTexts(said), error)
  }
}

type Exports = Readonly<Record<string, unknown>>

/** A module that was compiled to CommonJS, or is while it is loaded, has them one level deeper. */
function exportsOf(module: Exports): Exports {
  const inner = module['default'] as Exports | null | undefined
  return inner?.['__esModule'] === true ? { ...inner } : module
}

/**
 * Where a comma is missing, the compiler quotes what follows: it may be a password. A configuration
 * may say itself what it has read of the environment.
 */
function withoutTexts(message: string): string {
  const secrets = Object.entries(process.env).flatMap(([name, value = '']) =>
    /PASS|SECRET|TOKEN/i.test(name) && value.length >= 4 ? [value] : [],
  )
  const without = message.replaceAll(/found "\\".*"/g, 'found a text')
  return secrets.reduce((text, secret) => text.replaceAll(secret, '…'), without)
}

async function firstThere(files: readonly string[]): Promise<string | undefined> {
  for (const file of files) {
    const isThere = await access(file).then(
      () => true,
      () => false,
    )
    if (isThere) return file
  }
  return undefined
}

/** The default export. @throws as `loadModule` */
export async function loadDefault(file: string, purpose: string): Promise<unknown> {
  return (await loadModule(file, purpose))['default']
}

function isTypeScript(file: string): boolean {
  return /\.(?:[mc]?ts|tsx)$/.test(file)
}

function compiled(file: string): string {
  return file.replace(/\.(?:([mc]?)ts|tsx)$/, '.$1js')
}

// What loaded this file from its source loads the project's as well.
let canImportTypeScript = isTypeScript(import.meta.url)

/**
 * tsx goes before what Node itself does from 22.18 on, which takes no import without a suffix and
 * nothing below node_modules. It follows the paths of the project's tsconfig.json.
 */
async function registerTypeScript(file: string, purpose: string): Promise<void> {
  if (canImportTypeScript) return
  try {
    const tsconfig = process.env[tsconfigVariable] ?? nearest('tsconfig.json', path.dirname(file))
    await registerForCommonJs(tsconfig)
    const { register } = await import('tsx/esm/api')
    register(tsconfig === undefined ? {} : { tsconfig })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_MODULE_NOT_FOUND') {
      throw moduleError(file, purpose, `tsx cannot be loaded: ${String(error)}`, error)
    }
    if (!canNodeLoadTypeScript()) throw typeScriptError(file, purpose, error)
  }
  canImportTypeScript = true
}

/** Where tsx looks for the configuration's path; for CommonJS it takes no option. */
const tsconfigVariable = 'TSX_TSCONFIG_PATH'

async function registerForCommonJs(tsconfig: string | undefined): Promise<void> {
  const before = process.env[tsconfigVariable]
  if (tsconfig !== undefined) process.env[tsconfigVariable] = tsconfig
  try {
    const { register } = await import('tsx/cjs/api')
    register()
  } finally {
    if (before === undefined) delete process.env[tsconfigVariable]
  }
}

/** A file in a folder or above it. */
function nearest(name: string, folder: string): string | undefined {
  const file = path.join(folder, name)
  if (existsSync(file)) return file
  const parent = path.dirname(folder)
  return parent === folder ? undefined : nearest(name, parent)
}

/** https://nodejs.org/api/process.html#processfeaturestypescript, which the types of Node 20 lack. */
function canNodeLoadTypeScript(): boolean {
  return Boolean((process.features as { readonly typescript?: string | false }).typescript)
}

function typeScriptError(file: string, purpose: string, cause: unknown): DownpourError {
  return new DownpourError({
    code: 'CONFIG_TYPESCRIPT',
    message: `Cannot load ${purpose} ${file}`,
    why: `It is TypeScript, which Node ${process.versions.node} cannot load, and tsx is not installed.`,
    fix: 'Install it: npm install --save-dev tsx; or compile the project and name the compiled configuration with --config.',
    cause,
  })
}

/** @param why - a sentence */
export function moduleError(
  file: string,
  purpose: string,
  why: string,
  cause?: unknown,
): DownpourError {
  return new DownpourError({
    code: 'CONFIG_MODULE',
    message: `Cannot load ${purpose} ${file}`,
    why,
    fix: 'Correct the file, or the path that names it.',
    cause,
  })
}
