import { pgTable, text, varchar } from 'drizzle-orm/pg-core'
import { describe, expect, it } from 'vitest'
import { inputOf } from '../../../src/generate/detached.ts'
import { openGenerated } from '../../../src/generate/read-columns.ts'
import { checkPlan } from '../../../src/plan/check-plan.ts'
import { planOf, rowsOf } from '../../support/plans.ts'

/** One of each kind of texts that a name stands for, and one that stands for nothing. */
const names = [
  'email',
  'firstName',
  'lastName',
  'fullName',
  'userName',
  'phone',
  'city',
  'countryCode',
  'country',
  'state',
  'address',
  'zip',
  'company',
  'jobTitle',
  'department',
  'currency',
  'locale',
  'timezone',
  'avatar',
  'url',
  'slug',
  'status',
  'role',
  'gender',
  'color',
  'hash',
  'password',
  'token',
  'uuid',
  'sku',
  'code',
  'ip',
  'userAgent',
  'mime',
  'fileName',
  'version',
  'description',
  'body',
  'type',
  'tag',
  'whatever',
]

const rows = 10

const planned = async (name: string, column: ReturnType<typeof text | typeof varchar>) =>
  planOf(
    {},
    {
      schema: { things: pgTable('things', { [name]: column }) },
      counts: { explicit: { things: rows }, profile: {}, scale: 1 },
    },
  )

/** How long the texts may become where nothing limits them. */
async function longest(name: string, column: ReturnType<typeof text>): Promise<number> {
  const plan = await planned(name, column)
  const [table] = plan.tables
  const { group, output } = table!.columns[0]!.generator
  const reader = await openGenerated({ plan, path: [] }, table!, [name])
  return inputOf(reader.groups.get(group)!, output).extent?.lengths?.[1] ?? 15
}

describe('texts inferred from a name', () => {
  it.each(names)('fit into a column of any length: %s', async (name) => {
    for (const isUnique of [false, true]) {
      const free = text().notNull()
      const most = await longest(name, isUnique ? free.unique() : free)
      for (const length of [3, most - 1, most].filter((one) => one > 1)) {
        const column = varchar({ length }).notNull()
        const plan = await planned(name, isUnique ? column.unique() : column)
        await checkPlan(plan)
        const values = (await rowsOf(plan, 'things')).map((row) => String(row[name]))
        expect(values.every((value) => value.length > 0 && value.length <= length)).toBe(true)
        expect(!isUnique || new Set(values).size === rows).toBe(true)
      }
    }
  })
})
