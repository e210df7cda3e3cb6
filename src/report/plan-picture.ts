import type { LoadPlan } from '../estimate/load-plan.ts'
import { formatRows } from './format.ts'

type Pictured = Pick<LoadPlan, 'tables'>

/**
 * The tables and their foreign keys as a flowchart of Mermaid, which GitHub shows in Markdown.
 *
 * @example
 * formatMermaid(plan)
 * // flowchart BT
 * //   t0["users<br>1,000 rows"]
 * //   t1["orders<br>5,000 rows"]
 * //   t1 -->|"user_id"| t0
 */
export function formatMermaid(plan: Pictured): string {
  const { names, edges } = graphOf(plan)
  return [
    'flowchart BT',
    ...names.map(({ id, label }) => `  ${id}["${label.map(mermaidText).join('<br>')}"]`),
    ...edges.map(({ from, to, label }) => `  ${from} -->|"${mermaidText(label)}"| ${to}`),
    '',
  ].join('\n')
}

/** The same in the language of Graphviz: `dot -Tsvg` draws it. */
export function formatDot(plan: Pictured): string {
  const { names, edges } = graphOf(plan)
  return [
    'digraph downpour {',
    '  rankdir=BT',
    '  node [shape=box]',
    ...names.map(({ id, label }) => `  ${id} [label="${label.map(dotText).join('\\n')}"]`),
    ...edges.map(({ from, to, label }) => `  ${from} -> ${to} [label="${dotText(label)}"]`),
    '}',
    '',
  ].join('\n')
}

/** Tables that are only referred to are in it as well. */
function graphOf({ tables }: Pictured) {
  const keys = new Set([
    ...tables.map(({ table }) => table),
    ...tables.flatMap(({ refersTo }) => refersTo.map(({ table }) => table)),
  ])
  // Names of tables may be words of the language.
  const ids = new Map([...keys].map((key, place) => [key, `t${place}`]))
  return {
    names: [...ids].map(([key, id]) => {
      const rows = tables.find(({ table }) => table === key)?.rows
      return { id, label: [key, rows === undefined ? 'not loaded' : formatRows(rows)] }
    }),
    edges: tables.flatMap(({ table, refersTo }) =>
      refersTo.map((reference) => ({
        from: ids.get(table)!,
        to: ids.get(reference.table)!,
        label: reference.columns.join(', '),
      })),
    ),
  }
}

/** Character references are Mermaid's own, with `#` in place of `&`. */
function mermaidText(text: string): string {
  return text.replaceAll(/[^\p{L}\p{N} _,.()/-]/gu, (letter) => `#${letter.codePointAt(0)!};`)
}

/** Within quotes a backslash begins an escape, in which a label may say more than its text. */
function dotText(text: string): string {
  return (
    text
      .replaceAll(/\p{Cc}/gu, ' ')
      .replaceAll('\\', '\\\\')
      .replaceAll('"', '\\"')
      // Character references of HTML are read in labels.
      .replaceAll('&', '&amp;')
  )
}
