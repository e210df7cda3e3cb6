/**
 * Downpour against other ways of filling a table, in one run: `npm run bench:peers`.
 * `-- --rows 200000 --slow-rows 20000 --repeat 1` changes the size. Exits 5 where Downpour is less
 * than 15 times as fast as drizzle-seed, or slower than anything else but psql and pgbench; what is judged
 * is a run with the command's defaults.
 */
import { parseArgs } from 'node:util'
import { measurePeers } from './limits/peers.ts'
import { defaultSizes } from './peers/sizes.ts'
import { tellLimits } from './support/limit.ts'
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
tellLimits(limits.map((limit) => ({ ...limit, part: 'peers' })))
