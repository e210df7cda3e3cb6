/**
 * Breaks a text between words. A word longer than a line stands alone and is left whole.
 *
 * @param width - characters a line at most; `Infinity` for no limit
 * @example
 * wrap('one two three', 8) // ['one two', 'three']
 */
export function wrap(text: string, width: number): readonly string[] {
  const lines: string[] = []
  for (const word of text.split(' ')) {
    const line = lines.at(-1)
    if (line !== undefined && line.length + 1 + word.length <= width) {
      lines[lines.length - 1] = `${line} ${word}`
    } else {
      lines.push(word)
    }
  }
  return lines
}
