/**
 * Whether `downpour bench rtt` finds single inserts more than 50 times slower than batches where each
 * round trip takes 5 ms more: `npm run bench:rtt`. Exits 5 when it does not.
 */
import { benchCommand } from './support/command.ts'

const requiredRatio = 50

const { experiments } = await benchCommand('rtt', '--strategies', 'row,batch')
const { measurements, conclusion } = experiments[0]!
const [row, batch] = ['row, 5 ms', 'batch, 5 ms'].map(
  (name) => measurements.find((one) => one.name === name)!.summary.rowsPerSecond.value,
)
const ratio = batch! / row!

console.log(conclusion.join('\n'))
console.log(`batch over row at 5 ms: ${ratio.toFixed(0)} (more than ${requiredRatio} is asked for)`)
if (ratio <= requiredRatio) process.exitCode = 5
