import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { chmod, mkdir, mkdtemp } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import postgres, { type Sql } from 'postgres'
import type { Released } from '../../src/postgres/embedded/server.ts'
import { runFolder } from './database.ts'

/** A process of its own that holds a lease. */
export interface Holder {
  readonly process: ChildProcess
  readonly started: boolean
  readonly url: string
  readonly port: number
  release(): Promise<Released>
  /** `kill -9`. */
  kill(): Promise<void>
}

export interface HolderOptions {
  /** The user to run as, with a group of the same number. */
  readonly uid?: number
}

export interface TestProject {
  readonly folder: string
  readonly home: string
}

/** A home of one's own; what still runs in it at the end of the run is ended with the run. */
export async function makeHome(): Promise<string> {
  const parent = await mkdtemp(join(runFolder(), 'h-'))
  await chmod(parent, 0o711)
  return join(parent, 'home')
}

export async function makeProject(home: string, name = 'shop'): Promise<TestProject> {
  const parent = await mkdtemp(join(runFolder(), 'p-'))
  const folder = join(parent, name)
  await mkdir(folder)
  return { folder, home }
}

export async function startHolder(
  project: TestProject,
  options: HolderOptions = {},
): Promise<Holder> {
  const script = join(import.meta.dirname, 'embedded-holder.ts')
  const child = spawn(process.execPath, ['--import', 'tsx', script, project.folder, project.home], {
    stdio: ['pipe', 'pipe', 'inherit'],
    // A process group of its own, as a shell gives each command.
    detached: true,
    cwd: join(import.meta.dirname, '../..'),
    ...(options.uid === undefined ? {} : { uid: options.uid, gid: options.uid }),
  })
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  const nextLine = async <T>(): Promise<T> => {
    const line = await lines.next()
    if (line.done === true) throw new Error('the holder ended without a word')
    return JSON.parse(line.value) as T
  }
  const opened = await nextLine<{ started: boolean; url: string; port: number }>()
  return {
    ...opened,
    process: child,
    release: () => {
      child.stdin.end()
      return nextLine<Released>()
    },
    kill: async () => {
      const exited = once(child, 'exit')
      child.kill('SIGKILL')
      await exited
    },
  }
}

/** Runs `work` with a connection that does not outlive it. */
export async function withSql<T>(url: string, work: (sql: Sql) => Promise<T>): Promise<T> {
  const sql = postgres(url, { max: 1, onnotice: () => {}, fetch_types: false })
  try {
    return await work(sql)
  } finally {
    await sql.end({ timeout: 1 })
  }
}

export async function waitUntil(condition: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 20_000
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error('it did not come true within 20 s')
    await sleep(20)
  }
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}
