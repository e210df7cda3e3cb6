import { describe, expect, it } from 'vitest'
import { drawSample } from '../../src/estimate/table-sample.ts'
import { loadedTables } from '../../src/plan/plan.ts'
import { buildPlan } from '../../src/plan/build-plan.ts'
import { openSession } from '../../src/postgres/session.ts'
import { quoteIdentifier, quoteTable } from '../../src/postgres/identifiers.ts'
import { checkTargets } from '../../src/run/check-target.ts'
import { withSql } from '../support/embedded.ts'
import { seedTown, townProject } from '../support/seed-town.ts'
import { createTownDatabase } from '../support/town-database.ts'

describe('the stored size of a value', () => {
  it('is what the server says of a column of every type', async () => {
    const database = await createTownDatabase()
    try {
      await seedTown(database.url, { strategy: 'copy' })
      const plan = await buildPlan({
        tables: townProject.tables,
        refinements: townProject.refinements,
        seed: 1,
        referenceDate: townProject.config.referenceDate,
        counts: { explicit: {}, profile: {}, scale: 1, otherwise: undefined },
        only: undefined,
        existing: undefined,
      })
      const session = await openSession({ url: database.url })
      const targets = await checkTargets(session, loadedTables(plan))
      await session.close()
      const { signal } = new AbortController()
      const found: { readonly column: string; readonly isNear: boolean }[] = []
      for (const target of targets) {
        const { columns } = await drawSample(plan, target, signal)
        const { schema, name, key } = target.table.model
        for (const { model, stored, cells } of columns.values()) {
          const column = quoteIdentifier(model.name)
          const [row] = await withSql(database.url, (sql) =>
            sql.unsafe<[{ bytes: number }]>(
              `select avg(pg_column_size(${column}))::float8 as bytes from ${quoteTable(schema, name)}`,
            ),
          )
          const present = cells.filter((cell) => cell !== null)
          const sizes = present.map((cell) => withHeader(stored.payload(cell), stored.length))
          const average = sizes.reduce((sum, size) => sum + size, 0) / sizes.length
          found.push({ column: `${key}.${model.name}`, isNear: Math.abs(average - row.bytes) < 1 })
        }
      }
      expect(found.length).toBeGreaterThan(50)
      expect(found.filter(({ isNear }) => !isNear)).toEqual([])
    } finally {
      await database.drop()
    }
  })
})

/** A short value has a header of one byte. */
function withHeader(payload: number, length: number | undefined): number {
  return length ?? (payload < 127 ? payload + 1 : payload + 4)
}
