import type { LoadProgress } from '../run/load-tracker.ts'
import type { Target } from '../write/target.ts'
import type { ExportFile } from './file-names.ts'

/** Adds up what lanes write, and tells it table by table, in the order of loading. */
export interface ExportProgress {
  /** So many rows of a file are encoded, which is not whole yet. */
  onRows(file: ExportFile, rows: number): void
  onWhole(file: ExportFile): void
}

/** @param files - all that are to be there at the end */
export function createExportProgress(
  targets: readonly Target[],
  files: readonly ExportFile[],
  onProgress: (progress: LoadProgress) => void,
): ExportProgress {
  const rows = new Map<ExportFile, number>()
  const totals = targets.map((_target, position) =>
    sum(files.flatMap((file) => (file.position === position ? [file.range.count] : []))),
  )
  const whole = targets.map(() => 0)
  let place = 0

  /** Lanes may be at several tables; the first that is not whole is told about. */
  function tell(): void {
    for (; place < targets.length; place++) {
      const total = totals[place]!
      const written = Math.min(total, whole[place]! + sum(ofTable(place)))
      const table = targets[place]!.table.model.key
      if (total > 0) onProgress({ table, rows: written, total, unit: 'rows' })
      if (whole[place]! < total) return
    }
  }

  function ofTable(position: number): readonly number[] {
    return [...rows].flatMap(([file, count]) => (file.position === position ? [count] : []))
  }

  return {
    onRows(file, count) {
      rows.set(file, count)
      tell()
    },
    onWhole(file) {
      rows.delete(file)
      whole[file.position]! += file.range.count
      tell()
    },
  }
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0)
}
