import { parseDatabaseUrl } from '../../postgres/url.ts'
import { linearRegression } from 'simple-statistics'
import { DownpourError } from '../../errors.ts'
import type { StrategyName } from '../../write/strategy.ts'
import { openDelayProxy } from '../delay-proxy.ts'
import type { DelayProxy } from '../delay-proxy.ts'
import type { Experiment } from '../experiment.ts'
import type { Chart, Measurement } from '../report.ts'
import { formatCount, formatDuration } from '../../report/format.ts'
import { fastestFirst, strategiesOf, strategyOf, times } from './conclusion.ts'
import { canBeCompared, fasterOf } from './difference.ts'
import { createTable, loadCase } from './load-case.ts'
import { refuseStrategies } from './refuse-strategies.ts'

/** Milliseconds that a proxy adds to each round trip. */
const delays = [0, 0.5, 1, 5, 20]

/** Documents 000 and 004: what the way to the server costs each way of writing. */
export const rttExperiment: Experiment = {
  name: 'rtt',
  rows: 'each its own',
  async check({ url, strategies }) {
    refuseStrategies('rtt', strategies, { server: 'it cannot compute usernames, which are unique' })
    const { host, ssl } = parseDatabaseUrl(url)
    if (host.startsWith('/')) throw unixSocket()
    if (ssl === 'verify-full') throw verifiedTls()
  },
  async open(setting) {
    await createTable(setting, 'users')
    const { host, port } = parseDatabaseUrl(setting.url)
    const proxies: DelayProxy[] = []
    async function close(): Promise<void> {
      await Promise.all(proxies.map((proxy) => proxy.close()))
    }
    try {
      for (const roundTripMilliseconds of delays) {
        proxies.push(await openDelayProxy({ host, port, roundTripMilliseconds }))
      }
    } catch (error) {
      await close()
      throw error
    }
    return {
      cases: delays.flatMap((delay, index) =>
        setting.strategies.map((strategy) =>
          loadCase(
            setting,
            { table: 'users', strategy, url: through(setting.url, proxies[index]!.port) },
            {
              name: `${strategy}, ${delay} ms`,
              factors: { strategy, addedMilliseconds: delay },
              baseline: baselineOf(setting.strategies, strategy, delay),
              // Who waits for each row takes a time that grows with the rows, and can be timed with
              // few of them. The others wait a few times in all.
              minimumRows: waitsForEachRow.includes(strategy) ? 20 : setting.rows,
            },
          ),
        ),
      ),
      close,
    }
  },
  conclude(measurements) {
    return {
      baseline: null,
      sentences: [
        ...describeSlowest(measurements),
        ...describeCrossings(measurements),
        ...describeRoundTrips(measurements),
      ],
      charts: measurements.length > 0 ? [timeChart(measurements)] : [],
    }
  },
}

const waitsForEachRow: readonly StrategyName[] = ['row', 'row-tx']

function baselineOf(strategies: readonly string[], strategy: string, delay: number): string | null {
  const [first] = strategies
  return strategy === first ? null : `${first}, ${delay} ms`
}

/** The same database through a proxy on this machine. */
function through(url: string, port: number): string {
  const proxied = new URL(url)
  proxied.hostname = '127.0.0.1'
  proxied.port = String(port)
  proxied.searchParams.delete('host')
  // To another machine it may be encrypted without being asked for; to this one it would not be.
  const { ssl } = parseDatabaseUrl(url)
  if (ssl !== false) proxied.searchParams.set('sslmode', ssl)
  return proxied.href
}

function verifiedTls(): DownpourError {
  return new DownpourError({
    code: 'BENCH_TLS',
    message: 'Cannot add round-trip time to a connection that verifies the server’s name',
    why: 'A proxy on this machine stands in between, and the certificate names the server.',
    fix: 'Measure with sslmode=require or verify-ca, or on the embedded server.',
  })
}

/** Through a port anybody on this machine would be whom the server takes the socket's owner for. */
function unixSocket(): DownpourError {
  return new DownpourError({
    code: 'BENCH_SOCKET',
    message: 'Cannot add round-trip time to a Unix socket',
    why: 'A proxy would open the way to it through a port, for every user of this machine.',
    fix: 'Name the server by a TCP address, such as postgres://…@localhost/….',
  })
}

/**
 * Who waits for each row may be timed with fewer rows; the others have the rows asked for. What is
 * told is what that many take.
 */
function rowsOf(measurements: readonly Measurement[]): number {
  return Math.max(...measurements.map(({ rows }) => rows))
}

function secondsFor(rows: number, { summary }: Measurement): number {
  return rows / summary.rowsPerSecond.value
}

function delayOf({ factors }: Measurement): number {
  return factors['addedMilliseconds'] as number
}

/** Measurements of one delay, the fastest first. */
function ranked(measurements: readonly Measurement[], delay: number): readonly Measurement[] {
  return fastestFirst(measurements.filter((one) => delayOf(one) === delay))
}

function describeSlowest(measurements: readonly Measurement[]): readonly string[] {
  const rows = rowsOf(measurements)
  return delays.flatMap((delay) => {
    const order = ranked(measurements, delay)
    if (order.length < 2) return []
    const [fast, slow] = [order[0]!, order.at(-1)!]
    const [fastest, slowest] = [secondsFor(rows, fast), secondsFor(rows, slow)]
    const when = delay === 0 ? 'No time added' : `${delay} ms added to each round trip`
    return [
      `${when}: for ${formatCount(rows)} users ${strategyOf(slow)} takes ${formatDuration(slowest)}, ${times(slowest / fastest)} as long as ${strategyOf(fast)} (${formatDuration(fastest)}).`,
    ]
  })
}

/** Where one way surely overtakes another. */
function describeCrossings(measurements: readonly Measurement[]): readonly string[] {
  const names = strategiesOf(measurements)
  const at = (strategy: string, delay: number) =>
    measurements.find((one) => strategyOf(one) === strategy && delayOf(one) === delay)
  const crossings = names.flatMap((a, index) =>
    names.slice(index + 1).flatMap((b) => {
      let leader: { name: string; delay: number } | undefined
      const found: string[] = []
      for (const delay of delays) {
        const [one, other] = [at(a, delay), at(b, delay)]
        if (!one || !other) continue
        const faster = fasterOf(one, other)
        const name = faster && strategyOf(faster)
        if (name === undefined) continue
        if (leader && leader.name !== name) {
          found.push(
            `${name} overtakes ${leader.name} between ${leader.delay} and ${delay} ms of added round-trip time.`,
          )
        }
        leader = { name, delay }
      }
      return found
    }),
  )
  if (crossings.length > 0 || names.length < 2) return crossings
  return measurements.every((one) => canBeCompared(one, one))
    ? [
        'That one way overtakes another as the round trip gets longer these repetitions cannot show.',
      ]
    : []
}

/** Why it is so: how the time grows with the delay, in round trips a row. */
function describeRoundTrips(measurements: readonly Measurement[]): readonly string[] {
  const strategies = strategiesOf(measurements)
  const trips = strategies.flatMap((strategy) => {
    const own = measurements.filter((one) => strategyOf(one) === strategy)
    if (own.length < 3) return []
    const points = own.map((one) => [delayOf(one) / 1000, secondsFor(1, one)])
    const { m: slope } = linearRegression(points)
    return [`${strategy} ${slope < 0.05 ? 'fewer than 0.1' : slope.toFixed(1)}`]
  })
  if (trips.length === 0) return []
  const told = `Round trips that a row waits for, from how the time grows: ${trips.join(', ')}.`
  const isAskedTwice = strategies.some((strategy) =>
    waitsForEachRow.includes(strategy as StrategyName),
  )
  return isAskedTwice
    ? [
        told,
        'Drizzle asks the server twice for each statement: what its parameters are, and then to run it.',
      ]
    : [told]
}

function timeChart(measurements: readonly Measurement[]): Chart {
  const rows = rowsOf(measurements)
  const users = `${formatCount(rows)} users`
  const told = [Math.min(...delays), Math.max(...delays)].flatMap((delay) => {
    const slowest = ranked(measurements, delay).at(-1)
    return slowest
      ? [
          `${strategyOf(slowest)} ${formatDuration(secondsFor(rows, slowest))} with ${delay} ms added`,
        ]
      : []
  })
  return {
    title: `Seconds for ${users} by added round-trip time`,
    says: `The slowest way: ${told.join(', ')}.`,
    kind: 'lines',
    x: { title: 'added round-trip time, ms', scale: 'linear' },
    y: { title: 'seconds', scale: 'log' },
    points: measurements.map((one) => {
      const { value, low, high } = one.summary.rowsPerSecond
      return {
        series: strategyOf(one),
        x: delayOf(one),
        y: rows / value,
        low: rows / high,
        high: rows / low,
      }
    }),
  }
}
