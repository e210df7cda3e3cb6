export { defineConfig } from './config/config.ts'
export type { Config, Profile } from './config/config.ts'
export { defineSeeder, getGeneratorsFunctions } from './config/seeder.ts'
export type { Generators, RefinementOf, RefinementsOf, Seeder } from './config/seeder.ts'
export { DownpourError } from './errors.ts'
export type { ExitCode, Failure } from './errors.ts'
export { createGenerator, fillVector } from './generate/generator.ts'
export type { Context, Generator, Group, Rows } from './generate/generator.ts'
export { fillVectors } from './generate/generators/group.ts'
export { below, bits, createHashKey, fillBits, fillBitsAt, hash, unit } from './generate/hash.ts'
export type { HashKey, Offsets } from './generate/hash.ts'
export { createLogNormal, createLogNormals, createNormal } from './generate/distribution.ts'
export type { Distribution, Distributions, LogNormalOptions } from './generate/distribution.ts'
export { createDictionary } from './generate/vector.ts'
export type { Dictionary, Vector, VectorKind, VectorSpec } from './generate/vector.ts'
export {
  cities,
  countries,
  departments,
  firstNames,
  lastNames,
  pooled,
  productAdjectives,
  productMaterials,
  productNouns,
  slug,
  vocabulary,
} from './generate/vocabulary.ts'
export type { Vocabulary } from './generate/vocabulary.ts'
export { createWeightTable, createWeightTables } from './generate/weights.ts'
export type { WeightTable, WeightTables } from './generate/weights.ts'
export { readTable } from './read/read-table.ts'
export type { ReadOptions } from './read/read-table.ts'
export { reset } from './seed/reset.ts'
export { seed } from './seed/seed.ts'
export type { SeedPromise } from './seed/seed.ts'
export type { SeedDatabase } from './seed/database.ts'
export type { SeedOptions, SeedProgress, SeedStrategy } from './seed/options.ts'
export type {
  ChildCount,
  SeedRefinementOf,
  SeedRefinementsOf,
  WeightedCount,
} from './seed/refine.ts'
