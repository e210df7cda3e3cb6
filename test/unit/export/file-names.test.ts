import { describe, expect, it } from 'vitest'
import { exportFiles } from '../../../src/export/file-names.ts'
import type { Target } from '../../../src/write/target.ts'

interface Table {
  readonly name: string
  readonly rows: number
  readonly schema?: string
  readonly columns?: number
}

function namesOf(tables: readonly Table[], format: 'csv' | 'jsonl' = 'csv'): readonly string[] {
  const targets = tables.map(({ name, rows, schema = 'public', columns = 1 }) => ({
    table: { model: { schema, name }, toLoad: { first: 0, count: rows } },
    columns: Array.from({ length: columns }, () => ({})),
  }))
  const form = { format, gzip: false, chunkSize: 10 }
  return exportFiles(targets as unknown as readonly Target[], form).map(({ name }) => name)
}

describe('exportFiles', () => {
  it('numbers tables in the order of loading, and the files of those that have several', () => {
    expect(
      namesOf([
        { name: 'users', rows: 10 },
        { name: 'orders', rows: 11 },
        { name: 'none', rows: 0 },
        { name: 'notes', rows: 1 },
      ]),
    ).toEqual(['01-users.csv', '02-orders-1.csv', '02-orders-2.csv', '04-notes.csv'])
  })

  it('pads numbers, so that names are in order', () => {
    const names = namesOf(Array.from({ length: 100 }, () => ({ name: 't', rows: 100 })))
    expect(names[0]).toBe('001-t-01.csv')
    expect(names.toSorted()).toEqual(names)
  })

  it.each([
    ['Public Orders', '01-public-orders.csv'],
    ['../../etc/passwd', '01-etc-passwd.csv'],
    ['a"b\\c:d*e?f|g\0h\ni', '01-a-b-c-d-e-f-g-h-i.csv'],
    ['用户', '01-table.csv'],
    ['...', '01-table.csv'],
    ['x'.repeat(80), `01-${'x'.repeat(60)}.csv`],
  ])('is safe in any file system: %j', (name, file) => {
    expect(namesOf([{ name, rows: 1 }])).toEqual([file])
  })

  it('tells apart what some file systems do not', () => {
    const names = namesOf(
      ['Users', 'users', 'USERS', 'Users'].map((name, index) => ({
        name,
        rows: 1,
        schema: index === 3 ? 'other' : 'public',
      })),
    )
    expect(names).toEqual(['01-users.csv', '02-users.csv', '03-users.csv', '04-other-users.csv'])
  })

  it('has no file for rows without columns, which only JSON has words for', () => {
    const table = { name: 'marks', rows: 1, columns: 0 }
    expect(namesOf([table])).toEqual([])
    expect(namesOf([table], 'jsonl')).toEqual(['01-marks.jsonl'])
  })
})
