/**
 * Downpour against other ways of filling a table, in one run: `npm run bench:peers`.
 * `-- --rows 200000 --slow-rows 20000 --repeat 1` changes the size. Exits 5 where Downpour is less
 * than 15 times as fast as drizzle-seed, or slower than anything else but psql and pgbench; what is judged
 * is a run with the command's defaults.
 */
import { parseArgs } from 'node:util'
import { formatTable } from '../src/report/text-table.ts'
import { measurePeers } from './limits/peers.ts'
import { defaultSizes } from './peers/sizes.ts'
import { machineLabel } from './support/measure.ts'

const { values } = parseArgs({
  options: {
    rows: { type: 'string', default: String(defaultSizes.rows) },
    'slow-rows': { type: 'string', default: String(defaultSizes.slowRows) },
    repeat: { type: 'string', default: String(defaultSizes.repetitions) },
  },
})

console.log(machineLabel())
const limits = await measurePeers({
  rows: Number(values.rows),
  slowRows: Number(values['slow-rows']),
  repetitions: Number(values.repeat),
})
const columns = ['', 'limit', 'asked', 'measured'].map((title) => ({
  title,
  align: 'left' as const,
}))
const rows = limits.map(({ outcome, name, asked, measured }) => [outcome, name, asked, measured])
console.log(`\n${formatTable(columns, rows).join('\n')}`)
if (limits.some(({ outcome }) => outcome === 'missed')) process.exitCode = 5
