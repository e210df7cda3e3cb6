import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { beforeAll, describe, expect, it, vi } from 'vitest'
import { benchActions } from '../../src/cli/bench.ts'
import { commandNames } from '../../src/cli/commands.ts'
import { told } from '../support/told.ts'

const repository = join(import.meta.dirname, '../..')

// Arguments are parsed as ever, and then nothing is done.
vi.mock('../../src/cli/run-command.ts', async (load) => ({
  ...(await load<object>()),
  runCommand: async () => {},
}))

interface Page {
  readonly name: string
  readonly text: string
}

let pages: readonly Page[]
let scripts: Readonly<Record<string, string>>

beforeAll(async () => {
  const names = (await readdir(join(repository, 'docs'))).map((name) => `docs/${name}`)
  pages = await Promise.all(
    ['README.md', ...names.filter((name) => name.endsWith('.md'))].map(async (name) => ({
      name,
      text: await readFile(join(repository, name), 'utf8'),
    })),
  )
  const { scripts: written } = JSON.parse(
    await readFile(join(repository, 'package.json'), 'utf8'),
  ) as { scripts: Record<string, string> }
  scripts = written
})

/** To the end of the line, the code, the quotation or what a shell does with the rest. */
const commandLine = /\b(npm run|npx downpour)(?![\w-])((?: +(?:"[^"]*"|[^\s`"'|;&<>()#]+))*)/g
/** What npm takes itself. */
const npmOptions = ['--silent']
const ownScript = /^node --import tsx src\/cli\/main\.ts ?(\w*)$/

/** Words that stand for others, by what stands before them. */
const placeholders: Readonly<Record<string, string>> = {
  'bench NAME': 'strategies',
  '--strategy NAME': 'copy',
}

/** Each command line once, as it is written. */
function commandLines({ text }: Page): readonly string[] {
  return [...new Set([...text.matchAll(commandLine)].map(([line]) => line.trim()))]
}

/** What Downpour is given; `undefined` where another program is run. */
function argumentsOf(line: string): readonly string[] | undefined {
  const words = line.replaceAll(/ +/g, ' ').split(' ').slice(2)
  if (line.startsWith('npx')) return words
  const [script = '', ...rest] = words.filter((word) => !npmOptions.includes(word))
  const own = ownScript.exec(scripts[script] ?? '')
  if (!own) return undefined
  // Without the dashes npm would keep what follows.
  expect(rest.length === 0 || rest[0] === '--', line).toBe(true)
  return [...(own[1] === '' ? [] : [own[1]!]), ...rest.slice(1)]
}

/** @returns what is wrong with a command line; nothing where it is understood */
async function complaintAbout(line: string): Promise<string | undefined> {
  const words = argumentsOf(line)
  if (!words) {
    const script = line.split(' ').find((word) => word in scripts)
    return script === undefined ? `${line}: there is no such script` : undefined
  }
  const args = words.map((word, index) => placeholders[`${words[index - 1]} ${word}`] ?? word)
  const { stderr, exitCode } = await told(...args)
  return exitCode === 0 ? undefined : `${line}: ${stderr}`
}

/** Every option of every command, as help lists them. */
async function knownOptions(): Promise<ReadonlySet<string>> {
  const commands = [
    ...commandNames.map((name) => [name]),
    ...benchActions.map((name) => ['bench', name]),
  ]
  const known = new Set<string>()
  for (const command of commands) {
    const { stdout } = await told(...command, '--help')
    for (const [option] of stdout.matchAll(/(?<=^ +)--[a-z-]+/gm)) known.add(option)
  }
  return known
}

/** Options of npm, node and timeout. */
const foreignOptions = [
  '--silent',
  '--save-dev',
  '--max-semi-space-size',
  '--signal',
  '--trace-turbo-loop',
  '--trace-opt',
]

/** All options in a page's code, also where they stand alone. */
function optionsIn({ text }: Page): readonly string[] {
  const code = [...text.matchAll(/`[^`\n]+`|^```sh\n[^]*?^```/gm)]
    .map(([block]) => block)
    .join('\n')
  return [...new Set([...code.matchAll(/(?<![\w-])--[a-z][a-z-]*/g)].map(([option]) => option))]
}

describe('the documentation', () => {
  it('names no option in passing that no command takes', async () => {
    const known = new Set([...(await knownOptions()), ...foreignOptions])
    const isKnown = (option: string) =>
      known.has(option) || known.has(option.replace('--no-', '--'))
    const unknown = pages.flatMap((page) =>
      optionsIn(page).flatMap((option) => (isKnown(option) ? [] : [`${page.name}: ${option}`])),
    )
    expect(known.size).toBeGreaterThan(40)
    expect(unknown).toEqual([])
  })

  it('names no command and no option that is not there', async () => {
    const complaints: string[] = []
    for (const page of pages) {
      for (const line of commandLines(page)) {
        const complaint = await complaintAbout(line)
        if (complaint !== undefined) complaints.push(`${page.name}: ${complaint}`)
      }
    }
    expect(complaints).toEqual([])
  })

  it('is read whole: its command lines are found wherever they stand', () => {
    const text =
      'Use `npx downpour status`, or "npm run seed -- --resume":\n```sh\nnpm run bench -- rtt --json > x # all\n```'
    expect(commandLines({ name: '', text })).toEqual([
      'npx downpour status',
      'npm run seed -- --resume',
      'npm run bench -- rtt --json',
    ])
  })

  it.each([
    ['npm run downpour -- sede', 'There is no command "sede"'],
    ['npm run seed -- --resum', 'There is no option --resum'],
    ['npx downpour bench rtt --thresold 3', 'There is no option --thresold'],
    ['npm run sead', 'there is no such script'],
  ])('would not get away with %s', async (line, complaint) => {
    expect(await complaintAbout(line)).toContain(complaint)
  })
})
