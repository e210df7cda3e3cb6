/**
 * Whether Downpour is as fast as the server can take it: everything that is asked of it in one run,
 * `npm run bench:limits`, or some parts of it, `npm run bench:limits -- generation start`. Exits 5
 * where something that is asked for is missed.
 */
import { readArguments } from './support/arguments.ts'
import { measureParts } from './support/measure-parts.ts'
import type { Parts } from './support/measure-parts.ts'

const parts: Parts = {
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

const { parts: chosen } = await readArguments('bench:limits', {}, Object.keys(parts))
await measureParts(parts, chosen)
