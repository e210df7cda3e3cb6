import { chunkSizeFor } from '../run/options.ts'
import type { RunOptions, RunWishes } from '../run/options.ts'
import type { SeedRequest } from '../run/seed.ts'
import type { PlanArguments, PlanChoice, PlanOptions } from './open-project.ts'
import { wholeNumber } from './options.ts'
import type { RunArguments } from './run-options.ts'

/** What the command line says of a run. */
export type SaidOfRun = Pick<SeedRequest, 'wishes' | 'unfinished' | 'ledger' | 'lanes' | 'threads'>

type ReadArguments = RunArguments & Pick<PlanArguments, 'scale'>

/**
 * Reads the options of a run: before the project is loaded, which takes longer.
 *
 * @throws DownpourError `USAGE_NUMBER`
 */
export function readRunArguments(args: ReadArguments, plan: PlanOptions): SaidOfRun {
  const { lanes, threads } = args
  return {
    wishes: readWishes(args, plan),
    unfinished: args.resume ? 'resume' : args.restart ? 'restart' : 'continue',
    ledger: args.ledger ? 'ledger' : 'no ledger',
    lanes: lanes === undefined ? undefined : wholeNumber('--lanes', lanes, 1),
    threads: threads === undefined ? undefined : wholeNumber('--threads', threads, 1),
  }
}

/** The run that is meant, once it is known which tables and profiles there are. */
export function runFrom(
  said: SaidOfRun,
  choice: PlanChoice,
): SaidOfRun & { readonly options: RunOptions } {
  const { wishes } = said
  return { ...said, options: runOptions(wishes, choice), wishes: withNames(wishes, choice) }
}

/** The options that were said. */
function readWishes(args: ReadArguments, plan: PlanOptions): RunWishes {
  const { 'chunk-size': chunkSize, 'max-errors': maxErrors } = args
  return {
    profile: plan.profile,
    seed: plan.seed,
    otherwise: plan.counts.each,
    scale: args.scale === undefined ? undefined : plan.scale,
    existing: args.append ? 'append' : args.reset ? 'reset' : undefined,
    strategy: args.strategy,
    chunkSize: chunkSize === undefined ? undefined : wholeNumber('--chunk-size', chunkSize, 1),
    transaction: args.transaction,
    indexes: args.indexes,
    onError: args['on-error'],
    maxErrors: maxErrors === undefined ? undefined : wholeNumber('--max-errors', maxErrors, 0),
  }
}

/** With what was said of tables, which are known by now. */
function withNames(wishes: RunWishes, { counts, only }: PlanChoice): RunWishes {
  const { explicit } = counts
  return { ...wishes, counts: Object.keys(explicit).length > 0 ? explicit : undefined, only }
}

function runOptions(wishes: RunWishes, choice: PlanChoice): RunOptions {
  const { explicit, profile: profileCounts, scale, otherwise = null } = choice.counts
  const strategy = wishes.strategy ?? 'auto'
  return {
    profile: choice.profile,
    seed: choice.seed,
    profileCounts,
    counts: explicit,
    scale,
    otherwise,
    only: choice.only ?? null,
    existing: wishes.existing ?? 'refuse',
    strategy,
    chunkSize: wishes.chunkSize ?? chunkSizeFor(strategy),
    transaction: wishes.transaction ?? 'chunk',
    indexes: wishes.indexes ?? 'auto',
    onError: wishes.onError ?? 'stop',
    maxErrors: wishes.maxErrors ?? 1000,
  }
}
