import { mkdtemp, readdir, readFile, realpath } from 'node:fs/promises'
import { join } from 'node:path'
import { runFolder } from './database.ts'
import { waitUntil, withSql } from './embedded.ts'

/** Where a benchmark runs, so that what it leaves behind can be told from what others do. */
export interface BenchPlace {
  readonly url: string
  /** Its TMPDIR, of which no other process knows. */
  readonly temporary: string
}

/** A folder for the temporary files of one benchmark. */
export async function makeTemporary(): Promise<string> {
  return realpath(await mkdtemp(join(runFolder(), 'tmp-')))
}

/** What there is of benchmarks, a line each; sessions end some moments after their clients. */
export async function tracesOf({ url, temporary }: BenchPlace): Promise<readonly string[]> {
  const [schemas, sessions] = await withSql(url, async (sql) => [
    await sql`select nspname as name from pg_namespace where starts_with(nspname, 'downpour_bench_')`,
    await sql`select application_name as name from pg_stat_activity
      where starts_with(application_name, 'downpour bench') and datname = current_database()`,
  ])
  return [
    ...schemas.map(({ name }) => `schema ${name}`),
    ...sessions.map(({ name }) => `session ${name}`),
    ...(await readdir(temporary))
      .filter((name) => name.startsWith('downpour-bench-'))
      .map((name) => `file ${name}`),
    ...(await processesIn(temporary)).map((pid) => `process ${pid}`),
  ]
}

/**
 * Waits until there is nothing of benchmarks.
 *
 * @throws an error that lists what is left
 */
export async function expectNoTraces(place: BenchPlace): Promise<void> {
  let left: readonly string[] = []
  await waitUntil(async () => (left = await tracesOf(place)).length === 0).catch(() => {
    throw new Error(['Left behind:', ...left].join('\n- '))
  })
}

/** Those whose TMPDIR it is; none where there is no /proc to look into. */
export async function processesIn(temporary: string): Promise<readonly number[]> {
  const names = await readdir('/proc').catch(() => [])
  const pids = names.filter((name) => /^\d+$/.test(name)).map(Number)
  const found = await Promise.all(
    pids.map(async (pid) => {
      const environment = await readFile(`/proc/${pid}/environ`, 'utf8').catch(() => '')
      return environment.split('\0').includes(`TMPDIR=${temporary}`)
    }),
  )
  return pids.filter((_, index) => found[index])
}
