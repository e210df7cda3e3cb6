import { describe, expect, it } from 'vitest'
import type { LoadedTable } from '../../../src/estimate/load-plan.ts'
import { formatDot, formatMermaid } from '../../../src/report/plan-picture.ts'

const table = (name: string, refersTo: LoadedTable['refersTo'] = []): LoadedTable => ({
  table: name,
  rows: 1000,
  firstRow: 0,
  chunks: 1,
  strategy: 'copy',
  refersTo,
  bytes: 0,
  rowBytes: 0,
  movedOutBytes: 0,
  indexes: [],
})

const plan = {
  tables: [
    table('end'),
    table('a"b'),
    table('"; drop table x; --', [{ table: 'a"b', columns: ['x->y', 'back\\slash'] }]),
    table('größe & <b>#1</b>', [{ table: 'outside', columns: ['$1'] }]),
  ],
}

describe(formatMermaid, () => {
  it('names tables of any name, and those that are only referred to', () => {
    expect(formatMermaid(plan)).toMatchInlineSnapshot(`
      "flowchart BT
        t0["end<br>1,000 rows"]
        t1["a#34;b<br>1,000 rows"]
        t2["#34;#59; drop table x#59; --<br>1,000 rows"]
        t3["größe #38; #60;b#62;#35;1#60;/b#62;<br>1,000 rows"]
        t4["outside<br>not loaded"]
        t2 -->|"x-#62;y, back#92;slash"| t1
        t3 -->|"#36;1"| t4
      "
    `)
  })
})

describe(formatDot, () => {
  it('names tables of any name, and those that are only referred to', () => {
    expect(formatDot(plan)).toMatchInlineSnapshot(`
      "digraph downpour {
        rankdir=BT
        node [shape=box]
        t0 [label="end\\n1,000 rows"]
        t1 [label="a\\"b\\n1,000 rows"]
        t2 [label="\\"; drop table x; --\\n1,000 rows"]
        t3 [label="größe &amp; <b>#1</b>\\n1,000 rows"]
        t4 [label="outside\\nnot loaded"]
        t2 -> t1 [label="x->y, back\\\\slash"]
        t3 -> t4 [label="$1"]
      }
      "
    `)
  })
})
