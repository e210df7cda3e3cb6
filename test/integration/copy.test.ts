import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type CopyIn } from '../../src/postgres/copy.ts'
import { openSession, type Session } from '../../src/postgres/session.ts'
import { createTestDatabase, type TestDatabase } from '../support/database.ts'
import { expectNothingUnhandled } from '../support/unhandled.ts'

const MIB = 1 << 20

let database: TestDatabase
let control: Session
let session: Session

// Before the hooks that close sessions, so that it looks after them.
expectNothingUnhandled()

beforeAll(async () => {
  database = await createTestDatabase()
  control = await openSession({ url: database.url })
  await control.query(`
    create table parents (id int primary key);
    insert into parents values (1), (2);
    create table items (id int primary key, label text);
    create table heap (id int, label text);
    create table children (id int primary key, parent_id int references parents);
    create table deferred (
      id int primary key,
      parent_id int references parents deferrable initially deferred
    )`)
})

afterAll(async () => {
  await control.close()
  await database.drop()
})

beforeEach(async () => {
  session = await openSession({ url: database.url })
})

afterEach(async () => {
  await session.close()
  await control.query('truncate items, heap, children, deferred')
})

describe.each(['outside a transaction', 'inside a transaction'])('copyIn %s', (where) => {
  const inside = where === 'inside a transaction'

  async function start(table: string): Promise<CopyIn> {
    if (inside) await session.begin()
    return session.copyIn(`copy ${table} from stdin`)
  }

  /** Sends all rows, expects the server's error within a second, and a session as good as new. */
  async function expectFailure(table: string, rows: string, error: object) {
    const copy = await start(table)
    const sent = performance.now()
    await expect(send(copy, rows)).rejects.toMatchObject(error)
    expect(performance.now() - sent).toBeLessThan(1000)
    await expectUsable(table)
  }

  async function expectUsable(table: string) {
    if (inside) {
      await expect(session.query('select 1')).rejects.toMatchObject({ code: '25P02' })
      await session.rollback()
    }
    expect(await session.query('select 1 as one')).toMatchObject([{ one: 1 }])
    expect(await count(table)).toBe(0)
    const copy = await session.copyIn(`copy ${table} from stdin`)
    expect(await send(copy, '1\t1\n')).toBe(1)
    expect(await count(table)).toBe(1)
  }

  it('returns the server’s row count', async () => {
    const copy = await start('items')
    expect(await send(copy, lines(3))).toBe(3)
    if (inside) {
      expect(await count('items')).toBe(0)
      await session.commit()
    }
    expect(await count('items')).toBe(3)
  })

  it('stores an empty COPY', async () => {
    const copy = await start('items')
    expect(await copy.finish()).toBe(0)
    expect(await session.query('select 1 as one')).toMatchObject([{ one: 1 }])
  })

  it('throws the server’s error for a duplicate key', async () => {
    const error = {
      code: '23505',
      constraint_name: 'items_pkey',
      where: 'COPY items, line 3',
    }
    await expectFailure('items', '1\ta\n2\tb\n1\tc\n', error)
  })

  it('throws the server’s error for a foreign key', async () => {
    const error = { code: '23503', constraint_name: 'children_parent_id_fkey' }
    await expectFailure('children', '1\t1\n2\t3\n', error)
  })

  it('throws the server’s error for a bad last row', async () => {
    const error = { code: '22P02', where: 'COPY items, line 5001, column id: "x"' }
    await expectFailure('items', `${lines(5000)}x\tlast\n`, error)
  })

  it('throws the server’s error for a tiny COPY', async () => {
    await expectFailure('items', 'x\n', { code: '22P02' })
  })

  it('throws the server’s error while the socket is full', async () => {
    const copy = await start('items')
    const block = Buffer.alloc(MIB, `7\t${'x'.repeat(100)}\n`)
    block.write('bad')
    const started = performance.now()
    await expect(sendBlocks(copy, block, 80)).rejects.toMatchObject({ code: '22P02' })
    expect(performance.now() - started).toBeLessThan(1000)
    await expectUsable('items')
  })

  it('throws the server’s error even when nobody waits for a write', async () => {
    const copy = await start('items')
    const block = Buffer.alloc(MIB, `7\t${'x'.repeat(100)}\n`)
    block.write('bad')
    const writes = Array.from({ length: 70 }, () => copy.write(block).catch(() => {}))
    await Promise.all(writes)
    await expect(copy.finish()).rejects.toMatchObject({ code: '22P02' })
    await expectUsable('items')
  })

  it('throws the server’s error for a table that does not exist', async () => {
    await expect(start('missing')).rejects.toMatchObject({
      code: '42P01',
      message: 'relation "missing" does not exist',
    })
    await expectUsable('items')
  })

  it('stores nothing when aborted, and throws the reason from then on', async () => {
    const reason = new Error('enough')
    const copy = await start('items')
    await copy.write(Buffer.from(lines(1000)))
    await copy.abort(reason)
    await expect(copy.write(Buffer.from('5\tx\n'))).rejects.toBe(reason)
    await expect(copy.finish()).rejects.toBe(reason)
    await copy.abort(new Error('again'))
    await expectUsable('items')
  })

  it('ends a write that waits for room when aborted', async () => {
    const reason = new Error('enough')
    const copy = await start('items')
    const write = copy.write(Buffer.alloc(32 * MIB, `7\t${'x'.repeat(100)}\n`))
    const [outcome] = await Promise.allSettled([write, copy.abort(reason)])
    expect(outcome).toEqual({ status: 'rejected', reason })
    await expectUsable('items')
  })

  it.each(['before the first byte', 'between two writes', 'while it writes', 'while it finishes'])(
    'throws the lost connection when killed %s',
    async (moment) => {
      const table = moment === 'while it finishes' ? 'items' : 'heap'
      const copy = await start(table)
      if (moment !== 'before the first byte') await copy.write(Buffer.from(lines(10)))
      const rest =
        moment === 'while it writes'
          ? sendBlocks(copy, Buffer.from(lines(5000)), 100_000)
          : undefined
      const ending = moment === 'while it finishes' ? holdFinish(copy) : undefined
      const failed = Promise.allSettled([rest, ending])
      await kill(session)
      const started = performance.now()
      const [written, finished] = await failed
      const lost = { code: 'CONNECTION_LOST', why: KILLED }
      if (rest) expect(written).toMatchObject({ status: 'rejected', reason: { exitCode: 4 } })
      if (ending) expect(finished).toMatchObject({ status: 'rejected', reason: lost })
      else await expect(copy.finish()).rejects.toMatchObject({ code: 'CONNECTION_LOST' })
      await copy.abort(new Error('too late'))
      expect(performance.now() - started).toBeLessThan(1000)
      expect(session.closed).toBe(true)
      await expect(session.query('select 1')).rejects.toMatchObject({ code: 'CONNECTION_LOST' })
      await control.rollback()
      await gone(session)
      expect(await count(table)).toBe(0)
    },
  )

  /** Finishes a COPY that cannot succeed before `control` lets go of the row it waits for. */
  async function holdFinish(copy: CopyIn): Promise<number> {
    await control.begin()
    await control.query(`insert into items values (11, 'held')`)
    await copy.write(Buffer.from('11\twaits\n'))
    return copy.finish()
  }
})

const KILLED =
  'The server said: terminating connection due to administrator command (SQLSTATE 57P01).'

describe('copyIn', () => {
  it('throws a deferred foreign key at COMMIT', async () => {
    await session.begin()
    const copy = await session.copyIn('copy deferred from stdin')
    expect(await send(copy, '1\t9\n')).toBe(1)
    await expect(session.commit()).rejects.toMatchObject({ code: '23503' })
    await session.rollback()
    expect(await count('deferred')).toBe(0)
  })

  it('runs 200 COPYs in a row on one session', async () => {
    for (let i = 0; i < 200; i += 1) {
      const copy = await session.copyIn('copy items from stdin')
      expect(await send(copy, `${2 * i}\ta\n${2 * i + 1}\tb\n`)).toBe(2)
    }
    expect(await count('items')).toBe(400)
  })

  it('runs 200 COPYs in a row of which every second fails', async () => {
    for (let i = 0; i < 200; i += 1) {
      const copy = await session.copyIn('copy items from stdin')
      const outcome = send(copy, i % 2 === 0 ? `${i}\ta\n` : `${i - 1}\tb\n`)
      if (i % 2 === 0) expect(await outcome).toBe(1)
      else await expect(outcome).rejects.toMatchObject({ code: '23505' })
    }
    expect(await count('items')).toBe(100)
  })

  it('counts a million rows, its one buffer filled again after each write', async () => {
    const copy = await session.copyIn('copy items (id) from stdin')
    const buffer = Buffer.alloc(64 * 1024)
    let used = 0
    for (let row = 0; row < 1_000_000; row += 1) {
      if (used > buffer.length - 16) {
        await copy.write(buffer.subarray(0, used))
        buffer.fill('!')
        used = 0
      }
      used += buffer.write(`${row}\n`, used, 'latin1')
    }
    await copy.write(buffer.subarray(0, used))
    expect(await copy.finish()).toBe(1_000_000)
    expect(await session.query('select count(*)::int, sum(id)::text from items')).toMatchObject([
      { count: 1_000_000, sum: '499999500000' },
    ])
  })

  it('gives the event loop its turn while the network takes everything', async () => {
    const copy = await session.copyIn('copy heap (label) from stdin')
    const block = Buffer.alloc(64 * 1024, 'a row of sixteen\n')
    let turned = false
    setImmediate(() => {
      turned = true
    })
    for (let i = 0; i < 8; i += 1) await copy.write(block)
    expect(turned).toBe(true)
    await copy.abort(new Error('enough'))
  })

  it('takes no other statement until the server has answered', async () => {
    const copy = await session.copyIn('copy items from stdin')
    const busy = 'A COPY is in progress on this session'
    await expect(session.query('select 1')).rejects.toThrow(busy)
    await expect(session.commit()).rejects.toThrow(busy)
    await expect(session.copyIn('copy items from stdin')).rejects.toThrow(busy)
    const finished = copy.finish()
    await expect(session.query('select 1')).rejects.toThrow(busy)
    await expect(copy.write(Buffer.from('1\n'))).rejects.toThrow('The COPY is finished')
    expect(await finished).toBe(0)
    expect(await copy.finish()).toBe(0)
    await expect(copy.write(Buffer.from('1\n'))).rejects.toThrow('The COPY is finished')
  })

  it('refuses a statement that is no COPY FROM STDIN', async () => {
    const message = 'The statement is not a COPY … FROM STDIN'
    await expect(session.copyIn('select 1')).rejects.toThrow(message)
    expect(await session.query('select 1 as one')).toMatchObject([{ one: 1 }])
  })

  it('ends at once when its session is closed', async () => {
    const copy = await session.copyIn('copy items from stdin')
    await copy.write(Buffer.from(lines(10)))
    const finished = copy.finish().catch((error: unknown) => error)
    const other = await openSession({ url: database.url })
    const open = await other.copyIn('copy items from stdin')
    await open.write(Buffer.from('9999\tx\n'))
    await other.close()
    await expect(open.finish()).rejects.toMatchObject({ code: 'SESSION_CLOSED' })
    await gone(other)
    expect(await finished).toBe(10)
    expect(await count('items')).toBe(10)
  })
})

function lines(rows: number): string {
  return Array.from({ length: rows }, (_, row) => `${row}\trow ${row}\n`).join('')
}

async function send(copy: CopyIn, rows: string): Promise<number> {
  await copy.write(Buffer.from(rows))
  return copy.finish()
}

async function sendBlocks(copy: CopyIn, block: Buffer, blocks: number): Promise<number> {
  for (let i = 0; i < blocks; i += 1) await copy.write(block)
  return copy.finish()
}

async function count(table: string): Promise<number> {
  const [row] = await control.query<{ count: number }>(`select count(*)::int from ${table}`)
  return row?.count ?? -1
}

/** Returns when the backend has ended. */
async function kill(victim: Session): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, 50))
  await control.query('select pg_terminate_backend($1, 5000)', [victim.pid])
}

async function gone(victim: Session): Promise<void> {
  for (;;) {
    const rows = await control.query('select from pg_stat_activity where pid = $1', [victim.pid])
    if (rows.count === 0) return
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
}
