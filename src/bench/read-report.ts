import { DownpourError } from '../errors.ts'
import type { BenchReport } from './report.ts'

/**
 * Reads what `bench --json` has printed, also where that run failed after some experiments.
 *
 * @param fileName - for the message
 * @throws DownpourError `BENCH_FILE` when it is no JSON, no report, or one of a newer form
 */
export function readReport(text: string, fileName: string): BenchReport {
  const object = parse(text, fileName)
  if (!isRecord(object)) throw fileError(fileName, 'It holds no JSON object.')
  const { ok: _ok, error: _error, ...report } = object
  if (report['format'] === undefined && object['ok'] === false) {
    throw fileError(fileName, 'It is the error of a run that ended before it measured anything.')
  }
  const { format } = report
  if (typeof format === 'number' && format > 1) {
    throw new DownpourError({
      code: 'BENCH_FILE',
      message: `Cannot read ${fileName} as a report of bench`,
      why: `It has format ${format}, and this version of Downpour knows format 1.`,
      fix: 'Read it with the newer version that wrote it, or measure again with this one.',
    })
  }
  const fault = isReport(report, '')
  if (fault !== null) throw fileError(fileName, `${fault}.`)
  return report as unknown as BenchReport
}

function parse(text: string, fileName: string): unknown {
  // What Windows writes in front of UTF-8.
  const json = text.replace(/^\uFEFF/, '')
  if (json.trim() === '') throw fileError(fileName, 'It is empty.')
  try {
    return JSON.parse(json)
  } catch {
    // The parser's own message quotes the file, which may be anything, passwords included.
    throw fileError(
      fileName,
      json.trimStart().startsWith('> ')
        ? 'It begins with the lines that npm prints before a command, and is no JSON.'
        : 'It is no JSON.',
    )
  }
}

function fileError(fileName: string, why: string): DownpourError {
  return new DownpourError({
    code: 'BENCH_FILE',
    message: `Cannot read ${fileName} as a report of bench`,
    why,
    fix: 'Write one: npx downpour bench strategies --json > report.json',
  })
}

/** Says what is wrong with a value, e.g. `"machine.cores" is no number`; `null` where nothing is. */
type Check = (value: unknown, path: string) => string | null

const isText = test((value) => typeof value === 'string', 'is no text')
const isBoolean = test((value) => typeof value === 'boolean', 'is neither true nor false')
const isNumber = test(Number.isFinite, 'is no number')
const isAmount = test((value) => isAboveZero(value) || value === 0, 'is no number, 0 or above')
const isPositive = test((value) => isAboveZero(value), 'is no number above 0')
const isTextOrNumber = test(
  (value) => typeof value === 'string' || Number.isFinite(value),
  'is neither a text nor a number',
)

const isEstimate = object({ value: isPositive, low: isPositive, high: isPositive })

const isSample = object({
  seconds: isPositive,
  phases: recordOf(isNumber),
  server: orNull(
    object({
      walBytes: orNull(isAmount),
      blocksHit: orNull(isAmount),
      blocksRead: orNull(isAmount),
      checkpoints: orNull(isAmount),
      relationBytes: orNull(isAmount),
      freeDiskBytesBefore: orNull(isAmount),
      freeDiskBytesAfter: orNull(isAmount),
    }),
  ),
})

const isMeasurement = object({
  name: isText,
  factors: recordOf(isTextOrNumber),
  rows: isPositive,
  samples: listOf(isSample, 1),
  summary: object({
    seconds: isEstimate,
    spreadSeconds: isAmount,
    rowsPerSecond: isEstimate,
    speedUp: orNull(isEstimate),
  }),
  peakRssBytes: isAmount,
})

const isWarning = object({ code: isText, message: isText, remedy: isText })

const isAxis = object({ title: isText, scale: oneOf(['names', 'linear', 'log']) })

const isChart = object({
  title: isText,
  says: isText,
  kind: oneOf(['bars', 'lines']),
  x: isAxis,
  y: isAxis,
  points: listOf(
    object({
      series: isText,
      x: isTextOrNumber,
      y: isNumber,
      low: optional(isNumber),
      high: optional(isNumber),
    }),
  ),
})

const isReport = object({
  format: test((value) => value === 1, 'is not 1'),
  version: isText,
  startedAt: isText,
  command: isText,
  machine: object({
    processor: isText,
    cores: isPositive,
    memoryBytes: isPositive,
    platform: isText,
    node: isText,
  }),
  server: object({
    name: isText,
    place: isText,
    connection: oneOf(['TCP', 'socket']),
    isLocal: isBoolean,
    settings: recordOf(isText),
  }),
  experiments: listOf(
    object({
      name: isText,
      question: isText,
      baseline: orNull(isText),
      repetitions: isAmount,
      measurements: listOf(isMeasurement),
      conclusion: listOf(isText),
      notes: listOf(isText),
      warnings: listOf(isWarning),
      charts: listOf(isChart),
    }),
  ),
})

function test(isRight: (value: unknown) => boolean, fault: string): Check {
  return (value, path) => (isRight(value) ? null : `"${path}" ${fault}`)
}

function isAboveZero(value: unknown): boolean {
  return typeof value === 'number' && Number.isFinite(value) && value > 0
}

function oneOf(texts: readonly string[]): Check {
  return test((value) => texts.some((text) => text === value), `is none of ${texts.join(', ')}`)
}

function orNull(check: Check): Check {
  return (value, path) => (value === null ? null : check(value, path))
}

function optional(check: Check): Check {
  return (value, path) => (value === undefined ? null : check(value, path))
}

function object(fields: Readonly<Record<string, Check>>): Check {
  return (value, path) => {
    if (!isRecord(value)) return `"${path}" is no object`
    return firstFault(Object.entries(fields), ([name, check]) =>
      check(value[name], path === '' ? name : `${path}.${name}`),
    )
  }
}

function recordOf(check: Check): Check {
  return (value, path) =>
    isRecord(value)
      ? firstFault(Object.entries(value), ([name, one]) => check(one, `${path}.${name}`))
      : `"${path}" is no object`
}

function listOf(check: Check, minimum = 0): Check {
  return (value, path) => {
    if (!Array.isArray(value)) return `"${path}" is no list`
    if (value.length < minimum) return `"${path}" is empty`
    return firstFault([...value.entries()], ([index, one]) => check(one, `${path}[${index}]`))
  }
}

function firstFault<T>(parts: readonly T[], faultOf: (part: T) => string | null): string | null {
  for (const part of parts) {
    const fault = faultOf(part)
    if (fault !== null) return fault
  }
  return null
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
