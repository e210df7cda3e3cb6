import { describe, expect, it } from 'vitest'
import type { BenchReport } from '../../../src/bench/report.ts'
import { formatBenchReport } from '../../../src/report/bench/text.ts'
import { hostileReport, sampleReport } from '../../support/bench-report.ts'

const [strategies, , chunks, lanes, reading, failed] = sampleReport.experiments

function textOf(
  experiments: BenchReport['experiments'],
  { width = Infinity, hasColour = false } = {},
): string {
  const terminal = { isInteractive: true, columns: 80, hasColour, write: () => {} }
  return formatBenchReport({ ...sampleReport, experiments }, { width, terminal })
}

describe(formatBenchReport, () => {
  it('shows what was measured with bars, what it means, what to beware of, and where it was', () => {
    expect(textOf([strategies!, failed!])).toMatchInlineSnapshot(`
      "strategies: Which way of writing is fastest, and by how much?
      7 repetitions of 20,000 rows each, after a warm-up that does not count.

      measurement    rows     time        ±  rows/s  speed-up  95 % interval  peak memory
      row          20,000   18.2 s   131 ms   1.10k  baseline                    98.0 MiB  ▏
      row-tx       20,000   8.04 s  57.9 ms   2.49k     2.26×   2.23 to 2.30     99.0 MiB  ▎
      pipeline     20,000   2.21 s  15.9 ms   9.05k     8.24×   8.13 to 8.37    112.0 MiB  ▉
      batch        20,000   1.78 s  12.8 ms   11.2k     10.2×   10.1 to 10.4    131.0 MiB  █▏
      values       20,000   402 ms  2.89 ms   49.8k     45.3×   44.7 to 46.0    118.0 MiB  ████▉
      json         20,000   331 ms  2.38 ms   60.4k     55.0×   54.3 to 55.9    109.0 MiB  █████▉
      unnest       20,000   274 ms  1.97 ms   73.0k     66.4×   65.5 to 67.5    104.0 MiB  ███████▏
      server       20,000   112 ms   806 µs    179k      163×     160 to 165     84.0 MiB  █████████████████▌
      copy-text    20,000  71.4 ms   514 µs    280k      255×     252 to 259     93.0 MiB  ███████████████████████████▍
      copy         20,000  61.2 ms   441 µs    327k      297×     293 to 302     91.5 MiB  ████████████████████████████████

      copy is fastest: 327k rows a second, 297 times as fast as row (95 % interval: 289 to 304).
      Ways that send many rows at once differ from one another far less than from row.

      ! The server does not wait for its disk: fsync is off. (FSYNC_OFF)
        Fix  Set fsync = on to learn what a production server would do.

      engines: How do PostgreSQL and SQLite compare?

      Nothing was measured.

      Note: SQLite was left out: @libsql/client is not installed.

      ! The server went away: terminating connection due to administrator command. (EXPERIMENT_FAILED)
        Fix  Start the server, then run: npm run bench -- engines

      Times are medians, ± their median absolute deviation; intervals are 95 % bootstrap intervals, less sure with few repetitions.
      Machine  2 cores of AMD EPYC 7763 64-Core Processor, 15.6 GiB, linux 6.1 x64, Node 20.20.2
      Server   PostgreSQL 18.4, embedded, over TCP, on the machine that measures: shared_buffers 128MB, fsync off, synchronous_commit on, wal_level replica, max_wal_size 1GB
      By       Downpour 0.1.0, 2026-11-21 14:52 UTC
      Repeat   npm run bench -- all --rows 20000 --repeat 7
      "
    `)
  })

  it('says "no difference" where the samples show none', () => {
    expect(textOf([lanes!]).split('\n').slice(3, 8)).toMatchInlineSnapshot(`
      [
        "measurement     rows    time        ±  rows/s       speed-up  95 % interval  peak memory",
        "1 lane       300,000  1.02 s  30.6 ms    294k       baseline                   126.0 MiB  ██████████████████████",
        "2 lanes      300,000  710 ms  21.3 ms    423k          1.44×   1.36 to 1.54    157.0 MiB  ███████████████████████████████▌",
        "3 lanes      300,000  700 ms  21.0 ms    429k          1.46×   1.38 to 1.56    188.0 MiB  ████████████████████████████████",
        "4 lanes      300,000  740 ms  22.2 ms    405k  no difference  0.946 to 1.07    219.0 MiB  ██████████████████████████████▎",
      ]
    `)
  })

  it('leaves columns out where the window is narrow, and keeps the bars', () => {
    expect(textOf([strategies!], { width: 80 }).split('\n').slice(3, 6)).toMatchInlineSnapshot(`
      [
        "measurement     time        ±  rows/s  speed-up  peak memory",
        "row           18.2 s   131 ms   1.10k  baseline     98.0 MiB  ▏",
        "row-tx        8.04 s  57.9 ms   2.49k     2.26×     99.0 MiB  ▏",
      ]
    `)
    expect(textOf([reading!], { width: 80 }).split('\n').slice(3, 6)).toMatchInlineSnapshot(`
      [
        "measurement                     time  rows/s       speed-up  peak memory",
        "fetch all                     920 ms    543k       baseline    412.0 MiB  ██▌",
        "limit and offset, 1,000 rows  4.80 s    104k         0.192×    108.0 MiB  ▌",
      ]
    `)
    expect(textOf([strategies!], { width: 44 })).toMatchInlineSnapshot(`
      "strategies: Which way of writing is fastest,
      and by how much?
      7 repetitions of 20,000 rows each, after a
      warm-up that does not count.

      measurement  rows/s  speed-up
      row           1.10k  baseline  ▏
      row-tx        2.49k     2.26×  ▏
      pipeline      9.05k     8.24×  ▍
      batch         11.2k     10.2×  ▌
      values        49.8k     45.3×  ██
      json          60.4k     55.0×  ██▍
      unnest        73.0k     66.4×  ██▉
      server         179k      163×  ███████▏
      copy-text      280k      255×  ███████████▏
      copy           327k      297×  █████████████

      copy is fastest: 327k rows a second, 297
      times as fast as row (95 % interval: 289 to
      304).
      Ways that send many rows at once differ from
      one another far less than from row.

      ! The server does not wait for its disk:
        fsync is off. (FSYNC_OFF)
        Fix  Set fsync = on to learn what a
             production server would do.

      Times are medians, ± their median absolute
      deviation; intervals are 95 % bootstrap
      intervals, less sure with few repetitions.
      Machine  2 cores of AMD EPYC 7763 64-Core
               Processor, 15.6 GiB, linux 6.1 x64,
               Node 20.20.2
      Server   PostgreSQL 18.4, embedded, over
               TCP, on the machine that measures:
               shared_buffers 128MB, fsync off,
               synchronous_commit on, wal_level
               replica, max_wal_size 1GB
      By       Downpour 0.1.0, 2026-11-21 14:52
               UTC
      Repeat   npm run bench -- all --rows 20000
               --repeat 7
      "
    `)
  })

  it.each([120, 100, 80, 60, 50, 40])('never writes a line of more than %d characters', (width) => {
    for (const line of textOf(sampleReport.experiments, { width }).split('\n')) {
      expect(line.length).toBeLessThanOrEqual(width)
    }
  })

  it('tells how many rows each measurement has where they differ', () => {
    expect(textOf([chunks!]).split('\n').slice(1, 6)).toMatchInlineSnapshot(`
      [
        "7 repetitions each, after a warm-up that does not count.",
        "",
        "measurement              rows    time        ±  rows/s  peak memory",
        "batch, 1 row           10,000  9.88 s  71.1 ms   1.01k     86.0 MiB  ▏",
        "batch, 10 rows        100,000  17.8 s   128 ms   5.62k     86.0 MiB  ▌",
      ]
    `)
  })

  it('colours only where the terminal does', () => {
    const text = textOf([strategies!], { hasColour: true })
    expect(text.split('\n')[0]).toBe(
      '\u001B[1mstrategies: Which way of writing is fastest, and by how much?\u001B[22m',
    )
    expect(text).toContain('\u001B[31m!\u001B[39m The server does not wait')
    const plain = textOf([strategies!])
    expect(plain).not.toContain('\u001B')
    // oxlint-disable-next-line no-control-regex
    expect(text.replaceAll(/\u001B\[\d+m/g, '')).toBe(plain)
  })

  it('lets no text tear the table or reach the terminal as a command', () => {
    const [measurement] = strategies!.measurements
    const text = textOf([
      {
        ...strategies!,
        measurements: [{ ...measurement!, name: 'row\n\u001B[2J' }],
        warnings: [{ code: 'X', message: 'It said:\r\n  \u001B[31mno', remedy: 'Ask\tagain.' }],
      },
    ])
    // oxlint-disable-next-line no-control-regex
    expect(text).not.toMatch(/[^\P{Cc}\n]/u)
    expect(text).toContain('\nrow [2J  ')
    expect(text).toContain('! It said: [31mno (X)\n  Fix  Ask again.\n')
  })

  it('shows bars of one length where every measurement is the same, and none where a figure is missing', () => {
    const [measurement] = strategies!.measurements
    const nothing = { value: NaN, low: NaN, high: NaN }
    const unknown = { seconds: nothing, spreadSeconds: NaN, rowsPerSecond: nothing, speedUp: null }
    const text = textOf([
      {
        ...strategies!,
        measurements: [measurement!, { ...measurement!, name: 'lost', summary: unknown }],
      },
    ])
    expect(text).toMatch(/^row .*  █{32}$/m)
    expect(text).toMatch(/^lost +20,000 +– +– +– +– +98.0 MiB  ▏$/m)
  })

  it('shows hostile names as they are', () => {
    const text = textOf(hostileReport().experiments)
    expect(text).toContain('<script>alert(1)</script>|","`')
  })
})
