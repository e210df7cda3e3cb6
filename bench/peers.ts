/**
 * Downpour against other ways of filling a table, in one run, `npm run bench:peers`, or a part of it:
 * `npm run bench:peers -- widths`. `--rows 200000 --slow-rows 20000 --repeat 1` changes the size.
 * Exits 5 where Downpour is less than 15 times as fast as drizzle-seed on the table of document 001
 * or less than 20 times on those of some widths, or slower than anything else but psql and pgbench;
 * what is judged is a run with the command's defaults.
 */
import { parseArgs } from 'node:util'
import { measurePeers } from './limits/peers.ts'
import { defaultSizes } from './peers/sizes.ts'
import type { PeerSizes } from './peers/sizes.ts'
import { compareWidths } from './peers/widths.ts'
import { tellLimits } from './support/limit.ts'
import type { Limit } from './support/limit.ts'
import { machineLabel } from './support/measure.ts'

const parts: Readonly<Record<string, (sizes: PeerSizes) => Promise<readonly Limit[]>>> = {
  peers: measurePeers,
  widths: compareWidths,
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    rows: { type: 'string', default: String(defaultSizes.rows) },
    'slow-rows': { type: 'string', default: String(defaultSizes.slowRows) },
    repeat: { type: 'string', default: String(defaultSizes.repetitions) },
  },
})
const chosen = positionals.length > 0 ? positionals : Object.keys(parts)
const unknown = chosen.find((name) => !(name in parts))

if (unknown === undefined) await measure(chosen)
else {
  console.error(`There is no part "${unknown}". Choose from: ${Object.keys(parts).join(', ')}.`)
  process.exitCode = 2
}

async function measure(names: readonly string[]): Promise<void> {
  const sizes = {
    rows: Number(values.rows),
    slowRows: Number(values['slow-rows']),
    repetitions: Number(values.repeat),
  }
  console.log(machineLabel())
  const limits: (Limit & { readonly part: string })[] = []
  for (const part of names) {
    limits.push(...(await parts[part]!(sizes)).map((limit) => ({ ...limit, part })))
  }
  tellLimits(limits)
}
