import { readFileSync, writeFileSync } from 'node:fs'

/**
 * Makes `peakMemory` count from now on. Only on Linux, https://man7.org/linux/man-pages/man5/proc_pid_clear_refs.5.html
 */
export function forgetPeakMemory(): void {
  try {
    writeFileSync('/proc/self/clear_refs', '5')
  } catch {}
}

/**
 * This process's resident set at its largest, in bytes. Where Linux tells, not `getrusage`: there a
 * process inherits its parent's.
 */
export function peakMemory(): number {
  try {
    const peak = /^VmHWM:\s*(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8'))
    if (peak) return Number(peak[1]) * 1024
  } catch {}
  return process.resourceUsage().maxRSS * 1024
}
