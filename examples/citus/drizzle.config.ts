import { defineConfig } from 'drizzle-kit'

export default defineConfig({
  dialect: 'postgresql',
  schema: './examples/citus/schema.ts',
  out: './examples/citus/migrations',
})
