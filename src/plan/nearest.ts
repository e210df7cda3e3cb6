/**
 * The name that was probably meant.
 *
 * @returns `undefined` when none is close: more than about a third of the letters differ
 * @example
 * nearest('sed', ['reset', 'seed', 'status']) // 'seed'
 */
export function nearest(word: string, names: readonly string[]): string | undefined {
  const ranked = names
    .map((name) => ({ name, distance: editDistance(word, name) }))
    .filter(
      ({ name, distance }) => distance <= Math.ceil(name.length / 3) && distance < name.length,
    )
    .toSorted((a, b) => a.distance - b.distance)
  return ranked[0]?.name
}

/**
 * What to put in front of a hint, a space behind it.
 *
 * @example
 * [didYouMean('sed', ['seed', 'reset']), didYouMean('x', ['seed'])] // ['Did you mean seed? ', '']
 */
export function didYouMean(word: string, names: readonly string[]): string {
  const meant = nearest(word, names)
  return meant === undefined ? '' : `Did you mean ${meant}? `
}

/** https://en.wikipedia.org/wiki/Levenshtein_distance, row by row. */
function editDistance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, index) => index)
  for (let i = 1; i <= a.length; i++) {
    const row = [i]
    for (let j = 1; j <= b.length; j++) {
      const replaced = previous[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1)
      row.push(Math.min(previous[j]! + 1, row[j - 1]! + 1, replaced))
    }
    previous = row
  }
  return previous[b.length]!
}
