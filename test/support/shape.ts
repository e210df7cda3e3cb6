/**
 * What plain data has to look like. Keys that end with `?` may be missing; a list's shape is that of
 * all of its items; `'map'` is an object with texts of any names.
 */
export type Shape =
  | 'text'
  | 'whole number'
  | 'boolean'
  | 'map'
  | RegExp
  | readonly [Shape]
  | { readonly [key: string]: Shape }

/**
 * Compares data with a shape.
 *
 * @returns each difference with its place; nothing where there is none
 * @example
 * differencesFrom({ spec: 'map' }, { spec: { a: '1' }, spek: 2 }) // ['.spek: is not known']
 */
export function differencesFrom(shape: Shape, value: unknown, place = ''): readonly string[] {
  const wrong = [`${place}: ${JSON.stringify(value)} is no ${nameOf(shape)}`]
  if (typeof shape === 'string' || shape instanceof RegExp) return is(shape, value) ? [] : wrong
  if (isList(shape)) {
    if (!Array.isArray(value)) return wrong
    return value.flatMap((item, index) => differencesFrom(shape[0], item, `${place}[${index}]`))
  }
  if (!isObject(value)) return wrong
  const wanted = new Map(Object.entries(shape).map(([key, one]) => [key.replace(/\?$/, ''), one]))
  const missing = Object.keys(shape).filter((key) => !key.endsWith('?') && !(key in value))
  return [
    ...missing.map((key) => `${place}.${key}: is missing`),
    ...Object.entries(value).flatMap(([key, one]) =>
      wanted.has(key)
        ? differencesFrom(wanted.get(key)!, one, `${place}.${key}`)
        : [`${place}.${key}: is not known`],
    ),
  ]
}

function is(shape: string | RegExp, value: unknown): boolean {
  if (shape instanceof RegExp) return typeof value === 'string' && shape.test(value)
  if (shape === 'text') return typeof value === 'string' && value !== ''
  if (shape === 'whole number') return Number.isInteger(value)
  if (shape === 'boolean') return typeof value === 'boolean'
  return isObject(value) && Object.values(value).every((one) => typeof one === 'string')
}

function nameOf(shape: Shape): string {
  if (typeof shape === 'string' || shape instanceof RegExp) return String(shape)
  return isList(shape) ? 'list' : 'object'
}

function isList(shape: Shape): shape is readonly [Shape] {
  return Array.isArray(shape)
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
