import { withSql } from './embedded.ts'

/** Rows that break a promise of the project's own seeders, by promise. */
export interface BookFaults {
  readonly wrongBalances: number
  readonly beforeOpening: number
  readonly orphans: number
  /** Transactions of another user than the account's. */
  readonly strangers: number
}

export const noFaults: BookFaults = {
  wrongBalances: 0,
  beforeOpening: 0,
  orphans: 0,
  strangers: 0,
}

/** Looks for them in a database that holds the project's tables. */
export async function faultsInBooks(url: string): Promise<BookFaults> {
  return withSql(url, async (sql) => {
    const [row] = await sql.unsafe<[BookFaults]>(`
      select
        (select count(*) from accounts a left join
           (select account_id, sum(amount) as sum from transactions group by 1) t
           on t.account_id = a.id
         where a.balance <> coalesce(t.sum, 0))::int as "wrongBalances",
        (select count(*) from transactions t join accounts a on a.id = t.account_id
         where t.tx_date < a.opened_at)::int as "beforeOpening",
        ((select count(*) from accounts where user_id not in (select id from users)) +
         (select count(*) from transactions where account_id not in (select id from accounts)) +
         (select count(*) from transactions where category_id not in (select id from categories)) +
         (select count(*) from budgets where user_id not in (select id from users)) +
         (select count(*) from products where brand_id not in (select id from brands))
        )::int as orphans,
        (select count(*) from transactions t join accounts a on a.id = t.account_id
         where t.user_id <> a.user_id)::int as strangers`)
    return { ...row }
  })
}
