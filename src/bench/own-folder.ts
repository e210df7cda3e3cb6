import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'

/**
 * Makes a folder for files of a benchmark, named after this process; and removes those of benchmarks
 * that were killed.
 */
export async function ownFolder(): Promise<string> {
  await removeAbandoned()
  return mkdtemp(path.join(tmpdir(), `downpour-bench-${process.pid}-`))
}

async function removeAbandoned(): Promise<void> {
  for (const name of await readdir(tmpdir())) {
    const owner = /^downpour-bench-(\d+)-\w+$/.exec(name)?.[1]
    if (owner === undefined || isAlive(Number(owner))) continue
    // Another user's stays.
    await rm(path.join(tmpdir(), name), { recursive: true, force: true }).catch(() => {})
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH'
  }
}
