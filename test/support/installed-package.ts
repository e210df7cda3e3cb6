import { execFile } from 'node:child_process'
import { chmod, cp, mkdir, mkdtemp, readdir, readFile, symlink, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { plainEnvironment } from './command.ts'
import type { Finished } from './command.ts'
import { runFolder } from './database.ts'

/** What `npm pack` gives, and the copy of the sources that it was packed from. */
export interface Packed {
  readonly tarball: string
  readonly sources: string
}

/** A project's files, by their paths in it. */
export type Files = Readonly<Record<string, string>>

export interface ProcessOptions {
  readonly cwd: string
  readonly env?: Readonly<Record<string, string>>
}

const repository = join(import.meta.dirname, '../..')
const packageName = 'drizzle-downpour'

/** Packs the package, which takes a build. */
export async function packPackage(): Promise<Packed> {
  const sources = await copySources()
  const { stdout, stderr, exitCode } = await run('npm', ['pack', '--json'], { cwd: sources })
  // `prepack` builds, and says so.
  if (exitCode !== 0) throw new Error(`npm pack failed:\n${stdout}${stderr}`)
  return { sources, tarball: join(sources, /"filename": "(.*\.tgz)"/.exec(stdout)![1]!) }
}

/**
 * A folder outside of the repository as npm would leave it: the package unpacked, beside it what it
 * depends on and some others that are installed here.
 *
 * @param options - `files` of the project; `others`: packages beside its own dependencies
 */
export async function installPackage(
  { tarball }: Packed,
  { files, others = ['drizzle-orm', 'drizzle-kit'] }: InstallOptions,
): Promise<string> {
  const folder = await mkdtemp(join(runFolder(), 'stranger-'))
  const modules = join(folder, 'node_modules')
  const installed = join(modules, packageName)
  await mkdir(installed, { recursive: true })
  await run('tar', ['xzf', tarball, '--strip-components=1', '-C', installed], { cwd: folder })
  const { bin, dependencies } = await readManifest(installed)
  await mkdir(join(modules, '.bin'))
  await linkCommands({ modules, installed, bin })
  for (const name of new Set([...Object.keys(dependencies ?? {}), ...others])) {
    const source = join(repository, 'node_modules', name)
    await mkdir(dirname(join(modules, name)), { recursive: true })
    await symlink(source, join(modules, name))
    const { bin } = await readManifest(source)
    if (others.includes(name)) await linkCommands({ modules, installed: join(modules, name), bin })
  }
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true })
    await writeFile(join(folder, name), text)
  }
  return folder
}

export interface InstallOptions {
  readonly files: Files
  readonly others?: readonly string[]
}

/** The installed command, in a project's folder. */
export const commandFile = 'node_modules/.bin/downpour'

/** Calls the installed command as `npx` does. */
export function downpourIn(cwd: string, ...args: readonly string[]): Promise<Finished> {
  return run(join(cwd, commandFile), args, { cwd })
}

/** Runs a program to its end. */
export function run(
  file: string,
  args: readonly string[],
  { cwd, env }: ProcessOptions,
): Promise<Finished> {
  return new Promise((resolve) => {
    const options = { cwd, env: { ...plainEnvironment(), ...env } }
    const child = execFile(file, args, options, (_error, stdout, stderr) =>
      resolve({ stdout, stderr, exitCode: child.exitCode }),
    )
  })
}

/** Packed apart: the build begins by removing what an earlier one has left. */
async function copySources(): Promise<string> {
  const folder = await mkdtemp(join(runFolder(), 'sources-'))
  const hidden = new Set(['node_modules', 'dist', '.git', 'test', 'bench', 'examples'])
  for (const name of await readdir(repository)) {
    if (hidden.has(name) || name.startsWith('isolate-')) continue
    await cp(join(repository, name), join(folder, name), { recursive: true })
  }
  await symlink(join(repository, 'node_modules'), join(folder, 'node_modules'))
  return folder
}

interface Manifest {
  readonly bin?: string | Readonly<Record<string, string>>
  readonly dependencies?: Readonly<Record<string, string>>
}

async function readManifest(folder: string): Promise<Manifest> {
  return JSON.parse(await readFile(join(folder, 'package.json'), 'utf8')) as Manifest
}

async function linkCommands({
  modules,
  installed,
  bin = {},
}: {
  readonly modules: string
  readonly installed: string
  readonly bin: Manifest['bin']
}): Promise<void> {
  const commands = typeof bin === 'string' ? { [installed.slice(modules.length + 1)]: bin } : bin
  for (const [name, file] of Object.entries(commands)) {
    const main = join(installed, file)
    await chmod(main, 0o755)
    await symlink(main, join(modules, '.bin', name))
  }
}
