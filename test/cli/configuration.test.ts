import { describe, expect, it } from 'vitest'
import { checkConfig } from '../../src/config/check-config.ts'
import { defineConfig } from '../../src/config/config.ts'
import { failureOf } from '../support/plans.ts'

const right = {
  schema: './schema.ts',
  seeds: ['./seeder.ts'],
  referenceDate: '2024-02-29',
  profiles: { dev: { counts: { users: 10 } } },
}

describe(checkConfig, () => {
  it.each([right, {}, { schema: ['./a.ts', './b/*.ts'], casing: 'snake_case' }])(
    'takes %j',
    (config) => {
      expect(checkConfig('downpour.config.ts', config)).toBe(config)
    },
  )

  it.each([
    [undefined, 'It has no default export.'],
    [[], 'It has no default export.'],
    [{ ...right, schema: 5 }, '"schema" is no path.'],
    [{ ...right, schema: ['./schema.ts', ''] }, '"schema" is no path.'],
    [{ ...right, casing: 'kebab-case' }, '"casing" is no casing.'],
    [{ ...right, seeds: './seeder.ts' }, '"seeds" is no list of paths.'],
    [{ ...right, seeds: [() => {}] }, '"seeds" is no list of paths.'],
    [{ ...right, migrations: 1 }, '"migrations" is no path.'],
    [{ ...right, profiles: [] }, '"profiles" is no set of row counts with names.'],
    [{ ...right, profiles: { dev: {} } }, '"profiles" is no set of row counts with names.'],
    [
      { ...right, profiles: { dev: { counts: {}, otherwise: -1 } } },
      '"profiles" is no set of row counts with names.',
    ],
    [{ ...right, defaultProfile: 1 }, '"defaultProfile" is no name.'],
    [{ ...right, seed: '1' }, '"seed" is no whole number, 0 or above.'],
    [{ ...right, seed: -1 }, '"seed" is no whole number, 0 or above.'],
    [{ ...right, referenceDate: '2026-02-30' }, '"referenceDate" is no date.'],
    [{ ...right, referenceDate: '1 May 2026' }, '"referenceDate" is no date.'],
    [{ ...right, copyThreshold: 0.5 }, '"copyThreshold" is no whole number, 0 or above.'],
    [{ ...right, hint: 5 }, '"hint" is no text.'],
  ])('refuses %j: %s', async (config, why) => {
    const failure = await failureOf(() => checkConfig('downpour.config.ts', config))
    expect(failure).toMatchObject({
      code: 'CONFIG_INVALID',
      message: 'Cannot use downpour.config.ts',
      why,
    })
    expect(failure.fix).toMatch(/^[A-Z].*\.$/)
  })
})

describe(defineConfig, () => {
  it('adds a profile of a hundred rows a table, and a day that counts as today', () => {
    expect(defineConfig({ schema: './schema.ts' })).toEqual({
      schema: './schema.ts',
      profiles: { dev: { counts: {}, otherwise: 100 } },
      referenceDate: '2026-01-01',
    })
    expect(defineConfig(right)).toEqual(right)
  })
})
