import { describe, expect, it } from 'vitest'
import { formatTable } from '../../../src/report/text-table.ts'

describe(formatTable, () => {
  it('lines up text on the left and numbers on the right, without spaces at the end', () => {
    const lines = formatTable(
      [
        { title: 'rows', align: 'right' },
        { title: 'table', align: 'left' },
      ],
      [
        ['1,000,000', 'users'],
        ['7', 'transactions'],
      ],
    )
    expect(lines).toEqual(['     rows  table', '1,000,000  users', '        7  transactions'])
  })

  it('shows the titles of an empty table', () => {
    expect(formatTable([{ title: 'table', align: 'left' }], [])).toEqual(['table'])
  })
})
