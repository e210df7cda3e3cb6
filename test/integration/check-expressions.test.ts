import fc from 'fast-check'
import postgres from 'postgres'
import type { Sql } from 'postgres'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createEvaluator } from '../../src/check/evaluate.ts'
import { unknownParts } from '../../src/check/expression.ts'
import { factsOf } from '../../src/check/facts.ts'
import { parseExpression } from '../../src/check/parse.ts'
import { compilePattern } from '../../src/check/pattern.ts'
import { createTestDatabase } from '../support/database.ts'
import type { TestDatabase } from '../support/database.ts'
import { holds } from '../support/holds.ts'
import { anyProbeRow, createProbeTable, probeColumns } from '../support/probe-table.ts'

/** Checks as schemas write them. */
const checks = [
  'i > 0',
  'i >= 0 AND i <= 5',
  'i BETWEEN 1 AND 10',
  'i NOT BETWEEN 3 AND 4',
  'i <> 0',
  'i IN (1, 2, 3)',
  'i NOT IN (1, 2)',
  'i = ANY (ARRAY[1, 2, 3])',
  "i = ANY ('{1,2,3}'::int[])",
  'n > 0',
  'n >= 0.01',
  'n = round(n, 1)',
  'n >= -90 AND n <= 90',
  'm > 0.15 AND m < 1000000',
  'm = 12.50',
  'f > 0.15',
  'r = 0.5',
  'l < 4000000000',
  's % 5 = 0',
  'i + j <= 10',
  'i < j',
  'j >= i + 2',
  'i / 2 = 1',
  'n * 2 = m + m',
  'abs(i) <= 3',
  "v IN ('active', 'archived', 'draft')",
  "v = 'active' OR v = 'draft'",
  "v <> ''",
  "c IN ('EUR', 'USD')",
  "c ~ '^[A-Z]{3}$'",
  'length(c) = 3',
  'length(t) = 3',
  'char_length(t) BETWEEN 1 AND 5',
  'length(btrim(t)) > 0',
  "btrim(t) <> ''",
  'octet_length(t) <= 4',
  't = lower(t)',
  't = lower(btrim(t))',
  't = btrim(t)',
  'w = upper(w)',
  "t LIKE 'a%'",
  "t NOT LIKE '%@%'",
  "t ILIKE 'A_c'",
  "t ~ '^[a-z]+(-[0-9]+)*$'",
  "t ~* '^a.*c$'",
  "t !~ '\\s'",
  "t ~ '^[^@\\s]+@[^@\\s]+\\.[a-z]{2,}$'",
  "starts_with(t, 'ab')",
  "position('@' in t) > 1",
  "left(t, 1) = 'a'",
  "substr(w, 1, 1) = 'A'",
  "coalesce(t, '') <> ''",
  'coalesce(i, j) IS NOT NULL',
  'i IS NOT NULL OR j IS NOT NULL',
  '(i IS NULL) = (j IS NULL)',
  '(i IS NULL) <> (t IS NULL)',
  'num_nonnulls(i, j, t) = 1',
  'num_nonnulls(i, j) IN (0, 2)',
  'num_nulls(i, j, t) <= 1',
  '(i IS NOT NULL)::int + (j IS NOT NULL)::int = 1',
  '(i IS NULL AND t IS NULL) OR (i IS NOT NULL AND t IS NOT NULL)',
  "v <> 'active' OR t IS NOT NULL",
  "(v = 'active') = (t IS NOT NULL)",
  "(v = 'active' AND i IS NOT NULL AND j IS NULL) OR (v = 'draft' AND i IS NULL AND j IS NOT NULL)",
  "CASE WHEN v = 'active' THEN i > 0 WHEN v = 'draft' THEN j IS NULL ELSE true END",
  "CASE v WHEN 'active' THEN i IS NOT NULL ELSE i IS NULL END",
  'NOT b OR t IS NOT NULL',
  'b IS NOT TRUE OR i IS NOT NULL',
  'b OR a',
  'NOT (a AND b)',
  'a IS NOT DISTINCT FROM b',
  'i IS DISTINCT FROM 3',
  'i IS NULL OR i > 0',
  'i IS NULL OR i < j',
  'd < e',
  "d >= '2000-01-01'",
  "d BETWEEN DATE '1990-01-01' AND DATE '2025-12-31'",
  'd <= CURRENT_DATE',
  "d < now() - interval '18 years'",
  'd - e >= 1',
  "ts > '2024-01-01 12:00'",
  "ts >= d + interval '1 day'",
  "tz < timestamptz '2024-03-01 00:00+00'",
  "ts - d < interval '2 days'",
  'extract(dow FROM d) IN (1, 2, 3, 4, 5)',
  'extract(day FROM d) = 1',
  "date_trunc('month', d) = d",
  "mood IN ('sad', 'happy')",
  "mood > 'sad'",
  "u <> '00000000-0000-0000-0000-000000000000'",
  'array_length(tags, 1) BETWEEN 1 AND 2',
  'cardinality(nums) < 3',
  "'a' = ANY (tags)",
  "tags <@ ARRAY['a', 'b']",
  "nums && '{3,7}'",
  "jsonb_typeof(doc) = 'object'",
  "doc ? 'a'",
  "doc ->> 'k' = 'v'",
  'greatest(i, j) <= 5 AND least(i, j, 3) >= 0',
  'nullif(i, 0) > 1',
  '"probe"."Mixed ""Case""" > -1 AND "Mixed ""Case""" < 2',
  'public.probe.i::numeric / 3 > 1',
  "(t || '-' || coalesce(w, 'none')) <> 'abc-none'",
  'ceil(n) = floor(n)',
]

/** Generated expressions, by the type of their value. */
const generated = fc.letrec<Record<'number' | 'text' | 'date' | 'condition', string>>((tie) => {
  const binary = (name: 'number' | 'text' | 'date' | 'condition', ...operators: string[]) =>
    fc
      .tuple(tie(name), fc.constantFrom(...operators), tie(name))
      .map(([left, operator, right]) => `(${left} ${operator} ${right})`)
  const of = (name: 'number' | 'text' | 'date' | 'condition', write: (part: string) => string) =>
    tie(name).map(write)
  const small = fc.integer({ min: -3, max: 12 }).map(String)
  const comparison = ['=', '<>', '<', '<=', '>', '>=', 'IS DISTINCT FROM', 'IS NOT DISTINCT FROM']
  return {
    number: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      fc.constantFrom('i', 'j', 's', 'n', 'm', 'i', 'l'),
      small,
      fc.constantFrom('0.5', '12.50', '1.10', '-3.25'),
      binary('number', '+', '-', '*'),
      fc
        .tuple(tie('number'), fc.constantFrom('i', 'n', '3', '0.7'))
        .map(([a, b]) => `(${a} / ${b})`),
      fc
        .tuple(fc.constantFrom('i', 'n', 'm'), fc.constantFrom('j', '3', '0.7'))
        .map(([a, b]) => `(${a} % ${b})`),
      of('number', (part) => `abs(${part})`),
      of('number', (part) => `(- ${part})`),
      of('number', (part) => `round((${part})::numeric, 1)`),
      of('number', (part) => `(${part})::integer`),
      of('number', (part) => `floor((${part})::numeric)`),
      binary('number', ', ').map((pair) => `coalesce${pair}`),
      binary('number', ', ').map((pair) => `nullif${pair}`),
      binary('number', ', ').map((pair) => `greatest${pair}`),
      of('text', (part) => `length(${part})`),
      fc.constant('num_nonnulls(i, t, b)'),
      fc
        .tuple(tie('condition'), tie('number'), tie('number'))
        .map(([when, a, b]) => `(CASE WHEN ${when} THEN ${a} ELSE ${b} END)`),
      fc
        .tuple(fc.constantFrom('day', 'month', 'dow', 'year'), tie('date'))
        .map(([field, date]) => `extract(${field} FROM ${date})`),
      binary('date', '-'),
    ),
    text: fc.oneof(
      { depthSize: 'small' },
      fc.constantFrom('t', 'w', 'v', 'c', 't'),
      fc.constantFrom("'abc'", "'active'", "''", "' ab '").map((word) => `${word}::text`),
      of('text', (part) => `lower(${part})`),
      of('text', (part) => `upper(${part})`),
      of('text', (part) => `btrim(${part})`),
      of('text', (part) => `rtrim(${part}, 'bc ')`),
      binary('text', '||'),
      binary('text', ', ').map((pair) => `coalesce${pair}`),
      fc.tuple(tie('text'), small).map(([part, count]) => `left(${part}, ${count})`),
      fc.tuple(tie('text'), small).map(([part, count]) => `right(${part}, ${count})`),
      fc.tuple(tie('text'), small).map(([part, start]) => `substr(${part}, ${start}, 2)`),
      fc.constant('i::text'),
    ),
    date: fc.oneof(
      { depthSize: 'small' },
      fc.constantFrom('d', 'e', "'2024-02-29'::date", 'ts::date'),
      fc.tuple(tie('date'), small).map(([date, days]) => `(${date} + ${days})`),
      of('date', (part) => `(${part} + interval '1 month')::date`),
      of('date', (part) => `date_trunc('month', ${part})::date`),
    ),
    condition: fc.oneof(
      { depthSize: 'medium' },
      fc.constantFrom('a', 'b'),
      binary('number', ...comparison),
      binary('number', ...comparison),
      binary('date', ...comparison),
      binary('text', '=', '<>', '<', '>=', 'IS DISTINCT FROM'),
      binary('condition', 'AND', 'OR', '=', '<>'),
      binary('condition', 'AND', 'OR'),
      of('condition', (part) => `(NOT ${part})`),
      fc
        .tuple(
          tie('condition'),
          fc.constantFrom('TRUE', 'NOT TRUE', 'FALSE', 'UNKNOWN', 'NOT NULL'),
        )
        .map(([part, state]) => `(${part} IS ${state})`),
      fc.constantFrom('i', 'j', 't', 'd', 'b', 'tags').map((column) => `(${column} IS NULL)`),
      fc
        .tuple(
          tie('number'),
          fc.constantFrom('IN', 'NOT IN'),
          fc.array(fc.oneof(small, fc.constant('NULL')), { minLength: 1, maxLength: 3 }),
        )
        .map(([part, test, list]) => `(${part} ${test} (${list.join(', ')}))`),
      fc
        .tuple(
          tie('text'),
          fc.constantFrom('LIKE', 'ILIKE', 'NOT LIKE'),
          fc.constantFrom("'a%'", "'%b_'", "'_bc'", "'100\\%'"),
        )
        .map((parts) => `(${parts.join(' ')})`),
      fc
        .tuple(
          tie('text'),
          fc.constantFrom('~', '~*', '!~'),
          fc.constantFrom(
            "'^a'",
            "'^[a-z]+$'",
            "'b.c|^$'",
            "'^\\w+$'",
            "'^.{2,4}$'",
            "'[^a-z0-9]'",
            "'^(a|b)+c?$'",
          ),
        )
        .map((parts) => `(${parts.join(' ')})`),
    ),
  }
})

const rows = fc.sample(anyProbeRow, { seed: 11, numRuns: 40 })
rows.push({ ...rows[0], v: 'active', t: null })

describe('check expressions on the server', () => {
  let database: TestDatabase
  let sql: Sql
  let reference: Date

  beforeAll(async () => {
    database = await createTestDatabase()
    sql = postgres(database.url, { max: 1, onnotice: () => {}, connection: { TimeZone: 'UTC' } })
    await sql.unsafe(createProbeTable)
    await sql.unsafe(`
      create function answer(expression text, row_id integer) returns text language plpgsql as $$
      declare result text;
      begin
        execute format('select (%s)::text from probe where id = $1', expression)
          into result using row_id;
        return result;
      exception when others then
        return 'error ' || sqlstate;
      end $$`)
    for (const [id, row] of rows.entries()) {
      await sql`insert into probe select * from
        jsonb_populate_record(null::probe, ${JSON.stringify({ ...row, id })}::text::jsonb)`
    }
    const [now] = await sql`select now()`
    reference = (now as { now: Date }).now
  })

  afterAll(async () => {
    await sql?.end()
    await database?.drop()
  })

  async function serverAnswers(expression: string): Promise<(string | null)[]> {
    const answers = await sql<{ answer: string | null }[]>`
      select answer(${expression}, id) from probe order by id`
    return answers.map(({ answer }) => answer)
  }

  /** Where ours differs from the server's; what cannot be told is left out and counted. */
  async function compareAnswers(source: string, answers: readonly (string | null)[]) {
    const expression = await parseExpression(source, probeColumns)
    const { test } = createEvaluator(expression, reference)
    const facts = factsOf(expression, reference)
    let untold = 0
    const differences = rows.flatMap((row, index): unknown[] => {
      const ours = test((column) => row[column])
      const answer = answers[index]!
      if (ours === undefined) untold++
      else if (answer?.startsWith('error'))
        return ours === false ? [] : [{ source, row, ours, answer }]
      const theirs = answer === null ? null : answer === 'true'
      if (ours !== undefined && ours !== theirs) return [{ source, row, ours, answer }]
      if (theirs === false || answer?.startsWith('error')) return []
      const broken = facts.filter(
        (fact) => holds(fact, { row, columns: probeColumns, reference }) === false,
      )
      return broken.map((fact) => ({ source, row, fact }))
    })
    return { expression, differences, untold }
  }

  it.each(checks)(
    'answers as the server does, before and after it printed it: %s',
    async (source) => {
      const answers = await serverAnswers(source)
      expect(answers.filter((answer) => answer?.startsWith('error'))).toEqual([])
      // Otherwise it would not show what it is about.
      expect(new Set(answers).size).toBeGreaterThan(1)
      await sql.unsafe(`alter table probe add constraint k check (${source}) not valid`)
      const [printed] = await sql<{ definition: string }[]>`
      select pg_get_constraintdef(oid) as definition from pg_constraint where conname = 'k'`
      await sql.unsafe('alter table probe drop constraint k')
      for (const form of [source, printed!.definition]) {
        const { expression, differences, untold } = await compareAnswers(form, answers)
        expect({ form, unknown: unknownParts(expression) }).toEqual({ form, unknown: [] })
        expect(differences).toEqual([])
        expect(untold).toBeLessThanOrEqual(rows.length / 4)
      }
    },
  )

  it('answers as the server does for any expression of what it knows', async () => {
    const sources = fc.sample(generated.condition, {
      seed: 5,
      numRuns: 120,
    })
    let untold = 0
    const unknown: string[] = []
    const differences: unknown[] = []
    for (const source of sources.filter((text) => text.length < 600)) {
      const answers = await serverAnswers(source)
      // An expression whose types do not fit says nothing.
      if (answers.every((answer) => answer?.startsWith('error 42'))) continue
      const result = await compareAnswers(source, answers)
      differences.push(...result.differences.slice(0, 1))
      untold += result.untold
      unknown.push(...unknownParts(result.expression).map((part) => `${part} in ${source}`))
    }
    expect(differences).toEqual([])
    expect(unknown).toEqual([])
    expect(untold).toBeLessThan(sources.length * rows.length * 0.15)
  })

  it('makes texts that the server says match', async () => {
    const sources = [
      '^[A-Z]{2}-\\d{4}$',
      '^[a-z0-9]+(-[a-z0-9]+)*$',
      '^[^@\\s]+@[^@\\s]+\\.[a-z]{2,}$',
      '^#[0-9A-Fa-f]{6}$',
      '^(\\+[1-9]|0)\\d{6,14}$',
      '^https?://[^/]+(/.*)?$',
      '[[:upper:]][[:alpha:]_.]*',
      '^(?:[01]\\d|2[0-3]):[0-5]\\d$',
    ]
    for (const source of sources) {
      const generator = compilePattern(source)!
      const texts = Array.from({ length: 120 }, (_, index) =>
        generator.nth(Math.floor((generator.size - 1) * (index / 299))),
      )
      const [wrong] = await sql<{ texts: string[] | null }[]>`
        select array_agg(x) as texts from unnest(${texts}::text[]) x where not x ~ ${source}`
      expect({ source, wrong: wrong!.texts }).toEqual({ source, wrong: null })
    }
  })
})
