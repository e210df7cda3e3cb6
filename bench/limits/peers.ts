import { withSession } from '../../src/postgres/session.ts'
import { applyMigrations } from '../../src/run/migrate.ts'
import { compareOnDocument001 } from '../peers/document-001.ts'
import { loadPeersProject } from '../peers/downpour.ts'
import { compareOnFinance } from '../peers/finance.ts'
import { compareWithPgbench } from '../peers/pgbench.ts'
import { defaultSizes } from '../peers/sizes.ts'
import type { PeerSizes } from '../peers/sizes.ts'
import { withBenchDatabase } from '../support/database.ts'
import type { Limit } from '../support/limit.ts'

/** How Downpour compares with other ways of filling a table, generation included. */
export async function measurePeers(sizes: PeerSizes = defaultSizes): Promise<readonly Limit[]> {
  const limits: Limit[] = []
  await withBenchDatabase(async ({ url, label }) => {
    console.log(label)
    const { migrationsFolder } = await loadPeersProject()
    await withSession({ url }, (session) => applyMigrations(session, migrationsFolder))
    limits.push(...(await compareOnDocument001(url, sizes)))
    limits.push(...(await compareWithPgbench(url, sizes)))
  })
  // Its migrations are the project's own.
  await withBenchDatabase(async ({ url }) => {
    limits.push(...(await compareOnFinance(url, sizes)))
  })
  return limits
}
