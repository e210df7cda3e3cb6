import { execFileSync } from 'node:child_process'
import { chown, mkdtemp, rmdir } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { serverUser } from '../../src/postgres/embedded/server-user.ts'

/** A disk of its own for a tablespace. */
export interface SmallDisk {
  readonly folder: string
  /** Makes it larger, or smaller. */
  resize(megabytes: number): void
  /** Nothing may use it any more. */
  remove(): Promise<void>
}

/**
 * Mounts a small disk in memory that the test's server may write to.
 *
 * @returns why there can be none here, where that is so
 */
export async function mountSmallDisk(megabytes: number): Promise<SmallDisk | string> {
  const user = await serverUser()
  if (process.platform !== 'linux' || user === undefined) return 'only root on Linux can mount one'
  // Not below the run's folder, which is removed while the server still has its tablespace.
  const folder = await mkdtemp(join(tmpdir(), 'downpour-disk-'))
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m`, 'tmpfs', folder], {
      stdio: 'pipe',
    })
  } catch {
    await rmdir(folder)
    return 'no file system can be mounted here'
  }
  await chown(folder, user.uid, user.gid)
  return {
    folder,
    resize: (size) =>
      void execFileSync('mount', ['-o', `remount,size=${size}m`, folder], { stdio: 'pipe' }),
    async remove() {
      execFileSync('umount', ['-l', folder], { stdio: 'pipe' })
      await rmdir(folder)
    },
  }
}
