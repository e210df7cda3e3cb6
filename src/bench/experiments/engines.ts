import { rm } from 'node:fs/promises'
import path from 'node:path'
import { formatBytes, formatCount } from '../../report/format.ts'
import type { Case, Experiment, Setting } from '../experiment.ts'
import type { Measurement, ServerSettings } from '../report.ts'
import { ownFolder } from '../own-folder.ts'
import { requireSqlite } from '../sqlite.ts'
import { sayHowFast } from '../describe-speed-up.ts'
import { rateChart, times } from './conclusion.ts'
import { fasterOf } from './difference.ts'
import { createTable, loadCase, usualChunk } from './load-case.ts'

/** Document 003: single and batched inserts on two engines. */
export const enginesExperiment: Experiment = {
  name: 'engines',
  rows: 'each its own',
  check: requireSqlite,
  async open(setting) {
    await createTable(setting, 'products')
    const folder = await ownFolder()
    return {
      cases: ways.flatMap((way) => [
        loadCase(
          setting,
          { table: 'products', strategy: way },
          {
            name: `PostgreSQL, ${way}`,
            factors: { engine: 'PostgreSQL', way },
            baseline: way === 'row' ? null : 'PostgreSQL, row',
          },
        ),
        sqliteCase(setting, way, path.join(folder, `${way}.sqlite`)),
      ]),
      close: () => rm(folder, { recursive: true, force: true }),
    }
  },
  conclude(measurements, server) {
    return {
      baseline: null,
      sentences: [
        ...measurements.filter(({ summary }) => summary.speedUp !== null).map(describeBatch),
        ...ways.flatMap((way) => describeEngines(measurements, way, server)),
      ],
      charts: [rateChart('Products per second by engine', measurements)],
    }
  },
}

const ways = ['row', 'batch'] as const

function sqliteCase(
  { url, schema, rows }: Setting,
  way: (typeof ways)[number],
  file: string,
): Case {
  return {
    name: `SQLite, ${way}`,
    factors: { engine: 'SQLite', way },
    baseline: way === 'row' ? null : 'SQLite, row',
    rows,
    minimumRows: 1,
    task: {
      kind: 'sqlite',
      url,
      schema,
      table: 'products',
      mostRows: rows,
      file,
      way,
      chunkSize: usualChunk,
    },
  }
}

function describeBatch({ factors, summary, peakRssBytes }: Measurement): string {
  const engine = factors['engine'] as string
  const { rowsPerSecond, speedUp } = summary
  const how = sayHowFast({
    name: `${engine} in batches`,
    baseline: 'row by row',
    speedUp: speedUp!,
  })
  return `${how} It stores ${formatCount(rowsPerSecond.value)} rows/s, with a process of ${formatBytes(peakRssBytes)}.`
}

function describeEngines(
  measurements: readonly Measurement[],
  way: string,
  { settings }: ServerSettings,
): readonly string[] {
  const of = (engine: string) =>
    measurements.find(({ factors }) => factors['engine'] === engine && factors['way'] === way)
  const [postgres, sqlite] = [of('PostgreSQL'), of('SQLite')]
  if (!postgres || !sqlite) return []
  const what = way === 'row' ? 'Single inserts' : 'Batches'
  const cheap = ['fsync', 'synchronous_commit'].filter((name) => settings[name] === 'off')
  if (way === 'row' && cheap.length > 0) {
    return [
      `${what} cannot be ranked: SQLite waits for the disk with each commit, and this PostgreSQL does not (${cheap.join(' and ')} off).`,
    ]
  }
  const faster = fasterOf(postgres, sqlite)
  if (!faster)
    return [`${what}: no difference between the engines that these repetitions can show.`]
  const slower = faster === postgres ? sqlite : postgres
  const ratio = faster.summary.rowsPerSecond.value / slower.summary.rowsPerSecond.value
  return [
    `${what}: ${faster.factors['engine']} is ${times(ratio)} as fast as ${slower.factors['engine']}.`,
  ]
}
