import type { Frame } from './frame-proxy.ts'

/** A frame, and what it is there for. */
export interface PlayedFrame extends Frame {
  /** Of the statement that it belongs to: `claim`, `copy`, `commit after copy`, … */
  readonly role: string
  /** The same for all frames that look alike, e.g. `lane, server C of copy`. */
  readonly kind: string
}

/** Names what the frames of an undisturbed run are there for. */
export function playRoles(frames: readonly Frame[]): readonly PlayedFrame[] {
  const lines = new Map<number, Line>()
  return frames.map((frame) => {
    const line = lines.get(frame.connection) ?? { role: 'start-up', deed: 'nothing' }
    lines.set(frame.connection, line)
    if (frame.side === 'client' && (frame.type === 'Q' || frame.type === 'P')) {
      line.role = roleOf(frame.text ?? '')
      if (deeds.has(line.role)) line.deed = line.role
      if (line.role === 'commit') line.role = `commit after ${line.deed}`
    }
    const connection = connectionNames[frame.connection] ?? 'another'
    const kind = `${connection}, ${frame.side} ${frame.type} of ${line.role}`
    return { ...frame, role: line.role, kind }
  })
}

interface Line {
  /** Of the statement that is under way. */
  role: string
  /** What the transaction is there for. */
  deed: string
}

/** In the order in which a run with one lane opens them. */
export const connections = { main: 0, lock: 1, lane: 2 } as const

const connectionNames = Object.keys(connections)

function roleOf(statement: string): string {
  return roles.find(([, pattern]) => pattern.test(statement))?.[0] ?? 'other'
}

const deeds = new Set(['install', 'drop', 'copy', 'build', 'attach', 'validate', 'settle', 'end'])

const roles: readonly (readonly [string, RegExp])[] = [
  ['begin', /^begin/],
  ['commit', /^commit/],
  ['rollback', /^rollback/],
  ['copy', /^copy/],
  ['claim', /^select (?:turn|phase).* for update/s],
  ['share', /^select state .* for share/s],
  ['complete', /^update downpour\.steps/],
  ['order', /^update "downpour"\."run_tables"/],
  ['restored', /^update "downpour"\."dropped"/],
  ['end', /^update "downpour"\."runs"/],
  ['record', /^insert into "downpour"/],
  ['install', /^create schema/],
  ['drop', /^(?:alter table .* drop constraint|drop index)/i],
  ['build', /^create (?:unique )?index/i],
  ['attach', /^alter table .* add constraint/i],
  ['validate', /^alter table .* validate/i],
  ['lock', /^lock table|advisory_xact_lock/],
  ['settle', /setval|^analyze/],
  ['settings', /set_config|^set local/i],
]
