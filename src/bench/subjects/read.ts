import { byCursor, copyTo, fetchAll, limitOffset, openReadConnection } from '../read-ways.ts'
import type { ReadWay } from '../read-ways.ts'
import { applicationName } from '../own-schema.ts'
import { benchTables } from '../tables.ts'
import type { ReadTask, Subject } from '../task.ts'

/** Reads a table that is filled already. */
export async function openRead(task: ReadTask): Promise<Subject> {
  const connection = openReadConnection(task.url, applicationName(task.schema))
  const way = wayOf(task)
  return {
    prepare: async () => {},
    async run(rows) {
      const started = performance.now()
      const count = await way.read(connection, rows)
      const seconds = (performance.now() - started) / 1000
      if (count !== rows) throw new Error(`${way.name} has read ${count} of ${rows} rows`)
      return { read: seconds }
    },
    settle: () => connection.settle(),
    close: () => connection.close(),
  }
}

function wayOf({ schema, table: key, way, size }: ReadTask): ReadWay {
  const table = benchTables(schema)[key]
  switch (way) {
    case 'all':
      return fetchAll(table)
    case 'pages':
      return limitOffset(table, { pageRows: size })
    case 'cursor':
      return byCursor(table, { fetchSize: size })
    case 'copy':
      return copyTo(table)
  }
}
