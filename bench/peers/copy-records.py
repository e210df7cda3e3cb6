"""COPY by asyncpg's copy_records_to_table.

Gets its rows into memory, prints "ready", waits for a line, loads them, and prints the seconds.
"""

import asyncio
import os
import sys
import time

import asyncpg

COLUMNS = ["user_id", "account_id", "amount", "description", "tx_date"]


async def main(count):
    connection = await asyncpg.connect(os.environ["DATABASE_URL"])
    kept = await connection.fetch(
        f"select {', '.join(COLUMNS)} from ready_rows order by id limit $1", count
    )
    records = [tuple(row) for row in kept]
    print("ready", flush=True)
    if not sys.stdin.readline():
        return
    started = time.perf_counter()
    await connection.copy_records_to_table(
        "bench_transactions", records=records, columns=COLUMNS
    )
    print(time.perf_counter() - started, flush=True)
    await connection.close()


asyncio.run(main(int(sys.argv[1])))
