/**
 * Reads a table once, in a process of its own: prints the rows read and the peak of its resident
 * set. `node --import tsx read-once.ts URL all|pages|cursor|copy TABLE`
 */
import { integer, pgTable, text } from 'drizzle-orm/pg-core'
import {
  byCursor,
  copyTo,
  fetchAll,
  limitOffset,
  openReadConnection,
} from '../../src/bench/read-ways.ts'

const [url = '', name = '', tableName = ''] = process.argv.slice(2)

const table = pgTable(tableName, { id: integer().primaryKey(), label: text() })
const ways = {
  all: fetchAll(table),
  pages: limitOffset(table, { pageRows: 1000 }),
  cursor: byCursor(table, { fetchSize: 1000 }),
  copy: copyTo(table),
}

const connection = openReadConnection(url, 'downpour test')
const rows = await ways[name as keyof typeof ways].read(connection, 1_000_000)
await connection.close()
const peakRssBytes = process.resourceUsage().maxRSS * 1024
console.log(JSON.stringify({ rows, peakRssBytes }))
