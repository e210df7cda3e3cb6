import { readdir, rm } from 'node:fs/promises'
import { runningPostmaster } from '../../src/postgres/embedded/postmaster.ts'

// Waits until the run that started it is over, however it ends: the pipe on stdin closes with the
// process at its other end. Then every server below the folders is stopped and they are removed.
const folders = process.argv.slice(2)
if (folders.length === 0) throw new Error('usage: sweeper.ts <folder>…')
process.on('SIGINT', () => {})
process.stdin.resume()
process.stdin.once('close', () => void Promise.all(folders.map(sweep)))

async function sweep(root: string): Promise<void> {
  for (let round = 0; round < 300; round++) {
    const running = await postmasters(root)
    if (running.length === 0) break
    // Immediate shutdown: nobody will read this data again.
    for (const pid of running) kill(pid)
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  await rm(root, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 })
}

async function postmasters(root: string): Promise<number[]> {
  // With their types, since without them it goes through every link to all that is installed.
  const options = { recursive: true, withFileTypes: true } as const
  const entries = await readdir(root, options).catch(() => [])
  const pids: number[] = []
  for (const { name, parentPath } of entries) {
    if (name !== 'postmaster.pid') continue
    const postmaster = await runningPostmaster(parentPath)
    if (postmaster !== undefined) pids.push(postmaster.pid)
  }
  return pids
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGQUIT')
  } catch {
    // It is gone already.
  }
}
