import { existsSync } from 'node:fs'
import path from 'node:path'
import type { Project } from '../config/load-project.ts'
import type { Profile } from '../config/config.ts'
import { DownpourError } from '../errors.ts'
import type { CountRequest } from '../plan/counts.ts'
import { nameList, positiveNumber, tableCounts, wholeNumber } from './options.ts'
import type { Output } from './output.ts'

export interface PlanArguments {
  readonly config: string
  readonly profile?: string | undefined
  readonly seed?: string | undefined
  readonly scale?: string | undefined
  readonly count?: readonly string[] | undefined
  readonly only?: readonly string[] | undefined
}

/** The same, read. */
export interface PlanOptions {
  readonly profile: string | undefined
  readonly seed: number | undefined
  readonly scale: number
  readonly counts: Readonly<Record<string, number>>
  readonly only: readonly string[] | undefined
}

/** What is to be generated, as the command line and the configuration say. */
export interface PlanChoice {
  readonly profile: string
  readonly seed: number
  readonly counts: CountRequest
  readonly only: readonly string[] | undefined
}

/** Loads the project that the command was called in, and says which configuration was read. */
export async function openProject(args: { config: string }, output: Output): Promise<Project> {
  const file = path.resolve(args.config)
  loadEnvironmentFile(path.dirname(file))
  // Before it is loaded, which takes a moment.
  if (!existsSync(file)) throw missingConfiguration(file)
  output.note(`Configuration: ${path.relative(process.cwd(), file)}`)
  const { loadProject } = await import('../config/load-project.ts')
  return loadProject(file)
}

/**
 * Refuses misspelled tables before a database is opened.
 *
 * @throws DownpourError `PLAN_UNKNOWN_TABLE`
 */
export async function refuseUnknownNames(
  project: Project,
  names: readonly string[],
): Promise<void> {
  const { refuseUnknownTables } = await import('../plan/build-plan.ts')
  refuseUnknownTables(project.tables, names)
}

/**
 * Reads the options that decide what is generated: before the project is loaded, which takes longer.
 *
 * @throws DownpourError `USAGE_…`
 */
export function readPlanOptions(args: PlanArguments): PlanOptions {
  return {
    profile: args.profile,
    seed: args.seed === undefined ? undefined : wholeNumber('--seed', args.seed, 0),
    scale: args.scale === undefined ? 1 : positiveNumber('--scale', args.scale),
    counts: tableCounts(args.count ?? []),
    only: nameList(args.only),
  }
}

/**
 * What the options leave open follows from the configuration.
 *
 * @throws DownpourError `USAGE_PROFILE`, `PLAN_UNKNOWN_TABLE`
 */
export async function choosePlan(options: PlanOptions, project: Project): Promise<PlanChoice> {
  const { config } = project
  const profile = options.profile ?? config.defaultProfile ?? 'dev'
  const { counts } = findProfile(config.profiles, profile)
  const { only, scale } = options
  await refuseUnknownNames(project, [
    ...Object.keys(options.counts),
    ...Object.keys(counts),
    ...(only ?? []),
  ])
  return {
    profile,
    seed: options.seed ?? config.seed ?? 1,
    counts: { explicit: options.counts, profile: counts, scale },
    only,
  }
}

function missingConfiguration(file: string): DownpourError {
  return new DownpourError({
    code: 'CONFIG_MISSING',
    message: `There is no configuration ${file}`,
    why: 'It says which tables there are and how they are filled.',
    fix: 'Run the command in the folder of the project, or name the file with --config.',
  })
}

function findProfile(profiles: Readonly<Record<string, Profile>>, name: string): Profile {
  const profile = Object.hasOwn(profiles, name) ? profiles[name] : undefined
  if (profile) return profile
  throw new DownpourError({
    code: 'USAGE_PROFILE',
    message: `There is no profile "${name}"`,
    why: 'The configuration does not define it.',
    fix: `Use one of: ${Object.keys(profiles).join(', ')}.`,
  })
}

/** `.env` beside the configuration; what the shell says goes before it. */
export function loadEnvironmentFile(folder: string): void {
  const file = path.join(folder, '.env')
  if (!existsSync(file)) return
  try {
    process.loadEnvFile(file)
  } catch (error) {
    throw new DownpourError({
      code: 'CONFIG_ENVIRONMENT',
      message: `Cannot read ${file}`,
      why: error instanceof Error ? error.message : String(error),
      fix: 'Make it a readable file of NAME=value lines, or remove it.',
      cause: error,
    })
  }
}
