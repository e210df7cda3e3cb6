import { DownpourError } from '../errors.ts'
import { withSession } from '../postgres/session.ts'
import { guardDatabase } from '../run/guard.ts'
import type { Consent } from '../run/guard.ts'
import type { SeedDatabase } from '../run/seed.ts'
import type { StrategyName } from '../write/strategy.ts'
import type { Experiment } from './experiment.ts'
import { experiments } from './experiments/index.ts'
import { machineFacts, readServerSettings } from './facts.ts'
import { withOwnSchema } from './own-schema.ts'
import { questions } from './questions.ts'
import type { ExperimentName } from './questions.ts'
import type { BenchReport, ExperimentReport, ServerSettings } from './report.ts'
import { dropTables } from './tables.ts'
import { runExperiment } from './run-experiment.ts'
import type { BenchProgress } from './run-experiment.ts'

export interface BenchRequest extends Consent {
  readonly database: SeedDatabase
  /** One, or all of them. */
  readonly names: readonly ExperimentName[]
  /** Each experiment's own when left out. */
  readonly rows: number | undefined
  readonly repeat: number | undefined
  readonly strategies: readonly StrategyName[] | undefined
  /** For each experiment, in seconds. */
  readonly timeLimit: number
  /** How to do it again, for the report. */
  readonly command: string
  /** Of Downpour. */
  readonly version: string
  readonly signal: AbortSignal
  readonly onProgress: (progress: BenchProgress) => void
}

/** What was measured, and what ended it early. */
export interface BenchOutcome {
  readonly report: BenchReport
  readonly failure: unknown
  /** A schema that could not be removed. */
  readonly leftBehind: DownpourError | undefined
}

/**
 * Does experiments one after the other, in tables of its own, which are gone afterwards.
 *
 * @returns the report, also when something failed in the middle: with what was measured until then
 * @throws DownpourError exit code 2 when nothing can be measured at all
 */
export async function runBench(request: BenchRequest): Promise<BenchOutcome> {
  const { database, signal } = request
  const left = await findMissing(request)
  const startedAt = new Date().toISOString()
  const server = await lookAt(request)
  const reports: ExperimentReport[] = []
  let failure: unknown
  let leftBehind: DownpourError | undefined
  const onLeftBehind = (error: DownpourError) => (leftBehind = error)
  try {
    await withOwnSchema(database.url, onLeftBehind, async ({ name: schema, session }) => {
      for (const name of request.names) {
        const missing = left.get(name)
        const experiment = experiments[name]
        if (missing) {
          reports.push(leftOut(experiment, missing))
          continue
        }
        const { rows, repeat, strategies = [] } = questions[name]
        const outcome = await runExperiment({
          experiment,
          setting: {
            url: database.url,
            session,
            schema,
            rows: request.rows ?? rows,
            strategies: request.strategies ?? strategies,
            limitSeconds: request.timeLimit,
            isLocal: server.isLocal,
            signal,
          },
          repetitions: request.repeat ?? repeat,
          server,
          onProgress: request.onProgress,
        })
        reports.push(outcome.report)
        if (outcome.failure !== undefined) throw outcome.failure
        await dropTables(session, schema)
      }
    })
  } catch (error) {
    failure = signal.aborted ? signal.reason : error
  }
  const { command, version } = request
  const report: BenchReport = {
    format: 1,
    version,
    startedAt,
    command,
    machine: machineFacts(),
    server,
    experiments: reports,
  }
  return { report, failure: failure ?? leftBehind, leftBehind }
}

/** Before anything is written. */
function lookAt({ database, ...consent }: BenchRequest): Promise<ServerSettings> {
  const where = { url: database.url, applicationName: 'downpour bench' }
  return withSession(where, async (session) => {
    const { server } = await guardDatabase(session, {
      action: 'measure',
      ...consent,
      isEmbedded: database.isEmbedded,
    })
    return readServerSettings(session, server, database)
  })
}

/**
 * What cannot be done here: an error where it was asked for alone, else the reason to leave it out.
 */
async function findMissing({
  names,
  database: { url },
  strategies,
}: BenchRequest): Promise<ReadonlyMap<ExperimentName, DownpourError>> {
  const missing = new Map<ExperimentName, DownpourError>()
  for (const name of names) {
    try {
      await experiments[name].check?.({
        url,
        strategies: strategies ?? questions[name].strategies ?? [],
      })
    } catch (error) {
      if (names.length === 1 || !(error instanceof DownpourError)) throw error
      missing.set(name, error)
    }
  }
  return missing
}

function leftOut({ name }: Experiment, reason: DownpourError): ExperimentReport {
  return {
    name,
    question: questions[name].question,
    baseline: null,
    repetitions: 0,
    measurements: [],
    conclusion: [],
    notes: [`Left out: ${reason.why} ${reason.fix}`],
    warnings: [],
    charts: [],
  }
}
