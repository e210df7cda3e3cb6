import { tellLimits } from './limit.ts'
import type { Limit } from './limit.ts'
import { machineLabel } from './measure.ts'

/** Parts of a benchmark; each measures alone: nothing else may run meanwhile. */
export type Parts = Readonly<Record<string, () => Promise<readonly Limit[]>>>

/** Measures one part after the other, and tells all limits at the end, as `tellLimits` does. */
export async function measureParts(parts: Parts, names: readonly string[]): Promise<void> {
  console.log(machineLabel())
  const limits: (Limit & { readonly part: string })[] = []
  for (const part of names) {
    console.log(`\n# ${part}`)
    limits.push(...(await parts[part]!()).map((limit) => ({ ...limit, part })))
  }
  tellLimits(limits)
}
