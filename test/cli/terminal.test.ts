import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { downpour, downpourOnTerminal, noTerminal } from '../support/command.ts'
import type { TestDatabase } from '../support/database.ts'
import { createShopDatabase, makeCompiledShop } from '../support/shop-project.ts'

let cwd: string
let database: TestDatabase

beforeAll(async () => {
  cwd = await makeCompiledShop()
  database = await createShopDatabase(cwd)
})

afterAll(() => database.drop())

const redraw = '\r\u001b[2K'
const colour = new RegExp(String.raw`\x1b\[\d+m`, 'g')

/** Enough notes for a few hundred milliseconds. */
const load = ['seed', '--reset', '--count', 'notes=400000', '--chunk-size', '20000']

function seedOn(columns: number, env: Readonly<Record<string, string>> = {}) {
  return downpourOnTerminal([...load, '--database-url', database.url], columns, { cwd, env })
}

const isOfNotes = (line: string) => line.startsWith('notes ')

/** What was to be seen of each redrawn line. */
function drawnLines(output: string): string[] {
  return output
    .split(redraw)
    .slice(1)
    .map((text) => text.split('\n')[0]!.replaceAll(colour, ''))
}

const why = noTerminal()

describe.skipIf(why !== undefined)(`on a terminal${why ? ` (${why})` : ''}`, () => {
  it('progress is drawn over itself in colour, and its end stays', async () => {
    const { output, exitCode } = await seedOn(100)
    expect(exitCode).toBe(0)
    expect(output).toContain('\u001b[32m')
    const lines = drawnLines(output)
    expect(lines.findLast(isOfNotes)).toMatch(
      /^notes +█{10} 100% {2}400k\/400k {2}\S+ rows\/s {2}\d:\d\d$/,
    )
    expect(output.endsWith('Sign in as p1@example.com.\n')).toBe(true)
  })

  it.each([60, 30])('progress never wraps in a window of %d columns', async (columns) => {
    const lines = drawnLines((await seedOn(columns)).output)
    expect(lines.length).toBeGreaterThan(0)
    for (const line of lines) expect(line.length).toBeLessThan(columns)
    expect(lines.findLast(isOfNotes)).toMatch(/^notes .*100%/)
  })

  it('Ctrl-C leaves the progress where it was and no line empty', async () => {
    const args = ['seed', '--reset', '--count', 'notes=5000000', '--database-url', database.url]
    const { output, exitCode } = await downpourOnTerminal(args, 100, {
      cwd,
      interruptAfter: 'notes ',
    })
    expect(exitCode).toBe(130)
    expect(output.slice(output.lastIndexOf(redraw)).replaceAll(colour, '')).toMatch(
      /notes .*\^C\nStopping\. A second SIGINT stops at once\.\n✖ Stopped by SIGINT/,
    )
  })

  it('there is no colour when NO_COLOR says so, but lines are redrawn', async () => {
    const { output } = await seedOn(80, { NO_COLOR: '1' })
    expect(output.match(colour)).toBeNull()
    expect(output).toContain(redraw)
  })

  it('there is no escape sequence at all on a dumb terminal', async () => {
    const { output } = await seedOn(80, { TERM: 'dumb' })
    expect(output).not.toContain('\u001b')
    expect(output).toMatch(/\nnotes .* 100% .*\n/)
  })

  it('preview shows a line per value where a table is too wide', async () => {
    const args = ['preview', 'notes', '--rows', '1']
    const { output } = await downpourOnTerminal(args, 20, { cwd })
    expect(output).toMatch(/\n {2}id {8}1\n {2}personId {2}\d+\n {2}body {6}/)
  })
})

describe('in a pipe', () => {
  it('progress is lines on stderr, without escape sequences', async () => {
    const { stdout, stderr } = await downpour([...load, '--database-url', database.url], { cwd })
    expect(stderr).not.toContain('\u001b')
    expect(stderr).not.toContain('\r')
    const lines = stderr.split('\n').filter((line) => line.startsWith('notes '))
    expect(lines.length).toBeGreaterThan(0)
    expect(lines.length).toBeLessThanOrEqual(11)
    expect(stdout.startsWith('table ')).toBe(true)
  })
})
