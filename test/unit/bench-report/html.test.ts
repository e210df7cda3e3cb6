import { beforeAll, describe, expect, it } from 'vitest'
import type { BenchReport } from '../../../src/bench/report.ts'
import { formatBenchHtml } from '../../../src/report/bench/html.ts'
import { hostileName, hostileReport, sampleReport } from '../../support/bench-report.ts'

const [strategies, , , , , failed] = sampleReport.experiments
let page: string
let hostilePage: string

beforeAll(async () => {
  page = await formatBenchHtml(sampleReport)
  hostilePage = await formatBenchHtml(hostileReport())
})

function dataOf(html: string, type: string): string {
  const [, base64] = new RegExp(`href="data:${type};charset=utf-8;base64,([^"]*)"`).exec(html)!
  return Buffer.from(base64!, 'base64').toString()
}

function embeddedIn(html: string): BenchReport {
  const [, json] = /<script type="application\/json" id="report">([^<]*)<\/script>/.exec(html)!
  return JSON.parse(json!) as BenchReport
}

describe(formatBenchHtml, () => {
  it('is the same a second time, byte for byte', async () => {
    expect(await formatBenchHtml(sampleReport)).toBe(page)
  })

  it('holds the report for programs and for people', () => {
    for (const [html, report] of [
      [page, sampleReport],
      [hostilePage, hostileReport()],
    ] as const) {
      expect(embeddedIn(html)).toEqual(report)
      expect(JSON.parse(dataOf(html, 'application/json'))).toEqual(report)
      expect(dataOf(html, 'text/csv')).toMatch(/^experiment,measurement,factors,/)
    }
  })

  it('needs no script and names no address but those of namespaces', () => {
    expect(page.match(/<script[^>]*>/g)).toEqual(['<script type="application/json" id="report">'])
    expect(page).not.toMatch(/ on[a-z]+="/)
    expect(new Set(page.match(/https?:\/\/[^"<\s]*/g))).toEqual(
      new Set(['http://www.w3.org/2000/svg', 'http://www.w3.org/1999/xlink']),
    )
  })

  it('takes no text for HTML', () => {
    expect(hostilePage).not.toMatch(/<script>|<img|<!--/)
    const name = hostileName
      .replaceAll('<', '&lt;')
      .replaceAll('>', '&gt;')
      .replaceAll('"', '&quot;')
    expect(hostilePage).toContain(`<th scope="row">${name}</th>`)
    expect(hostilePage).toContain(`<p class="eyebrow">${name}</p>`)
  })

  it('uses each id once', () => {
    const ids = [...page.matchAll(/ id="([^"]*)"/g)].map(([, id]) => id)
    expect(new Set(ids).size).toBe(ids.length)
    const references = [...page.matchAll(/ aria-labelledby="([^"]*)"/g)].map(([, id]) => id)
    expect(references.filter((id) => !ids.includes(id))).toEqual([])
  })

  it('has a table of contents where there is more than one experiment', async () => {
    expect(page).toContain('<a href="#experiment-6">How do PostgreSQL and SQLite compare?</a>')
    const one = await formatBenchHtml({ ...sampleReport, experiments: [strategies!] })
    expect(one).not.toContain('<nav')
  })

  it('says so where nothing was measured, and keeps the warnings with their remedies', async () => {
    const html = await formatBenchHtml({ ...sampleReport, experiments: [failed!] })
    expect(html).toContain('<p>Nothing was measured.</p>')
    expect(html).toContain(
      '<li><strong>Warning:</strong> The server went away: terminating connection due to administrator command. <code>EXPERIMENT_FAILED</code>\n<p>Start the server, then run: npm run bench -- engines</p></li>',
    )
    expect(html).not.toMatch(/<table|<svg|<nav/)
  })

  it('shows where the time went, and only what is known of the server', () => {
    const headings = page
      .split('<caption id="')
      .filter((part) => /^experiment-\d-costs"/.test(part))
      .map((part) =>
        [...part.split('</thead>')[0]!.matchAll(/col">([^<]*)</g)].map(([, text]) => text),
      )
    const all = [
      'blocks hit',
      'blocks read',
      'checkpoints',
      'table and indexes',
      'of these a second',
    ]
    const disk = ['free disk before', 'free disk after']
    expect(headings).toEqual([
      ['measurement', 'generate', 'encode', 'write', 'WAL', ...all, ...disk],
      ['measurement', 'generate', 'write', ...all],
      ['measurement', 'generate', 'write', 'WAL', ...all, ...disk],
      ['measurement', 'generate', 'write', 'WAL', ...all, ...disk],
      ['measurement', 'read'],
    ])
    // A strategy without a phase that others have.
    expect(page).toMatch(/row">server<\/th><td>–<\/td><td>–<\/td><td>109 ms<\/td><td>2.3 MiB<\/td>/)
  })
})
