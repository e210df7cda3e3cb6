import { access } from 'node:fs/promises'
import { pathToFileURL } from 'node:url'
import { DownpourError } from '../errors.ts'

let canImportTypeScript = false

/**
 * Imports a project's module, TypeScript included.
 *
 * @param file - an absolute path
 * @param purpose - what it is, for messages: `the configuration`
 * @throws DownpourError `CONFIG_MODULE` when it is not there or fails while it is loaded
 */
export async function loadModule(
  file: string,
  purpose: string,
): Promise<Readonly<Record<string, unknown>>> {
  const isThere = await access(file).then(
    () => true,
    () => false,
  )
  if (!isThere) throw moduleError(file, purpose, 'There is no such file.')
  try {
    await registerTypeScript()
    return (await import(pathToFileURL(file).href)) as Readonly<Record<string, unknown>>
  } catch (error) {
    throw moduleError(file, purpose, error instanceof Error ? error.message : String(error), error)
  }
}

/** Node 20 cannot load TypeScript; tsx is loaded when the first module is. */
async function registerTypeScript(): Promise<void> {
  if (canImportTypeScript) return
  canImportTypeScript = true
  const startedByTsx = process.execArgv.some((argument) => argument.includes('tsx'))
  if (startedByTsx) return
  const { register } = await import('tsx/esm/api')
  register()
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
