import { createHash } from 'node:crypto'
import type { Hash } from 'node:crypto'
import type { Generator, Group, PreparedGroup } from '../generate/generator.ts'
import { openTable } from '../generate/slices.ts'
import type { TableSource } from '../generate/slices.ts'
import { canonicalCell, canonicalValue } from './canonical.ts'
import type { Plan, PlannedColumn, PlannedTable, RowRange } from './plan.ts'

/** What a digest is over; the same rows on both sides of a comparison. */
export interface DigestRequest {
  readonly plan: Plan
  readonly table: PlannedTable
  /** Some of the table's planned rows. */
  readonly range: RowRange
  /** Some of the table's planned columns. */
  readonly columns: readonly PlannedColumn[]
}

/**
 * Tells whether columns give the same values as another time. Generators are closures and cannot be
 * compared, so their values are: in a sample of the rows, with all known rows and all words.
 *
 * @param range - of the table's planned rows; the sample follows from it
 * @returns by property 16 hexadecimal digits, the same on every machine
 * @example
 * await columnDigests(plan, users, { first: 0, count: 1000 }) // { id: '6b1f…', email: '05c2…' }
 */
export function columnDigests(
  plan: Plan,
  table: PlannedTable,
  range: RowRange,
): Promise<Readonly<Record<string, string>>> {
  return digestColumns({ plan, table, range, columns: table.columns })
}

/** The same for some columns only. */
export async function digestColumns(
  request: DigestRequest,
): Promise<Readonly<Record<string, string>>> {
  const { table, range, columns } = request
  const hashes = new Map<PlannedColumn, Hash>(
    columns.map((column) => [column, createHash('sha256')]),
  )
  for (const [column, hash] of hashes) {
    const { summary } = column.generator.group
    if (summary) hash.update(`sum of ${canonicalValue(summary.table) + summary.property}`)
    hash.update(knownText(table, range, column))
    if (isEnumerated(table, column)) hash.update(enumerationText(table, range))
  }
  // Sums are as expensive as the children they are over, whose own digests say the same.
  const [summing, plain] = partition(
    columns.filter(({ generator }) => !generator.group.summary),
    ({ generator }) => readsSummary(generator),
  )
  await addSample(request, plain, { hashes, length: stretchLength })
  await addSample(request, summing, { hashes, length: 1 })
  return Object.fromEntries(
    [...hashes].map(([{ model }, hash]) => [model.property, shortDigest(hash)]),
  )
}

/** 64 bits are plenty where nobody tries to find two that are alike. */
export function shortDigest(hash: Hash): string {
  return hash.digest('hex').slice(0, 16)
}

const stretches = 4
const stretchLength = 512

/**
 * Stretches of rows that are spread over a range, from its beginning to its end.
 *
 * @example
 * sampleOf({ first: 0, count: 9_728 }, 512).map(({ first }) => first) // [0, 3072, 6144, 9216]
 */
function sampleOf({ first, count }: RowRange, length: number): readonly RowRange[] {
  if (count <= stretches * length) return count === 0 ? [] : [{ first, count }]
  return Array.from({ length: stretches }, (_, n) => ({
    first: first + Math.floor((n * (count - length)) / (stretches - 1)),
    count: length,
  }))
}

async function addSample(
  { plan, table, range }: DigestRequest,
  columns: readonly PlannedColumn[],
  sample: { readonly hashes: ReadonlyMap<PlannedColumn, Hash>; readonly length: number },
): Promise<void> {
  if (columns.length === 0) return
  const properties = columns.map(({ model }) => model.property)
  const source = await openTable(plan, table, properties)
  const words = wordsIn(source.groups)
  const hashes = columns.map((column) => sample.hashes.get(column)!)
  columns.forEach(({ generator }, index) => {
    for (const group of groupsOf(generator)) hashes[index]!.update(words(group))
  })
  for (const stretch of sampleOf(range, sample.length)) {
    try {
      addStretch(source, stretch, hashes)
    } catch {
      // Rows that cannot be generated fail when they are loaded, where the chunk is known.
      for (const hash of hashes) hash.update('failed;')
    }
  }
}

function addStretch(source: TableSource, stretch: RowRange, hashes: readonly Hash[]): void {
  for (const { vectors, count } of source.slices(stretch)) {
    hashes.forEach((hash, column) => {
      let text = ''
      for (let index = 0; index < count; index++) text += canonicalCell(vectors[column]!, index)
      hash.update(text)
    })
  }
}

/** Literal values, of which there may be more than the sample holds. */
function knownText(table: PlannedTable, range: RowRange, { model }: PlannedColumn): string {
  return table.knownRows
    .slice(range.first, range.first + range.count)
    .map((row) => row[model.property])
    .map((value) => (value === undefined ? '-' : canonicalValue(value)))
    .join('')
}

/** How many parents tell whether the children are shared out alike. */
const enumeratedParents = 64

/**
 * Where the children of some parents begin: the sum of all counts before, in which any that differs
 * shows, sampled or not.
 */
function enumerationText(table: PlannedTable, { first, count }: RowRange): string {
  if (count === 0) return ''
  const reader = table.enumeration!.children.open()
  const firstParent = reader.parentRow(first)
  const lastParent = reader.parentRow(first + count - 1)
  const parents = sampledNumbers(firstParent, lastParent + 1)
  return parents.map((parent) => `${parent}:${reader.firstChild(parent)};`).join('')
}

/** Both ends, and others between them; there are at least two. */
function sampledNumbers(from: number, to: number): readonly number[] {
  const size = Math.min(enumeratedParents, to - from + 1)
  return Array.from({ length: size }, (_, n) => from + Math.floor((n * (to - from)) / (size - 1)))
}

function isEnumerated({ enumeration }: PlannedTable, { model }: PlannedColumn): boolean {
  return enumeration?.foreignKey.columns.includes(model.name) ?? false
}

/** Words of a group as text, each group's once. */
function wordsIn(prepared: ReadonlyMap<Group, PreparedGroup>): (group: Group) => string {
  const texts = new Map<Group, string>()
  return (group) => {
    const { outputs, vocabulary = [] } = prepared.get(group)!
    const text =
      texts.get(group) ??
      canonicalValue([
        vocabulary,
        Object.values(outputs).map((vector) =>
          vector.kind === 'dictionary' ? vector.dictionary.words : null,
        ),
      ])
    texts.set(group, text)
    return text
  }
}

/** A generator's group and those it reads. */
function groupsOf({ group }: Generator): readonly Group[] {
  return [group, ...group.inputs.flatMap(groupsOf)]
}

function readsSummary(generator: Generator): boolean {
  return groupsOf(generator).some(({ summary }) => summary !== undefined)
}

function partition<Item>(
  items: readonly Item[],
  isFirst: (item: Item) => boolean,
): readonly [readonly Item[], readonly Item[]] {
  return [items.filter(isFirst), items.filter((item) => !isFirst(item))]
}
