import { DownpourError } from '../errors.ts'
import { unwrapError } from '../postgres/server-error.ts'
import type { Session } from '../postgres/session.ts'
import { explainOnEngine } from '../run/engine-rules.ts'
import { guardCall } from '../run/guard.ts'
import type { PreparedRun } from '../run/prepare-run.ts'
import { withinTransaction } from '../run/transaction.ts'
import { strategies } from '../write/choose-strategy.ts'
import type { Strategy } from '../write/strategy.ts'
import type { Target } from '../write/target.ts'
import type { Handed } from './database.ts'
import { withoutCircles } from './break-circles.ts'
import { explainCommit, loadHere } from './load.ts'
import { explainLock, limitLockWaits } from './lock-error.ts'
import type { SeedStrategy } from './options.ts'
import { prepareLoad } from './prepare-load.ts'
import type { SeedJob } from './prepare-load.ts'
import { inOneForm, sessionOver } from './session-over.ts'

/**
 * Loads through Drizzle's own database, whatever its driver: in a transaction, or in a savepoint of
 * the one that is open, so that after an error nothing of it is there and the caller can go on.
 *
 * @throws DownpourError `SEED_STRATEGY` for strategies that need a connection of their own
 */
export async function seedThrough({ database, isOpen }: Handed, job: SeedJob): Promise<void> {
  const { settings } = job
  const choice = throughStrategy(settings.strategy)
  let prepared: PreparedRun | undefined
  const load = async (session: Session): Promise<void> => {
    await guardCall(session, 'seed')
    const [zone] = await session.query<{ zone: string }>(
      `select current_setting('TimeZone') as zone`,
    )
    const setZone = (name: string) =>
      session.query(`select set_config('TimeZone', $1::text, true)`, [name])
    if (!isOpen) await limitLockWaits(session, 'transaction')
    // A timestamp without a zone means UTC, as over connections of our own.
    await setZone('UTC')
    prepared = await prepareLoad(session, job, {
      strategyFor: (target) => strategyFor(choice, target),
      reading: withinTransaction,
    })
    await withoutCircles(session, prepared, (open) => loadHere(session, open, { settings }))
    // The caller's transaction goes on.
    await setZone(zone!.zone)
  }
  try {
    await database.transaction(async (transaction) => {
      const session = sessionOver(transaction)
      await load(session).catch(async (error: unknown) => {
        throw await explainOnEngine(session, error)
      })
    })
  } catch (error) {
    const told = prepared ? explainCommit(prepared, inOneForm(unwrapError(error))) : error
    throw isOpen ? told : await explainLock(told, job.tables, undefined)
  }
}

/**
 * Those that send texts which only the server reads: PGlite and postgres.js have ideas of their own
 * of what a boolean's or a bytea's text means.
 */
const throughStrategies = ['unnest', 'json'] as const

type ThroughStrategy = (typeof throughStrategies)[number]

function throughStrategy(choice: SeedStrategy): ThroughStrategy {
  if (choice === 'auto') return 'unnest'
  const strategy = throughStrategies.find((name) => name === choice)
  if (strategy) return strategy
  throw new DownpourError({
    code: 'SEED_STRATEGY',
    message: `Cannot seed by "${choice}" through this database`,
    why: 'It needs a connection of its own, which is opened for a database on postgres.js and outside of transactions only.',
    fix: `Leave the strategy out; there are ${throughStrategies.join(' and ')} too.`,
  })
}

/** The others have no words for a row of defaults. */
function strategyFor(choice: ThroughStrategy, { columns }: Target): Strategy {
  return columns.length === 0 ? strategies.batch : strategies[choice]
}
