import { describe, expect, it } from 'vitest'
import { createProgress } from '../../../src/report/progress.ts'
import type { Terminal } from '../../../src/report/terminal.ts'

interface Screen {
  /** Everything that was written. */
  readonly written: string[]
  readonly clock: { time: number }
  /** Reports rows of `transactions`, or of another table, out of a million. */
  update(rows: number, table?: string): void
  /** Reports steps of the work on indexes, out of four. */
  updateSteps(done: number): void
  end(): void
}

function screen(
  wishes: Partial<Pick<Terminal, 'isInteractive' | 'columns' | 'hasColour'>>,
): Screen {
  const written: string[] = []
  const clock = { time: 5_000 }
  const terminal: Terminal = {
    isInteractive: true,
    columns: 80,
    hasColour: false,
    write: (text) => void written.push(text),
    ...wishes,
  }
  const progress = createProgress(terminal, () => clock.time)
  return {
    written,
    clock,
    update: (rows, table = 'transactions') =>
      progress.update({ table, rows, total: 1_000_000, unit: 'rows' }),
    updateSteps: (done) =>
      progress.update({ table: 'indexes', rows: done, total: 4, unit: 'steps' }),
    end: progress.end,
  }
}

/** What is to be seen of a line that is redrawn. */
function lineOf(text: string): string {
  expect(text.startsWith('\r\u001b[2K')).toBe(true)
  return text.slice('\r\u001b[2K'.length)
}

describe(createProgress, () => {
  it('draws table, bar, share, rows, speed and the time that is left', () => {
    const { update, clock, written } = screen({})
    update(0)
    clock.time += 2_000
    update(720_000)
    expect(written.map(lineOf)).toEqual([
      'transactions    ███████░░░  72%  720k/1.0M  360k rows/s  0:01 left',
    ])
  })

  it('redraws ten times a second at most, and draws the end whenever it comes', () => {
    const { update, clock, written } = screen({})
    for (let row = 0; row < 2_000; row++) {
      update(row)
      clock.time += 1
    }
    expect(written.length).toBeGreaterThan(15)
    expect(written.length).toBeLessThanOrEqual(20)
    update(1_000_000)
    expect(lineOf(written.at(-1)!)).toBe(
      'transactions    ██████████ 100%  1.0M/1.0M  500k rows/s  0:02',
    )
  })

  it.each([true, false])('says nothing of work under 100 ms (terminal: %s)', (isInteractive) => {
    const { update, clock, written, end } = screen({ isInteractive })
    update(0)
    clock.time += 99
    update(1_000_000)
    end()
    expect(written).toEqual([])
  })

  it('begins a new line for each table, and leaves the last one where it is', () => {
    const { update, clock, written, end } = screen({})
    for (const table of ['users', 'accounts']) {
      update(0, table)
      clock.time += 100
      update(1_000_000, table)
    }
    end()
    end()
    expect(written.map((text) => text.replace(/ {2}.*/s, ''))).toEqual([
      '\r\u001b[2Kusers',
      '\n',
      '\r\u001b[2Kaccounts',
      '\n',
    ])
  })

  it.each([200, 80, 66, 60, 45, 30, 12, 2, 1])(
    'never reaches the last of %d columns',
    (columns) => {
      const { update, clock, written } = screen({ columns })
      update(0)
      clock.time += 2_000
      update(720_000)
      expect(lineOf(written[0]!).length).toBeLessThan(Math.max(columns, 2))
    },
  )

  it.each([
    [60, 'transactions    ███████░░░  72%  720k/1.0M  360k rows/s'],
    [45, 'transactions    ███████░░░  72%  720k/1.0M'],
    [40, 'transactions    ███████░░░  72%'],
    [30, 'transactions  72%'],
    [12, 'transa  72%'],
  ])('drops the least important parts at %d columns', (columns, expected) => {
    const { update, clock, written } = screen({ columns })
    update(0)
    clock.time += 2_000
    update(720_000)
    expect(lineOf(written[0]!)).toBe(expected)
  })

  it('prints a line every 10 % where there is no terminal, without cursor movement', () => {
    const { update, clock, written } = screen({ isInteractive: false })
    for (let percent = 0; percent <= 100; percent++) {
      update(percent * 10_000)
      clock.time += 20
    }
    expect(written).toHaveLength(10)
    expect(written[4]).toBe('transactions    █████░░░░░  50%  500k/1.0M  500k rows/s  0:01 left\n')
    expect(written.join('')).not.toContain('\u001b')
  })

  it('prints a line every 5 seconds when 10 % take longer', () => {
    const { update, clock, written } = screen({ isInteractive: false })
    for (let second = 0; second <= 12; second++) {
      update(second)
      clock.time += 1_000
    }
    expect(written).toHaveLength(2)
  })

  it.each([true, false])(
    'counts steps of work on indexes without a speed in rows (terminal: %s)',
    (isInteractive) => {
      const { updateSteps, clock, written } = screen({ isInteractive })
      updateSteps(0)
      clock.time += 2_000
      updateSteps(1)
      clock.time += 6_000
      updateSteps(4)
      expect(written.map((text) => text.replace('\r\u001b[2K', '').trimEnd())).toEqual([
        'indexes         ██░░░░░░░░  25%  1/4  0:06 left',
        'indexes         ██████████ 100%  4/4  0:08',
      ])
    },
  )

  it('does not guess how long it takes before anything is done', () => {
    const { updateSteps, clock, written } = screen({})
    updateSteps(0)
    clock.time += 2_000
    updateSteps(0)
    expect(written.map(lineOf)).toEqual(['indexes         ░░░░░░░░░░   0%  0/4'])
  })

  it('colours the line only where the terminal has colours', () => {
    const { update, clock, written } = screen({ hasColour: true })
    update(0)
    clock.time += 100
    update(1_000_000)
    expect(written[0]).toContain('\u001b[32mtransactions')
  })
})
