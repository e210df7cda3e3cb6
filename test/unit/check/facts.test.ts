import { describe, expect, it } from 'vitest'
import { createEvaluator, evaluate, evaluateValue } from '../../../src/check/evaluate.ts'
import { columnsOf, unknownParts } from '../../../src/check/expression.ts'
import { factsOf } from '../../../src/check/facts.ts'
import type { ConditionFact, Fact } from '../../../src/check/facts.ts'
import { parseExpression } from '../../../src/check/parse.ts'
import { probeColumns } from '../../support/probe-table.ts'

const reference = new Date('2024-06-15T12:00:00Z')
const parse = (sql: string) => parseExpression(sql, probeColumns)
const facts = async (sql: string) => factsOf(await parse(sql), reference)

const minimum = (column: string, value: number, isInclusive = true): Fact => ({
  kind: 'minimum',
  column,
  value,
  isInclusive,
})
const maximum = (column: string, value: number, isInclusive = true): Fact => ({
  kind: 'maximum',
  column,
  value,
  isInclusive,
})
const values = (column: string, ...list: (string | number | boolean)[]): ConditionFact => ({
  kind: 'values',
  column,
  values: list,
})
const notNull = (column: string): ConditionFact => ({ kind: 'not null', column })
const isNull = (column: string): ConditionFact => ({ kind: 'null', column })
const length = (column: string, from: number, to: number): Fact => ({
  kind: 'length',
  column,
  unit: 'characters',
  isTrimmed: false,
  minimum: from,
  maximum: to,
})

describe('factsOf', () => {
  const cases: readonly (readonly [string, readonly Fact[]])[] = [
    ['i > 0 AND 10 >= i', [minimum('i', 0, false), maximum('i', 10)]],
    ['n BETWEEN 0.5 AND 12.50', [minimum('n', 0.5), maximum('n', 12.5)]],
    ['(n >= (0)::numeric)', [minimum('n', 0)]],
    ['NOT (i < 3 OR i > 5)', [minimum('i', 3), maximum('i', 5)]],
    ['abs(i) <= 3', [minimum('i', -3), maximum('i', 3)]],
    ["d >= '1970-01-11' AND d <= CURRENT_DATE", [minimum('d', 10), maximum('d', 19889)]],
    ["d < now() - interval '18 years'", [maximum('d', 13314)]],
    ["v IN ('a', 'b')", [values('v', 'a', 'b')]],
    [
      "((v)::text = ANY ((ARRAY['a'::character varying, 'b'::character varying])::text[]))",
      [values('v', 'a', 'b')],
    ],
    ["v = 'a' OR v = 'b' OR v IS NULL", [values('v', 'a', 'b')]],
    ["mood <> ALL ('{sad,ok}')", [{ kind: 'excluded', column: 'mood', values: ['sad', 'ok'] }]],
    ['i IN (1, NULL)', []],
    ['NOT b', [values('b', false)]],
    ['b IS TRUE', [values('b', true), notNull('b')]],
    ['length(t) = 64', [length('t', 64, 64)]],
    ['char_length(v) > 2 AND length(v) < 9', [length('v', 3, Infinity), length('v', 0, 8)]],
    ["t <> ''", [length('t', 1, Infinity)]],
    [
      "length(btrim(t)) > 0 AND btrim(w) <> ''",
      [
        { ...length('t', 1, Infinity), isTrimmed: true } as Fact,
        { ...length('w', 1, Infinity), isTrimmed: true } as Fact,
      ],
    ],
    [
      'octet_length(t) <= 8 AND array_length(tags, 1) >= 1',
      [
        { ...length('t', 0, 8), unit: 'bytes' } as Fact,
        { ...length('tags', 1, Infinity), unit: 'elements' } as Fact,
      ],
    ],
    ["coalesce(t, '') <> ''", [length('t', 1, Infinity), notNull('t')]],
    [
      't = lower(btrim(t))',
      [
        { kind: 'form', column: 't', form: 'lower case' },
        { kind: 'form', column: 't', form: 'trimmed' },
      ],
    ],
    ['upper(c) = c', [{ kind: 'form', column: 'c', form: 'upper case' }]],
    [
      "v ~ '^a+$' AND t !~* 'x'",
      [
        { kind: 'pattern', column: 'v', source: '^a+$', ignoresCase: false, isNegated: false },
        { kind: 'pattern', column: 't', source: 'x', ignoresCase: true, isNegated: true },
      ],
    ],
    [
      "t LIKE 'a.%'",
      [{ kind: 'pattern', column: 't', source: '^a\\..*$', ignoresCase: false, isNegated: false }],
    ],
    ['s % 5 = 0', [{ kind: 'multiple', column: 's', divisor: 5, remainder: 0 }]],
    ["date_trunc('month', d) = d", [{ kind: 'truncated', column: 'd', to: 'month' }]],
    ["jsonb_typeof(doc) = 'array'", [{ kind: 'json', column: 'doc', types: ['array'] }]],
    ['i < j', [{ kind: 'order', left: 'i', operator: '<', right: 'j', offset: undefined }]],
    ['j >= i + 2', [{ kind: 'order', left: 'j', operator: '>=', right: 'i', offset: 2 }]],
    ['d - e <= 30', [{ kind: 'order', left: 'd', operator: '<=', right: 'e', offset: 30 }]],
    [
      "ts <= tz - interval '1 hour'",
      [
        {
          kind: 'order',
          left: 'ts',
          operator: '<=',
          right: 'tz',
          offset: { months: 0, days: 0, micros: -3_600_000_000 },
        },
      ],
    ],
    ['i IS NOT NULL AND j IS NULL', [notNull('i'), isNull('j')]],
    ['num_nonnulls(i, j) = 2', [notNull('i'), notNull('j')]],
    ['i IS NULL OR i > 0', [minimum('i', 0, false)]],
    [
      "v <> 'a' OR t IS NOT NULL",
      [{ kind: 'when', conditions: [values('v', 'a')], facts: [notNull('t')] }],
    ],
    [
      "v <> 'a' OR (t IS NOT NULL AND i IS NULL)",
      [{ kind: 'when', conditions: [values('v', 'a')], facts: [notNull('t'), isNull('i')] }],
    ],
    [
      'i IS NULL OR n > 0',
      [{ kind: 'when', conditions: [notNull('i')], facts: [minimum('n', 0, false)] }],
    ],
    [
      "(v = 'a') = (t IS NOT NULL)",
      [
        { kind: 'when', conditions: [values('v', 'a')], facts: [notNull('t')] },
        {
          kind: 'when',
          conditions: [{ kind: 'excluded', column: 'v', values: ['a'] }],
          facts: [isNull('t')],
        },
      ],
    ],
    [
      "(v = 'a' AND i > 0) OR (v = 'b' AND j IS NULL) OR v = 'c'",
      [
        values('v', 'a', 'b', 'c'),
        { kind: 'when', conditions: [values('v', 'a')], facts: [minimum('i', 0, false)] },
        { kind: 'when', conditions: [values('v', 'b')], facts: [isNull('j')] },
      ],
    ],
    [
      "CASE WHEN v = 'a' THEN i > 0 ELSE true END",
      [{ kind: 'when', conditions: [values('v', 'a')], facts: [minimum('i', 0, false)] }],
    ],
    [
      'i > 0 OR n > 1',
      [{ kind: 'either', alternatives: [[minimum('i', 0, false)], [minimum('n', 1, false)]] }],
    ],
    ['is_fine(t) AND i > 0', [minimum('i', 0, false)]],
  ]

  it.each(cases)('%s', async (sql, expected) => {
    expect(await facts(sql)).toEqual(expected)
  })

  it.each([
    ['(i IS NULL) = (j IS NULL)', 'all or none', [[], ['i', 'j']]],
    ['num_nonnulls(i, j, t) IN (0, 3)', 'all or none', [[], ['i', 'j', 't']]],
    [
      '(i IS NULL AND t IS NULL) OR (i IS NOT NULL AND t IS NOT NULL)',
      'all or none',
      [[], ['i', 't']],
    ],
    ['num_nonnulls(i, j) = 1', 'exactly one', [['i'], ['j']]],
    ['(i IS NULL) <> (j IS NULL)', 'exactly one', [['i'], ['j']]],
    ['(i IS NOT NULL)::int + (j IS NOT NULL)::int = 1', 'exactly one', [['i'], ['j']]],
    ['i IS NOT NULL OR j IS NOT NULL', 'at least one', [['i'], ['j'], ['i', 'j']]],
    ['coalesce(i, j) IS NOT NULL', 'at least one', [['i'], ['j'], ['i', 'j']]],
    ['num_nulls(i, j) >= 1', 'at most one', [[], ['i'], ['j']]],
    ['i IS NULL OR j IS NOT NULL', 'other', [[], ['j'], ['i', 'j']]],
  ])('finds which columns go together in %s: %s', async (sql, form, allowed) => {
    expect(await facts(sql)).toEqual([
      {
        kind: 'presence',
        columns: allowed.at(-1)!.length > 1 ? allowed.at(-1) : ['i', 'j'],
        form,
        allowed,
      },
    ])
  })

  it('tells what a column is computed from', async () => {
    const [fact] = await facts('n = m * 2 + i')
    expect(fact).toMatchObject({
      kind: 'computed',
      column: 'n',
      operator: '=',
      columns: ['m', 'i'],
    })
  })
})

describe('parseExpression', () => {
  it('names what it does not understand, with its columns, and keeps the rest', async () => {
    const expression = await parse(
      "i > 0 AND to_tsvector('english', t) IS NOT NULL AND w SIMILAR TO 'a'",
    )
    expect(unknownParts(expression)).toEqual([
      'the function "to_tsvector"',
      'a part of the kind A_Expr',
    ])
    expect(columnsOf(expression)).toEqual(['i', 't', 'w'])
    expect(evaluate(expression, () => 0, reference)).toBe(false)
    expect(evaluate(expression, () => 1, reference)).toBeUndefined()
  })

  it.each(['i >', '1, 2', '1; select 2', '1 from pg_class', '', 'nothing_known = 1', "i = 'x'"])(
    'understands nothing of %j',
    async (sql) => {
      const expression = await parse(sql)
      expect(unknownParts(expression)).toHaveLength(1)
      expect(evaluate(expression, () => 1, reference)).toBeUndefined()
    },
  )

  it('reads a constraint as the server prints it', async () => {
    const expression = await parse('CHECK ((("Mixed ""Case""" > 0) AND (i > 0))) NO INHERIT')
    expect(columnsOf(expression)).toEqual(['Mixed "Case"', 'i'])
  })
})

describe('evaluate', () => {
  const row = (cells: Record<string, unknown>) => (column: string) => cells[column]

  it('takes cells as strings, as Dates and as the vectors hold them', async () => {
    const { test } = createEvaluator(
      await parse("d >= '2024-02-29' AND tz < '2024-03-01 00:00Z' AND n = 12.5"),
      reference,
    )
    const date = new Date('2024-02-29T00:00:00Z')
    expect(test(row({ d: date, tz: date, n: '12.50' }))).toBe(true)
    expect(test(row({ d: 19782, tz: date.getTime() * 1000, n: 12.5 }))).toBe(true)
    expect(test(row({ d: '2024-02-28', tz: null, n: 12.5 }))).toBe(false)
    expect(test(row({ d: '2024-02-29', tz: null, n: 12.5 }))).toBeNull()
  })

  it('refuses a row that the server would, and does not guess an order of texts', async () => {
    expect(evaluate(await parse('i / j > 1'), row({ i: 1, j: 0 }), reference)).toBe(false)
    expect(evaluate(await parse('j = 0 OR i / j > 1'), row({ i: 1, j: 0 }), reference)).toBe(true)
    const order = await parse('t < w')
    expect(evaluate(order, row({ t: 'abc', w: 'abd' }), reference)).toBe(true)
    expect(evaluate(order, row({ t: 'a', w: 'B' }), reference)).toBeUndefined()
    expect(evaluate(order, row({ t: 'é', w: 'z' }), reference)).toBeUndefined()
  })

  it('computes generated columns', async () => {
    const value = async (sql: string, cells: Record<string, unknown>) =>
      evaluateValue(await parse(sql), row(cells), reference)
    expect(await value("t || ' ' || w", { t: 'Ada', w: 'Byron' })).toBe('Ada Byron')
    expect(await value("t || ' ' || w", { t: 'Ada', w: null })).toBeNull()
    expect(await value('lower(t)', { t: 'ABC' })).toBe('abc')
    expect(await value('n * m', { n: '0.10', m: '3' })).toBe(0.3)
    expect(await value('d + 1', { d: '1970-01-01' })).toBe(1)
    expect(await value('i / 0', { i: 1 })).toBeUndefined()
  })
})
