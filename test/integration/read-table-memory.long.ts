import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createTestDatabase, type TestDatabase } from '../support/database.ts'
import { change } from '../support/seed-town.ts'

let database: TestDatabase

beforeAll(async () => {
  database = await createTestDatabase()
  await change(
    database.url,
    `create table many (id int primary key, label text);
     insert into many select n, repeat(md5(n::text), 16) from generate_series(1, 200000) n;
     create table few (id int primary key, label text);
     insert into few select * from many where id <= 20000`,
  )
})

afterAll(() => database.drop())

describe('the memory of readTable', () => {
  it('does not grow with the table', async () => {
    const [few, many, all] = [
      await readOnce('cursor', 'few'),
      await readOnce('cursor', 'many'),
      await readOnce('all', 'many'),
    ]
    expect([few.rows, many.rows, all.rows]).toEqual([20_000, 200_000, 200_000])
    expect(many.peakRssBytes - few.peakRssBytes).toBeLessThan(35_000_000)
    // That it would be seen if it did.
    expect(all.peakRssBytes - many.peakRssBytes).toBeGreaterThan(80_000_000)
  })
})

async function readOnce(way: string, table: string) {
  const script = join(import.meta.dirname, '../support/read-once.ts')
  const { stdout } = await promisify(execFile)(process.execPath, [
    // Less garbage that nobody has looked at yet.
    '--max-semi-space-size=1',
    '--import',
    'tsx',
    script,
    database.url,
    way,
    table,
  ])
  return JSON.parse(stdout) as { rows: number; peakRssBytes: number }
}
