import { parseDatabaseUrl } from '../../postgres/url.ts'
import { DownpourError } from '../../errors.ts'
import type { StrategyName } from '../../write/strategy.ts'
import { openDelayProxy } from '../delay-proxy.ts'
import type { Experiment } from '../experiment.ts'
import type { Chart, Measurement } from '../report.ts'
import { formatDuration } from '../../report/bench/figures.ts'
import { strategiesOf, strategyOf, times } from './conclusion.ts'
import { canBeCompared, fasterOf } from './difference.ts'
import { createTable, loadCase } from './load-case.ts'
import { refuseStrategies } from './refuse-strategies.ts'

/** Milliseconds that a proxy adds to each round trip. */
const delays = [0, 0.5, 1, 5, 20]

/** Documents 000 and 004: what the way to the server costs each way of writing. */
export const rttExperiment: Experiment = {
  name: 'rtt',
  async check({ url, strategies }) {
    refuseStrategies('rtt', strategies, { server: 'it cannot compute usernames, which are unique' })
    if (parseDatabaseUrl(url).ssl === 'verify-full') throw verifiedTls()
  },
  async open(setting) {
    await createTable(setting, 'users')
    const address = parseDatabaseUrl(setting.url)
    const proxies = await Promise.all(
      delays.map((roundTripMilliseconds) =>
        openDelayProxy({ host: address.host, port: address.port, roundTripMilliseconds }),
      ),
    )
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
      async close() {
        await Promise.all(proxies.map((proxy) => proxy.close()))
      },
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
    message: 'Cannot add round-trip time to a connection with sslmode=verify-full',
    why: 'A proxy on this machine stands in between, and the certificate names the server.',
    fix: 'Measure with sslmode=require, or on the embedded server.',
  })
}

/** Rows are timed in different numbers; what is told is what 1,000 users take. */
const thousand = 1_000

function secondsForThousand({ summary }: Measurement): number {
  return thousand / summary.rowsPerSecond.value
}

function delayOf({ factors }: Measurement): number {
  return factors['addedMilliseconds'] as number
}

/** Measurements of one delay, the fastest first. */
function ranked(measurements: readonly Measurement[], delay: number): readonly Measurement[] {
  return measurements
    .filter((one) => delayOf(one) === delay)
    .toSorted((a, b) => secondsForThousand(a) - secondsForThousand(b))
}

function describeSlowest(measurements: readonly Measurement[]): readonly string[] {
  return delays.flatMap((delay) => {
    const order = ranked(measurements, delay)
    if (order.length < 2) return []
    const [fast, slow] = [order[0]!, order.at(-1)!]
    const [fastest, slowest] = [secondsForThousand(fast), secondsForThousand(slow)]
    const when = delay === 0 ? 'With no time added' : `With ${delay} ms added to each round trip`
    return [
      `${when}, 1,000 users take ${strategyOf(slow)} ${formatDuration(slowest)} and ${strategyOf(fast)} ${formatDuration(fastest)}: ${times(slowest / fastest)} as long.`,
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
  if (crossings.length > 0 || !measurements.every((one) => canBeCompared(one, one))) {
    return crossings
  }
  const order = ranked(measurements, Math.max(...measurements.map(delayOf), 0))
  return order.length < 2
    ? []
    : ['No way overtakes another as the round trip gets longer; the distances grow.']
}

/** The slope of the time over the delay, in round trips a row: why it is so. */
function describeRoundTrips(measurements: readonly Measurement[]): readonly string[] {
  const trips = strategiesOf(measurements).flatMap((strategy) => {
    const own = measurements.filter((one) => strategyOf(one) === strategy)
    const [first, last] = [own[0]!, own.at(-1)!]
    const added = (delayOf(last) - delayOf(first)) / 1000
    if (added === 0) return []
    const seconds = secondsForThousand(last) - secondsForThousand(first)
    const perRow = Math.max(0, seconds / thousand / added)
    return [`${strategy} ${perRow >= 0.1 ? perRow.toFixed(1) : perRow.toPrecision(1)}`]
  })
  if (trips.length === 0) return []
  return [
    `Round trips that a row waits for, from how the time grows: ${trips.join(', ')}. (Drizzle asks the server twice for each statement: what its parameters are, and then to run it.)`,
  ]
}

function timeChart(measurements: readonly Measurement[]): Chart {
  const slowest = measurements.toSorted((a, b) => secondsForThousand(b) - secondsForThousand(a))[0]!
  return {
    title: 'Seconds for 1,000 users by added round-trip time',
    says: `The longer the round trip, the further apart: ${slowest.name} takes ${formatDuration(secondsForThousand(slowest))} for 1,000 users, the longest of all.`,
    kind: 'lines',
    x: { title: 'added round-trip time, ms', scale: 'linear' },
    y: { title: 'seconds', scale: 'log' },
    points: measurements.map((one) => {
      const { low, high } = one.summary.rowsPerSecond
      return {
        series: strategyOf(one),
        x: delayOf(one),
        y: secondsForThousand(one),
        low: thousand / high,
        high: thousand / low,
      }
    }),
  }
}
