/** Times the phases of a command. */
export interface Clock {
  /** Seconds by phase. */
  readonly phases: Readonly<Record<string, number>>
  /** Times a phase; none begins once the work is to stop. */
  time<T>(phase: string, work: () => Promise<T>): Promise<T>
  /** Seconds since the clock was made. */
  total(): number
}

export function createClock(signal: AbortSignal): Clock {
  const started = performance.now()
  const phases: Record<string, number> = {}
  return {
    phases,
    async time(phase, work) {
      signal.throwIfAborted()
      const begun = performance.now()
      try {
        return await work()
      } finally {
        phases[phase] = (performance.now() - begun) / 1000
      }
    },
    total: () => (performance.now() - started) / 1000,
  }
}
