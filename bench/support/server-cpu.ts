import { readFile, readdir } from 'node:fs/promises'
import postgres from 'postgres'

/**
 * CPU time that a local server has taken since it was started, in seconds: its processes and those
 * that have ended.
 *
 * @returns `undefined` where the server is not on this machine, or the machine has no `/proc`
 */
export async function readServerCpu(url: string): Promise<number | undefined> {
  const client = postgres(url, { max: 1, onnotice: () => {} })
  try {
    const [row] = await client`select pg_backend_pid() as pid`
    const { parent } = await readProcess(String(row!['pid']))
    const server = await readProcess(parent)
    const others = await Promise.all(
      (await readdir('/proc'))
        .filter((name) => /^\d+$/.test(name))
        // Some end while they are read.
        .map((pid) => readProcess(pid).catch(() => undefined)),
    )
    const children = others.filter((process) => process?.parent === parent)
    return children.reduce((sum, child) => sum + child!.own, server.own + server.ended)
  } catch {
    return undefined
  } finally {
    await client.end()
  }
}

/** Of `USER_HZ`, which is 100 on every architecture that Node runs on. */
const ticksPerSecond = 100

/** https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html */
async function readProcess(pid: string) {
  const text = await readFile(`/proc/${pid}/stat`, 'utf8')
  // The name may hold anything, and ends at the last bracket.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
  const [user, system, endedUser, endedSystem] = fields.slice(11, 15).map(Number)
  return {
    parent: fields[1]!,
    own: (user! + system!) / ticksPerSecond,
    /** Of its children that have ended. */
    ended: (endedUser! + endedSystem!) / ticksPerSecond,
  }
}
