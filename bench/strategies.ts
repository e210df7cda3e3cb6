/**
 * Whether `downpour bench strategies` finds what is known of the table of document 001: copy faster
 * than unnest, unnest than values and batch, which are alike, and those than row; and whether the
 * phases of each repetition add up to its time: `npm run bench:strategies`. Exits 5 when they do not.
 */
import { formatCount } from '../src/report/format.ts'
import { benchCommand } from './support/command.ts'

const order = ['copy', 'unnest', 'values', 'batch', 'row']
/** Of the time that a repetition took. */
const allowedGap = 0.1

const { experiments } = await benchCommand('strategies', '--strategies', order.toReversed().join())
const { measurements } = experiments[0]!

const rates = order.map(
  (name) => measurements.find((one) => one.name === name)!.summary.rowsPerSecond,
)
for (const [index, name] of order.entries()) {
  const { value, low, high } = rates[index]!
  console.log(`${name}: ${formatCount(value)} rows/s (${formatCount(low)} to ${formatCount(high)})`)
}
const [copy, unnest, values, batch, row] = rates.map(({ value }) => value)
const isOrdered =
  copy! > unnest! && unnest! > Math.max(values!, batch!) && Math.min(values!, batch!) > row!

const gaps = measurements.flatMap(({ samples }) =>
  samples.map(({ seconds, phases }) => {
    const sum = Object.values(phases).reduce((total, phase) => total + phase, 0)
    return Math.abs(1 - sum / seconds)
  }),
)
const largestGap = Math.max(...gaps)

console.log(`
copy > unnest > values and batch > row: ${isOrdered ? 'yes' : 'no'}
phases add up within ${(largestGap * 100).toFixed(1)} % of the time (at most ${allowedGap * 100} % is asked for; ${gaps.length} repetitions)`)
if (!isOrdered || largestGap > allowedGap) process.exitCode = 5
