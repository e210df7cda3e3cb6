import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { decide, environmentOf, productionSign } from '../../../src/run/guard-rules.ts'
import type { Situation } from '../../../src/run/guard-rules.ts'

/** Everything that a line of the page may ask about, by the titles of its columns. */
const choices = {
  '`NODE_ENV`': [undefined, 'development', 'test', 'staging', 'production', 'Prod'],
  profile: ['dev', 'for staging', 'production', 'for production'],
  server: ['embedded', 'local', 'allowed', 'elsewhere'],
  mark: [undefined, 'development', 'staging', 'production'],
  'rows that would go': ['known', 'foreign'],
  '`--confirm`': ['none', 'its name', 'another name'],
  terminal: ['yes', 'no'],
} as const

type Title = keyof typeof choices
type Cell = { readonly [Key in Title]: (typeof choices)[Key][number] }

interface Decision {
  readonly conditions: Readonly<Record<Title, string>>
  readonly outcome: string
  readonly code: string
  readonly exit: string
}

const titles = Object.keys(choices) as Title[]

function readDecisions(): readonly Decision[] {
  const page = readFileSync(join(import.meta.dirname, '../../../docs/guards.md'), 'utf8')
  const [header, _line, ...lines] = page
    .slice(page.indexOf('<!-- decisions -->'))
    .split('\n')
    .filter((line) => line.startsWith('|'))
    .map((line) => line.split('|').slice(1, -1))
    .map((cells) => cells.map((cell) => cell.trim()))
  const width = header!.length
  const end = lines.findIndex((line) => line.length !== width)
  return lines.slice(0, end === -1 ? undefined : end).map((line) => {
    const named = Object.fromEntries(header!.map((title, n) => [title, line[n]!]))
    return {
      conditions: named as Decision['conditions'],
      outcome: named['then']!,
      code: named['code']!.replaceAll('`', ''),
      exit: named['exit']!,
    }
  })
}

function allCells(): readonly Cell[] {
  let cells: readonly Partial<Record<Title, string | undefined>>[] = [{}]
  for (const title of titles) {
    cells = cells.flatMap((cell) => choices[title].map((value) => ({ ...cell, [title]: value })))
  }
  return cells as readonly Cell[]
}

/** As the page words them, without looking at the rules. */
function commandEnvironment(cell: Cell): string {
  if (cell.profile.startsWith('for ')) return cell.profile.slice('for '.length)
  const environment = cell['`NODE_ENV`'] ?? 'development'
  return environment === 'test' ? 'development' : environment
}

const meanings: Readonly<Record<Title, (condition: string, cell: Cell) => boolean>> = {
  '`NODE_ENV`': (condition, cell) =>
    condition === 'production' && ['production', 'Prod'].includes(cell['`NODE_ENV`'] ?? ''),
  profile: (condition, { profile }) => profile.endsWith(condition),
  server: (condition, { server }) => server === condition,
  mark: (condition, cell) =>
    condition === 'another environment'
      ? cell.mark !== undefined && cell.mark !== commandEnvironment(cell)
      : (cell.mark ?? 'none') === condition,
  'rows that would go': (condition, cell) => cell['rows that would go'] === condition,
  '`--confirm`': (condition, cell) => cell['`--confirm`'] === condition,
  terminal: (condition, { terminal }) => terminal === condition,
}

function documented(decisions: readonly Decision[], cell: Cell): Decision {
  return decisions.find(({ conditions }) =>
    titles.every((title) => conditions[title] === '' || meanings[title](conditions[title], cell)),
  )!
}

function situationOf(cell: Cell): Situation {
  const environment = cell.profile.startsWith('for ') ? cell.profile.slice(4) : undefined
  const surroundings = {
    nodeEnvironment: cell['`NODE_ENV`'],
    profile: { name: environment === undefined ? cell.profile : 'large', environment },
  }
  const confirmed = { none: undefined, 'its name': 'shop', 'another name': 'Shop' }
  return {
    action: 'reset',
    database: 'shop',
    host: 'db.example.com',
    address: '10.1.2.3',
    place: cell.server,
    isReadOnly: false,
    environment: environmentOf(surroundings),
    production: productionSign(surroundings),
    mark: cell.mark,
    isMarking: false,
    foreignRows: cell['rows that would go'] === 'foreign' ? 'users' : undefined,
    confirm: confirmed[cell['`--confirm`']],
    isTerminal: cell.terminal === 'yes',
  }
}

describe('docs/guards.md', () => {
  const decisions = readDecisions()
  const cells = allCells()

  it('has a line for whatever may come, and no line in vain', () => {
    expect(decisions).toHaveLength(15)
    const used = new Set(cells.map((cell) => decisions.indexOf(documented(decisions, cell))))
    expect([...used].toSorted((one, other) => one - other)).toEqual([...decisions.keys()])
  })

  it('says of every combination what the guard does', () => {
    expect(cells).toHaveLength(4608)
    const differences = cells.flatMap((cell) => {
      const { outcome, code } = documented(decisions, cell)
      const verdict = decide(situationOf(cell))
      const told = verdict.kind === 'allowed' ? 'done ' : `${verdict.kind} ${verdict.refusal.code}`
      return told === `${outcome} ${code}` ? [] : [{ cell, documented: `${outcome} ${code}`, told }]
    })
    expect(differences.slice(0, 3)).toEqual([])
  })

  it('gives each outcome its exit code', () => {
    const exits = { refused: '2', asked: '0 or 3', done: '0' }
    for (const { outcome, exit } of decisions) {
      expect(exit).toBe(exits[outcome as keyof typeof exits])
    }
  })
})

describe(decide, () => {
  const plain = situationOf({
    '`NODE_ENV`': undefined,
    profile: 'dev',
    server: 'local',
    mark: 'development',
    'rows that would go': 'known',
    '`--confirm`': 'none',
    terminal: 'no',
  })

  it('refuses a server that takes no writes, whatever is confirmed', () => {
    const refusal = {
      code: 'REFUSED_READ_ONLY',
      message: 'Cannot reset: the server takes no writes',
    }
    for (const confirm of [undefined, 'shop', 'Shop']) {
      expect(decide({ ...plain, isReadOnly: true, confirm, isTerminal: true })).toMatchObject({
        kind: 'refused',
        refusal,
      })
    }
  })

  it('lets a mark be changed with consent, that of production too', () => {
    const marking = { ...plain, mark: 'production', isMarking: true }
    expect(decide(marking)).toMatchObject({ kind: 'refused' })
    expect(decide({ ...marking, isTerminal: true })).toMatchObject({ kind: 'asked' })
    expect(decide({ ...marking, confirm: 'shop' })).toEqual({ kind: 'allowed' })
  })
})
