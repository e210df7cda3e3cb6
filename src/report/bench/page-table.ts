import { markup } from './markup.ts'
import type { Markup } from './markup.ts'

/** A table of the page. Its first column names the rows. */
export interface PageTable {
  /** Unique in the page. */
  readonly id: string
  readonly caption: string
  readonly titles: readonly string[]
  readonly rows: readonly (readonly string[])[]
}

/** A table that, where it is too wide, is scrolled by itself, with the keyboard as well. */
export function pageTable({ id, caption, titles, rows }: PageTable): Markup {
  return markup`<div class="scroll" role="region" aria-labelledby="${id}" tabindex="0">
<table>
<caption id="${id}">${caption}</caption>
<thead><tr>${titles.map((title) => markup`<th scope="col">${title}</th>`)}</tr></thead>
<tbody>
${rows.map(tableRow)}</tbody>
</table>
</div>`
}

function tableRow([name, ...cells]: readonly string[]): Markup {
  return markup`<tr><th scope="row">${name}</th>${cells.map((cell) => markup`<td>${cell}</td>`)}</tr>
`
}
