import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { copyFile, mkdtemp, readFile, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { plainEnvironment } from '../support/command.ts'
import { createTestDatabase, runFolder } from '../support/database.ts'
import type { TestDatabase } from '../support/database.ts'
import { noPsql } from '../support/export.ts'

const repository = join(import.meta.dirname, '../..')
/** What the page calls the database. */
const pageName = 'shop_staging'

/** A block of commands and what the page says that they print. */
interface Shown {
  readonly commands: readonly Command[]
  readonly output: string
}

interface Command {
  readonly text: string
  readonly exitCode: number
}

interface Printed {
  readonly output: string
  readonly exitCode: number
}

function blocksOf(page: string): readonly Shown[] {
  const blocks = page.matchAll(/^```sh\n([^]*?)^```\n(?:\n```\n([^]*?)^```\n)?/gm)
  return [...blocks].map(([, commands, output = '']) => ({
    commands: commands!.trim().split('\n').map(readCommand),
    output,
  }))
}

function readCommand(line: string): Command {
  const [text, exitCode = '0'] = line.split(/ +# exit code /)
  return { text: text!, exitCode: Number(exitCode) }
}

/** The example project in a folder of its own, with the configuration that the page shows. */
async function copyExample(page: string): Promise<string> {
  const folder = await mkdtemp(join(runFolder(), 'docs-'))
  for (const name of ['node_modules', 'src', 'schema', 'seeds', 'migrations'])
    await symlink(join(repository, name), join(folder, name))
  await copyFile(join(repository, 'package.json'), join(folder, 'package.json'))
  const [, config] = /^```ts\n\/\/ downpour\.config\.ts\n([^]*?)^```$/m.exec(page)!
  await writeFile(join(folder, 'downpour.config.ts'), config!)
  return folder
}

/** After so many seconds the load may not have begun, or be over: it is killed while it is at this. */
const killedAt = /^transactions /m

/** Runs a line of the page as a shell does, with all that it starts in a process group. */
async function runLine(
  line: string,
  { folder, url }: { readonly folder: string; readonly url: string },
): Promise<Printed> {
  const [, dies, command] = /^(timeout --signal=KILL \d+ )?(.*)$/.exec(line)!
  const child = spawn('bash', ['-c', `exec 2>&1; ${command}`], {
    cwd: folder,
    // npm would say which script it runs.
    env: { ...plainEnvironment(), DATABASE_URL: url, npm_config_loglevel: 'silent' },
    detached: true,
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let output = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text
    if (dies && killedAt.test(output) && child.exitCode === null)
      process.kill(-child.pid!, 'SIGKILL')
  })
  await once(child, 'close')
  return { output, exitCode: child.signalCode === 'SIGKILL' ? 137 : child.exitCode! }
}

/** What is another one each time or on each machine; the rows of tables are not. */
const varying: readonly (readonly [RegExp, string])[] = [
  [/^(?:.*[█░].*|…)\n/gm, ''],
  [/^ +\S+ rows\/s lately: .*\n/gm, ''],
  // Phases that took no time are not told.
  [/^connect .+/gm, 'PHASES'],
  [/, free disk [\d.]+ \w+|,? (?:with )?\d+ lanes?/g, ''],
  [/postgres:\/\/\S+/g, 'URL'],
  [/\b[\da-f]{8}\b/g, 'RUN'],
  [/pid \d+ on \S+/g, 'PID'],
  [/\d{4}-\d\d-\d\d \d\d:\d\d:\d\d/g, 'WHEN'],
  [/[\d,.]+( rows in temporary tables)/g, '#$1'],
  [/\d+%( +)[\d,]+( of [\d,]+)/g, '#%$1#$2'],
  [/(running +)\d+%/g, '$1#%'],
  [/(chunks )\d+/g, '$1#'],
  [/(copy|batch)( +)(?:[\d.]+ s|\d+:\d\d)( +)[\d.]+[kM]?/g, '$1$2#$3#'],
  [/\b\d+:\d\d(?::\d\d)?\b|[\d.]+ (?:s|ms|B|KiB|MiB|GiB)\b|[\d.]+[kM](?= rows)/g, '#'],
  [/ +/g, ' '],
]

function formOf(output: string): readonly string[] {
  const form = varying.reduce((text, [pattern, by]) => text.replaceAll(pattern, by), output)
  return form.trim().split('\n')
}

/** The form of what was printed, of long lines as much as is shown. */
function asFarAsShown(printed: readonly string[], shown: readonly string[]): readonly string[] {
  return printed.map((line, index) => {
    const [, beginning] = /^(.*)…$/.exec(shown[index] ?? '') ?? []
    return beginning === undefined ? line : `${line.slice(0, beginning.length)}…`
  })
}

describe.skipIf(noPsql())(`docs/staging.md${noPsql() ? ` (${noPsql()})` : ''}`, () => {
  let page: string
  let folder: string
  let database: TestDatabase
  beforeAll(async () => {
    page = await readFile(join(repository, 'docs/staging.md'), 'utf8')
    folder = await copyExample(page)
    database = await createTestDatabase()
  })
  afterAll(() => database?.drop())

  it('shows what its commands print, one after the other', { timeout: 240_000 }, async () => {
    const { url, name } = database
    for (const { commands, output } of blocksOf(page)) {
      let printed = ''
      for (const { text, exitCode } of commands) {
        // It is in the environment of each.
        if (text.startsWith('export DATABASE_URL=')) continue
        const ended = await runLine(text, { folder, url })
        expect(ended.exitCode, `${text}\n${ended.output}`).toBe(exitCode)
        printed += ended.output.replaceAll(name, pageName)
      }
      const shown = formOf(output)
      expect(asFarAsShown(formOf(printed), shown)).toEqual(shown)
    }
  })
})
