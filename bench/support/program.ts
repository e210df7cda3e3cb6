import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

/** A program of PostgreSQL's own, or another that is installed or not. */
export interface Program {
  readonly name: string
  readonly args: readonly string[]
  /** Added to this process's. */
  readonly environment?: Readonly<Record<string, string>>
}

/**
 * Runs a program to its end.
 *
 * @returns what it has printed
 * @throws Error with what it has written to stderr
 */
export async function runProgram({ name, args, environment }: Program): Promise<string> {
  const { stdout } = await execute(name, args, { env: { ...process.env, ...environment } })
  return stdout
}

/** @returns e.g. `psql is not installed` */
export async function whyAbsent(name: string): Promise<string | undefined> {
  try {
    await execute(name, ['--version'])
    return undefined
  } catch {
    return `${name} is not installed`
  }
}

/** The database as libpq takes it; the password is not among the arguments, which everyone sees. */
export function libpqTarget(url: string): {
  readonly database: string
  readonly environment: Readonly<Record<string, string>>
} {
  const target = new URL(url)
  const password = decodeURIComponent(target.password)
  target.password = ''
  return { database: target.href, environment: password === '' ? {} : { PGPASSWORD: password } }
}

const execute = promisify(execFile)
