import { existsSync } from 'node:fs'
import path from 'node:path'
import type { Project } from '../config/load-project.ts'
import type { Profile } from '../config/config.ts'
import { DownpourError } from '../errors.ts'
import type { CountRequest } from '../plan/counts.ts'
import { nameList, positiveNumber, readCounts, wholeNumber } from './options.ts'
import type { Counts } from './options.ts'
import type { Output } from './output.ts'

export interface PlanArguments {
  readonly config?: string | undefined
  readonly profile?: string | undefined
  readonly seed?: string | undefined
  readonly scale?: string | undefined
  readonly count?: readonly string[] | undefined
  readonly only?: readonly string[] | undefined
  readonly except?: readonly string[] | undefined
}

/** The same, read. */
export interface PlanOptions {
  readonly profile: string | undefined
  readonly seed: number | undefined
  readonly scale: number
  readonly counts: Counts
  readonly tables: TableChoice
}

/** `--only` and `--except`. */
export interface TableChoice {
  readonly only: readonly string[] | undefined
  readonly except: readonly string[] | undefined
}

/** What is to be generated, as the command line and the configuration say. */
export interface PlanChoice {
  readonly profile: string
  readonly seed: number
  readonly counts: CountRequest
  readonly only: readonly string[] | undefined
}

/** Loads the project that the command was called in, and says which configuration was read. */
export async function openProject(
  { config }: { readonly config?: string | undefined },
  output: Output,
): Promise<Project> {
  loadEnvironmentFile(projectFolder(config))
  const file = findConfiguration(config)
  // Before it is loaded, which takes a moment.
  output.note(`Configuration: ${path.relative(process.cwd(), file)}`)
  const { loadProject } = await import('../config/load-project.ts')
  return loadProject(file)
}

/** The folder of the configuration, or where one would be looked for. */
export function projectFolder(config: string | undefined): string {
  return config === undefined ? process.cwd() : path.dirname(path.resolve(config))
}

/** This project's own goes first; drizzle-kit's says where the schema is, which is enough. */
const suffixes = ['ts', 'mts', 'js', 'mjs']
const configurationNames = [
  ...suffixes.map((suffix) => `downpour.config.${suffix}`),
  ...[...suffixes, 'cjs', 'json'].map((suffix) => `drizzle.config.${suffix}`),
]

/** @throws DownpourError `CONFIG_MISSING` */
function findConfiguration(config: string | undefined): string {
  const names = config === undefined ? configurationNames : [config]
  const file = names.map((name) => path.resolve(name)).find((candidate) => existsSync(candidate))
  if (file !== undefined) return file
  throw config === undefined
    ? missing(
        `There is no configuration in ${process.cwd()}`,
        'Neither a downpour.config.ts nor a drizzle.config.ts is there.',
      )
    : missing(
        `There is no configuration ${path.resolve(config)}`,
        'It says which tables there are and how they are filled.',
      )
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
    counts: readCounts(args.count ?? []),
    tables: { only: nameList('only', args.only), except: nameList('except', args.except) },
  }
}

/**
 * What the options leave open follows from the configuration.
 *
 * @throws DownpourError `USAGE_PROFILE`, `USAGE_EXCEPT`, `PLAN_UNKNOWN_TABLE`
 */
export async function choosePlan(options: PlanOptions, project: Project): Promise<PlanChoice> {
  const { config } = project
  const { scale } = options
  const { byTable, each } = options.counts
  const profile = options.profile ?? config.defaultProfile ?? 'dev'
  const { counts, otherwise } = findProfile(config.profiles, profile)
  await refuseUnknownNames(project, [...Object.keys(byTable), ...Object.keys(counts)])
  const only = await chooseTables(options.tables, project)
  const explicit = { ...eachCounted(each, { project, counts, only }), ...byTable }
  return {
    profile,
    seed: options.seed ?? config.seed ?? 1,
    counts: { explicit, profile: counts, scale, otherwise: each ?? otherwise },
    only,
  }
}

/**
 * `--count 50` means every table that is written, whoever counts it; but not those that are counted
 * per parent, or are known rows and nothing else.
 */
function eachCounted(
  each: number | undefined,
  counted: {
    readonly project: Project
    readonly counts: Profile['counts']
    readonly only: readonly string[] | undefined
  },
): Readonly<Record<string, number>> {
  if (each === undefined) return {}
  const { project, counts, only } = counted
  const keys = (only ?? project.tables.map(({ key }) => key)).filter((key) => {
    const { count, rows, each: perParent } = project.refinements[key] ?? {}
    return !perParent && (!rows || (counts[key] ?? count) !== undefined)
  })
  return Object.fromEntries(keys.map((key) => [key, each]))
}

/**
 * The tables that are to be touched.
 *
 * @returns `undefined` for all
 * @throws DownpourError `PLAN_UNKNOWN_TABLE`, `USAGE_EXCEPT` when none is left
 */
export async function chooseTables(
  { only, except }: TableChoice,
  project: Project,
): Promise<readonly string[] | undefined> {
  await refuseUnknownNames(project, [...(only ?? []), ...(except ?? [])])
  if (except === undefined) return only
  const wanted = only ?? project.tables.map(({ key }) => key)
  const left = wanted.filter((key) => !except.includes(key))
  if (left.length > 0) return left
  throw new DownpourError({
    code: 'USAGE_EXCEPT',
    message: '--except leaves no table',
    why: 'It names all of those that there are to choose from.',
    fix: 'Name fewer of them.',
  })
}

function missing(message: string, why: string): DownpourError {
  return new DownpourError({
    code: 'CONFIG_MISSING',
    message,
    why,
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
