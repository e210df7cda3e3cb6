import { DownpourError } from '../errors.ts'
import { readMark } from '../ledger/mark.ts'
import { readServerFacts } from '../postgres/catalog.ts'
import type { TableModel } from '../model/table.ts'
import type { ServerFacts } from '../postgres/catalog.ts'
import type { Session } from '../postgres/session.ts'
import { refuseWorker } from './check-distribution.ts'
import { readNodes } from './check-nodes.ts'
import { findForeignRows } from './foreign-rows.ts'
import { decide, environmentOf, productionSign, rowsMatter } from './guard-rules.ts'
import type { Refusal, Situation, Surroundings } from './guard-rules.ts'
import { defaultPatience } from './lane.ts'

/** What a command brings along for the guard. */
export interface Consent {
  /** From `--confirm`: the database's name. */
  readonly confirm: string | undefined
  /** `NODE_ENV` */
  readonly environment?: string | undefined
  /** Hosts on other machines that need no consent, as the configuration names them. */
  readonly allowHosts?: readonly string[] | undefined
  /** Whether the server is the project's own. */
  readonly isEmbedded?: boolean | undefined
  /** Asks on a terminal for the database's name; left out where there is none. */
  readonly ask?: ((refusal: Refusal) => Promise<string | undefined>) | undefined
}

/** Who is asked to write where. */
export interface GuardedAction extends Consent {
  /** E.g. `seed`, for messages. */
  readonly action: string
  readonly profile?: Surroundings['profile']
  /** The mark that the database is to get. */
  readonly mark?: string | undefined
  /** URLs of other hosts where rows are to enter. */
  readonly nodes?: readonly string[]
  /** As `Patience`, for these hosts. @defaultValue 15 */
  readonly silenceSeconds?: number
}

/** A database that the guard has let a command through to. */
export interface Guarded {
  /** What the server says of itself. */
  readonly server: ServerFacts
  /**
   * To be asked once nobody else is at work there, before tables are emptied: they are looked into.
   *
   * @throws DownpourError `REFUSED_ROWS`, `DECLINED`
   */
  guardRows(emptied: readonly TableModel[]): Promise<void>
}

/**
 * Refuses databases that look like somebody else's. A server counts as local when the URL leads to
 * this machine and the server says that it is there: behind a pooler or a proxy it would say so
 * wherever it is. A tunnel that begins on this machine and ends on the server's stays undetected.
 * Of several hosts the one that is farthest away decides.
 *
 * @throws DownpourError `REFUSED_…`, `NODE_…`, exit code 2; `DECLINED`, exit code 3, when another name was typed
 */
export async function guardDatabase(session: Session, guarded: GuardedAction): Promise<Guarded> {
  const server = await readServerFacts(session)
  await refuseWorker(session)
  const mark = await readMark(session)
  let situation = situationOf(server, mark, guarded)
  let confirm = await insist(situation, guarded)
  const { nodes = [], silenceSeconds = defaultPatience.silenceSeconds } = guarded
  const { database } = server
  for (const node of await readNodes(nodes, { database, silenceSeconds })) {
    const further = furtherOf(situation, { ...situationOf(node, mark, guarded), isNode: true })
    if (further === situation) continue
    situation = further
    confirm = await insist({ ...situation, confirm }, { ...guarded, confirm })
  }
  return {
    server,
    async guardRows(emptied) {
      if (!rowsMatter(situation) || confirm === server.database) return
      const foreignRows = await findForeignRows(session, emptied)
      await insist({ ...situation, foreignRows, confirm }, guarded)
    },
  }
}

/** Whoever calls a function with a database means that one: only what no name is consent to is refused. */
export async function guardCall(session: Session, action: string): Promise<void> {
  const server = await readServerFacts(session)
  await refuseWorker(session)
  const guarded = { action, confirm: server.database, environment: process.env['NODE_ENV'] }
  await insist(situationOf(server, await readMark(session), guarded), guarded)
}

/** @returns the name that was confirmed, or typed */
async function insist(
  situation: Situation,
  { ask, confirm }: Consent,
): Promise<string | undefined> {
  const verdict = decide(situation)
  if (verdict.kind === 'allowed') return confirm
  if (verdict.kind === 'refused') throw new DownpourError(verdict.refusal)
  const typed = await ask!(verdict.refusal)
  if (typed !== situation.database) throw declined(situation)
  return typed
}

function situationOf(
  server: ServerFacts,
  mark: string | undefined,
  guarded: GuardedAction,
): Situation {
  const { action, confirm, ask } = guarded
  const surroundings = { nodeEnvironment: guarded.environment, profile: guarded.profile }
  return {
    action,
    database: server.database,
    host: server.host,
    address: server.address,
    place: placeOf(server, guarded),
    isReadOnly: server.readOnly,
    environment: guarded.mark ?? environmentOf(surroundings),
    production: productionSign(surroundings),
    mark,
    isMarking: guarded.mark !== undefined,
    foreignRows: undefined,
    confirm,
    isTerminal: ask !== undefined,
  }
}

/** The one of two situations in which more is refused. */
function furtherOf(one: Situation, other: Situation): Situation {
  return places.indexOf(other.place) > places.indexOf(one.place) ? other : one
}

const places: readonly Situation['place'][] = ['embedded', 'local', 'allowed', 'elsewhere']

function placeOf(
  server: ServerFacts,
  { isEmbedded = false, allowHosts = [] }: GuardedAction,
): Situation['place'] {
  if (isEmbedded) return 'embedded'
  if (server.isLocal) return 'local'
  return allowHosts.some((allowed) => isHost(server.host, allowed)) ? 'allowed' : 'elsewhere'
}

/** `*.example.com` means every host below that name. */
function isHost(host: string, allowed: string): boolean {
  const [name, wanted] = [host, allowed].map((each) => each.toLowerCase()) as [string, string]
  return wanted.startsWith('*.') ? name.endsWith(wanted.slice(1)) : name === wanted
}

function declined({ action, database }: Situation): DownpourError {
  return new DownpourError({
    code: 'DECLINED',
    message: `Nothing was changed: consent to ${action} "${database}" was declined`,
    why: 'What was typed is not its name.',
    fix: `Run it again and type the name, or say --confirm ${database}.`,
    exitCode: 3,
  })
}
