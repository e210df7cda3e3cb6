/**
 * Whether Downpour is as fast as the server can take it: everything that is asked of it in one run,
 * `npm run bench:limits`, or some parts of it, `npm run bench:limits -- generation start`. Exits 5
 * where something that is asked for is missed.
 */
import { parseArgs } from 'node:util'
import { tellLimits } from './support/limit.ts'
import type { Limit } from './support/limit.ts'
import { machineLabel } from './support/measure.ts'

/** Each measures alone: nothing else may run meanwhile. */
const parts: Readonly<Record<string, () => Promise<readonly Limit[]>>> = {
  'ready-made': async () => (await import('./limits/ready-made.ts')).measureReadyMade(),
  generation: async () => (await import('./limits/generation.ts')).measureGeneration(),
  generators: async () => (await import('./limits/generators.ts')).measureGenerators(),
  orm: async () => (await import('./limits/orm.ts')).measureOrm(),
  flat: async () => (await import('./limits/flat.ts')).measureFlatness(),
  lanes: async () => (await import('./limits/lanes.ts')).measureLanes(),
  verify: async () => (await import('./limits/verify.ts')).measureVerify(),
  start: async () => (await import('./limits/start.ts')).measureStart(),
  peers: async () => (await import('./limits/peers.ts')).measurePeers(),
}

const { positionals } = parseArgs({ allowPositionals: true })
const chosen = positionals.length > 0 ? positionals : Object.keys(parts)
const unknown = chosen.find((name) => !(name in parts))

if (unknown === undefined) await measure(chosen)
else {
  console.error(`There is no part "${unknown}". Choose from: ${Object.keys(parts).join(', ')}.`)
  process.exitCode = 2
}

async function measure(names: readonly string[]): Promise<void> {
  console.log(machineLabel())
  const limits: (Limit & { part: string })[] = []
  for (const part of names) {
    console.log(`\n# ${part}`)
    limits.push(...(await parts[part]!()).map((limit) => ({ ...limit, part })))
  }
  tellLimits(limits)
}
