import type { Definition, Mark } from './definitions.ts'
import { quoteIdentifier, quoteTable } from './identifiers.ts'
import type { Restored } from './restored.ts'

/**
 * In this order; a phase begins when the one before it is over.
 *
 * - `indexes`: built side by side, also those of one table
 * - `constraints`: keys are added to their indexes
 * - `foreign keys`: added unchecked, in no time
 * - `validation`: checked side by side, since that locks no parent
 */
export type RebuildPhase = 'indexes' | 'constraints' | 'foreign keys' | 'validation'

/** Executed in one transaction by one connection; those of a phase side by side by several. */
export interface RebuildStep {
  readonly phase: RebuildPhase
  readonly schema: string
  readonly table: string
  /** The definitions it works on. */
  readonly names: readonly string[]
  /** Those of them that are as they were once it has committed. */
  readonly completes: readonly Definition[]
  readonly statements: readonly string[]
}

/**
 * The work that puts definitions back.
 *
 * @param restored - how far each of them is, see `readRestored`; nothing is there when missing
 * @returns in the order of the phases
 * @example
 * for (const { statements } of rebuildSteps(droppable)) {
 *   await session.begin()
 *   for (const statement of statements) await session.query(statement)
 *   await session.commit()
 * }
 */
export function rebuildSteps(
  definitions: readonly Definition[],
  restored: readonly Restored[] = [],
): readonly RebuildStep[] {
  const open = definitions
    .map((definition, index) => ({ definition, state: restored[index] ?? 'absent' }))
    .filter(({ state }) => state !== 'present')
  const unbuilt = open.filter(({ state }) => state !== 'built')
  const isForeignKey = ({ definition }: Open) => definition.kind === 'foreign key'
  return [
    ...unbuilt.filter((one) => !isForeignKey(one)).map(indexStep),
    ...perTable(open.filter(followsIndexes), constraintStep),
    ...perTable(unbuilt.filter(isForeignKey), foreignKeyStep),
    ...perTable(
      open.filter(({ definition }) => definition.validate !== undefined),
      validationStep,
    ),
  ]
}

interface Open {
  readonly definition: Definition
  readonly state: Restored
}

function perTable(
  open: readonly Open[],
  makeStep: (definitions: readonly Definition[]) => RebuildStep,
): RebuildStep[] {
  const tables = new Map<string, Definition[]>()
  for (const { definition } of open) {
    const table = tableOf(definition)
    const others = tables.get(table)
    if (others) others.push(definition)
    else tables.set(table, [definition])
  }
  return [...tables.values()].map(makeStep)
}

/** Marks lock the table, for which two transactions that build its indexes would wait in a circle. */
function followsIndexes({ definition }: Open): boolean {
  return definition.kind === 'key' || definition.marks.length > 0
}

function indexStep({ definition, state }: Open): RebuildStep {
  const { schema, name, build, tablespace } = definition
  const isLast = definition.kind === 'index'
  const place = tablespace === undefined ? `''` : quoteIdentifier(tablespace)
  return {
    ...stepOf('indexes', [definition]),
    completes: isLast && definition.marks.length === 0 ? [definition] : [],
    statements: [
      ...(state === 'invalid' ? [`DROP INDEX ${quoteTable(schema, name)}`] : []),
      `SET LOCAL default_tablespace TO ${place}`,
      build!,
      ...(isLast ? definition.after : []),
    ],
  }
}

function constraintStep(definitions: readonly Definition[]): RebuildStep {
  const keys = definitions.filter(({ kind }) => kind === 'key')
  return {
    ...stepOf('constraints', definitions),
    completes: definitions,
    statements: [
      ...keys.map((key) => alterTable(key.attach!, key)),
      ...definitions.flatMap((one) =>
        one.marks.map((mark) => alterTable(`${marking[mark]} ${quoteIdentifier(one.name)}`, one)),
      ),
      ...keys.flatMap(({ after }) => after),
    ],
  }
}

const marking: Readonly<Record<Mark, string>> = {
  cluster: 'CLUSTER ON',
  'replica identity': 'REPLICA IDENTITY USING INDEX',
}

function foreignKeyStep(definitions: readonly Definition[]): RebuildStep {
  const unchecked = definitions.filter(({ validate }) => validate === undefined)
  return {
    ...stepOf('foreign keys', definitions),
    completes: unchecked,
    statements: [
      // Each locks its table and then its parents: two of them would wait in a circle.
      `SELECT pg_advisory_xact_lock(${foreignKeyLock})`,
      ...definitions.map((one) => alterTable(one.attach!, one)),
      ...unchecked.flatMap(({ after }) => after),
    ],
  }
}

/** An arbitrary constant, the same in every version. */
const foreignKeyLock = '5211374918246011'

function validationStep(definitions: readonly Definition[]): RebuildStep {
  return {
    ...stepOf('validation', definitions),
    completes: definitions,
    statements: [
      ...definitions.map((one) => alterTable(one.validate!, one)),
      ...definitions.flatMap(({ after }) => after),
    ],
  }
}

function stepOf(phase: RebuildPhase, definitions: readonly Definition[]) {
  const { schema, table } = definitions[0]!
  return { phase, schema, table, names: definitions.map(({ name }) => name) }
}

/** One clause in a statement: Citus takes no more. */
function alterTable(clause: string, definition: Definition): string {
  return `ALTER TABLE ${tableOf(definition)} ${clause}`
}

function tableOf({ schema, table }: Definition): string {
  return quoteTable(schema, table)
}
