import { openTable } from '../../generate/slices.ts'
import { openSqlite } from '../sqlite.ts'
import { planTable } from '../tables.ts'
import type { SqliteTask, Subject } from '../task.ts'

/** Loads a table of a SQLite file. */
export async function openSqliteLoad(task: SqliteTask): Promise<Subject> {
  const { schema, table: key, mostRows, file, way, chunkSize } = task
  const plan = await planTable(schema, key, mostRows)
  const table = plan.tables.find(({ model }) => model.key === key)!
  const source = await openTable(plan, table)
  const sqlite = await openSqlite({
    file,
    table: table.model,
    columns: table.columns.map(({ model }) => model),
    indexes: [['id']],
  })
  const { name, settings } = await sqlite.settings()
  const told = Object.entries(settings).map(([setting, value]) => `${setting} ${value}`)
  return {
    note: `${name}: ${told.join(', ')}.`,
    prepare: () => sqlite.empty(),
    run: async (rows) => (await sqlite.load({ source, rows, way, chunkSize })).phases,
    settle: async () => {},
    close: () => sqlite.close(),
  }
}
