/** A column of a table for the terminal. */
export interface TextColumn {
  readonly title: string
  readonly align: 'left' | 'right'
}

/**
 * Lines up cells in columns, two spaces apart.
 *
 * @example
 * formatTable([{ title: 'table', align: 'left' }, { title: 'rows', align: 'right' }], [['users', '12']])
 * // ['table  rows', 'users    12']
 */
export function formatTable(
  columns: readonly TextColumn[],
  rows: readonly (readonly string[])[],
): readonly string[] {
  const widths = columns.map(({ title }, column) =>
    Math.max(title.length, ...rows.map((row) => row[column]!.length)),
  )
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, column) =>
        columns[column]!.align === 'right'
          ? cell.padStart(widths[column]!)
          : cell.padEnd(widths[column]!),
      )
      .join('  ')
      .trimEnd()
  return [line(columns.map(({ title }) => title)), ...rows.map(line)]
}

/**
 * The same with as many columns as there is room for.
 *
 * @param room - `width`: characters a line; `least`: columns that are shown in any case
 */
export function fittingTable(
  all: readonly TextColumn[],
  rows: readonly (readonly string[])[],
  { width, least }: { readonly width: number; readonly least: number },
): string[] {
  for (let count = all.length; ; count--) {
    const lines = formatTable(
      all.slice(0, count),
      rows.map((row) => row.slice(0, count)),
    )
    if (count === least || lines.every((line) => line.length <= width)) return [...lines]
  }
}
