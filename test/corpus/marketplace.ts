import { relations, sql } from 'drizzle-orm'
import {
  bigint,
  boolean,
  char,
  check,
  customType,
  foreignKey,
  index,
  integer,
  jsonb,
  numeric,
  pgSchema,
  primaryKey,
  serial,
  smallint,
  text,
  timestamp,
  unique,
  uniqueIndex,
  uuid,
  varchar,
} from 'drizzle-orm/pg-core'
import type { AnyPgColumn } from 'drizzle-orm/pg-core'

const tsvector = customType<{ data: string }>({ dataType: () => 'tsvector' })

/** A function that nobody but the server can evaluate. */
export const before = `
  create function is_fair_fee(fee numeric, price numeric) returns boolean immutable language plpgsql
    as $$ begin return fee >= 0 and fee <= 100000 and price is not null; end $$;
`

export const market = pgSchema('market')

export const listingState = market.enum('listing_state', ['draft', 'live', 'sold', 'withdrawn'])

const timestamps = {
  createdAt: timestamp('created_at', { withTimezone: true }).notNull().defaultNow(),
  updatedAt: timestamp('updated_at', { withTimezone: true }).notNull().defaultNow(),
  deletedAt: timestamp('deleted_at', { withTimezone: true }),
}

export const sellers = market.table(
  'sellers',
  {
    id: uuid('id').primaryKey().defaultRandom(),
    publicId: char('public_id', { length: 12 }).notNull().unique(),
    email: text('email').notNull(),
    shopName: varchar('shop_name', { length: 60 }).notNull(),
    shopSlug: varchar('shop_slug', { length: 60 }).notNull(),
    commission: numeric('commission', { precision: 4, scale: 3 }).notNull().default('0.1'),
    featuredListingId: integer('featured_listing_id'),
    referredBy: uuid('referred_by').references((): AnyPgColumn => sellers.id),
    ...timestamps,
  },
  (table) => [
    uniqueIndex('sellers_email')
      .on(sql`lower(${table.email})`)
      .where(sql`deleted_at is null`),
    uniqueIndex('sellers_slug')
      .on(table.shopSlug)
      .where(sql`deleted_at is null`),
    foreignKey({
      name: 'sellers_featured_listing',
      columns: [table.featuredListingId],
      foreignColumns: [listings.id],
    }),
    check('sellers_slug_normal', sql`${table.shopSlug} = lower(${table.shopSlug})`),
    check('sellers_commission', sql`${table.commission} between 0.01 and 0.3`),
    check('sellers_referral', sql`${table.referredBy} is distinct from ${table.id}`),
    check('sellers_dates', sql`${table.updatedAt} >= ${table.createdAt}`),
  ],
)

export const categories = market.table(
  'categories',
  {
    id: serial('id').primaryKey(),
    parentId: integer('parent_id'),
    path: text('path').notNull().unique(),
    name: varchar('name', { length: 40 }).notNull(),
    depth: smallint('depth').notNull().default(0),
  },
  (table) => [
    foreignKey({
      name: 'categories_parent',
      columns: [table.parentId],
      foreignColumns: [table.id],
    }),
    unique('categories_name').on(table.parentId, table.name).nullsNotDistinct(),
    check('categories_depth', sql`${table.depth} between 0 and 8`),
    check('categories_root', sql`(${table.parentId} is null) = (${table.depth} = 0)`),
  ],
)

export const listings = market.table(
  'listings',
  {
    id: integer('id').primaryKey().generatedAlwaysAsIdentity(),
    sellerId: uuid('seller_id')
      .notNull()
      .references((): AnyPgColumn => sellers.id),
    categoryId: integer('category_id')
      .notNull()
      .references(() => categories.id),
    sku: varchar('sku', { length: 18 }).notNull(),
    title: varchar('title', { length: 90 }).notNull(),
    description: text('description'),
    price: numeric('price', { precision: 9, scale: 2 }).notNull(),
    salePrice: numeric('sale_price', { precision: 9, scale: 2 }),
    fee: numeric('fee', { precision: 9, scale: 2 }).notNull().default('0'),
    state: listingState('state').notNull().default('draft'),
    publishedAt: timestamp('published_at', { withTimezone: true }),
    soldAt: timestamp('sold_at', { withTimezone: true }),
    search: tsvector('search').generatedAlwaysAs(
      sql`to_tsvector('simple', title || ' ' || coalesce(description, ''))`,
    ),
    attributes: jsonb('attributes').notNull().default({}),
    ...timestamps,
  },
  (table) => [
    unique('listings_sku').on(table.sellerId, table.sku),
    unique('listings_of_seller').on(table.sellerId, table.id),
    index('listings_live')
      .on(table.categoryId)
      .where(sql`state = 'live'`),
    check('listings_price', sql`${table.price} > 0 and ${table.price} < 100000`),
    check('listings_sale', sql`${table.salePrice} > 0 and ${table.salePrice} < ${table.price}`),
    check('listings_fee', sql`public.is_fair_fee(${table.fee}, ${table.price})`),
    check('listings_published', sql`${table.state} = 'draft' or ${table.publishedAt} is not null`),
    check('listings_sold', sql`(${table.state} = 'sold') = (${table.soldAt} is not null)`),
    check(
      'listings_dates',
      sql`${table.soldAt} is null or ${table.soldAt} >= ${table.publishedAt}`,
    ),
  ],
)

export const watchers = market.table(
  'watchers',
  {
    sellerPublicId: char('seller_public_id', { length: 12 })
      .notNull()
      .references(() => sellers.publicId),
    listingId: integer('listing_id')
      .notNull()
      .references(() => listings.id),
    since: timestamp('since').notNull().defaultNow(),
  },
  (table) => [primaryKey({ columns: [table.sellerPublicId, table.listingId] })],
)

export const offers = market.table(
  'offers',
  {
    id: bigint('id', { mode: 'number' }).primaryKey().generatedByDefaultAsIdentity(),
    sellerId: uuid('seller_id').notNull(),
    listingId: integer('listing_id').notNull(),
    buyerId: uuid('buyer_id')
      .notNull()
      .references(() => sellers.id),
    amount: numeric('amount', { precision: 9, scale: 2 }).notNull(),
    isAccepted: boolean('is_accepted').notNull().default(false),
    acceptedAt: timestamp('accepted_at'),
    message: varchar('message', { length: 280 }),
  },
  (table) => [
    foreignKey({
      name: 'offers_listing',
      columns: [table.sellerId, table.listingId],
      foreignColumns: [listings.sellerId, listings.id],
    }),
    uniqueIndex('offers_one_accepted')
      .on(table.listingId)
      .where(sql`${table.isAccepted}`),
    unique('offers_amount').on(table.listingId, table.buyerId, table.amount),
    check('offers_amount_positive', sql`${table.amount} > 0`),
    check('offers_accepted', sql`${table.isAccepted} = (${table.acceptedAt} is not null)`),
  ],
)

/** One to one with a listing that was sold. */
export const payouts = market.table(
  'payouts',
  {
    listingId: integer('listing_id')
      .primaryKey()
      .references(() => listings.id),
    amount: numeric('amount', { precision: 9, scale: 2 }).notNull(),
    currency: char('currency', { length: 3 }).notNull().default('EUR'),
    bankAccount: varchar('bank_account', { length: 34 }),
    wallet: text('wallet'),
    paidAt: timestamp('paid_at'),
    reference: text('reference'),
  },
  (table) => [
    check('payouts_amount', sql`${table.amount} >= 0.01`),
    check('payouts_currency', sql`${table.currency} in ('EUR', 'USD')`),
    check('payouts_target', sql`num_nonnulls(${table.bankAccount}, ${table.wallet}) = 1`),
    check('payouts_paid', sql`(${table.paidAt} is null) = (${table.reference} is null)`),
    check('payouts_reference', sql`${table.reference} ~ '^PO-[0-9]{6,}$'`),
  ],
)

export const sellerRelations = relations(sellers, ({ one, many }) => ({
  listings: many(listings, { relationName: 'seller' }),
  featured: one(listings, {
    fields: [sellers.featuredListingId],
    references: [listings.id],
    relationName: 'featured',
  }),
}))

export const listingRelations = relations(listings, ({ one, many }) => ({
  seller: one(sellers, {
    fields: [listings.sellerId],
    references: [sellers.id],
    relationName: 'seller',
  }),
  featuredBy: many(sellers, { relationName: 'featured' }),
  payout: one(payouts, { fields: [listings.id], references: [payouts.listingId] }),
}))
