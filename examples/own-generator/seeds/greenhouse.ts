import {
  createGenerator,
  createNormal,
  bits,
  defineSeeder,
  fillVector,
  unit,
} from 'drizzle-downpour'
import * as schema from '../schema.ts'

const days = 7
const hours = days * 24

/** A sensor's readings are an hour apart and end at midnight of the reference date. */
const hourly = createGenerator<Date>('hourly', ({ referenceDay }) =>
  fillVector({ kind: 'timestamp' }, ({ count, ordinals }, out) => {
    for (let i = 0; i < count; i++) {
      const hoursAgo = hours - ordinals[i]
      out.values[i] = (referenceDay * 24 - hoursAgo) * 3_600_000_000
    }
  }),
)

/**
 * Warm in the afternoon, cold at night, with a little noise; some sensors hang in the sun. Whole
 * columns are filled: `parents` and `ordinals` say which sensor a reading belongs to, and which of
 * its readings it is.
 */
const celsius = createGenerator<string>('celsius', ({ random }) => {
  const sunKey = random('sensors.sun')
  const noiseKey = random('readings.noise')
  const noise = createNormal({ mean: 0, deviation: 0.8 })
  return fillVector({ kind: 'decimal', scale: 1 }, ({ count, numbers, parents, ordinals }, out) => {
    for (let i = 0; i < count; i++) {
      const sun = 3 * unit(sunKey, parents[i])
      const degrees =
        18 + (8 + sun) * daylight(ordinals[i] % 24) + noise.at(bits(noiseKey, numbers[i]))
      out.values[i] = Math.round(degrees * 10)
    }
  })
})

/** From 0 at six in the morning to 1 at two in the afternoon and back to 0 at ten; 0 at night. */
function daylight(hour: number): number {
  const distance = Math.abs(hour - 14) / 8
  return distance < 1 ? 1 - distance * distance : 0
}

/** `GH-1000-5`: the last digit makes the sum of all digits a multiple of ten. */
function serialNumber(row: number): string {
  const number = String(1_000 + row)
  const sum = [...number].reduce((total, digit) => total + Number(digit), 0)
  return `GH-${number}-${(10 - (sum % 10)) % 10}`
}

export default defineSeeder(schema, (f) => ({
  sensors: { columns: { serialNumber: f.custom(serialNumber, { isUnique: true }) } },
  readings: { each: f.each('sensors', hours), columns: { readAt: hourly, celsius } },
}))
