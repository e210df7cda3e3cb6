import { drizzle } from 'drizzle-orm/postgres-js'
import { seed } from '../../src/index.ts'
import type { SeedOptions } from '../../src/index.ts'
import { readSchema } from '../../src/model/read-schema.ts'
import { checksumsOf } from './checksum.ts'
import type { TableChecksum } from './checksum.ts'
import { checkCorpus, createCorpusDatabase } from './corpus.ts'
import type { CorpusModule } from './corpus.ts'
import { withSql } from './embedded.ts'

export type CorpusWishes = Pick<SeedOptions, 'count' | 'strategy' | 'seed'>

/** What came of a load: what is wrong with it, and what is in it. */
export interface CorpusLoad {
  readonly faults: readonly string[]
  readonly sums: Readonly<Record<string, TableChecksum>>
}

/** Calls `seed` as a project does, without any refinement. */
export async function seedCorpus(
  url: string,
  module: CorpusModule,
  wishes: CorpusWishes,
): Promise<void> {
  const { casing } = module
  await withSql(url, async (client) => {
    const db = drizzle(client, casing === undefined ? {} : { casing })
    await seed(db, module, wishes)
  })
}

/** Migrates a schema, seeds it without configuration, and holds it against all of its rules. */
export async function loadAndCheck(
  module: CorpusModule,
  wishes: CorpusWishes & { readonly count: number },
): Promise<CorpusLoad> {
  const database = await createCorpusDatabase(module)
  try {
    await seedCorpus(database.url, module, wishes)
    return {
      faults: await checkCorpus(database.url, module, wishes.count),
      sums: await checksumsOf(database.url, readSchema(module, { casing: module.casing })),
    }
  } finally {
    await database.drop()
  }
}
