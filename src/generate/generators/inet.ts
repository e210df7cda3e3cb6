import { createGenerator, fillVector } from '../generator.ts'
import type { Context, Generator } from '../generator.ts'
import { below } from '../hash.ts'
import { createTuples } from '../tuples.ts'
import { withArraySize } from './array-of.ts'
import type { ArrayOptions } from './array-of.ts'
import { followColumn } from './follow-column.ts'
import { refuse } from './refuse.ts'

export interface InetOptions {
  /** @defaultValue 'ipv4' */
  readonly ipAddress?: 'ipv4' | 'ipv6'
  /** Whether a prefix length follows: `/8` to `/32`, or `/16` to `/128`. @defaultValue true */
  readonly includeCidr?: boolean
  /** No address twice. @defaultValue false */
  readonly isUnique?: boolean
}

/**
 * Addresses of hosts, uniformly: from 1.0.0.0 to 223.255.255.255, or of the global unicast range
 * 2000::/3. With a prefix length for `inet` only; `cidr` takes those without one.
 *
 * @throws DownpourError `PLAN_ADDRESS`
 * @example
 * { columns: { host: f.inet({ ipAddress: 'ipv4', includeCidr: false }) } } // '84.17.203.6', …
 */
export function inet(options: InetOptions & ArrayOptions): Generator<string[]>
export function inet(options?: InetOptions): Generator<string>
export function inet(options: InetOptions & Partial<ArrayOptions> = {}): Generator {
  const { ipAddress = 'ipv4', includeCidr = true, isUnique = false } = options
  const family = families[ipAddress] as Family | undefined
  if (!family) {
    refuse('PLAN_ADDRESS', 'inet', {
      what: `cannot have the ipAddress ${ipAddress}`,
      why: 'There are two kinds of addresses.',
      fix: "Give 'ipv4' or 'ipv6'.",
    })
  }
  return followColumn({
    generator: withArraySize(
      options,
      createGenerator('inet', (context) =>
        fillAddresses(context, family, { includeCidr, isUnique }),
      ),
    ),
    options,
    make: inet,
  })
}

interface Family {
  /** Of 16 bits each, the first of them without those of other ranges. */
  readonly counts: readonly number[]
  /** The least that the first 16 bits are. */
  readonly lowest: number
  readonly prefixes: { readonly least: number; readonly most: number }
  readonly mostBytes: number
  readonly isV6: boolean
  /** The 16-bit numbers of an address. */
  read(text: string): readonly number[]
}

const families: Readonly<Record<'ipv4' | 'ipv6', Family>> = {
  ipv4: {
    counts: [223 * 256, 65_536],
    lowest: 256,
    prefixes: { least: 8, most: 32 },
    mostBytes: 19,
    isV6: false,
    read(text) {
      const [a = NaN, b = NaN, c = NaN, d = NaN] = text.split('.').map(Number)
      return [a * 256 + b, c * 256 + d]
    },
  },
  ipv6: {
    counts: [8192, ...Array.from({ length: 7 }, () => 65_536)],
    lowest: 8192,
    prefixes: { least: 16, most: 128 },
    mostBytes: 44,
    isV6: true,
    read(text) {
      const [left = [], right] = text.split('::').map((half) => half.split(':').filter(Boolean))
      const zeros = right ? Array.from({ length: 8 - left.length - right.length }, () => '0') : []
      return [...left, ...zeros, ...(right ?? [])].map((group) => Number.parseInt(group, 16))
    },
  },
}

function fillAddresses(
  context: Context,
  family: Family,
  options: { readonly includeCidr: boolean; readonly isUnique: boolean },
) {
  const { counts, lowest, mostBytes, isV6 } = family
  const { least, most } = family.prefixes
  const taken = context.knownValues.map((value) => {
    const [first = NaN, ...others] = family.read(String(value).split('/')[0]!)
    return [first - lowest, ...others]
  })
  const tuples = createTuples(context, { counts, isUnique: options.isUnique, taken })
  const parts = counts.map(() => new Float64Array(context.capacity))
  const key = context.random(`${context.purpose}/prefix`)
  return fillVector(
    { kind: 'utf8' },
    (rows, out) => {
      // A copy moves four bytes whatever the word's length: the next one overwrites the rest.
      const needed = rows.count * mostBytes + wordBytes
      if (out.bytes.length < needed) out.bytes = new Uint8Array(needed)
      out.isClean = true
      const { bytes, offsets } = out
      const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
      tuples.begin(rows)
      for (const [part, values] of parts.entries()) tuples.fill(part, rows, values)
      let at = 0
      for (let i = 0; i < rows.count; i++) {
        for (let part = 0; part < parts.length; part++) {
          const value = parts[part]![i]! + (part === 0 ? lowest : 0)
          const [high, low] = [value >>> 8, value & 255]
          if (isV6) {
            view.setUint16(at, hexPairs[high]!, true)
            view.setUint16(at + 2, hexPairs[low]!, true)
            bytes[at + 4] = colon
            at += 5
          } else {
            view.setUint32(at, decimals.words[high]!, true)
            at += decimals.lengths[high]!
            view.setUint32(at, decimals.words[low]!, true)
            at += decimals.lengths[low]!
          }
        }
        // Over the separator that follows the last number.
        if (options.includeCidr) {
          bytes[at - 1] = slash
          const prefix = least + below(key, rows.numbers[i]!, most - least + 1)
          view.setUint32(at, decimals.words[prefix]!, true)
          at += decimals.lengths[prefix]!
        }
        at--
        offsets[i + 1] = at
      }
    },
    tuples.size,
  )
}

const [dot, slash, colon] = [46, 47, 58]
const wordBytes = 4

/** The numbers of a byte in decimal with a dot behind, as they stand in memory. */
const decimals = {
  words: Uint32Array.from({ length: 256 }, (_, value) => {
    const [a = dot, b = dot, c = dot] = Array.from(String(value), (digit) => digit.charCodeAt(0))
    return (a | (b << 8) | (c << 16) | (dot << 24)) >>> 0
  }),
  lengths: Uint8Array.from({ length: 256 }, (_, value) => String(value).length + 1),
}

/** Those in hexadecimal, two digits each. */
const hexPairs = Uint16Array.from({ length: 256 }, (_, value) => {
  const [high, low] = Array.from(value.toString(16).padStart(2, '0'), (digit) =>
    digit.charCodeAt(0),
  )
  return high! | (low! << 8)
})
