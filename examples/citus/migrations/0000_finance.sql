CREATE TYPE "public"."account_kind" AS ENUM('checking', 'savings', 'credit card', 'cash');--> statement-breakpoint
CREATE TYPE "public"."category_kind" AS ENUM('expense', 'income');--> statement-breakpoint
CREATE TYPE "public"."user_role" AS ENUM('member', 'support', 'admin');--> statement-breakpoint
CREATE TABLE "accounts" (
	"id" bigserial NOT NULL,
	"user_id" bigint NOT NULL,
	"kind" "account_kind" NOT NULL,
	"name" text NOT NULL,
	"currency" char(3) NOT NULL,
	"opened_at" date NOT NULL,
	"balance" numeric(14, 2) DEFAULT '0' NOT NULL,
	CONSTRAINT "accounts_user_id_id_pk" PRIMARY KEY("user_id","id"),
	CONSTRAINT "ck_accounts_currency" CHECK ("accounts"."currency" ~ '^[A-Z]{3}$')
);
--> statement-breakpoint
CREATE TABLE "budgets" (
	"id" bigserial NOT NULL,
	"user_id" bigint NOT NULL,
	"category_id" integer NOT NULL,
	"month" date NOT NULL,
	"amount" numeric(12, 2) NOT NULL,
	CONSTRAINT "budgets_user_id_id_pk" PRIMARY KEY("user_id","id"),
	CONSTRAINT "uq_budgets_user_category_month" UNIQUE("user_id","category_id","month"),
	CONSTRAINT "ck_budgets_month" CHECK (extract(day from "budgets"."month") = 1),
	CONSTRAINT "ck_budgets_amount" CHECK ("budgets"."amount" > 0)
);
--> statement-breakpoint
CREATE TABLE "categories" (
	"id" serial PRIMARY KEY NOT NULL,
	"name" text NOT NULL,
	"kind" "category_kind" NOT NULL,
	CONSTRAINT "uq_categories_name" UNIQUE("name")
);
--> statement-breakpoint
CREATE TABLE "transactions" (
	"id" bigserial NOT NULL,
	"user_id" bigint NOT NULL,
	"account_id" bigint NOT NULL,
	"category_id" integer NOT NULL,
	"amount" numeric(12, 2) NOT NULL,
	"description" text NOT NULL,
	"tx_date" date NOT NULL,
	CONSTRAINT "transactions_user_id_id_pk" PRIMARY KEY("user_id","id"),
	CONSTRAINT "ck_transactions_amount" CHECK ("transactions"."amount" <> 0)
);
--> statement-breakpoint
CREATE TABLE "users" (
	"id" bigserial PRIMARY KEY NOT NULL,
	"username" varchar(80) NOT NULL,
	"role" "user_role" DEFAULT 'member' NOT NULL,
	"email" varchar(120) NOT NULL,
	"full_name" text NOT NULL,
	"country" char(2) NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
-- Written by hand: Citus takes foreign keys between tables that are distributed already.
SELECT create_reference_table('categories');--> statement-breakpoint
SELECT create_distributed_table('users', 'id');--> statement-breakpoint
SELECT create_distributed_table('accounts', 'user_id', colocate_with => 'users');--> statement-breakpoint
SELECT create_distributed_table('transactions', 'user_id', colocate_with => 'users');--> statement-breakpoint
SELECT create_distributed_table('budgets', 'user_id', colocate_with => 'users');--> statement-breakpoint
ALTER TABLE "accounts" ADD CONSTRAINT "accounts_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."users"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "budgets" ADD CONSTRAINT "budgets_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."users"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "budgets" ADD CONSTRAINT "budgets_category_id_categories_id_fk" FOREIGN KEY ("category_id") REFERENCES "public"."categories"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "transactions" ADD CONSTRAINT "transactions_category_id_categories_id_fk" FOREIGN KEY ("category_id") REFERENCES "public"."categories"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "transactions" ADD CONSTRAINT "fk_transactions_account" FOREIGN KEY ("user_id","account_id") REFERENCES "public"."accounts"("user_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "ix_transactions_account_tx_date" ON "transactions" USING btree ("user_id","account_id","tx_date");