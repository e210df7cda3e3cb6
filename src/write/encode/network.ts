import { isIPv4, isIPv6 } from 'node:net'
import type { BinaryFamily } from './binary-type.ts'
import { invalid } from './refusal.ts'
import type { ByteSink } from './sink.ts'
import { appendBytes } from './sink.ts'

/** inet and cidr: family, prefix bits, is_cidr, length, address. PostgreSQL source: network.c. */
export const inet: BinaryFamily = () => ({
  writeLiteral: (sink, literal) => appendNetwork(sink, readNetwork(literal, 'inet'), 0),
})

export const cidr: BinaryFamily = () => ({
  writeLiteral: (sink, literal) => {
    const network = readNetwork(literal, 'cidr')
    if (hasHostBits(network)) throw invalid('cidr', 'a network without bits right of its mask')
    appendNetwork(sink, network, 1)
  },
})

/** macaddr, 6 bytes. PostgreSQL source: mac.c. */
export const macaddr: BinaryFamily = () => ({
  writeLiteral: (sink, literal) => {
    const form = macForms.find((candidate) => candidate.test(literal.trim()))
    if (!form) throw invalid('macaddr', 'a MAC address such as 08:00:2b:01:02:03')
    const bytes = Buffer.from(literal.trim().replace(/[^0-9a-f]/gi, ''), 'hex')
    appendBytes(sink, bytes, 0, bytes.length)
  },
})

interface Network {
  readonly address: Uint8Array
  readonly bits: number
}

/** `PGSQL_AF_INET` and `PGSQL_AF_INET6` of the server's inet.h. */
const inet4 = 2
const inet6 = 3

const macForms = [
  /^(?:[0-9a-f]{2}:){5}[0-9a-f]{2}$/i,
  /^(?:[0-9a-f]{2}-){5}[0-9a-f]{2}$/i,
  /^[0-9a-f]{6}[:-][0-9a-f]{6}$/i,
  /^(?:[0-9a-f]{4}[.-]){2}[0-9a-f]{4}$/i,
  /^[0-9a-f]{12}$/i,
]

function appendNetwork(sink: ByteSink, { address, bits }: Network, isCidr: 0 | 1): void {
  const { length } = address
  const head = Uint8Array.of(length === 4 ? inet4 : inet6, bits, isCidr, length)
  appendBytes(sink, head, 0, 4)
  appendBytes(sink, address, 0, length)
}

function readNetwork(literal: string, type: string): Network {
  const [written = '', mask, ...rest] = literal.split('/')
  const address = isIPv4(written)
    ? Uint8Array.from(written.split('.'), Number)
    : isIPv6(written) && !written.includes('%')
      ? readIPv6(written)
      : undefined
  const longest = (address?.length ?? 0) * 8
  const bits = mask === undefined ? longest : /^\d{1,3}$/.test(mask) ? Number(mask) : Infinity
  if (!address || rest.length > 0 || bits > longest) {
    throw invalid(type, 'an address such as 192.168.0.1/24 or 2001:db8::1')
  }
  return { address, bits }
}

/** Reads what `isIPv6` has taken: groups of 16 bits, `::` for zeros, IPv4 at the end. */
function readIPv6(written: string): Uint8Array {
  const [left = [], right] = written.split('::').map(readGroups)
  if (right === undefined) return Uint8Array.from(left)
  const address = new Uint8Array(16)
  address.set(left)
  address.set(right, 16 - right.length)
  return address
}

function readGroups(written: string): number[] {
  if (written === '') return []
  return written.split(':').flatMap((group) => {
    if (group.includes('.')) return group.split('.').map(Number)
    const value = Number.parseInt(group, 16)
    return [value >> 8, value & 255]
  })
}

function hasHostBits({ address, bits }: Network): boolean {
  return address.some((byte, i) => {
    const kept = Math.min(Math.max(bits - i * 8, 0), 8)
    return (byte & (0xff >> kept)) !== 0
  })
}
