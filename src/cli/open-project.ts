import path from 'node:path'
import { loadProject } from '../config/load-project.ts'
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

/** What is to be generated, as the command line and the configuration say. */
export interface PlanChoice {
  readonly profile: string
  readonly seed: number
  readonly counts: CountRequest
  readonly only: readonly string[] | undefined
}

/** Loads the project that the command was called in, and says which configuration was read. */
export async function openProject(args: { config: string }, output: Output): Promise<Project> {
  loadEnvironmentFile()
  const project = await loadProject(path.resolve(args.config))
  output.note(`Configuration: ${path.relative(process.cwd(), project.configFile)}`)
  return project
}

/**
 * Reads the options that decide what is generated; flags go before the configuration.
 *
 * @throws DownpourError `USAGE_…`
 */
export function choosePlan(args: PlanArguments, project: Project): PlanChoice {
  const { config } = project
  const name = args.profile ?? config.defaultProfile ?? 'dev'
  return {
    profile: name,
    seed: args.seed === undefined ? (config.seed ?? 1) : wholeNumber('--seed', args.seed, 0),
    counts: {
      explicit: tableCounts(args.count ?? []),
      profile: findProfile(config.profiles, name).counts,
      scale: args.scale === undefined ? 1 : positiveNumber('--scale', args.scale),
    },
    only: nameList(args.only),
  }
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

/** `.env` beside the project; what the shell says goes before it. */
function loadEnvironmentFile(): void {
  try {
    process.loadEnvFile()
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
  }
}
