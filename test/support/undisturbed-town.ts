import { checksumsOf } from './checksum.ts'
import type { TableChecksum } from './checksum.ts'
import { seedTown } from './seed-town.ts'
import type { SeedWishes } from './seed-town.ts'
import { createTownDatabase } from './town-database.ts'
import { townTables } from './town.ts'

/** What the town's tables hold after a seed that nothing disturbs. */
export async function undisturbedTown(
  wishes: SeedWishes,
): Promise<Readonly<Record<string, TableChecksum>>> {
  const { url, drop } = await createTownDatabase()
  await seedTown(url, wishes)
  const whole = await checksumsOf(url, townTables)
  await drop()
  return whole
}
