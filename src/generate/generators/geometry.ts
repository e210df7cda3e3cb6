import type { Generator } from '../generator.ts'
import { withArraySize } from './array-of.ts'
import type { ArrayOptions } from './array-of.ts'
import { followColumn } from './follow-column.ts'
import { axisOf, pointsOn } from './point.ts'
import type { PointOptions, PointValue } from './point.ts'
import { refuse } from './refuse.ts'

/** Where a bound is left out, it is that of the coordinate system. */
export interface GeometryOptions extends PointOptions {
  /** The only type that Drizzle declares. @defaultValue 'point' */
  readonly type?: 'point'
  /** 4326: degrees of longitude and latitude; 3857: metres of web maps. @defaultValue 4326 */
  readonly srid?: 4326 | 3857
  /** Digits after the point, 0 to 7. @defaultValue 6 */
  readonly decimalPlaces?: number
}

/**
 * Points for PostGIS, uniformly: anywhere in the coordinate system, or within bounds.
 *
 * @throws DownpourError `PLAN_SCALE`, `PLAN_SRID`, `PLAN_EMPTY_RANGE`
 * @example
 * { columns: { place: f.geometry({ srid: 4326, minYValue: 47, maxYValue: 55, decimalPlaces: 4 }) } }
 * // POINT(-12.4403 51.1998), …
 */
export function geometry(options: GeometryOptions & ArrayOptions): Generator<PointValue[]>
export function geometry(options?: GeometryOptions): Generator<PointValue>
export function geometry(options: GeometryOptions & Partial<ArrayOptions> = {}): Generator {
  const { type = 'point', srid = 4326, decimalPlaces = 6, isUnique = false } = options
  if (!Number.isInteger(decimalPlaces) || decimalPlaces < 0 || decimalPlaces > 7) {
    refuse('PLAN_SCALE', 'geometry', {
      what: `cannot have ${decimalPlaces} decimalPlaces`,
      why: 'The seventh digit of a degree is a centimetre.',
      fix: 'Give a whole number from 0 to 7.',
    })
  }
  const bounds = systems[srid] as (typeof systems)[4326] | undefined
  if (type !== 'point' || !bounds) {
    refuse('PLAN_SRID', 'geometry', {
      what: `cannot give the type ${type} with the srid ${srid}`,
      why: 'It knows points of 4326 and of 3857.',
      fix: 'For others write a generator of your own, or use f.point().',
    })
  }
  const { minXValue = -bounds.x, maxXValue = bounds.x } = options
  const { minYValue = -bounds.y, maxYValue = bounds.y } = options
  const one = units[decimalPlaces]!
  const axes = [
    axisOf('geometry', minXValue, maxXValue, one),
    axisOf('geometry', minYValue, maxYValue, one),
  ]
  return followColumn({
    generator: withArraySize(options, pointsOn('geometry', axes, isUnique)),
    options,
    make: geometry,
  })
}

/** https://epsg.io/4326 and https://epsg.io/3857 */
const systems = {
  4326: { x: 180, y: 90 },
  3857: { x: 20_037_508.34, y: 20_048_966.1 },
}

const units = [1, 10, 100, 1e3, 1e4, 1e5, 1e6, 1e7]
