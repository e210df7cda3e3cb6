import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import type { SeedReport } from '../../src/run/report-run.ts'

/** Runs the command in a process of its own, so that its time and its memory are its own. */
export async function command(url: string, ...args: readonly string[]): Promise<string> {
  const { stdout } = await promisify(execFile)(process.execPath, [
    '--import',
    'tsx',
    'src/cli/main.ts',
    ...args,
    '--database-url',
    url,
    '--json',
    '--quiet',
  ])
  return stdout
}

/** Seeds the project's own tables, which are emptied first. */
export async function seedCommand(url: string, ...args: readonly string[]): Promise<SeedReport> {
  return JSON.parse(await command(url, 'seed', '--reset', ...args)) as SeedReport
}
