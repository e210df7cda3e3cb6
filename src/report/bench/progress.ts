import type { BenchProgress } from '../../bench/run-experiment.ts'
import { formatClock } from '../format.ts'
import { styled } from '../terminal.ts'
import type { Terminal } from '../terminal.ts'

/** Shows how far a benchmark is. */
export interface BenchProgressDisplay {
  update(progress: BenchProgress): void
  /** Leaves what was drawn where it is; the next line begins below. */
  end(): void
}

/**
 * One line an experiment, redrawn in place on a terminal; elsewhere a line for each of its phases
 * and every ten seconds.
 *
 * @param now - a clock in milliseconds
 */
export function createBenchProgress(
  terminal: Terminal,
  now: () => number = () => performance.now(),
): BenchProgressDisplay {
  let experiment: string | undefined
  let phase: string | undefined
  let begun = now()
  let told = -Infinity
  let isOpen = false
  function close(): void {
    if (isOpen) terminal.write('\n')
    isOpen = false
  }
  return {
    update(progress) {
      if (progress.experiment !== experiment) close()
      const isNews = progress.experiment !== experiment || progress.phase !== phase
      if (isNews && progress.phase !== 'measure') begun = now()
      experiment = progress.experiment
      phase = progress.phase
      const line = progressLine(progress, (now() - begun) / 1000).slice(0, terminal.columns - 1)
      if (terminal.isInteractive) {
        terminal.write(`\r\u001b[2K${styled(terminal, 'bold', line)}`)
        isOpen = true
      } else if (isNews || now() - told >= lineMilliseconds) {
        terminal.write(`${line}\n`)
        told = now()
      }
    },
    end: close,
  }
}

const lineMilliseconds = 10_000

const words: Readonly<Record<BenchProgress['phase'], string>> = {
  start: 'starting',
  estimate: 'trying',
  'warm up': 'warming up',
  measure: 'measuring',
}

/** `strategies  ████░░░░░░  42%  measuring copy  0:31 left` */
function progressLine(
  { experiment, phase, name, done, total }: BenchProgress,
  seconds: number,
): string {
  const share = total === 0 ? 0 : done / total
  const filled = Math.floor(share * 10)
  const left =
    phase === 'measure' && done > 0
      ? `  ${formatClock((seconds / done) * (total - done))} left`
      : ''
  return `${experiment.padEnd(10)}  ${'█'.repeat(filled)}${'░'.repeat(10 - filled)} ${String(Math.floor(share * 100)).padStart(3)}%  ${words[phase]} ${name}${left}`
}
