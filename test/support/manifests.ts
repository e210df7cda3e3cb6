import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parseAllDocuments } from 'yaml'

/** The example's folder. */
export const kubernetesFolder = join(import.meta.dirname, '../../examples/kubernetes')

export interface Manifest {
  readonly kind: string
  readonly metadata: { readonly name: string }
}

export interface Job extends Manifest {
  readonly kind: 'Job'
  readonly spec: {
    readonly completions?: number
    readonly parallelism?: number
    readonly template: { readonly spec: Pod }
  }
}

export interface Pod {
  readonly initContainers?: readonly Container[]
  readonly containers: readonly Container[]
  readonly volumes: readonly {
    readonly name: string
    readonly persistentVolumeClaim?: { readonly claimName: string }
  }[]
}

export interface Container {
  readonly name: string
  readonly args: readonly string[]
  readonly env?: readonly { readonly name: string }[]
  readonly envFrom?: readonly { readonly secretRef: { readonly name: string } }[]
  readonly volumeMounts: readonly { readonly name: string }[]
}

/** All manifests of a file. */
export async function readManifests(file: string): Promise<readonly Manifest[]> {
  const text = await readFile(join(kubernetesFolder, file), 'utf8')
  return parseAllDocuments(text).map((document) => {
    const [error] = document.errors
    if (error) throw error
    return document.toJS() as Manifest
  })
}

/** The Job of a file. */
export async function readJob(file: string): Promise<Job> {
  return (await readManifests(file)).find((manifest): manifest is Job => manifest.kind === 'Job')!
}

/** In the order in which they are run. */
export function containersOf({ spec }: Job): readonly Container[] {
  const { initContainers = [], containers } = spec.template.spec
  return [...initContainers, ...containers]
}

/** The arguments as a container gets them, with the values of variables in the place of `$(NAME)`. */
export function argumentsOf(
  { args }: Container,
  variables: Readonly<Record<string, string>> = {},
): string[] {
  // Kubernetes leaves what it does not know.
  return args.map((word) =>
    word.replaceAll(/\$\((\w+)\)/g, (whole, name: string) => variables[name] ?? whole),
  )
}
