import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import { median } from 'simple-statistics'
import { formatTable } from '../../src/report/text-table.ts'
import { withBenchDatabase } from '../support/database.ts'
import { atMost } from '../support/limit.ts'
import type { Limit } from '../support/limit.ts'

/** One more is discarded. */
const repetitions = 11

/**
 * How long it takes until the compiled command is done, above what Node and npm need themselves.
 * All of them are measured in turns.
 */
export async function measureStart(): Promise<readonly Limit[]> {
  await build()
  const folder = await emptyPackage()
  let limits: readonly Limit[] = []
  try {
    await withBenchDatabase(async ({ url, label }) => {
      const database = ['--database-url', url]
      const tiny = ['--profile', 'tiny', '--reset']
      await time(compiled('migrate', ...database))
      console.log(`On a running server (${label}), migrated; medians of ${repetitions} runs.`)
      console.log('The compiled command is run by node directly, not through npm.')
      limits = judge(
        await measure({
          node: { command: [process.execPath, '-e', '0'] },
          'empty npm script': { command: ['npm', 'run', 'empty'], cwd: folder },
          '--help': compiled('--help'),
          preview: compiled('preview'),
          'seed --profile tiny --reset': compiled('seed', ...tiny, ...database),
        }),
      )
    })
  } finally {
    await rm(folder, { recursive: true })
  }
  return limits
}

interface Start {
  readonly command: readonly [string, ...string[]]
  /** @defaultValue the project's folder */
  readonly cwd?: string
}

/** Milliseconds of each repetition, by what was started. */
type Times<Name extends string> = Readonly<Record<Name, readonly number[]>>

function compiled(command: string, ...args: readonly string[]): Start {
  const main = path.join('dist', 'src', 'cli', 'main.js')
  const config = command.startsWith('-') ? [] : ['--config', 'dist/downpour.config.js']
  return { command: [process.execPath, main, command, ...config, ...args] }
}

async function build(): Promise<void> {
  await promisify(execFile)('npm', ['run', 'build']).catch(
    (error: Error & { readonly stdout: string }) => {
      // The compiler tells of mistakes there.
      throw new Error(`The project does not compile:\n${error.stdout}`, { cause: error })
    },
  )
}

/** What npm and a shell need is in it, and nothing that is run. */
async function emptyPackage(): Promise<string> {
  const folder = await mkdtemp(path.join(tmpdir(), 'downpour-start-'))
  await writeFile(
    path.join(folder, 'package.json'),
    JSON.stringify({ name: 'empty', private: true, scripts: { empty: ':' } }),
  )
  return folder
}

async function measure<Name extends string>(
  starts: Readonly<Record<Name, Start>>,
): Promise<Times<Name>> {
  const names = Object.keys(starts) as Name[]
  const times = Object.fromEntries(names.map((name) => [name, [] as number[]])) as Record<
    Name,
    number[]
  >
  for (let round = 0; round <= repetitions; round++) {
    for (const name of names) {
      const milliseconds = await time(starts[name])
      if (round > 0) times[name].push(milliseconds)
    }
  }
  return times
}

async function time({ command: [file, ...args], cwd = process.cwd() }: Start): Promise<number> {
  const started = performance.now()
  const child = spawn(file, args, { cwd, stdio: ['ignore', 'ignore', 'pipe'] })
  let complaint = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => (complaint += text))
  const [exitCode] = (await once(child, 'close')) as [number | null]
  const milliseconds = performance.now() - started
  // Arguments may hold a password.
  if (exitCode !== 0)
    throw new Error(`${path.basename(file)} has ended with ${exitCode}: ${complaint}`)
  return milliseconds
}

function judge(
  times: Times<'node' | 'empty npm script' | '--help' | 'preview' | 'seed --profile tiny --reset'>,
): readonly Limit[] {
  print(times)
  const above = (name: keyof typeof times, floor: keyof typeof times) =>
    median([...times[name]]) - median([...times[floor]])
  return [
    atMost({ name: '--help above node', value: above('--help', 'node'), bound: 200, unit: 'ms' }),
    atMost({ name: 'preview above node', value: above('preview', 'node'), bound: 500, unit: 'ms' }),
    atMost({
      name: 'seed --profile tiny above an empty npm script',
      value: above('seed --profile tiny --reset', 'empty npm script') / 1000,
      bound: 1.5,
      unit: 's',
    }),
  ]
}

function print(times: Times<string>): void {
  const columns = [
    { title: 'start of', align: 'left' as const },
    { title: 'median', align: 'right' as const },
    { title: 'fastest', align: 'right' as const },
    { title: 'slowest', align: 'right' as const },
  ]
  const rows = Object.entries(times).map(([name, all]) => [
    name,
    ...[median([...all]), Math.min(...all), Math.max(...all)].map((ms) => `${ms.toFixed(0)} ms`),
  ])
  console.log(formatTable(columns, rows).join('\n'))
}
