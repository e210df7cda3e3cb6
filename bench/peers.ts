/**
 * Downpour against other ways of filling a table, in one run, `npm run bench:peers`, or a part of it:
 * `npm run bench:peers -- widths`. `--rows 200000 --slow-rows 20000 --repeat 1` changes the size.
 * Exits 5 where Downpour is less than 15 times as fast as drizzle-seed on the table of document 001
 * or less than 20 times on those of some widths, or slower than anything else but psql and pgbench;
 * what is judged is a run with the command's defaults.
 */
import { measurePeers } from './limits/peers.ts'
import { defaultSizes } from './peers/sizes.ts'
import { compareWidths } from './peers/widths.ts'
import { count, readArguments } from './support/arguments.ts'
import { measureParts } from './support/measure-parts.ts'
import type { Parts } from './support/measure-parts.ts'

const parts: Parts = {
  peers: () => measurePeers(sizes),
  widths: () => compareWidths(sizes),
}

const {
  rows,
  slowRows,
  repeat: repetitions,
  parts: chosen,
} = await readArguments(
  'bench:peers',
  {
    rows: count(defaultSizes.rows, 'Rows of each table'),
    'slow-rows': count(defaultSizes.slowRows, 'Rows for those that take ten times as long'),
    repeat: count(defaultSizes.repetitions, 'How often each is measured'),
  },
  Object.keys(parts),
)
const sizes = { rows, slowRows, repetitions }
await measureParts(parts, chosen)
