/**
 * What the server's own compression, pglz, makes of a value: `src/common/pg_lzcompress.c` describes
 * the format. Repetitions within the last 4 KiB are written as a reference of two bytes, or three for
 * long ones, everything else as it is, and one byte tells of eight items which they are.
 *
 * @returns bytes; those of the value itself where it is not compressed, since too little is gained
 * @example
 * compressedSize(Buffer.from('ab'.repeat(1000))) // 27
 */
export function compressedSize(value: Buffer): number {
  const { length } = value
  if (length < shortest) return length
  const most = Math.floor(length * 0.75)
  latest.fill(-1)
  let size = 0
  let items = 0
  let hasMatch = false
  for (let place = 0; place < length;) {
    if (items++ % 8 === 0) size++
    if (size >= most || (!hasMatch && size >= firstSuccess)) return length
    const match = longestMatch(value, place)
    if (match > 2) {
      size += match > 17 ? 3 : 2
      hasMatch = true
    } else size++
    for (const end = place + (match > 2 ? match : 1); place < end; place++) remember(value, place)
  }
  return size + header < length ? size + header : length
}

/** Of a value that is compressed at all. */
const shortest = 32
/** Without a repetition among so many bytes it is given up. */
const firstSuccess = 1024
const window = 4095
const longest = 273
/** The value's own size. */
const header = 4

const slots = 8192
const latest = new Int32Array(slots)
const before = new Int32Array(window + 1)

function slotOf(value: Buffer, place: number): number {
  const mixed =
    (value[place]! << 6) ^ (value[place + 1]! << 4) ^ (value[place + 2]! << 2) ^ value[place + 3]!
  return mixed & (slots - 1)
}

function remember(value: Buffer, place: number): void {
  if (value.length - place < 4) return
  const slot = slotOf(value, place)
  before[place & window] = latest[slot]!
  latest[slot] = place
}

/** The newest that is long enough; the longer one looks, the less is enough. */
function longestMatch(value: Buffer, place: number): number {
  if (value.length - place < 4) return 0
  let best = 0
  let enough = 128
  let candidate = latest[slotOf(value, place)]!
  while (candidate >= 0 && place - candidate < window) {
    const most = Math.min(longest, value.length - place)
    let length = 0
    while (length < most && value[candidate + length] === value[place + length]) length++
    if (length > best) best = length
    if (best >= enough) break
    enough -= Math.floor(enough / 10)
    const older = before[candidate & window]!
    if (older >= candidate) break
    candidate = older
  }
  return best
}
