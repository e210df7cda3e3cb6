import { defineConfig } from './src/index.ts'

export default defineConfig({
  schema: './schema/index.ts',
  seeds: ['./seeds/users.ts', './seeds/finance.ts', './seeds/catalog.ts'],
  migrations: './migrations',
  referenceDate: '2026-01-01',
  seed: 1,
  defaultProfile: 'dev',
  hint: 'A user to try things with: demo (demo@example.com), with four accounts.',
  // Accounts, transactions and budgets are counted per user.
  profiles: {
    /** About 110,000 transactions; seconds. */
    dev: { counts: { users: 1_000, brands: 200, products: 5_000 } },
    /** About 11 million transactions; minutes. */
    staging: { counts: { users: 100_000, brands: 2_000, products: 1_000_000 } },
    /** For tests. */
    tiny: { counts: { users: 18, brands: 10, products: 50 } },
  },
})
