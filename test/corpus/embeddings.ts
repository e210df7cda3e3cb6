import {
  bit,
  geometry,
  halfvec,
  index,
  integer,
  pgTable,
  serial,
  sparsevec,
  text,
  vector,
} from 'drizzle-orm/pg-core'

/** Not on the tests' server: this schema is skipped there. */
export const extensions = ['vector', 'postgis']

export const passages = pgTable(
  'passages',
  {
    id: serial('id').primaryKey(),
    content: text('content').notNull(),
    embedding: vector('embedding', { dimensions: 384 }).notNull(),
    small: halfvec('small', { dimensions: 64 }),
    sparse: sparsevec('sparse', { dimensions: 1000 }),
    hash: bit('hash', { dimensions: 64 }).notNull(),
  },
  (table) => [index('passages_embedding').using('hnsw', table.embedding.op('vector_cosine_ops'))],
)

export const places = pgTable('places', {
  id: serial('id').primaryKey(),
  passageId: integer('passage_id').references(() => passages.id),
  location: geometry('location', { type: 'point', mode: 'xy', srid: 4326 }).notNull(),
  entrance: geometry('entrance', { type: 'point' }),
})
