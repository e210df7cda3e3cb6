import { defineConfig } from '../../src/index.ts'

export default defineConfig({
  schema: './schema.ts',
  // Those of one server, unchanged.
  seeds: ['../../seeds/users.ts', '../../seeds/finance.ts'],
  migrations: './migrations',
  referenceDate: '2026-01-01',
  seed: 1,
  defaultProfile: 'dev',
  profiles: {
    /** About 110,000 transactions. */
    dev: { counts: { users: 1_000 } },
    /** About 2 million. */
    large: { counts: { users: 17_858 } },
    /** For tests. */
    tiny: { counts: { users: 18 } },
  },
})
