/** Bytes to be sent: encoders append, the writer sends `bytes[0 .. length)` and resets `length` to 0. */
export interface ByteSink {
  /** Replaced by a larger buffer when it is full: never keep it over a call that reserves. */
  bytes: Buffer
  /** A view of `bytes`. */
  view: DataView
  length: number
}

/** Appends the cell of row `index` of the vector it is bound to. */
export type CellEncoder = (sink: ByteSink, index: number) => void

/**
 * @param capacity - bytes to begin with
 * @defaultValue 64 KiB more than the 256 KiB at which the writer sends
 * @example
 * createByteSink().length // 0
 */
export function createByteSink(capacity: number = 320 * 1024): ByteSink {
  const bytes = Buffer.allocUnsafeSlow(capacity)
  return { bytes, view: viewOf(bytes), length: 0 }
}

/** Makes room for `size` more bytes. */
export function reserve(sink: ByteSink, size: number): void {
  if (sink.bytes.length - sink.length < size) grow(sink, size)
}

/** Appends `source[start .. end)`. */
export function appendBytes(sink: ByteSink, source: Uint8Array, start: number, end: number): void {
  const size = end - start
  reserve(sink, size)
  const { bytes } = sink
  let position = sink.length
  if (size > shortCopy) bytes.set(source.subarray(start, end), position)
  else for (let i = start; i < end; i++) bytes[position++] = source[i]!
  sink.length += size
}

/** Appends text that is known to be ASCII. */
export function appendAscii(sink: ByteSink, text: string): void {
  reserve(sink, text.length)
  const { bytes } = sink
  let position = sink.length
  for (let i = 0; i < text.length; i++) bytes[position++] = text.charCodeAt(i)
  sink.length = position
}

/** Appends a 64-bit integer given as its signed high and unsigned low half. */
export function appendHalves(sink: ByteSink, high: number, low: number): void {
  reserve(sink, 8)
  sink.view.setInt32(sink.length, high)
  sink.view.setUint32(sink.length + 4, low)
  sink.length += 8
}

export function appendInt64(sink: ByteSink, value: bigint): void {
  reserve(sink, 8)
  sink.view.setBigInt64(sink.length, value)
  sink.length += 8
}

export function appendInt32(sink: ByteSink, value: number): void {
  reserve(sink, 4)
  sink.view.setInt32(sink.length, value)
  sink.length += 4
}

export function appendInt16(sink: ByteSink, value: number): void {
  reserve(sink, 2)
  sink.view.setInt16(sink.length, value)
  sink.length += 2
}

/** Copies `source[start .. start + size)`: four bytes at a time, the last four from the end. */
export function copyShort(
  view: DataView,
  position: number,
  source: DataView,
  start: number,
  size: number,
): void {
  const last = size - 4
  for (let k = 0; k < last; k += 4) {
    view.setInt32(position + k, source.getInt32(start + k, true), true)
  }
  if (last >= 0) view.setInt32(position + last, source.getInt32(start + last, true), true)
  else for (let k = 0; k < size; k++) view.setUint8(position + k, source.getUint8(start + k))
}

/**
 * As `copyShort`, eight bytes at a time, as doubles.
 *
 * @param source - without `holdsNaN`
 * @param size - at least 8
 */
export function copyDoubles(
  view: DataView,
  position: number,
  source: DataView,
  start: number,
  size: number,
): void {
  const last = size - 8
  for (let k = 0; k < last; k += 8) {
    view.setFloat64(position + k, source.getFloat64(start + k, true), true)
  }
  view.setFloat64(position + last, source.getFloat64(start + last, true), true)
}

/** Whether any eight bytes are those of a NaN, little-endian, whose bits an engine may change. */
export function holdsNaN(bytes: Uint8Array): boolean {
  return bytes.some((byte, index) => (byte & 0x7f) === 0x7f && bytes[index - 1]! >= 0xf0)
}

/** Leaves room for a field's length. Returns the position to close it with. */
export function openField(sink: ByteSink): number {
  reserve(sink, 4)
  sink.length += 4
  return sink.length
}

/** Writes the length of the field that was opened at `start`. */
export function closeField(sink: ByteSink, start: number): void {
  sink.view.setInt32(start - 4, sink.length - start)
}

/** Below this size a loop beats `set`, which needs a second array object (Node 20, x64). */
const shortCopy = 64

function grow(sink: ByteSink, size: number): void {
  const bytes = Buffer.allocUnsafeSlow(Math.max(sink.bytes.length * 2, sink.length + size))
  sink.bytes.copy(bytes, 0, 0, sink.length)
  sink.bytes = bytes
  sink.view = viewOf(bytes)
}

function viewOf(bytes: Buffer): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
}
