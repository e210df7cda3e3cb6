import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { beforeAll, describe, expect, it, vi } from 'vitest'
import { readPart } from '../../src/cli/read-part.ts'
import { argumentsOf, containersOf, kubernetesFolder, readManifests } from '../support/manifests.ts'
import type { Container, Job, Manifest } from '../support/manifests.ts'
import { differencesFrom } from '../support/shape.ts'
import type { Shape } from '../support/shape.ts'
import { told } from '../support/told.ts'

const repository = join(import.meta.dirname, '../..')

// Arguments are parsed as ever, and then nothing is done.
vi.mock('../../src/cli/run-command.ts', async (load) => ({
  ...(await load<object>()),
  runCommand: async () => {},
}))

let manifests: readonly Manifest[]
let jobs: Readonly<Record<string, Job>>

beforeAll(async () => {
  const files = (await readdir(kubernetesFolder)).filter((name) => name.endsWith('.yaml'))
  manifests = (await Promise.all(files.map(readManifests))).flat()
  jobs = Object.fromEntries(
    manifests.flatMap((one) => (one.kind === 'Job' ? [[one.metadata.name, one as Job]] : [])),
  )
})

const name = /^[a-z\d](?:[a-z\d-]{0,61}[a-z\d])?$/
const amount = /^\d+(?:m|Mi|Gi)?$/

const container: Shape = {
  name,
  image: 'text',
  args: ['text'],
  'env?': [{ name: 'text', valueFrom: { fieldRef: { fieldPath: 'text' } } }],
  'envFrom?': [{ secretRef: { name } }],
  resources: { requests: { cpu: amount, memory: amount }, limits: { memory: amount } },
  terminationMessagePolicy: /^FallbackToLogsOnError$/,
  securityContext: {
    allowPrivilegeEscalation: 'boolean',
    readOnlyRootFilesystem: 'boolean',
    capabilities: { drop: ['text'] },
  },
  volumeMounts: [{ name, mountPath: /^\// }],
}

const pod: Shape = {
  restartPolicy: /^(?:Never|OnFailure)$/,
  automountServiceAccountToken: 'boolean',
  securityContext: {
    runAsNonRoot: 'boolean',
    runAsUser: 'whole number',
    runAsGroup: 'whole number',
    'fsGroup?': 'whole number',
    seccompProfile: { type: /^RuntimeDefault$/ },
  },
  'topologySpreadConstraints?': [
    {
      maxSkew: 'whole number',
      topologyKey: 'text',
      whenUnsatisfiable: /^(?:DoNotSchedule|ScheduleAnyway)$/,
      labelSelector: { matchLabels: 'map' },
    },
  ],
  'initContainers?': [container],
  containers: [container],
  volumes: [
    { name, 'emptyDir?': { sizeLimit: amount }, 'persistentVolumeClaim?': { claimName: name } },
  ],
}

/** Of the API's version 1; fields that no manifest has are left out. */
const shapes: Readonly<Record<string, Shape>> = {
  Secret: { apiVersion: /^v1$/, kind: 'text', metadata: { name }, type: 'text', stringData: 'map' },
  PersistentVolumeClaim: {
    apiVersion: /^v1$/,
    kind: 'text',
    metadata: { name },
    spec: {
      accessModes: [/^ReadWrite(?:Once|Many|OncePod)$/],
      resources: { requests: { storage: amount } },
    },
  },
  Job: {
    apiVersion: /^batch\/v1$/,
    kind: 'text',
    metadata: { name },
    spec: {
      'completionMode?': /^(?:Indexed|NonIndexed)$/,
      'completions?': 'whole number',
      'parallelism?': 'whole number',
      'backoffLimit?': 'whole number',
      'backoffLimitPerIndex?': 'whole number',
      activeDeadlineSeconds: 'whole number',
      ttlSecondsAfterFinished: 'whole number',
      podFailurePolicy: {
        rules: [
          {
            action: /^(?:Ignore|FailJob|FailIndex|Count)$/,
            onPodConditions: [{ type: /^DisruptionTarget$/, status: /^(?:True|False|Unknown)$/ }],
          },
        ],
      },
      template: { spec: pod },
    },
  },
}

function differencesOf(manifest: Manifest): readonly string[] {
  const shape = shapes[manifest.kind]
  return shape ? differencesFrom(shape, manifest, manifest.kind) : [`${manifest.kind} is not known`]
}

/** @returns why the command line does not take them; nothing where it does */
async function complaintAbout(args: readonly string[]): Promise<string> {
  return (await told(...args)).stderr
}

/** With the values that Kubernetes would put in. */
function wordsOf(one: Container): string[] {
  return argumentsOf(one, { JOB_UID: '1b4e28ba-2fa1-11d2-883f-0016d3cca427' })
}

describe('the manifests for Kubernetes', () => {
  it('have fields that Kubernetes knows, with values of their types', () => {
    expect(manifests.map(({ kind }) => kind).toSorted()).toEqual([
      'Job',
      'Job',
      'Job',
      'PersistentVolumeClaim',
      'Secret',
    ])
    expect(manifests.flatMap(differencesOf)).toEqual([])
  })

  it.each([
    [{ backofLimit: 3 }, 'Job.spec.backofLimit: is not known'],
    [{ completions: '4' }, 'Job.spec.completions: "4" is no whole number'],
    [{ activeDeadlineSeconds: undefined }, 'Job.spec.activeDeadlineSeconds: undefined is no'],
    [{ template: {} }, 'Job.spec.template.spec: is missing'],
  ])('would not get away with %j', (change, complaint) => {
    const job = jobs['shop-seed']!
    const changed = { ...job, spec: { ...job.spec, ...change } }
    expect(differencesOf(changed as Manifest)).toEqual([
      expect.stringContaining(complaint) as string,
    ])
  })

  it('name nothing that is not there', () => {
    const named = (kind: string) =>
      manifests.flatMap((one) => (one.kind === kind ? [one.metadata.name] : []))
    for (const job of Object.values(jobs)) {
      const { volumes } = job.spec.template.spec
      for (const { volumeMounts, env = [], envFrom = [], args } of containersOf(job)) {
        expect(volumes.map((volume) => volume.name)).toEqual(
          expect.arrayContaining(volumeMounts.map((mount) => mount.name)),
        )
        for (const { secretRef } of envFrom) expect(named('Secret')).toContain(secretRef.name)
        const variables = args.flatMap((word) => [...word.matchAll(/\$\((\w+)\)/g)])
        expect(env.map((variable) => variable.name)).toEqual(variables.map((match) => match[1]))
      }
      for (const { persistentVolumeClaim: claim } of volumes) {
        if (claim) expect(named('PersistentVolumeClaim')).toContain(claim.claimName)
      }
    }
  })

  it('are such that a pod is tried again, however many come too early', () => {
    for (const { metadata, spec } of Object.values(jobs)) {
      // Both policies ask for it.
      expect(spec.template.spec).toMatchObject({ restartPolicy: 'Never' })
      if (metadata.name === 'shop-migrate') {
        expect(spec).toMatchObject({ backoffLimit: 6 })
        continue
      }
      expect(spec).toMatchObject({ completionMode: 'Indexed', backoffLimitPerIndex: 6 })
      expect(spec.parallelism).toBeLessThanOrEqual(spec.completions!)
    }
  })

  it('call commands as the command line takes them', async () => {
    const containers = Object.values(jobs).flatMap(containersOf)
    expect(containers.map((one) => one.args[0]!).toSorted()).toEqual([
      'export',
      'migrate',
      'plan',
      'seed',
    ])
    for (const one of containers) expect(await complaintAbout(wordsOf(one))).toBe('')
    expect(await complaintAbout(['seed', '--runn', 'x'])).toContain('There is no option --runn')
  })

  it('are told of with commands that there are', async () => {
    const readme = await readFile(join(kubernetesFolder, 'README.md'), 'utf8')
    const lines = [...readme.matchAll(/`downpour ([^`]+)`/g)].map((match) => match[1]!)
    expect(lines).toEqual(['status', 'seed --join latest', 'seed --resume'])
    for (const line of lines) expect(await complaintAbout(line.split(' '))).toBe('')
  })

  it('consent to the database of the Secret, and to no other', () => {
    const secret = manifests.find(({ kind }) => kind === 'Secret') as Manifest & {
      readonly stringData: Readonly<Record<string, string>>
    }
    const database = new URL(secret.stringData['DATABASE_URL']!).pathname.slice(1)
    const writing = Object.values(jobs)
      .flatMap(containersOf)
      .filter(({ args }) => args[0] === 'migrate' || args[0] === 'seed')
    expect(writing).toHaveLength(2)
    for (const { args } of writing) expect(args[args.indexOf('--confirm') + 1]).toBe(database)
  })

  it('export as many parts as there are pods', () => {
    const job = jobs['shop-export']!
    const { args } = containersOf(job)[0]!
    const chunk = args[args.indexOf('--chunk') + 1]
    const parts = Array.from({ length: job.spec.completions! }, (_, index) =>
      readPart(chunk, { JOB_COMPLETION_INDEX: String(index) }),
    )
    expect(parts.map(({ number }) => number)).toEqual([1, 2, 3, 4, 5, 6, 7, 8])
    expect(new Set(parts.map(({ of }) => of))).toEqual(new Set([8]))
  })
})

describe('the image for Kubernetes', () => {
  it('runs the command as another user than root, on a version of Node that it supports', async () => {
    const lines = (await readFile(join(kubernetesFolder, 'Dockerfile'), 'utf8')).split('\n')
    const after = (word: string) =>
      lines.find((line) => line.startsWith(`${word} `))?.slice(word.length + 1)
    const { bin, engines } = JSON.parse(
      await readFile(join(repository, 'package.json'), 'utf8'),
    ) as Record<'bin' | 'engines', Record<string, string>>
    expect(JSON.parse(after('ENTRYPOINT')!)).toEqual([
      'node',
      `node_modules/.bin/${Object.keys(bin)[0]!}`,
    ])
    expect(after('USER')).toBe('node')
    expect(lines.some((line) => line.startsWith('RUN npm ci'))).toBe(true)
    const major = Number(/^node:(\d+)-slim$/.exec(after('FROM')!)?.[1])
    expect(major).toBeGreaterThan(Number(/^>=(\d+)/.exec(engines['node']!)![1]))
  })

  it('holds no file with a password', async () => {
    const ignored = await readFile(join(kubernetesFolder, '.dockerignore'), 'utf8')
    expect(ignored.split('\n')).toEqual(expect.arrayContaining(['.env*', 'node_modules']))
  })
})
