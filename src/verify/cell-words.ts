import type { ServerType } from '../postgres/server-type.ts'

/**
 * A cell in words for people: what the server would show, where that is simple, else its bytes.
 *
 * @param cell - its length, and its bytes in binary form
 * @example
 * cellWords(Buffer.from('00000003c3a920', 'hex'), { name: 'text', kind: 'scalar' }) // '"é "'
 */
export function cellWords(cell: Buffer, { name, kind }: Pick<ServerType, 'name' | 'kind'>): string {
  if (cell.readInt32BE(0) === -1) return 'NULL'
  const value = cell.subarray(4)
  if (kind === 'enum' || (kind === 'scalar' && texts.has(name))) return quoted(value)
  const write = kind === 'scalar' ? writers[name] : undefined
  return write?.(value) ?? `\\x${value.toString('hex')}`
}

/** Blanks and line breaks at the ends would not be seen. */
function quoted(value: Buffer): string {
  return JSON.stringify(value.toString())
}

const texts: ReadonlySet<string> = new Set(['text', 'varchar', 'bpchar', 'name', 'citext', 'json'])

const writers: Readonly<Record<string, (value: Buffer) => string>> = {
  int2: (value) => String(value.readInt16BE()),
  int4: (value) => String(value.readInt32BE()),
  int8: (value) => String(value.readBigInt64BE()),
  float4: (value) => String(value.readFloatBE()),
  float8: (value) => String(value.readDoubleBE()),
  bool: (value) => (value[0] === 1 ? 'true' : 'false'),
  jsonb: (value) => value.subarray(1).toString(),
  uuid: (value) =>
    value.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5'),
  numeric: decimal,
  date: (value) => dayWords(value.readInt32BE()),
  timestamp: (value) => momentWords(value.readBigInt64BE(), ''),
  timestamptz: (value) => momentWords(value.readBigInt64BE(), '+00'),
  time: (value) => clockWords(value.readBigInt64BE()),
}

const positive = 0
const negative = 0x4000
const specials: Readonly<Record<number, string>> = {
  0xc000: 'NaN',
  0xd000: 'Infinity',
  0xf000: '-Infinity',
}

function decimal(value: Buffer): string {
  const [count, weight] = [value.readUInt16BE(0), value.readInt16BE(2)]
  const [sign, scale] = [value.readUInt16BE(4), value.readUInt16BE(6)]
  if (sign !== positive && sign !== negative) return specials[sign] ?? '?'
  const groupAt = (group: number) =>
    group >= 0 && group < count ? value.readUInt16BE(8 + group * 2) : 0
  const digits = (first: number, end: number) =>
    Array.from({ length: Math.max(0, end - first) }, (_, index) =>
      String(groupAt(first + index)).padStart(4, '0'),
    ).join('')
  const whole = digits(0, weight + 1).replace(/^0+(?=\d)/, '') || '0'
  const fraction = digits(weight + 1, weight + 1 + Math.ceil(scale / 4)).slice(0, scale)
  return `${sign === negative ? '-' : ''}${whole}${scale === 0 ? '' : `.${fraction}`}`
}

const dayMillis = 86_400_000
const millennium = Date.UTC(2000, 0, 1)

/** What a `Date` does not reach has no words here. */
function dayWords(days: number): string {
  const date = new Date(millennium + days * dayMillis)
  return Number.isNaN(date.getTime()) ? `day ${days}` : date.toISOString().replace(/T.*$/, '')
}

function momentWords(micros: bigint, zone: string): string {
  const date = new Date(millennium + Number(micros / 1000n))
  if (Number.isNaN(date.getTime())) return `${micros} µs`
  const below = ((micros % 1_000_000n) + 1_000_000n) % 1_000_000n
  // Rounded towards zero, a time before 2000 would show the second after its own.
  const second = new Date(millennium + Number((micros - below) / 1000n)).toISOString().slice(0, -5)
  return `${second.replace('T', ' ')}${fractionOf(below)}${zone}`
}

function clockWords(micros: bigint): string {
  const seconds = Number(micros / 1_000_000n)
  const parts = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60]
  const clock = parts.map((part) => String(part).padStart(2, '0')).join(':')
  return `${clock}${fractionOf(micros % 1_000_000n)}`
}

function fractionOf(micros: bigint): string {
  return micros === 0n ? '' : `.${String(micros).padStart(6, '0').replace(/0+$/, '')}`
}
