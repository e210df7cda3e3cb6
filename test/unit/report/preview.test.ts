import { describe, expect, it } from 'vitest'
import { formatPreview, previewJson } from '../../../src/report/preview.ts'
import type { PreviewedTable } from '../../../src/report/preview.ts'

const notes: PreviewedTable = {
  name: 'notes',
  total: 1_000_000,
  columns: [
    { name: 'id', isNumber: true },
    { name: 'body', isNumber: false },
    { name: 'extra', isNumber: false },
  ],
  rows: [
    { id: 9n, body: 'a line\nand \u001b[31mone more', extra: { tags: ['x'] } },
    { id: 10n, body: '', extra: null },
  ],
}

describe(formatPreview, () => {
  it('shows a table, with line breaks and escape sequences made harmless', () => {
    expect(formatPreview(notes, Infinity)).toMatchInlineSnapshot(`
      "notes (2 of 1,000,000 rows)
        id  body                            extra
         9  a line\\nand \\u001b[31mone more  {"tags":["x"]}
        10                                  ∅

      "
    `)
  })

  it('shows a line per value where the terminal is too narrow for the table', () => {
    expect(formatPreview(notes, 40)).toMatchInlineSnapshot(`
      "notes (2 of 1,000,000 rows)
        id     9
        body   a line\\nand \\u001b[31mone more
        extra  {"tags":["x"]}

        id     10
        body   
        extra  ∅

      "
    `)
  })

  it.each([
    { numbers: [4711], title: 'notes (row 4711 of 1,000,000, counted from 0)' },
    { numbers: [8, 3], title: 'notes (rows 8, 3 of 1,000,000, counted from 0)' },
  ])('names the rows $numbers that were asked for by number', ({ numbers, title }) => {
    const rows = notes.rows.slice(0, numbers.length)
    expect(formatPreview({ ...notes, numbers, rows }, 80).split('\n')[0]).toBe(title)
  })

  it('shows dates and bytes as PostgreSQL writes them', () => {
    const table: PreviewedTable = {
      name: 't',
      total: 1,
      columns: [
        { name: 'at', isNumber: false },
        { name: 'bytes', isNumber: false },
      ],
      rows: [{ at: new Date('2026-01-01T00:00:00Z'), bytes: Buffer.from([0, 255]) }],
    }
    expect(formatPreview(table, 80)).toContain('  2026-01-01T00:00:00.000Z  \\x00ff\n')
  })
})

describe(previewJson, () => {
  it('writes the rows by table, and integers that JSON has no number for as text', () => {
    expect(JSON.parse(previewJson([notes]))).toEqual({
      ok: true,
      tables: {
        notes: [
          { id: '9', body: 'a line\nand \u001b[31mone more', extra: { tags: ['x'] } },
          { id: '10', body: '', extra: null },
        ],
      },
    })
  })
})
