import { describe, expect, it } from 'vitest'
import { formatBenchMarkdown } from '../../../src/report/bench/markdown.ts'
import { hostileReport, sampleReport } from '../../support/bench-report.ts'

const [strategies, , , lanes, , failed] = sampleReport.experiments

describe(formatBenchMarkdown, () => {
  it('is fit for a README', () => {
    const report = { ...sampleReport, experiments: [lanes!, failed!] }
    expect(formatBenchMarkdown(report)).toMatchInlineSnapshot(`
      "### lanes: Do more connections write faster?

      2 lanes are 1.44 times as fast as one; more make no difference on 2 cores.

      7 repetitions of 300,000 rows each, after a warm-up that does not count.

      | measurement | rows | time | ± | rows/s | speed-up | 95 % interval | peak memory |
      | :-- | --: | --: | --: | --: | --: | --: | --: |
      | 1 lane | 300,000 | 1.02 s | 30.6 ms | 294k | baseline |  | 126.0 MiB |
      | 2 lanes | 300,000 | 710 ms | 21.3 ms | 423k | 1.44× | 1.36 to 1.54 | 157.0 MiB |
      | 3 lanes | 300,000 | 700 ms | 21.0 ms | 429k | 1.46× | 1.38 to 1.56 | 188.0 MiB |
      | 4 lanes | 300,000 | 740 ms | 22.2 ms | 405k | no difference | 0.946 to 1.07 | 219.0 MiB |

      ### engines: How do PostgreSQL and SQLite compare?

      Nothing was measured.

      - Note: SQLite was left out: @libsql/client is not installed.

      > [!WARNING]
      > The server went away: terminating connection due to administrator command. (EXPERIMENT_FAILED)
      > Start the server, then run: npm run bench -- engines

      <sub>Times are medians, ± their median absolute deviation; intervals are 95 % bootstrap intervals, less sure with few repetitions.</sub>

      - Machine: 2 cores of AMD EPYC 7763 64-Core Processor, 15.6 GiB, linux 6.1 x64, Node 20.20.2
      - Server: PostgreSQL 18.4, embedded, over TCP, on the machine that measures: shared_buffers 128MB, fsync off, synchronous_commit on, wal_level replica, max_wal_size 1GB
      - Measured by Downpour 0.1.0, 2026-11-21 14:52 UTC, to be repeated with:

      \`\`\`sh
      npm run bench -- all --rows 20000 --repeat 7
      \`\`\`
      "
    `)
  })

  it('shows texts as they are, whatever they hold', () => {
    expect(formatBenchMarkdown(hostileReport())).toMatchInlineSnapshot(`
      "### \\<script\\>alert(1)\\</script\\>\\|","\\\`: \\<script\\>alert(1)\\</script\\>\\|","\\\` \\</script\\>\\<!--\\<img src=x onerror=alert(2)\\> \\# heading

      \\<script\\>alert(1)\\</script\\>\\|","\\\` \\</script\\>\\<!--\\<img src=x onerror=alert(2)\\> \\# heading

      1 repetition of 20,000 rows each, after a warm-up that does not count.

      | measurement | rows | time | ± | rows/s | peak memory |
      | :-- | --: | --: | --: | --: | --: |
      | \\<script\\>alert(1)\\</script\\>\\|","\\\` | 20,000 | 18.2 s | 131 ms | 1.10k | 98.0 MiB |

      - Note: \\<script\\>alert(1)\\</script\\>\\|","\\\` \\</script\\>\\<!--\\<img src=x onerror=alert(2)\\> \\# heading

      > [!WARNING]
      > \\<script\\>alert(1)\\</script\\>\\|","\\\` \\</script\\>\\<!--\\<img src=x onerror=alert(2)\\> \\# heading (\\<script\\>alert(1)\\</script\\>\\|","\\\`)
      > \\<script\\>alert(1)\\</script\\>\\|","\\\` \\</script\\>\\<!--\\<img src=x onerror=alert(2)\\> \\# heading

      <sub>Times are medians, ± their median absolute deviation; intervals are 95 % bootstrap intervals, less sure with few repetitions.</sub>

      - Machine: 2 cores of \\<script\\>alert(1)\\</script\\>\\|","\\\` \\</script\\>\\<!--\\<img src=x onerror=alert(2)\\> \\# heading, 15.6 GiB, linux 6.1 x64, Node 20.20.2
      - Server: PostgreSQL 18.4, \\<script\\>alert(1)\\</script\\>\\|","\\\` \\</script\\>\\<!--\\<img src=x onerror=alert(2)\\> \\# heading, over TCP, on the machine that measures: \\<script\\>alert(1)\\</script\\>\\|","\\\` \\<script\\>alert(1)\\</script\\>\\|","\\\` \\</script\\>\\<!--\\<img src=x onerror=alert(2)\\> \\# heading
      - Measured by Downpour 0.1.0, 2026-11-21 14:52 UTC, to be repeated with:

      \`\`\`sh
      npm run bench -- <script>alert(1)</script>|","\` </script><!--<img src=x onerror=alert(2)> # heading
      \`\`\`
      "
    `)
  })

  it('has as many cells in each line of a table, whatever the names', () => {
    const table = formatBenchMarkdown(hostileReport())
      .split('\n')
      .filter((line) => line.startsWith('| '))
    const cells = table.map((line) => line.split(/(?<!\\)\|/).length)
    expect(cells).toEqual([8, 8, 8])
  })

  it('makes no list of a sentence that begins like one, nor a block end of a command', () => {
    const text = formatBenchMarkdown({
      ...sampleReport,
      command: 'npm run bench -- ```',
      experiments: [
        { ...strategies!, conclusion: ['- a', '+ b', '1. c', '10,000 d', '= e', '_f_ g_h'] },
      ],
    })
    expect(text).toContain('\n\\- a\n\n\\+ b\n\n1\\. c\n\n10,000 d\n\n\\= e\n\n\\_f\\_ g_h\n')
    expect(text).toContain('\n````sh\nnpm run bench -- ```\n````\n')
  })
})
