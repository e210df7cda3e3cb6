import { spawn, spawnSync } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { compiledFolder } from './compile.ts'
import { runFolder } from './database.ts'

export interface CommandOptions {
  readonly cwd: string
  /** On top of this process's own environment, without what would change the command's ways. */
  readonly env?: Readonly<Record<string, string>>
  /** More options for node. */
  readonly nodeOptions?: readonly string[]
  /** In a process group of its own, as a shell gives each command. */
  readonly ownGroup?: boolean
}

/** What a command left behind. */
export interface Finished {
  readonly stdout: string
  readonly stderr: string
  /** `null` when a signal ended it. */
  readonly exitCode: number | null
}

export interface Running {
  readonly process: ChildProcess
  readonly finished: Promise<Finished>
  /** Waits until stderr holds a text. */
  said(text: string): Promise<void>
}

const repository = join(import.meta.dirname, '../..')
const tsx = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href
const main = join(repository, 'src/cli/main.ts')
const compiledConfig = 'downpour.config.js'

/**
 * Runs the command and waits for its end: from source as `npm run` does; in a project that was
 * compiled the compiled one, which starts in a third of the time.
 */
export async function downpour(
  args: readonly string[],
  options: CommandOptions,
): Promise<Finished> {
  return startDownpour(args, options).finished
}

export function startDownpour(args: readonly string[], options: CommandOptions): Running {
  return start(process.execPath, nodeArguments(args, options), options)
}

/** Why there can be no pseudo-terminal here; `undefined` when there can. */
export function noTerminal(): string | undefined {
  const { stdout } = spawnSync('script', ['--version'], { encoding: 'utf8' })
  return stdout?.includes('util-linux') ? undefined : 'needs script of util-linux'
}

/**
 * Runs the command in a pseudo-terminal, where stdout and stderr are one.
 *
 * @param columns - the terminal's width
 */
export async function downpourOnTerminal(
  args: readonly string[],
  columns: number,
  options: CommandOptions & {
    /** Ctrl-C is pressed once this has been seen. */
    readonly interruptAfter?: string
    /** Typed once the first text has been seen. */
    readonly typed?: { readonly after: string; readonly text: string }
  },
): Promise<{ readonly output: string; readonly exitCode: number | null }> {
  const words = [process.execPath, ...nodeArguments(args, options)].map(
    (word) => `'${word.replaceAll("'", `'\\''`)}'`,
  )
  const line = `stty cols ${columns} rows 24 && ${words.join(' ')}`
  const { typed = { after: options.interruptAfter, text: '\u0003' } } = options
  const hasInput = typed.after !== undefined
  const running = start('script', ['-qefc', line, '/dev/null'], { ...options, hasInput })
  let seen = ''
  running.process.stdout!.on('data', (text: string) => {
    const before = seen
    seen += text
    const { after } = typed
    if (after === undefined || before.includes(after) || !seen.includes(after)) return
    running.process.stdin!.write(typed.text)
  })
  const { stdout, exitCode } = await running.finished
  return { output: stdout.replaceAll('\r\n', '\n'), exitCode }
}

/** As on a machine where nothing is set: a command that reaches for the embedded server finds none. */
export function plainEnvironment(): NodeJS.ProcessEnv {
  const environment: NodeJS.ProcessEnv = {
    ...process.env,
    DOWNPOUR_HOME: join(runFolder(), 'no-home'),
    TERM: 'xterm',
    SHELL: 'bash',
  }
  const names = Object.keys(environment).filter((name) =>
    /^(?:PG|NODE_|VITEST|DATABASE_URL$|NO_COLOR$|FORCE_COLOR$|COLUMNS$|DOWNPOUR_DEBUG$|ZSH_NAME$)/.test(
      name,
    ),
  )
  for (const name of names) delete environment[name]
  return environment
}

function nodeArguments(args: readonly string[], options: CommandOptions): string[] {
  const { cwd, nodeOptions = [] } = options
  if (!existsSync(join(cwd, compiledConfig)))
    return ['--import', tsx, ...nodeOptions, main, ...args]
  const compiledMain = join(compiledFolder(runFolder()), 'dist/src/cli/main.js')
  return [...nodeOptions, compiledMain, ...args, '--config', compiledConfig]
}

function start(
  file: string,
  args: readonly string[],
  options: CommandOptions & { readonly hasInput?: boolean },
): Running {
  const { cwd, env = {}, ownGroup = false, hasInput = false } = options
  const child = spawn(file, args, {
    cwd,
    env: { ...plainEnvironment(), ...env },
    detached: ownGroup,
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  if (!hasInput) child.stdin.end()
  let stdout = ''
  let stderr = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text))
  const finished = once(child, 'close').then(([exitCode]) => ({
    stdout,
    stderr,
    exitCode: exitCode as number | null,
  }))
  return {
    process: child,
    finished,
    async said(text) {
      while (!stderr.includes(text)) {
        if (child.exitCode !== null || child.signalCode !== null)
          throw new Error(`It ended without "${text}":\n${stderr}`)
        await Promise.race([once(child.stderr, 'data'), finished])
      }
    },
  }
}
