import { hostname } from 'node:os'
import { DownpourError } from '../errors.ts'
import { readEngine } from '../postgres/engine.ts'
import { localSettings } from '../postgres/local-settings.ts'
import { openSession } from '../postgres/session.ts'
import type { Session } from '../postgres/session.ts'
import { pause } from './faults.ts'
import { defaultPatience } from './lane.ts'
import { watchConnection } from './watchdog.ts'

/** An arbitrary constant, the same in every version: advisory locks are numbers. */
const lockKey = '5211374918246001'

/** The lock's transaction waits for as long as the run takes. */
const noTimeouts = {
  idle_in_transaction_session_timeout: '0',
  idle_session_timeout: '0',
  transaction_timeout: '0',
}

/** The right to change this database; on PostgreSQL nobody else has it meanwhile. */
export interface RunLock {
  /** Aborted with the reason once the server has ended the lock's session. */
  readonly lost: AbortSignal
  /**
   * Asks the server, since a connection may be lost before anybody notices.
   *
   * @throws DownpourError `LOAD_LOCK_LOST`, exit code 4
   */
  assertHeld(): Promise<void>
  release(): Promise<void>
}

/**
 * Takes the lock that a run or a migration holds from beginning to end: a transaction-level
 * advisory lock in a connection that does nothing else. A session-level one would vanish behind a
 * transaction pooler. Other engines than PostgreSQL lack such locks, or have them without effect, in
 * most of their versions: there the ledger alone keeps runs apart.
 *
 * @param silenceSeconds - after which a connection that does not answer is looked into
 * @throws DownpourError `REFUSED_BUSY`, naming who holds it
 */
export async function takeRunLock(
  url: string,
  silenceSeconds = defaultPatience.silenceSeconds,
): Promise<RunLock> {
  const session = await openSession({
    url,
    applicationName: `downpour (pid ${process.pid} on ${hostname()})`.slice(0, 63),
  })
  const endWatch = watchConnection(session, url, silenceSeconds)
  try {
    if ((await readEngine(session)).kind !== 'postgres') {
      endWatch()
      await session.close()
      return noLock
    }
    await session.begin()
    await session.query(await localSettings(session, noTimeouts))
    const [row] = await session.query<{ taken: boolean }>(
      `select pg_try_advisory_xact_lock(${lockKey}) as taken`,
    )
    if (!row!.taken) throw await busyError(session)
    const loss = new AbortController()
    const stopListening = session.onClosed((error) => {
      endWatch()
      loss.abort(lockLost(error))
    })
    return {
      lost: loss.signal,
      async assertHeld() {
        // Held as long as its transaction is open, which ends with the connection.
        await session.query('select').catch((error: unknown) => loss.abort(lockLost(error)))
        loss.signal.throwIfAborted()
      },
      async release() {
        stopListening()
        await session.rollback().catch(() => {})
        endWatch()
        await session.close()
      },
    }
  } catch (error) {
    endWatch()
    await session.close()
    throw error
  }
}

/**
 * Holds the lock for a run that the ledger guards anyway: when the lock's session is lost, as in a
 * restart of the server, it is taken again, and where somebody else has taken the run over, the run
 * itself says so.
 *
 * @throws DownpourError `REFUSED_BUSY`, naming who holds it
 * @returns what gives it back
 */
export async function keepRunLock(
  url: string,
  silenceSeconds?: number,
): Promise<() => Promise<void>> {
  const released = new AbortController()
  let lock = await takeRunLock(url, silenceSeconds)
  async function retake(): Promise<void> {
    for (let attempt = 1; !released.signal.aborted; attempt++) {
      await pause(attempt, [released.signal])
      const retaken = await takeRunLock(url, silenceSeconds).catch((error: unknown) => error)
      if (retaken instanceof Error) {
        if (retaken instanceof DownpourError && retaken.code === 'REFUSED_BUSY') return
        continue
      }
      lock = retaken as RunLock
      if (released.signal.aborted) await lock.release()
      else watch()
      return
    }
  }
  let retaking = Promise.resolve()
  function watch(): void {
    lock.lost.addEventListener('abort', () => {
      retaking = retake()
    })
  }
  watch()
  return async () => {
    released.abort()
    await retaking
    await lock.release()
  }
}

const noLock: RunLock = {
  lost: new AbortController().signal,
  assertHeld: () => Promise.resolve(),
  release: () => Promise.resolve(),
}

function lockLost(error: unknown): DownpourError {
  return new DownpourError({
    code: 'LOAD_LOCK_LOST',
    message: 'Cannot go on: the lock on the database is lost',
    why: `Another run may have begun. ${error instanceof DownpourError ? error.why : 'Its session failed.'}`,
    fix: 'Look into the server’s log for who ended the session "downpour (pid …)", then run it again.',
    exitCode: 4,
    cause: error,
  })
}

/** Who holds the lock. */
export interface LockHolder {
  /** E.g. `downpour (pid 4711 on shop-1)`. */
  readonly name: string
  readonly address: string
  /** `null` for a role that may not look at the holder's session. */
  readonly since: string | null
}

/** @returns `undefined` when nobody holds it */
export async function readLockHolder(session: Session): Promise<LockHolder | undefined> {
  const [holder] = await session.query<LockHolder>(`
    select a.application_name as name, coalesce(host(a.client_addr), 'this machine') as address,
      to_char(a.xact_start, 'YYYY-MM-DD HH24:MI:SS') as since
    from pg_locks l join pg_stat_activity a using (pid)
    where l.locktype = 'advisory' and l.granted
      and l.database = (select oid from pg_database where datname = current_database())
      and (l.classid::int8 << 32) + l.objid::int8 = ${lockKey}`)
  return holder
}

async function busyError(session: Session): Promise<DownpourError> {
  const holder = await readLockHolder(session)
  return new DownpourError({
    code: 'REFUSED_BUSY',
    message: 'Another run is at work on this database',
    why:
      holder === undefined
        ? 'It ended at this very moment.'
        : holder.since === null
          ? `${holder.name} holds the lock.`
          : `${holder.name} on ${holder.address} has held the lock since ${holder.since}.`,
    fix: 'Wait until it has ended, help it with --join latest, or use another database.',
  })
}
