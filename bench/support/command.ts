import { execFile } from 'node:child_process'
import { once } from 'node:events'
import type { BenchReport } from '../../src/bench/report.ts'
import type { SeedReport } from '../../src/run/report-run.ts'

/** Runs the command in a process of its own, so that its time and its memory are its own. */
export async function command(url: string, ...args: readonly string[]): Promise<string> {
  return run(...args, '--database-url', url, '--quiet')
}

/** Runs an experiment of the command's own, on `DATABASE_URL`'s server or on the embedded one. */
export async function benchCommand(...args: readonly string[]): Promise<BenchReport> {
  return JSON.parse(await run('bench', ...args)) as BenchReport
}

/** What it tells while it works is shown. */
async function run(...args: readonly string[]): Promise<string> {
  const child = execFile(
    process.execPath,
    ['--import', 'tsx', 'src/cli/main.ts', ...args, '--json'],
    { maxBuffer: Infinity },
  )
  child.stderr!.pipe(process.stderr)
  let printed = ''
  child.stdout!.on('data', (text: string) => (printed += text))
  const [exitCode] = (await once(child, 'close')) as [number | null]
  if (exitCode !== 0) throw new Error(`downpour ${args[0]} has ended with ${exitCode}`)
  return printed
}

/** Seeds the project's own tables, which are emptied first. */
export async function seedCommand(url: string, ...args: readonly string[]): Promise<SeedReport> {
  return JSON.parse(await command(url, 'seed', '--reset', ...args)) as SeedReport
}
