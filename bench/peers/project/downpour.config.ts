import { defineConfig } from '../../../src/index.ts'

// What `npm run bench:peers` compares on.
export default defineConfig({
  schema: './schema.ts',
  seeds: ['./seeder.ts'],
  migrations: './migrations',
  referenceDate: '2026-01-01',
  seed: 1,
  profiles: { dev: { counts: {} } },
})
