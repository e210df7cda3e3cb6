import type { RowHashes } from './row-hash.ts'

type Key = Pick<RowHashes, 'keyLow' | 'keyHigh'>

/** Rows by their hashes, each until it is taken. */
export interface RowTable {
  /** @param number - what the row is known by; of rows that are alike the first one's is kept */
  add(row: RowHashes, number: number): void
  /** Takes a row just like this one; whether there was one. */
  takeEqual(row: RowHashes): boolean
  /** Takes a row with this key, and returns its number. */
  takeKey(key: Key): number | undefined
  /** Those that nobody has taken, in the order in which they were added. */
  left(): Iterable<{ readonly number: number; readonly key: Key }>
}

/** Words of a row: two of its key, two of all of it. */
const width = 4

/** 36 bytes for each row that is unlike all others, and half as much again while it grows. */
export function createRowTable(): RowTable {
  let capacity = 4096
  let size = 0
  let numbers = new Float64Array(capacity)
  let words = new Int32Array(capacity * width)
  /** How many there are of a row. */
  let counts = new Int32Array(capacity)
  /** The first of the rows whose keys share a slot, and the one after each. */
  let heads = new Int32Array(capacity).fill(none)
  let nexts = new Int32Array(capacity)

  function grow(): void {
    capacity *= 2
    numbers = enlarged(numbers, new Float64Array(capacity))
    words = enlarged(words, new Int32Array(capacity * width))
    counts = enlarged(counts, new Int32Array(capacity))
    heads = new Int32Array(capacity).fill(none)
    nexts = new Int32Array(capacity)
    for (let place = 0; place < size; place++) link(place)
  }

  function slotOf(keyLow: number): number {
    return keyLow & (capacity - 1)
  }

  function link(place: number): void {
    const slot = slotOf(words[place * width]!)
    nexts[place] = heads[slot]!
    heads[slot] = place
  }

  function hasKey(place: number, { keyLow, keyHigh }: Key): boolean {
    return words[place * width] === keyLow && words[place * width + 1] === keyHigh
  }

  /** Also one of which none is left. */
  function findEqual(row: RowHashes): number {
    let place = heads[slotOf(row.keyLow)]!
    while (place !== none) {
      const isEqual =
        words[place * width + 2] === row.rowLow && words[place * width + 3] === row.rowHigh
      if (isEqual && hasKey(place, row)) return place
      place = nexts[place]!
    }
    return none
  }

  return {
    add(row, number) {
      const equal = findEqual(row)
      if (equal !== none) {
        counts[equal]! += 1
        return
      }
      if (size === capacity) grow()
      numbers[size] = number
      words[size * width] = row.keyLow
      words[size * width + 1] = row.keyHigh
      words[size * width + 2] = row.rowLow
      words[size * width + 3] = row.rowHigh
      counts[size] = 1
      link(size)
      size++
    },
    takeEqual(row) {
      const place = findEqual(row)
      if (place === none || counts[place] === 0) return false
      counts[place]! -= 1
      return true
    },
    takeKey(key) {
      for (let place = heads[slotOf(key.keyLow)]!; place !== none; place = nexts[place]!) {
        if (counts[place] === 0 || !hasKey(place, key)) continue
        counts[place]! -= 1
        return numbers[place]
      }
      return undefined
    },
    *left() {
      for (let place = 0; place < size; place++) {
        const [keyLow, keyHigh] = [words[place * width]!, words[place * width + 1]!]
        for (let copy = 0; copy < counts[place]!; copy++) {
          yield { number: numbers[place]!, key: { keyLow, keyHigh } }
        }
      }
    },
  }
}

const none = -1

function enlarged<Values extends Float64Array | Int32Array>(
  values: Values,
  larger: Values,
): Values {
  larger.set(values)
  return larger
}
