import { vi } from 'vitest'
import { runCli } from '../../src/cli/cli.ts'
import { plainEnvironment } from './command.ts'
import type { CommandOptions, Finished } from './command.ts'

/** Runs the command in this process, which takes a tenth of the time; no two of them at once. */
export async function runHere(...args: string[]): Promise<Finished> {
  const written = { stdout: '', stderr: '' }
  const spies = (['stdout', 'stderr'] as const).map((name) =>
    vi.spyOn(process[name], 'write').mockImplementation((text) => {
      written[name] += String(text)
      return true
    }),
  )
  const log = vi.spyOn(console, 'log').mockImplementation((text) => {
    written.stdout += `${String(text)}\n`
  })
  process.exitCode = undefined
  try {
    await runCli(args)
    return { ...written, exitCode: exitCode() }
  } finally {
    process.exitCode = undefined
    for (const spy of [...spies, log]) spy.mockRestore()
  }
}

/** The same in a folder, as `downpour` runs it there. */
export async function runHereIn(
  args: readonly string[],
  { cwd, env = {} }: Pick<CommandOptions, 'cwd' | 'env'>,
): Promise<Finished> {
  const before = { folder: process.cwd(), environment: process.env }
  process.chdir(cwd)
  process.env = { ...plainEnvironment(), ...env }
  try {
    return await runHere(...args)
  } finally {
    process.env = before.environment
    process.chdir(before.folder)
  }
}

/** Through a function: the compiler takes it for what it was set to. */
function exitCode(): number {
  return Number(process.exitCode ?? 0)
}
