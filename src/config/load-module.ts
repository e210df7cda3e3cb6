import { access } from 'node:fs/promises'
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
export async function loadModule(
  file: string,
  purpose: string,
): Promise<Readonly<Record<string, unknown>>> {
  const found = await firstThere([file, compiled(file)])
  if (found === undefined) throw moduleError(file, purpose, 'There is no such file.')
  if (isTypeScript(found)) await registerTypeScript(found, purpose)
  try {
    return (await import(pathToFileURL(found).href)) as Readonly<Record<string, unknown>>
  } catch (error) {
    throw moduleError(found, purpose, error instanceof Error ? error.message : String(error), error)
  }
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
 * nothing below node_modules.
 */
async function registerTypeScript(file: string, purpose: string): Promise<void> {
  if (canImportTypeScript) return
  try {
    const { register } = await import('tsx/esm/api')
    register()
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_MODULE_NOT_FOUND') {
      throw moduleError(file, purpose, `tsx cannot be loaded: ${String(error)}`, error)
    }
    if (!canNodeLoadTypeScript()) throw typeScriptError(file, purpose, error)
  }
  canImportTypeScript = true
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

function moduleError(file: string, purpose: string, why: string, cause?: unknown): DownpourError {
  return new DownpourError({
    code: 'CONFIG_MODULE',
    message: `Cannot load ${purpose} ${file}`,
    why,
    fix: 'Correct the file, or the path that names it.',
    cause,
  })
}
