import { execFile, spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import type { Peer } from './peer.ts'

const script = fileURLToPath(new URL('./copy-records.py', import.meta.url))

/** Debian's packages belong to its own Python, which need not be the first one of the path. */
const pythons = ['python3', '/usr/bin/python3']

/** A process of Python's gets the rows into its memory; only its COPY is timed. */
export function asyncpg(url: string, rows: number): Peer {
  let load: (() => Promise<void>) | undefined
  return {
    name: 'asyncpg copy_records_to_table',
    rows,
    from: 'rows in memory',
    absent: async () =>
      (await findPython()) === undefined ? 'python3 has no asyncpg (python3-asyncpg)' : undefined,
    prepare: async () => {
      load = await startLoader(url, rows)
    },
    run: () => load!(),
  }
}

async function findPython(): Promise<string | undefined> {
  for (const python of pythons) {
    const hasIt = await execute(python, ['-c', 'import asyncpg']).then(
      () => true,
      () => false,
    )
    if (hasIt) return python
  }
  return undefined
}

/** @returns what has it load its rows */
async function startLoader(url: string, rows: number): Promise<() => Promise<void>> {
  const python = spawn((await findPython())!, [script, String(rows)], {
    env: { ...process.env, DATABASE_URL: url },
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const lines = createInterface({ input: python.stdout })[Symbol.asyncIterator]()
  const nextLine = async () => {
    const { value, done } = await lines.next()
    if (done) throw new Error('copy-records.py has ended too early')
    return value
  }
  await nextLine()
  return async () => {
    python.stdin.end('\n')
    await nextLine()
  }
}

const execute = promisify(execFile)
