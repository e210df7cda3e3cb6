import type { DownpourError } from '../errors.ts'

/** Who is about to change which database: all that the guard looks at. */
export interface Situation {
  /** E.g. `seed`, for messages. */
  readonly action: string
  readonly database: string
  /** As the URL names it, and the address that the server says it has. */
  readonly host: string
  readonly address: string
  /** Whether it is a host where only rows enter. */
  readonly isNode?: boolean
  /** Whose the server is; `allowed`: on another machine, and named in `allowHosts`. */
  readonly place: 'embedded' | 'local' | 'allowed' | 'elsewhere'
  readonly isReadOnly: boolean
  /** Of the command; see `environmentOf`. */
  readonly environment: string
  /** What says that this is production, e.g. `NODE_ENV is "production"`. */
  readonly production: string | undefined
  /** The environment that the database is marked with. */
  readonly mark: string | undefined
  /** Whether the command is there to change that mark. */
  readonly isMarking: boolean
  /** A table that would be emptied and holds rows which no run has loaded. */
  readonly foreignRows: string | undefined
  /** From `--confirm`. */
  readonly confirm: string | undefined
  /** Whether somebody can be asked. */
  readonly isTerminal: boolean
}

export type Refusal = Pick<DownpourError, 'code' | 'message' | 'why' | 'fix'>

export type Verdict =
  | { readonly kind: 'allowed' }
  /** `asked`: the database's name, typed, is consent. */
  | { readonly kind: 'refused' | 'asked'; readonly refusal: Refusal }

/**
 * What becomes of a command. The first rule that applies decides; the database's name, from
 * `--confirm` or typed on a terminal, is consent to those that it can be given to.
 */
export function decide(situation: Situation): Verdict {
  const { confirm, database, isTerminal } = situation
  const rule = rules.find(
    ({ applies, consent }) =>
      applies(situation) && !(consent(situation) === 'name' && confirm === database),
  )
  if (!rule) return { kind: 'allowed' }
  const { code } = rule
  const canAsk = isTerminal && rule.consent(situation) === 'name'
  return { kind: canAsk ? 'asked' : 'refused', refusal: { code, ...rule.tell(situation) } }
}

/** What decides about the environment of a command. */
export interface Surroundings {
  /** `NODE_ENV` */
  readonly nodeEnvironment: string | undefined
  readonly profile?:
    { readonly name: string; readonly environment?: string | undefined } | undefined
}

/**
 * The environment of a command: that of its profile, else `NODE_ENV`, else `development`, which `test`
 * means as well.
 *
 * @example
 * environmentOf({ nodeEnvironment: 'test', profile: { name: 'large', environment: 'staging' } }) // 'staging'
 */
export function environmentOf({ nodeEnvironment, profile }: Surroundings): string {
  return wholeName(profile?.environment || nodeEnvironment || 'development')
}

/** What says that a command is run for production, for a message; `undefined` when nothing does. */
export function productionSign({ nodeEnvironment, profile }: Surroundings): string | undefined {
  if (isProduction(nodeEnvironment)) return `NODE_ENV is "${nodeEnvironment}"`
  if (isProduction(profile?.name)) return `the profile is "${profile!.name}"`
  if (!isProduction(profile?.environment)) return undefined
  return `the profile "${profile!.name}" is for "${profile!.environment}"`
}

export function refusedProduction(action: string, sign: string): Refusal {
  return {
    code: 'REFUSED_PRODUCTION',
    message: `Refusing to ${action}: ${sign}`,
    why: 'Downpour changes, fills and empties databases for development and tests.',
    fix: sign.startsWith('NODE_ENV')
      ? 'Run it with another NODE_ENV, if this is really no production environment.'
      : 'Use another profile.',
  }
}

/**
 * Whether it matters who has written rows that are to go. A marked database on this machine is one for
 * development, where applications write as well; on a server of others consent is needed anyway.
 */
export function rowsMatter({ place, mark }: Pick<Situation, 'place' | 'mark'>): boolean {
  return place === 'allowed' || (place === 'local' && mark === undefined)
}

interface Rule {
  readonly code: string
  readonly applies: (situation: Situation) => boolean
  readonly consent: (situation: Situation) => 'name' | 'none'
  readonly tell: (situation: Situation) => Omit<Refusal, 'code'>
}

const none = () => 'none' as const
const byName = () => 'name' as const

/** docs/guards.md has the same as a table, which a test compares with these, cell by cell. */
const rules: readonly Rule[] = [
  {
    code: 'REFUSED_PRODUCTION',
    applies: ({ production }) => production !== undefined,
    consent: none,
    tell: ({ action, production }) => refusedProduction(action, production!),
  },
  {
    code: 'REFUSED_READ_ONLY',
    applies: ({ isReadOnly }) => isReadOnly,
    consent: none,
    tell: ({ action }) => ({
      message: `Cannot ${action}: the server takes no writes`,
      why: 'It is a standby, or its transactions are read-only by default.',
      fix: 'Use the primary server.',
    }),
  },
  {
    code: 'REFUSED_CONFIRM',
    applies: ({ confirm, database }) => confirm !== undefined && confirm !== database,
    consent: none,
    tell: ({ action, confirm, database }) => ({
      message: `Refusing to ${action} "${database}": --confirm names another database`,
      why: `--confirm says "${confirm}", and the database is called "${database}".`,
      fix: 'Name the database that you mean with --database-url, and the same one with --confirm.',
    }),
  },
  {
    code: 'REFUSED_PRODUCTION',
    applies: ({ mark }) => isProduction(mark),
    consent: ({ isMarking }) => (isMarking ? 'name' : 'none'),
    tell: ({ action, database, mark }) => ({
      message: `Refusing to ${action} "${database}": it is marked "${mark}"`,
      why: 'Somebody has said that the database is one of production.',
      fix: `If it is none, change the mark: npx downpour init --environment development --confirm ${database}.`,
    }),
  },
  {
    code: 'REFUSED_REMOTE',
    applies: ({ place }) => place === 'elsewhere',
    consent: byName,
    tell: ({ action, database, host, address, isNode = false }) => ({
      message: `Refusing to ${action} "${database}": the server is not on this machine`,
      why: `${isNode ? 'Rows are to enter through' : 'The database URL names'} ${host}, and the server says that its address is ${address}.`,
      fix: `If you mean it, say --confirm ${database}; or add the host to allowHosts in the configuration.`,
    }),
  },
  {
    code: 'REFUSED_MARK',
    applies: ({ place, mark, environment }) =>
      place !== 'embedded' && mark !== undefined && mark !== environment,
    consent: byName,
    tell: ({ action, database, mark, environment, isMarking }) => ({
      message: `Refusing to ${action} "${database}": it is marked "${mark}"`,
      why: isMarking
        ? `It would be marked "${environment}" from then on.`
        : `This command is run for "${environment}".`,
      fix: isMarking
        ? `If you mean it, say --confirm ${database}.`
        : `If you mean it, say --confirm ${database}, or run it with NODE_ENV=${mark}.`,
    }),
  },
  {
    code: 'REFUSED_ROWS',
    applies: (situation) => rowsMatter(situation) && situation.foreignRows !== undefined,
    consent: byName,
    tell: ({ action, database, foreignRows }) => ({
      message: `Refusing to ${action} "${database}": "${foreignRows}" holds rows of somebody else`,
      why: 'They would be gone, and no run that is written down has loaded them.',
      fix: `If they may go, say --confirm ${database}.`,
    }),
  },
]

/** Tests are a part of development: suites and people seed the same databases. */
function wholeName(environment: string): string {
  const name = environment.trim().toLowerCase()
  return { dev: 'development', test: 'development', prod: 'production' }[name] ?? name
}

function isProduction(environment: string | undefined): boolean {
  return environment !== undefined && wholeName(environment) === 'production'
}
