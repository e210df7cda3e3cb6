import { describe, expect, it } from 'vitest'
import { resolveCount } from '../../src/plan/counts.ts'
import { failureOf } from '../support/plans.ts'

const nothing = { explicit: {}, profile: {}, scale: 1 }

describe('resolveCount', () => {
  it('takes the option before the profile, and the profile before the seeder', () => {
    const asked = { explicit: { users: 3 }, profile: { users: 20 }, scale: 1 }
    expect(resolveCount('users', { count: 100 }, asked)).toBe(3)
    expect(resolveCount('users', { count: 100 }, { ...asked, explicit: {} })).toBe(20)
    expect(resolveCount('users', { count: 100 }, nothing)).toBe(100)
    expect(resolveCount('users', {}, nothing)).toBeUndefined()
    expect(resolveCount('users', { count: 100 }, { ...asked, explicit: { users: 0 } })).toBe(0)
  })

  it('scales what is not explicit, to whole numbers and at least one row', () => {
    expect(resolveCount('users', { count: 10 }, { ...nothing, scale: 2.55 })).toBe(26)
    expect(resolveCount('users', {}, { ...nothing, profile: { users: 10 }, scale: 3 })).toBe(30)
    expect(resolveCount('users', { count: 10 }, { ...nothing, scale: 0.001 })).toBe(1)
    expect(resolveCount('users', { count: 0 }, { ...nothing, scale: 5 })).toBe(0)
    expect(resolveCount('users', {}, { explicit: { users: 7 }, profile: {}, scale: 5 })).toBe(7)
  })

  it.each([
    [-5, 1],
    [-5, 2],
    [1.5, 1],
    [Number.NaN, 1],
    [Number.NaN, 2],
    [2 ** 53, 1],
    [2 ** 52, 4],
  ])('refuses a count of %d at scale %d', async (count, scale) => {
    expect(await failureOf(() => resolveCount('users', { count }, { ...nothing, scale }))).toEqual({
      code: 'PLAN_COUNT',
      message: `Cannot seed "users" with ${count === 2 ** 52 ? 2 ** 54 : count} rows`,
      why: 'A count is a whole number, 0 or above.',
      fix: 'Give users such a number.',
    })
  })
})
