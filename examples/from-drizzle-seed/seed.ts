import { count, desc, eq } from 'drizzle-orm'
import { drizzle } from 'drizzle-orm/postgres-js'
import postgres from 'postgres'
// The line that changed: it was from 'drizzle-seed'.
import { reset, seed } from 'drizzle-downpour'
import * as schema from './schema.ts'

const { authors, posts } = schema
const client = postgres(process.env.DATABASE_URL!)
const db = drizzle(client)

await reset(db, schema)
await seed(db, schema, { seed: 7 }).refine((f) => ({
  authors: {
    count: 2_000,
    columns: {
      name: f.fullName(),
      email: f.email(),
      role: f.weightedRandom([
        { weight: 0.9, value: f.default({ defaultValue: 'writer' }) },
        { weight: 0.1, value: f.valuesFromArray({ values: ['editor', 'guest'] }) },
      ]),
    },
    with: {
      posts: [
        { weight: 0.7, count: [1, 2, 3] },
        { weight: 0.3, count: [20, 30] },
      ],
    },
  },
  posts: {
    columns: {
      title: f.loremIpsum({ sentencesCount: 1 }),
      words: f.int({ minValue: 80, maxValue: 2_000 }),
      day: f.date({ minDate: '2024-01-01', maxDate: '2025-12-31' }),
    },
  },
}))

const busiest = await db
  .select({ name: authors.name, role: authors.role, posts: count() })
  .from(posts)
  .innerJoin(authors, eq(authors.id, posts.authorId))
  .groupBy(authors.id)
  .orderBy(desc(count()), authors.id)
  .limit(3)
console.log(`${await db.$count(authors)} authors, ${await db.$count(posts)} posts. The busiest:`)
for (const { name, role, posts } of busiest) console.log(`  ${name}, ${role}: ${posts} posts`)

await client.end()
