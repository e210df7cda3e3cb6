import { DownpourError } from '../errors.ts'
import { createHashKey, hash } from '../generate/hash.ts'
import { formatCount } from '../report/format.ts'
import type { Case, Experiment, OpenExperiment, Setting } from './experiment.ts'
import { fitRows } from './fit-rows.ts'
import type { RowsCase } from './fit-rows.ts'
import { refuseTooMany } from './free-connections.ts'
import { refuseFullDisk } from './free-disk.ts'
import type { ExperimentReport, Measurement, Sample, ServerSettings } from './report.ts'
import { questions } from './questions.ts'
import { figuresBetween, readCounters } from './server-figures.ts'
import { summarise } from './summarise.ts'
import type { Run } from './task.ts'
import { stoppable } from './stoppable.ts'
import { startTask } from './task-process.ts'
import type { TaskProcess } from './task-process.ts'
import { warningsOf } from './warnings.ts'

export interface ExperimentRequest {
  readonly experiment: Experiment
  readonly setting: Setting
  readonly repetitions: number
  readonly server: ServerSettings
  readonly onProgress: (progress: BenchProgress) => void
}

/** How far an experiment is. */
export interface BenchProgress {
  readonly experiment: string
  readonly phase: 'start' | 'estimate' | 'warm up' | 'measure'
  /** What is measured now. */
  readonly name: string
  readonly done: number
  readonly total: number
}

/** A report, and what ended the experiment before its end. */
export interface ExperimentOutcome {
  readonly report: ExperimentReport
  readonly failure: unknown
}

/**
 * Does an experiment: a process for each case; each is tried with few rows, so that rows can be
 * chosen that keep to the time limit; then all run in turns, so that what drifts on the machine hits
 * all of them alike. The first round is discarded.
 *
 * @returns what was measured, also when something failed in the middle
 */
export async function runExperiment(request: ExperimentRequest): Promise<ExperimentOutcome> {
  const { experiment, setting } = request
  const bench: Bench = { running: [], notes: [] }
  let failure: unknown
  let open: OpenExperiment | undefined
  try {
    setting.signal.throwIfAborted()
    open = await experiment.open(setting)
    bench.notes.push(...(open.notes ?? []))
    await measure(request, open.cases, bench)
  } catch (error) {
    failure = setting.signal.aborted ? setting.signal.reason : error
  }
  await Promise.all(bench.running.map(({ process }) => process.end()))
  await open?.close().catch((error: unknown) => (failure ??= error))
  return { report: reportOf(request, bench), failure }
}

/** What has happened so far: it is reported even when the rest fails. */
interface Bench {
  readonly running: RunningCase[]
  readonly notes: string[]
}

interface RunningCase {
  readonly case: Case
  readonly process: TaskProcess
  readonly samples: Sample[]
  rows: number
  peakRssBytes: number
  hasEnded: boolean
}

async function measure(
  request: ExperimentRequest,
  cases: readonly Case[],
  bench: Bench,
): Promise<void> {
  const { experiment, setting, repetitions } = request
  const tell = (phase: BenchProgress['phase'], name: string, done: number, total: number) =>
    request.onProgress({ experiment: experiment.name, phase, name, done, total })
  await refuseTooMany(setting.session, cases)
  for (const [index, one] of cases.entries()) {
    tell('start', one.name, index, cases.length)
    const process = await startTask(one.name, one.task, setting.signal)
    if (process.note !== undefined && !bench.notes.includes(process.note)) {
      bench.notes.push(process.note)
    }
    bench.running.push({
      case: one,
      process,
      samples: [],
      rows: one.rows,
      peakRssBytes: 0,
      hasEnded: false,
    })
  }
  const chosen = await chooseRows(request, bench, (name, done) =>
    tell('estimate', name, done, cases.length),
  )
  if (chosen.length === 0) throw noTime(setting.limitSeconds)
  const loads = chosen.map((one) => ({ table: one.case.task.table, rows: one.rows }))
  await refuseFullDisk(setting, loads)
  const total = chosen.length * (repetitions + 1)
  for (let round = 0; round <= repetitions; round++) {
    for (const [turn, one] of shuffled(chosen, round).entries()) {
      if (one.hasEnded) continue
      tell(round === 0 ? 'warm up' : 'measure', one.case.name, round * chosen.length + turn, total)
      const sample = await survive(bench, one, () => takeSample(request, one))
      if (sample && round > 0) one.samples.push(sample)
    }
  }
}

/** An order of its own for each round, or one would always follow the same neighbour. */
function shuffled<T>(items: readonly T[], round: number): readonly T[] {
  const key = createHashKey(round, 'bench/order')
  return items
    .map((item, index) => ({ item, place: hash(key, index) }))
    .toSorted((a, b) => a.place - b.place)
    .map(({ item }) => item)
}

/** A process that ends, for want of memory perhaps, is a result; the others go on. */
async function survive<T>(
  bench: Bench,
  one: RunningCase,
  work: () => Promise<T>,
): Promise<T | undefined> {
  try {
    return await work()
  } catch (error) {
    if (!(error instanceof DownpourError && error.code === 'BENCH_PROCESS')) throw error
    one.hasEnded = true
    if (bench.running.every(({ hasEnded }) => hasEnded)) throw error
    bench.notes.push(`${error.message}, at up to ${formatCount(one.rows)} rows. ${error.why}`)
    return undefined
  }
}

async function chooseRows(
  request: ExperimentRequest,
  bench: Bench,
  onCase: (name: string, done: number) => void,
): Promise<readonly RunningCase[]> {
  const { repetitions, setting, experiment } = request
  const tried = []
  for (const [index, one] of bench.running.entries()) {
    const { name, rows: wanted, minimumRows: minimum } = one.case
    onCase(name, index)
    const speed = await survive(bench, one, () => probe(request, one))
    if (speed) tried.push({ name, wanted, minimum, ...speed })
  }
  const { rows, notes } = fitRows({
    cases: tried,
    repetitions: repetitions + 1,
    limitSeconds: setting.limitSeconds,
  })
  bench.notes.push(...notes)
  const chosen = bench.running.filter((one) => rows.has(one.case.name))
  const fewest = Math.min(...rows.values())
  for (const one of chosen) {
    one.rows = experiment.rows === 'the same' ? fewest : rows.get(one.case.name)!
  }
  if (experiment.rows === 'the same' && notes.length > 0) {
    bench.notes.push(`All have ${formatCount(fewest)} rows, so that they can be compared.`)
  }
  return chosen
}

/** A next try with so many times the rows may be expected to take so many seconds. */
const probeSteps = [
  { times: 10, seconds: 5 },
  { times: 2, seconds: 2 },
]

/**
 * Tries a case with ever more rows: what two sizes differ by is the rows' own time; the rest a run
 * takes in any case, round trips above all.
 */
async function probe(
  request: ExperimentRequest,
  { case: { rows: wanted }, process }: RunningCase,
): Promise<Pick<RowsCase, 'probe' | 'fixedSeconds'>> {
  // The first time it waits for what others have left to be written.
  let prepareSeconds = Infinity
  async function attempt(rows: number): Promise<number> {
    const started = performance.now()
    await stoppable(request.setting.signal, process.prepare())
    prepareSeconds = Math.min(prepareSeconds, (performance.now() - started) / 1000)
    return (await stoppable(request.setting.signal, process.run(rows))).seconds
  }

  let rows = Math.min(10, wanted)
  // Compiled, connected and planned once, it is faster.
  await attempt(rows)
  let seconds = await attempt(rows)
  let perRow = seconds / rows
  while (rows < wanted) {
    const expected = (times: number) => seconds + perRow * rows * (times - 1)
    const step = probeSteps.find((one) => expected(one.times) <= one.seconds)
    if (!step) break
    const more = Math.min(rows * step.times, wanted)
    const longer = await attempt(more)
    // Noise may make it shorter.
    perRow = Math.max((longer - seconds) / (more - rows), longer / more / 10)
    rows = more
    seconds = longer
  }
  const rest = Math.max(0, seconds - perRow * rows)
  return { probe: { rows, seconds: perRow * rows }, fixedSeconds: prepareSeconds + rest }
}

async function takeSample(request: ExperimentRequest, one: RunningCase): Promise<Sample> {
  const { server, setting } = request
  const { session, schema, signal } = setting
  const { task } = one.case
  await stoppable(signal, one.process.prepare())
  const isMeasured = task.kind !== 'sqlite'
  const before = isMeasured ? await readCounters(session, server.isLocal) : undefined
  const run: Run = await stoppable(signal, one.process.run(one.rows))
  one.peakRssBytes = Math.max(one.samples.length === 0 ? 0 : one.peakRssBytes, run.peakRssBytes)
  const after = before && (await readCounters(session, server.isLocal))
  return {
    seconds: run.seconds,
    phases: run.phases,
    server:
      before && after
        ? await figuresBetween(session, { before, after }, { schema, table: task.table })
        : null,
  }
}

function reportOf(request: ExperimentRequest, bench: Bench): ExperimentReport {
  const { experiment, repetitions, server } = request
  const measured = bench.running.filter(({ samples }) => samples.length > 0)
  const measurements = measured.map((one): Measurement => {
    const baseline = measured.find((other) => other.case.name === one.case.baseline)
    const { name, factors } = one.case
    const { rows, samples, peakRssBytes } = one
    return {
      name,
      factors,
      rows,
      samples,
      summary: summarise({ rows, samples, baseline: baseline ?? null }),
      peakRssBytes,
    }
  })
  const { question, work } = questions[experiment.name]
  const { baseline, sentences, charts } = experiment.conclude(measurements, server)
  return {
    name: experiment.name,
    question,
    baseline,
    repetitions,
    measurements,
    conclusion: sentences,
    notes: bench.notes,
    warnings: warningsOf({ server, measurements, repetitions, work }),
    charts,
  }
}

function noTime(limitSeconds: number): DownpourError {
  return new DownpourError({
    code: 'BENCH_TIME',
    message: 'Nothing can be measured within the time limit',
    why: `Even with the fewest rows that make sense each way takes longer than ${limitSeconds} s.`,
    fix: 'Give it more time with --time-limit, or ask for fewer rows with --rows.',
  })
}
