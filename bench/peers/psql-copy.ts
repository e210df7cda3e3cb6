import path from 'node:path'
import type { Peer } from './peer.ts'
import { whyAbsent } from '../support/program.ts'
import { psql } from '../support/psql.ts'

/** @param folder - where the file is kept */
export function psqlCopy(
  url: string,
  { rows, format, folder }: { rows: number; format: 'text' | 'binary'; folder: string },
): Peer {
  const columns = 'user_id, account_id, amount, description, tx_date'
  const file = `'${path.join(folder, `rows.${format}`).replaceAll("'", "''")}'`
  let isWritten = false
  return {
    name: `psql \\copy, ${format}`,
    rows,
    from: 'a file',
    absent: () => whyAbsent('psql'),
    prepare: async () => {
      if (isWritten) return
      const kept = `select ${columns} from ready_rows order by id limit ${rows}`
      await copy(url, `(${kept}) to ${file} with (format ${format})`)
      isWritten = true
    },
    run: () => copy(url, `bench_transactions (${columns}) from ${file} with (format ${format})`),
  }
}

async function copy(url: string, what: string): Promise<void> {
  await psql(url, [`\\copy ${what}`])
}
