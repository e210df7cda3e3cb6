import { avg, count, eq, max, min, sql } from 'drizzle-orm'
import { drizzle } from 'drizzle-orm/postgres-js'
import postgres from 'postgres'
import { readings, sensors } from './schema.ts'

const client = postgres(process.env.DATABASE_URL!)
const db = drizzle(client)

const hour = sql<number>`extract(hour from ${readings.readAt})::int`
const course = await db
  .select({
    hour,
    readings: count(),
    coldest: min(readings.celsius),
    average: sql<string>`round(${avg(readings.celsius)}, 1)`,
    warmest: max(readings.celsius),
  })
  .from(readings)
  .where(sql`${hour} % 4 = 2`)
  .groupBy(hour)
  .orderBy(hour)

const columns = ['hour', 'readings', 'coldest', 'average', 'warmest'] as const
console.log(columns.map((name) => name.padStart(8)).join(' '))
for (const row of course)
  console.log(columns.map((name) => String(row[name]).padStart(8)).join(' '))

const [first] = await db
  .select({ serialNumber: sensors.serialNumber, readings: count() })
  .from(sensors)
  .innerJoin(readings, eq(readings.sensorId, sensors.id))
  .groupBy(sensors.id)
  .orderBy(sensors.id)
console.log(`\n${first.serialNumber} has ${first.readings} readings.`)

await client.end()
