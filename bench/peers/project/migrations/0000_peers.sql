CREATE TABLE "bench_accounts" (
	"aid" integer PRIMARY KEY NOT NULL,
	"bid" integer,
	"abalance" integer,
	"filler" char(84)
);
--> statement-breakpoint
CREATE TABLE "bench_transactions" (
	"id" serial PRIMARY KEY NOT NULL,
	"user_id" integer,
	"account_id" integer,
	"amount" numeric(12, 2),
	"description" text,
	"tx_date" date
);
