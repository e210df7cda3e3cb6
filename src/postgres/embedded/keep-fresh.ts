import { lutimes, readdir } from 'node:fs/promises'
import { join } from 'node:path'

/**
 * Gives every file below the folder today's date. Many systems sweep `/var/tmp` daily and remove
 * each file that is a month old; a data folder would lose its oldest files and keep the others.
 * With one date for all, a server nobody uses goes as a whole.
 *
 * @see https://www.freedesktop.org/software/systemd/man/latest/tmpfiles.d.html
 */
export async function keepFresh(folder: string): Promise<void> {
  const now = new Date()
  const paths = await readdir(folder, { recursive: true })
  await Promise.all(paths.map((path) => touch(join(folder, path), now)))
}

async function touch(path: string, time: Date): Promise<void> {
  try {
    await lutimes(path, time, time)
  } catch (error) {
    // Another command may replace the binaries meanwhile.
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
  }
}
