import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'

/** What `postmaster.pid` tells about a running server. */
export interface Postmaster {
  readonly pid: number
  readonly port: number
  /** Whether it takes connections already. */
  readonly ready: boolean
}

/**
 * The server of a data folder, or undefined when none runs. A pid file alone proves nothing: after
 * a crash its number may belong to any other process, so that process's command line has to name
 * this very folder.
 *
 * @see https://www.postgresql.org/docs/18/storage-file-layout.html
 */
export async function runningPostmaster(dataFolder: string): Promise<Postmaster | undefined> {
  const file = await readIfThere(join(dataFolder, 'postmaster.pid'))
  // Lines: pid, data folder, start time, port, socket folder, listen address, shared memory, status.
  const lines = file?.split('\n') ?? []
  const pid = Number(lines[0])
  if (!Number.isInteger(pid) || pid <= 0) return undefined
  if (!(await isServerOf(pid, dataFolder))) return undefined
  return { pid, port: Number(lines[3]), ready: lines[7]?.trim() === 'ready' }
}

/**
 * The working folder would tell it too, but root in a container may not read another user's; the
 * command line is open to everybody. The server's own children overwrite theirs.
 */
async function isServerOf(pid: number, dataFolder: string): Promise<boolean> {
  if (process.platform === 'linux') {
    const commandLine = await readIfThere(`/proc/${pid}/cmdline`)
    const parts = commandLine?.split('\0') ?? []
    return parts[1] === '-D' && parts[2] === dataFolder
  }
  return (await commandLineFromPs(pid)).includes(` -D ${dataFolder} `)
}

function commandLineFromPs(pid: number): Promise<string> {
  return new Promise((resolve) => {
    execFile('ps', ['-ww', '-o', 'command=', '-p', String(pid)], (error, stdout) =>
      resolve(error === null ? stdout : ''),
    )
  })
}

async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code
    // ESRCH: the process ended while its file was being read.
    if (code === 'ENOENT' || code === 'ESRCH') return undefined
    throw error
  }
}
