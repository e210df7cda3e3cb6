import { defineConfig } from 'drizzle-downpour'

// The schema and the database are drizzle.config.ts's.
export default defineConfig({
  seeds: ['./seeds/greenhouse.ts'],
  referenceDate: '2026-06-01',
  profiles: {
    dev: { counts: { sensors: 50 } },
    /** A hundred times as many, for a look at slow queries. */
    large: { counts: { sensors: 5_000 } },
  },
  hint: 'npm run report shows the course of a day.',
})
