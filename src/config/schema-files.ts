import { readdir, stat } from 'node:fs/promises'
import path from 'node:path'
import { DownpourError } from '../errors.ts'

/**
 * The modules that paths and globs stand for, as drizzle-kit takes them: a folder stands for the
 * modules in it. What is no glob and is not there stays in the list, for whoever loads it to tell.
 *
 * @param options - `folders`: what paths are relative to; the first in which there is something counts
 * @returns absolute paths, each once
 * @throws DownpourError `CONFIG_SCHEMA` when no file matches
 */
export async function findSchemaFiles(
  patterns: readonly string[],
  options: { readonly configFile: string; readonly folders: readonly string[] },
): Promise<readonly string[]> {
  const files: string[] = []
  for (const pattern of patterns) files.push(...(await findIn(options.folders, pattern)))
  if (files.length > 0) return [...new Set(files)]
  const named = patterns.map((pattern) => `"${pattern}"`).join(' or ')
  throw new DownpourError({
    code: 'CONFIG_SCHEMA',
    message: `Cannot find the schema that ${options.configFile} names`,
    why: patterns.length === 0 ? 'It names none.' : `No module matches ${named}.`,
    fix: `Name it: schema: './src/schema.ts'. Paths are relative to the configuration.`,
  })
}

async function findIn(folders: readonly string[], pattern: string): Promise<readonly string[]> {
  for (const folder of folders) {
    const file = path.resolve(folder, pattern)
    const found = await stat(file).catch(() => undefined)
    if (found) return found.isDirectory() ? modulesIn(file) : [file]
    if (!isGlob(pattern)) continue
    const matches = await matchesOf(pattern, folder)
    if (matches.length > 0) return matches
  }
  return isGlob(pattern) ? [] : [path.resolve(folders[0]!, pattern)]
}

/** Loaded when it is needed: most projects name one file. */
async function matchesOf(pattern: string, cwd: string): Promise<readonly string[]> {
  const { glob } = await import('tinyglobby')
  const found = await glob(pattern, {
    cwd,
    absolute: true,
    onlyFiles: false,
    expandDirectories: false,
    ignore: ['**/node_modules/**'],
  })
  const modules = await Promise.all(
    found.map(async (name) => (name.endsWith('/') ? modulesIn(path.resolve(name)) : [name])),
  )
  return modules.flat().filter(isModule).toSorted()
}

async function modulesIn(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { withFileTypes: true })
  return entries
    .filter((entry) => !entry.isDirectory() && isModule(entry.name))
    .map((entry) => path.join(folder, entry.name))
    .toSorted()
}

function isModule(file: string): boolean {
  return /(?<!\.d)\.[cm]?[jt]s$/.test(file)
}

function isGlob(pattern: string): boolean {
  return /[*?[\]{}!()]/.test(pattern)
}
