import { execFile } from 'node:child_process'
import { cp, mkdir, symlink } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { promisify } from 'node:util'

const repository = join(import.meta.dirname, '../..')

/** Where a run's compiled build is, below its folder: the `dist` of `npm run build` and what it needs. */
export function compiledFolder(runFolder: string): string {
  return join(runFolder, 'compiled')
}

/** Compiles the project once for all tests of a run; types are checked elsewhere. */
export async function compile(runFolder: string): Promise<void> {
  const folder = compiledFolder(runFolder)
  const dist = join(folder, 'dist')
  const tsc = createRequire(import.meta.url).resolve('typescript/package.json')
  await mkdir(folder)
  await symlink(join(repository, 'node_modules'), join(folder, 'node_modules'))
  await cp(join(repository, 'package.json'), join(folder, 'package.json'))
  await cp(join(repository, 'migrations'), join(dist, 'migrations'), { recursive: true })
  await promisify(execFile)(
    process.execPath,
    [join(tsc, '../bin/tsc'), '-p', 'tsconfig.build.json', '--noCheck', '--outDir', dist],
    { cwd: repository },
  ).catch((error: Error & { readonly stdout: string }) => {
    // It tells of mistakes there.
    throw new Error(`The project does not compile:\n${error.stdout}`, { cause: error })
  })
}
