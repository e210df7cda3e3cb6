import { vi } from 'vitest'
import { runCli } from '../../src/cli/cli.ts'

export interface Told {
  readonly stdout: string
  readonly stderr: string
  readonly exitCode: number
}

/** Runs the command in this process: for what is decided before any work begins. */
export async function told(...args: string[]): Promise<Told> {
  const written = { stdout: '', stderr: '' }
  const spies = [
    vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
      written.stdout += String(text)
      return true
    }),
    vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
      written.stderr += String(text)
      return true
    }),
    vi.spyOn(console, 'log').mockImplementation((text) => {
      written.stdout += `${String(text)}\n`
    }),
  ]
  process.exitCode = undefined
  try {
    await runCli(args)
    return { ...written, exitCode: exitCode() }
  } finally {
    process.exitCode = undefined
    for (const spy of spies) spy.mockRestore()
  }
}

/** Through a function: the compiler takes it for what it was set to. */
function exitCode(): number {
  return Number(process.exitCode ?? 0)
}
