import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { loadProject } from '../../src/config/load-project.ts'
import type { Project } from '../../src/config/load-project.ts'
import { checksumsOf } from '../support/checksum.ts'
import type { TableChecksum } from '../support/checksum.ts'
import { createTestDatabase, postgres15Url, serverUrl } from '../support/database.ts'
import type { TestDatabase } from '../support/database.ts'
import { change, seedTown } from '../support/seed-town.ts'
import type { SeedWishes } from '../support/seed-town.ts'
import { faultsInBooks, noFaults } from '../support/sound-books.ts'
import { createTownDatabase } from '../support/town-database.ts'
import { largeTown, townTables } from '../support/town.ts'

type Checksums = Readonly<Record<string, TableChecksum>>

/** Seeds an empty town and says what is in it. */
async function checksumsAfter(wishes: SeedWishes, server?: string): Promise<Checksums> {
  const database = await createTownDatabase(server === undefined ? {} : { server })
  try {
    await seedTown(database.url, wishes)
    return await checksumsOf(database.url, townTables)
  } finally {
    await database.drop()
  }
}

describe('strategies', () => {
  let large: Checksums
  let small: Checksums

  beforeAll(async () => {
    large = await checksumsAfter({ counts: largeTown, strategy: 'copy', chunkSize: 50_000 })
    small = await checksumsAfter({ strategy: 'copy', chunkSize: 50_000 })
  })

  it('fills every table', () => {
    expect(Object.values(large).map(({ rows }) => rows)).toEqual([3, 4200, 300, 900, 4500, 4942])
    expect(Object.values(small).map(({ rows }) => rows)).toEqual([3, 25, 20, 40, 30, 221])
  })

  it('gives another content to another seed, so that equal sums mean something', async () => {
    const other = await checksumsAfter({ seed: 2 })
    const same = Object.keys(small).filter((key) => other[key]!.sum === small[key]!.sum)
    expect(same).toEqual(['kinds'])
  })

  it.each([
    { strategy: 'batch', chunkSize: 777 },
    { strategy: 'values', chunkSize: 4097 },
    { strategy: 'unnest', chunkSize: 777 },
    { strategy: 'copy', chunkSize: 777 },
    { strategy: 'copy', chunkSize: 4097 },
    { strategy: 'copy', chunkSize: 50_000, transaction: 'run' },
    { strategy: 'auto', chunkSize: 1000, transaction: 'table' },
  ] as const)(
    'stores the same in large tables by $strategy, $chunkSize rows a chunk',
    async (way) => {
      expect(await checksumsAfter({ ...way, counts: largeTown })).toEqual(large)
    },
  )

  it.each([
    { strategy: 'row', chunkSize: 1 },
    { strategy: 'row-tx', chunkSize: 3 },
    { strategy: 'pipeline', chunkSize: 7 },
    { strategy: 'batch', chunkSize: 11 },
    { strategy: 'values', chunkSize: 13 },
    { strategy: 'unnest', chunkSize: 17 },
    { strategy: 'json', chunkSize: 19 },
    { strategy: 'copy-text', chunkSize: 7 },
    { strategy: 'copy', chunkSize: 1 },
    { strategy: 'batch', chunkSize: 2, transaction: 'run' },
    { strategy: 'pipeline', chunkSize: 3, lanes: 3 },
  ] as const)(
    'stores the same in small tables by $strategy, $chunkSize rows a chunk',
    async (way) => {
      expect(await checksumsAfter(way)).toEqual(small)
    },
  )

  it.skipIf(postgres15Url() === undefined)(
    'stores the same in PostgreSQL 15 (needs PostgreSQL 15)',
    async () => {
      const server = postgres15Url()!
      const counts = largeTown
      expect(await checksumsAfter({ counts, strategy: 'copy' }, server)).toEqual(large)
      const unnest = await checksumsAfter({ counts, strategy: 'unnest', chunkSize: 777 }, server)
      expect(unnest).toEqual(large)
    },
  )

  it.each(['batch', 'unnest', 'json', 'copy'] as const)(
    'stores the same by %s in a database with other settings',
    async (strategy) => {
      const database = await createTownDatabase()
      const settings = {
        timezone: 'Asia/Kathmandu',
        datestyle: 'SQL, DMY',
        intervalstyle: 'iso_8601',
      }
      for (const [name, value] of Object.entries(settings)) {
        await change(database.url, `alter database "${database.name}" set ${name} = '${value}'`)
      }
      await seedTown(database.url, { strategy })
      const sums = await checksumsOf(database.url, townTables)
      await database.drop()
      expect(sums).toEqual(small)
    },
  )
})

describe('the project’s own seeders', () => {
  let project: Project
  const databases: TestDatabase[] = []
  beforeAll(async () => {
    project = await loadProject(join(import.meta.dirname, '../../downpour.config.ts'))
  })
  afterAll(async () => {
    await Promise.all(databases.map((database) => database.drop()))
  })

  async function seedProject(wishes: SeedWishes, server: string): Promise<TestDatabase> {
    const database = await createTestDatabase({ server })
    databases.push(database)
    await seedTown(database.url, { ...wishes, project, isEmbedded: true })
    return database
  }

  const servers = [
    { version: '18', server: () => serverUrl() },
    { version: '15', server: () => postgres15Url() },
  ]

  describe.each(servers)('on PostgreSQL $version', ({ version, server }) => {
    const url = server()
    const isMissing = url === undefined
    const suffix = version === '15' ? ' (needs PostgreSQL 15)' : ''

    it.skipIf(isMissing)(`fill the same whatever the way${suffix}`, async () => {
      const counts = { users: 60, brands: 10, products: 900 }
      const copy = await seedProject({ counts, strategy: 'copy' }, url!)
      const batch = await seedProject({ counts, strategy: 'batch', chunkSize: 777 }, url!)
      const sums = await checksumsOf(copy.url, project.tables)
      expect(await checksumsOf(batch.url, project.tables)).toEqual(sums)
      expect(sums['transactions']!.rows).toBeGreaterThan(4097)
      expect(await faultsInBooks(copy.url)).toEqual(noFaults)
    })
  })
})
