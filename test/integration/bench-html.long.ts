import { accessSync, constants } from 'node:fs'
import { mkdtemp, writeFile } from 'node:fs/promises'
import { delimiter, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { chromium } from 'playwright-core'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { BenchReport } from '../../src/bench/report.ts'
import { formatBenchHtml } from '../../src/report/bench/html.ts'
import { hostileReport, sampleReport } from '../support/bench-report.ts'
import { runFolder } from '../support/database.ts'

const chromiumPath = findProgram('chromium')
const charts = sampleReport.experiments.flatMap((experiment) => experiment.charts)
const windows = [
  { device: 'phone', width: 390, height: 844 },
  { device: 'desktop', width: 1280, height: 900 },
]
const looks = windows.flatMap((window) =>
  (['light', 'dark'] as const).map((colorScheme) => ({ ...window, colorScheme })),
)

/** A page that is open, and what was heard of it. */
interface OpenPage {
  readonly page: Page
  readonly url: string
  readonly requests: readonly string[]
  readonly complaints: readonly string[]
}

type Look = (typeof looks)[number]

describe.skipIf(chromiumPath === undefined)('the page of a benchmark (needs chromium)', () => {
  let browser: Browser
  let file: string
  let hostileFile: string

  beforeAll(async () => {
    browser = await chromium.launch({
      executablePath: chromiumPath!,
      // Chromium has no sandbox for root.
      args: process.getuid?.() === 0 ? ['--no-sandbox'] : [],
    })
    const folder = await mkdtemp(join(runFolder(), 'bench-html-'))
    file = join(folder, 'report.html')
    hostileFile = join(folder, 'hostile.html')
    await writeFile(file, await formatBenchHtml(sampleReport))
    await writeFile(hostileFile, await formatBenchHtml(hostileReport()))
  })

  afterAll(() => browser?.close())

  describe.each(looks)('on a $device, $colorScheme', (look) => {
    let opened: OpenPage
    beforeAll(async () => {
      opened = await open(browser, file, look)
    })
    afterAll(() => opened?.page.context().close())

    it('asks for nothing but itself, and has nothing to complain of', () => {
      expect(opened.requests).toEqual([opened.url])
      expect(opened.complaints).toEqual([])
    })

    it('is not scrolled sideways, with all that is folded opened as well', async () => {
      const { page } = opened
      expect(await overhang(page)).toBeLessThanOrEqual(0)
      await page.evaluate(openDetails)
      expect(await overhang(page)).toBeLessThanOrEqual(0)
    })

    it('shows every chart in a size that can be read', async () => {
      const sizes = (await opened.page.evaluate(chartSizes)) as readonly Size[]
      expect(sizes).toHaveLength(charts.length)
      for (const { width, height } of sizes) {
        expect(width).toBeGreaterThan(300)
        expect(width).toBeLessThanOrEqual(460)
        expect(height).toBeGreaterThan(100)
      }
      const textSizes = (await opened.page.evaluate(chartTextSizes)) as readonly number[]
      expect(Math.min(...textSizes)).toBeGreaterThanOrEqual(11)
    })

    it('shows no text of a chart outside of the window, or on another text', async () => {
      expect(await opened.page.evaluate(textsInTheWay)).toEqual([])
    })

    it('has texts and marks that stand out', async () => {
      const contrasts = (await opened.page.evaluate(measureContrasts)) as Contrasts
      expect(contrasts.page.length).toBeGreaterThan(300)
      expect(contrasts.chart.length).toBeGreaterThan(100)
      expect(contrasts.marks.length).toBeGreaterThan(80)
      expect(below(7, contrasts.page)).toEqual([])
      expect(below(4.5, contrasts.chart)).toEqual([])
      expect(below(3, contrasts.marks)).toEqual([])
    })
  })

  describe('to whom cannot see it', () => {
    let opened: OpenPage
    let nodes: readonly AccessibleNode[]
    beforeAll(async () => {
      opened = await open(browser, file, looks[0]!)
      nodes = await accessibleNodes(opened.page)
    })
    afterAll(() => opened?.page.context().close())

    it('says what each chart shows, and nothing of its parts', () => {
      const images = nodes.filter(({ role }) => role === 'image')
      expect(images.map(({ name }) => name)).toEqual(charts.map(({ says }) => says))
      expect(nodes.filter(({ role }) => role.startsWith('graphics'))).toEqual([])
    })

    it('has headings in order', () => {
      const levels = nodes.filter(({ role }) => role === 'heading').map(({ level }) => level!)
      expect(levels.filter((level) => level === 1)).toHaveLength(1)
      expect(levels[0]).toBe(1)
      for (const [index, level] of levels.entries()) {
        expect(level - (levels[index - 1] ?? 0)).toBeLessThanOrEqual(1)
      }
    })

    it('has landmarks, and a name for whatever may need one', () => {
      const count = (wanted: string) => nodes.filter(({ role }) => role === wanted).length
      expect([count('banner'), count('navigation'), count('main')]).toEqual([1, 1, 1])
      const named = ['region', 'navigation', 'table', 'link', 'image', 'heading']
      const nameless = nodes.filter(({ role, name }) => named.includes(role) && name === '')
      expect(nameless).toEqual([])
    })

    it('has headers for the rows and columns of its tables', () => {
      const count = (wanted: string) => nodes.filter(({ role }) => role === wanted).length
      const measured = sampleReport.experiments.filter(
        ({ measurements }) => measurements.length > 0,
      )
      expect(count('table')).toBe(measured.length)
      expect(count('rowheader')).toBe(measured.flatMap(({ measurements }) => measurements).length)
      expect(count('columnheader')).toBe(8 + 6 + 6 + 8 + 8)
    })

    it('lets wide tables be scrolled with the keyboard', async () => {
      const { page } = opened
      await page.locator('.scroll:visible').first().focus()
      await page.keyboard.press('ArrowRight')
      await expect
        .poll(() => page.evaluate<number>('document.activeElement.scrollLeft'))
        .toBeGreaterThan(0)
    })

    it('has a language and a title', async () => {
      expect(await opened.page.locator('html').getAttribute('lang')).toBe('en')
      expect(await opened.page.title()).toBe(
        'Downpour benchmark: strategies, rtt, chunks, lanes, reading, engines',
      )
    })
  })

  it('gives its data back', async () => {
    for (const [path, report] of [
      [file, sampleReport],
      [hostileFile, hostileReport()],
    ] as const) {
      const { page } = await open(browser, path, looks[0]!)
      const embedded = (await page.locator('#report').textContent())!
      expect(JSON.parse(embedded) as BenchReport).toEqual(report)
      await page.evaluate(openDetails)
      const shown = (await page.locator('pre.raw').textContent())!
      expect(JSON.parse(shown) as BenchReport).toEqual(report)
      const [download] = await Promise.all([
        page.waitForEvent('download'),
        page.getByRole('link', { name: 'Download as CSV' }).click(),
      ])
      expect(download.suggestedFilename()).toBe('downpour-bench.csv')
      await page.context().close()
    }
  })

  it('runs nothing that a report says, and breaks no layout of it', async () => {
    const { page, url, requests, complaints } = await open(browser, hostileFile, looks[0]!)
    expect(requests).toEqual([url])
    expect(complaints).toEqual([])
    expect(await overhang(page)).toBeLessThanOrEqual(0)
    expect(await page.locator('h1, h2, h3').count()).toBe(8)
    expect(await page.evaluate(textsInTheWay)).toEqual([])
    await page.context().close()
  })

  it('is fit for paper', async () => {
    const { page } = await open(browser, file, looks[3]!)
    await page.emulateMedia({ media: 'print', colorScheme: 'dark' })
    const background = 'getComputedStyle(document.body).backgroundColor'
    expect(await page.evaluate(background)).toBe('rgb(255, 255, 255)')
    const { page: texts } = (await page.evaluate(measureContrasts)) as Contrasts
    expect(below(7, texts)).toEqual([])
    await page.context().close()
  })
})

interface Size {
  readonly width: number
  readonly height: number
}

interface Contrast {
  readonly of: string
  readonly ratio: number
}

interface Contrasts {
  readonly page: readonly Contrast[]
  readonly chart: readonly Contrast[]
  readonly marks: readonly Contrast[]
}

interface AccessibleNode {
  readonly role: string
  readonly name: string
  readonly level: number | undefined
}

async function open(browser: Browser, path: string, look: Look): Promise<OpenPage> {
  const { width, height, colorScheme } = look
  const context = await browser.newContext({ viewport: { width, height }, colorScheme })
  const page = await context.newPage()
  const requests: string[] = []
  const complaints: string[] = []
  page.on('request', (request) => requests.push(request.url()))
  page.on('console', (message) => complaints.push(`${message.type()}: ${message.text()}`))
  page.on('pageerror', (error) => complaints.push(String(error)))
  page.on('dialog', (dialog) => {
    complaints.push(`dialog: ${dialog.message()}`)
    void dialog.dismiss()
  })
  const url = pathToFileURL(path).href
  await page.goto(url)
  return { page, url, requests, complaints }
}

/** Pixels by which the page is wider than its window. */
function overhang(page: Page): Promise<number> {
  return page.evaluate<number>(
    'document.documentElement.scrollWidth - document.documentElement.clientWidth',
  )
}

/** What a screen reader is told, by Chromium itself. */
async function accessibleNodes(page: Page): Promise<readonly AccessibleNode[]> {
  const session = await page.context().newCDPSession(page)
  const { nodes } = await session.send('Accessibility.getFullAXTree')
  return nodes
    .filter((node) => !node.ignored)
    .map(({ role, name, properties }) => ({
      role: String(role?.value ?? ''),
      name: String(name?.value ?? ''),
      level: properties?.find((property) => property.name === 'level')?.value.value as
        number | undefined,
    }))
}

function below(least: number, contrasts: readonly Contrast[]): readonly Contrast[] {
  return contrasts.filter(({ ratio }) => ratio < least)
}

function findProgram(name: string): string | undefined {
  return (process.env['PATH'] ?? '')
    .split(delimiter)
    .map((folder) => join(folder, name))
    .find((path) => {
      try {
        accessSync(path, constants.X_OK)
        return true
      } catch {
        return false
      }
    })
}

// What follows runs in the page, where this project's types know nothing.

const openDetails = `for (const details of document.querySelectorAll('details')) details.open = true`

const chartSizes = `[...document.querySelectorAll('figure svg')].map((svg) => {
  const { width, height } = svg.getBoundingClientRect()
  return { width, height }
})`

/** In pixels of the screen. */
const chartTextSizes = `[...document.querySelectorAll('figure svg')].flatMap((svg) => {
  const scale = svg.getBoundingClientRect().width / svg.viewBox.baseVal.width
  return [...svg.querySelectorAll('text')].map((text) => parseFloat(getComputedStyle(text).fontSize) * scale)
})`

const textsInTheWay = `[...document.querySelectorAll('figure svg')].flatMap((svg) => {
  const texts = [...svg.querySelectorAll('text')].filter((text) =>
    text.textContent !== '' && getComputedStyle(text).opacity !== '0')
  const boxes = texts.map((text) => ({ text: text.textContent, box: text.getBoundingClientRect() }))
  const outside = boxes.filter(({ box }) =>
    box.left < 0 || box.right > document.documentElement.clientWidth)
  const overlapping = boxes.filter(({ box }, index) => boxes.some(({ box: other }, at) => at > index &&
    Math.min(box.right, other.right) - Math.max(box.left, other.left) > 1 &&
    Math.min(box.bottom, other.bottom) - Math.max(box.top, other.top) > 3))
  return [...outside, ...overlapping].map(({ text }) => text)
})`

/** https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio */
const measureContrasts = `(() => {
  const channels = (colour) => colour.match(/[\\d.]+/g).map(Number)
  const luminance = (colour) => {
    const [red, green, blue] = channels(colour).slice(0, 3).map((channel) => {
      const share = channel / 255
      return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4
    })
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
  }
  const backgroundOf = (element) => {
    const colour = getComputedStyle(element).backgroundColor
    return (channels(colour)[3] ?? 1) === 1 ? colour : backgroundOf(element.parentElement)
  }
  const ratio = (first, second) => {
    const [dark, light] = [luminance(first), luminance(second)].sort((a, b) => a - b)
    return (light + 0.05) / (dark + 0.05)
  }
  const isShown = (element) => element.checkVisibility({ checkOpacity: true })
  const contrastOf = (element, colour) => ({
    of: (element.textContent || element.outerHTML).trim().slice(0, 80),
    ratio: ratio(colour, backgroundOf(element)),
  })
  const hasText = (element) => [...element.childNodes].some((node) =>
    node.nodeType === Node.TEXT_NODE && node.data.trim() !== '')
  const texts = [...document.querySelectorAll('body *:not(script)')].filter(hasText).filter(isShown)
  const marks = [...document.querySelectorAll('svg :is(.role-mark:not(.mark-text), .role-legend-symbol) > :not([stroke*="--paper"])')]
  return {
    page: texts.filter((text) => !text.closest('svg'))
      .map((text) => contrastOf(text, getComputedStyle(text).color)),
    chart: texts.filter((text) => text.closest('svg'))
      .map((text) => contrastOf(text, getComputedStyle(text).fill)),
    marks: marks.map((mark) => {
      const { fill, stroke } = getComputedStyle(mark)
      return contrastOf(mark, fill === 'none' ? stroke : fill)
    }),
  }
})()`
