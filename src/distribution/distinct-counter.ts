/** Counts different values: exactly while they are few, and then about, in constant memory. */
export interface DistinctCounter {
  add(value: string): void
  readonly count: number
  readonly isExact: boolean
}

/**
 * Makes a counter. Beyond `exactly` different values it goes on as HyperLogLog (Flajolet et al. 2007)
 * with 16,384 registers, whose error is about 0.8 %.
 *
 * @param exactly - how many values are held to be counted exactly
 * @example
 * const counter = createDistinctCounter(1000)
 * for (const word of ['a', 'b', 'a']) counter.add(word)
 * counter.count // 2
 */
export function createDistinctCounter(exactly: number): DistinctCounter {
  let held: Set<string> | undefined = new Set()
  const registers = new Uint8Array(registerCount)

  function note(value: string): void {
    const { place, rank } = hashOf(value)
    if (rank > registers[place]!) registers[place] = rank
  }

  return {
    add(value) {
      if (!held) return note(value)
      held.add(value)
      if (held.size <= exactly) return
      for (const known of held) note(known)
      held = undefined
    },
    get count() {
      return held ? held.size : estimate(registers)
    },
    get isExact() {
      return held !== undefined
    },
  }
}

const registerBits = 14
const registerCount = 1 << registerBits

function estimate(registers: Uint8Array): number {
  let sum = 0
  let empty = 0
  for (const rank of registers) {
    sum += 1 / 2 ** rank
    if (rank === 0) empty++
  }
  const raw = ((0.7213 / (1 + 1.079 / registerCount)) * registerCount * registerCount) / sum
  const isSmall = raw <= 2.5 * registerCount && empty > 0
  return Math.round(isSmall ? registerCount * Math.log(registerCount / empty) : raw)
}

/** Two 32-bit hashes: one says which register, the other how rare the value is. */
function hashOf(value: string): { readonly place: number; readonly rank: number } {
  let first = 0x9e3779b9
  let second = 0x85ebca6b
  for (let i = 0; i < value.length; i++) {
    const code = value.charCodeAt(i)
    first = Math.imul(first ^ code, 0x2c1b3c6d)
    second = Math.imul(second ^ code, 0x297a2d39)
    first ^= first >>> 15
    second ^= second >>> 13
  }
  return { place: finish(first) >>> (32 - registerBits), rank: Math.clz32(finish(second)) + 1 }
}

function finish(bits: number): number {
  bits = Math.imul(bits ^ (bits >>> 16), 0x85ebca6b)
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35)
  return bits ^ (bits >>> 16)
}
