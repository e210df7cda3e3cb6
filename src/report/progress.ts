import type { LoadProgress } from '../run/load-tracker.ts'
import { formatClock, formatShort } from './format.ts'
import { styled } from './terminal.ts'
import type { Terminal } from './terminal.ts'

/** Shows how far a load is. */
export interface ProgressDisplay {
  update(progress: LoadProgress): void
  /** Leaves what was drawn where it is; the next line begins below. */
  end(): void
}

const redrawMilliseconds = 100
/** Work that is over sooner is not worth a line. */
const quietMilliseconds = 100
const lineMilliseconds = 5_000

/** Nothing is shown. */
export const noProgress: ProgressDisplay = { update: () => {}, end: () => {} }

/**
 * One line a table, redrawn in place on a terminal; elsewhere a line every 10 % or 5 seconds.
 *
 * @param now - a clock in milliseconds
 */
export function createProgress(
  terminal: Terminal,
  now: () => number = () => performance.now(),
): ProgressDisplay {
  return terminal.isInteractive ? redrawn(terminal, now) : printed(terminal, now)
}

interface TableClock {
  readonly table: string
  readonly started: number
  drawn: number
  /** Tenths that have been told. */
  told: number
}

function redrawn(terminal: Terminal, now: () => number): ProgressDisplay {
  let clock: TableClock | undefined
  let isOpen = false
  function close(): void {
    if (isOpen) terminal.write('\n')
    isOpen = false
  }
  return {
    update(progress) {
      const time = now()
      if (clock?.table !== progress.table) {
        close()
        clock = { table: progress.table, started: time, drawn: 0, told: 0 }
      }
      const isDone = progress.rows >= progress.total
      const isSoon = time - clock.started < quietMilliseconds
      if (isSoon || (!isDone && time - clock.drawn < redrawMilliseconds)) return
      clock.drawn = time
      const line = progressLine(progress, time - clock.started, terminal.columns)
      terminal.write(`\r\u001b[2K${styled(terminal, isDone ? 'green' : 'bold', line)}`)
      isOpen = true
    },
    end: close,
  }
}

function printed(terminal: Terminal, now: () => number): ProgressDisplay {
  let clock: TableClock | undefined
  return {
    update(progress) {
      const time = now()
      if (clock?.table !== progress.table) {
        clock = { table: progress.table, started: time, drawn: time, told: 0 }
      }
      const tenths = Math.floor((10 * progress.rows) / Math.max(1, progress.total))
      const isNews = tenths > clock.told || time - clock.drawn >= lineMilliseconds
      clock.told = Math.max(clock.told, tenths)
      if (!isNews || time - clock.started < quietMilliseconds) return
      clock.drawn = time
      terminal.write(`${progressLine(progress, time - clock.started, 120)}\n`)
    },
    end: () => {},
  }
}

/**
 * `transactions  ███████░░░ 72%  720k/1.0M  412k rows/s  0:01 left`, shortened from the right where
 * the terminal is narrow; the table and its percentage stay longest.
 */
function progressLine(progress: LoadProgress, milliseconds: number, width: number): string {
  const { table, rows, total, unit } = progress
  // A line that fills the last column would wrap.
  const room = Math.max(1, width - 1)
  const share = total === 0 ? 1 : rows / total
  const seconds = milliseconds / 1000
  const rate = rows / Math.max(seconds, 0.001)
  const filled = Math.floor(share * 10)
  const percent = `${String(Math.floor(share * 100)).padStart(3)}%`
  const pieces = [
    table.padEnd(14),
    `${'█'.repeat(filled)}${'░'.repeat(10 - filled)} ${percent}`,
    `${formatShort(rows)}/${formatShort(total)}`,
    ...(unit === 'rows' ? [`${formatShort(rate)} rows/s`] : []),
    ...(share === 1
      ? [formatClock(seconds)]
      : rows > 0
        ? [`${formatClock((total - rows) / rate)} left`]
        : []),
  ]
  while (pieces.length > 2 && pieces.join('  ').length > room) pieces.pop()
  const line = pieces.join('  ')
  if (line.length <= room) return line
  const name = table.slice(0, Math.max(1, room - percent.length - 1))
  return `${name} ${percent}`.slice(0, room)
}
