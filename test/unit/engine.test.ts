import { describe, expect, it } from 'vitest'
import { declaredTarget } from '../../src/export/declared-target.ts'
import { engineName, engineOf } from '../../src/postgres/engine.ts'
import type { Engine } from '../../src/postgres/engine.ts'
import { chooseStrategy } from '../../src/write/choose-strategy.ts'
import { copyStatement } from '../../src/write/copy.ts'
import { strategyNames } from '../../src/write/strategy.ts'
import type { Target } from '../../src/write/target.ts'
import { planOf } from '../support/plans.ts'

const postgres: Engine = { kind: 'postgres' }
const cockroach: Engine = { kind: 'cockroach', version: '23.1.11' }
const yugabyte: Engine = { kind: 'yugabyte', version: '2.20.1.3' }

describe(engineOf, () => {
  it.each([
    [
      'CockroachDB CCL v23.1.11 (x86_64-pc-linux-gnu, built 2023/09/27 01:53:43, go1.19.10)',
      'cockroach',
      '23.1.11',
    ],
    [
      'CockroachDB OSS v20.2.5 (x86_64-unknown-linux-gnu, built 2021/02/16 12:52:58, go1.13.14)',
      'cockroach',
      '20.2.5',
    ],
    [
      'CockroachDB CCL v24.1.0-beta.2 (aarch64-unknown-linux-gnu, built 2024/04/22 21:08:36, go1.22.2)',
      'cockroach',
      '24.1.0-beta.2',
    ],
    [
      'PostgreSQL 11.2-YB-2.20.1.3-b0 on x86_64-pc-linux-gnu, compiled by clang version 16.0.6, 64-bit',
      'yugabyte',
      '2.20.1.3',
    ],
    [
      'PostgreSQL 15.12-YB-2025.1.0.1-b3 on aarch64-unknown-linux-gnu, compiled by clang version 17.0.6, 64-bit',
      'yugabyte',
      '2025.1.0.1',
    ],
  ])('tells %s', (words, kind, version) => {
    expect(engineOf(words)).toEqual({ kind, version })
  })

  it.each([
    'PostgreSQL 18.4 on x86_64-pc-linux-gnu, compiled by gcc (Debian 12.2.0-14) 12.2.0, 64-bit',
    'PostgreSQL 15.8 (Debian 15.8-1.pgdg120+1) on x86_64-pc-linux-gnu, compiled by gcc, 64-bit',
    'PostgreSQL 16beta1 on x86_64-pc-linux-musl, compiled by gcc (Alpine 12.2.1) 12.2.1, 64-bit',
    'PostgreSQL 18.3 on wasm32-unknown-none, compiled by emcc, 32-bit',
    'EnterpriseDB 9.5.0.0 on x86_64-pc-linux-gnu, compiled by gcc, 64-bit',
  ])('takes %s for PostgreSQL', (words) => {
    expect(engineOf(words)).toMatchObject({ kind: 'postgres' })
  })
})

describe(engineName, () => {
  it('has the names that people know', () => {
    expect(engineName(yugabyte)).toBe('YugabyteDB')
    expect(engineName(cockroach)).toBe('CockroachDB')
  })
})

async function shelvesOn(engine: Engine, count = 10_000): Promise<Target> {
  const plan = await planOf({ shelves: { count } })
  const shelves = plan.tables.find(({ model }) => model.key === 'shelves')!
  return { ...declaredTarget(shelves), engine }
}

describe(chooseStrategy, () => {
  it('takes COPY for large tables of PostgreSQL, and plain INSERTs elsewhere', async () => {
    const chosen = async (engine: Engine, count: number) =>
      chooseStrategy('auto', await shelvesOn(engine, count)).name
    expect(await chosen(postgres, 10_000)).toBe('copy')
    expect(await chosen(cockroach, 10_000)).toBe('values')
    expect(await chosen(yugabyte, 10_000)).toBe('values')
    expect(await chosen(postgres, 10)).toBe('batch')
    expect(await chosen(cockroach, 10)).toBe('values')
  })

  it('takes whatever is asked for, on any engine', async () => {
    const target = await shelvesOn(cockroach)
    expect(strategyNames.map((name) => chooseStrategy(name, target).name)).toEqual(strategyNames)
  })
})

describe(copyStatement, () => {
  it('tells YugabyteDB, and nobody else, not to commit in between', async () => {
    const plain =
      'copy "public"."shelves" ("id", "name", "capacity") from stdin with (format binary'
    const statementOn = async (engine: Engine) => copyStatement(await shelvesOn(engine), 'binary')
    expect(await statementOn(postgres)).toBe(`${plain})`)
    expect(await statementOn(cockroach)).toBe(`${plain})`)
    expect(await statementOn(yugabyte)).toBe(`${plain}, rows_per_transaction 0)`)
  })
})
