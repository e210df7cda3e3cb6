/** How the lines or bars of one series are told from the others', with and without colours. */
export interface SeriesStyle {
  readonly colour: string
  readonly shape: string
  readonly dash: readonly number[]
}

/**
 * Each has a contrast of at least 3:1 with white and with near-black, so that a picture which is cut
 * out of its page can still be read. The page overrides them with a pair for each of its schemes.
 * The hues are those of Okabe and Ito, which colour-blind people tell apart.
 *
 * @see https://jfly.uni-koeln.de/color/
 */
export const seriesColours: readonly { any: string; light: string; dark: string }[] = [
  { any: '#2f7dc0', light: '#1c68ab', dark: '#69b3f2' },
  { any: '#d55e00', light: '#b84f00', dark: '#f2955a' },
  { any: '#12906d', light: '#007a59', dark: '#3fc79d' },
  { any: '#b8629b', light: '#a2447f', dark: '#e39cc9' },
  { any: '#8f7a14', light: '#7a6600', dark: '#d9c04c' },
  { any: '#7c7f86', light: '#5c6068', dark: '#aeb4be' },
]

/** Names that Vega knows, and paths in a square from -1 to 1. */
const shapes = [
  'circle',
  'square',
  'triangle-up',
  'diamond',
  'cross',
  'triangle-down',
  'triangle-right',
  'triangle-left',
  'M-0.9,-0.9L0.9,-0.9L-0.9,0.9L0.9,0.9Z',
  'M-0.9,-0.9L0.9,0.9L0.9,-0.9L-0.9,0.9Z',
  'M-1.1,-0.45L1.1,-0.45L1.1,0.45L-1.1,0.45Z',
  'M-0.45,-1.1L0.45,-1.1L0.45,1.1L-0.45,1.1Z',
]
const dashes = [
  [1, 0],
  [6, 3],
  [2, 3],
  [8, 3, 2, 3],
]

/** The style of a series, by its place among them. The shapes of twelve differ, whatever the colour. */
export function seriesStyle(index: number): SeriesStyle {
  const colour = index % seriesColours.length
  const round = Math.floor(index / seriesColours.length)
  return {
    colour: `var(--series-${colour + 1}, ${seriesColours[colour]!.any})`,
    shape: shapes[index % shapes.length]!,
    dash: dashes[(index + round) % dashes.length]!,
  }
}
