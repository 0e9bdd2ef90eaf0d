import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'
import { Script } from 'node:vm'
import { DIRECTION, ORDER_STATUS } from '../../core/tape/kinds.ts'
import { exampleInstrument } from '../../testing/instruments.ts'
import { EXAMPLE_IDENTITY, ReportRun } from '../../testing/report-run.ts'
import { PAGE_LIMIT, SCRIPT_HASH, STYLE_HASH, reportPage } from './html.ts'
import type { PageData } from './page-data.ts'
import { PAGE_SCRIPT } from './page-script.ts'
import { PAGE_STYLE } from './page-style.ts'
import type { Report } from './report-data.ts'

const MINUTE = 60_000_000
const NASTY = `</script><b onclick='x("1")'>&amp;`
const VOID = new Set(['meta', 'br', '!doctype'])

function busyRun(): ReportRun {
  const run = new ReportRun({ strategies: ['momentum', 'breakout'] })
  for (let i = 0; i < 300; i += 1) {
    const price = 600_000 + ((i * 7919) % 2000) * 10
    run.trade(price, 10 * MINUTE)
    const strategy = i % 2
    if (i % 6 < 2) {
      run.signal(DIRECTION.long, 'rise', strategy)
      run.takes({ side: 'buy', price, quantity: 10, fee: '0.3', strategy })
    } else if (i % 6 > 3) {
      run.signal(DIRECTION.flat, 'fade', strategy)
      run.takes({ side: 'sell', price, quantity: 10, fee: '0.3', strategy })
    }
  }
  return run
}

/** The data that the page's script draws. */
function dataOf(page: string): PageData {
  const text = /<script id="data" type="application\/json">([^<]*)<\/script>/.exec(page)?.[1]
  assert.ok(text !== undefined)
  return JSON.parse(text) as PageData
}

/** Tags that are opened and not closed in their order, or closed without being open. */
function wrongTags(page: string): readonly string[] {
  const wrong: string[] = []
  const open: string[] = []
  const text = page.replace(PAGE_SCRIPT, '').replace(PAGE_STYLE, '')
  for (const [, slash, name = ''] of text.matchAll(/<(\/?)([a-z!][a-z0-9]*)(?:\s[^<>]*)?>/g)) {
    if (VOID.has(name)) continue
    if (slash === '') open.push(name)
    else if (open.pop() !== name) wrong.push(name)
  }
  return [...wrong, ...open]
}

test('the page asks for nothing from anywhere, and its policy forbids it to', () => {
  const page = reportPage(busyRun().finish())
  assert.doesNotMatch(page, /https?:/)
  assert.doesNotMatch(page, /\ssrc=|\shref=|url\(|@import|<link|<iframe|<img|fetch\(|XMLHttpRequest|WebSocket|import\(/)
  assert.match(
    page,
    /Content-Security-Policy" content="default-src 'none'; script-src 'sha256-[^']+'; style-src 'sha256-/,
  )
  assert.doesNotMatch(page, /unsafe|\sstyle=|\son[a-z]+=/)
})

test('the policy names the script and the style that the page has', () => {
  const hash = (text: string): string => `sha256-${createHash('sha256').update(text).digest('base64')}`
  assert.equal(SCRIPT_HASH, hash(PAGE_SCRIPT), 'write the hash on the right into html.ts')
  assert.equal(STYLE_HASH, hash(PAGE_STYLE), 'write the hash on the right into html.ts')
  const page = reportPage(busyRun().finish())
  assert.ok(page.includes(`<script>${PAGE_SCRIPT}</script>`))
  assert.ok(page.includes(`<style>${PAGE_STYLE}</style>`))
})

test('the script is well-formed JavaScript', () => {
  assert.doesNotThrow(() => new Script(PAGE_SCRIPT))
  assert.doesNotMatch(PAGE_SCRIPT, /innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(/)
})

test('tags are closed in their order, with a run and with nothing', () => {
  assert.deepEqual(wrongTags(reportPage(busyRun().finish())), [])
  assert.deepEqual(wrongTags(reportPage(new ReportRun().finish())), [])
  assert.deepEqual(wrongTags('<p><b></p></b>'), ['p', 'b'])
})

test('names are text wherever they stand', () => {
  const run = new ReportRun({ strategies: [NASTY, 'other'], instruments: [exampleInstrument(NASTY)] })
  run.trade(600_000)
  run.signal(DIRECTION.long, NASTY)
  run.takes({ side: 'buy', price: 600_000, quantity: 10 })
  run.signal(DIRECTION.flat, NASTY)
  run.takes({ side: 'sell', price: 601_000, quantity: 10 })
  run.update(1, ORDER_STATUS.rejected, -1)
  const identity = {
    ...EXAMPLE_IDENTITY,
    name: NASTY,
    hash: NASTY,
    settings: [{ name: NASTY, value: NASTY }],
    tapes: [{ file: NASTY, hash: NASTY }],
    configuration: { [NASTY]: NASTY },
  }
  const report: Report = { ...run.finish(identity), notices: [NASTY] }
  const page = reportPage(report)
  assert.doesNotMatch(page, /<b onclick/)
  assert.ok(page.includes('&lt;/script&gt;&lt;b onclick=&#39;x(&quot;1&quot;)&#39;&gt;&amp;amp;'))
  assert.deepEqual(wrongTags(page), [])
  assert.equal(dataOf(page).charts[0]?.name, NASTY)
  assert.deepEqual(dataOf(page).reasons, [NASTY])
})

test('what the script draws is what the report says', () => {
  const report = busyRun().finish()
  const data = dataOf(reportPage(report))
  const chart = data.charts[0]
  const said = report.charts.instruments[0]
  assert.ok(chart !== undefined && said !== undefined)
  let time = chart.start
  let close = 0
  const drawn = chart.open.map((gap, i) => {
    time += (chart.steps[i] as number) * chart.width
    const open = close + gap
    close = open + (chart.close[i] as number)
    const high = Math.max(open, close) + (chart.above[i] as number)
    const low = Math.min(open, close) - (chart.below[i] as number)
    return [time * 1000, open / 10, high / 10, low / 10, close / 10]
  })
  assert.deepEqual(
    drawn,
    said.timeUs.map((timeUs, i) => [timeUs, said.open[i], said.high[i], said.low[i], said.close[i]]),
  )
  const { equity } = data
  for (const column of [equity.low, equity.high, equity.last, data.hold, data.drawdown, data.exposure])
    assert.equal(column.length, equity.steps.length)
  assert.equal(data.trades.length, report.trades.count)
  assert.deepEqual(data.trades[0]?.slice(0, 4), [1, 0, 0, 1])
})

test('the page says what was run and that examples mean nothing', () => {
  const page = reportPage(busyRun().finish())
  assert.match(page, /<code>(ab){32}<\/code>/)
  assert.match(page, /market\.tape/)
  assert.match(page, /Results of examples say nothing about the future\./)
  assert.doesNotMatch(page.replace(PAGE_SCRIPT, ''), /NaN|undefined|Infinity/)
})

test('a run of ten years, four hundred instruments and a hundred thousand trades stays a page that can be mailed', () => {
  const symbols = Array.from({ length: 400 }, (_, i) => `INSTRUMENT${i}USDT`)
  const run = new ReportRun({
    instruments: symbols.map((symbol) => exampleInstrument(symbol)),
    strategies: Array.from({ length: 6 }, (_, i) => `strategy-${i}`),
    start: '100000000',
  })
  let seed = 1
  const random = (): number => (seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0) / 0x1_0000_0000
  const prices = symbols.map((_, i) => 100_000 + i * 1000)
  for (let i = 0; i < 100_000; i += 1) {
    const instrument = i % 400
    const price = (prices[instrument] = Math.round((prices[instrument] as number) * (0.99 + random() * 0.02)))
    const strategy = i % 6
    run.trade(price, 52 * MINUTE, instrument)
    run.signal(DIRECTION.long, `reason ${i % 1000}`, strategy, instrument)
    run.takes({ side: 'buy', price, quantity: 12, fee: '0.05', strategy, instrument })
    run.trade(price + 7, MINUTE / 2, instrument)
    run.takes({ side: 'sell', price: price + 7, quantity: 12, fee: '0.05', strategy, instrument })
  }
  const configuration = { instruments: run.instruments.map((one) => ({ ...one, note: NASTY })) }
  const report = run.finish({ ...EXAMPLE_IDENTITY, configuration })
  const page = reportPage(report)
  assert.equal(report.trades.count, 100_000)
  assert.equal(run.trades.length, 100_000)
  const bytes = Buffer.byteLength(page)
  assert.ok(bytes < PAGE_LIMIT, `${bytes} bytes`)
  assert.match(page, /of 100,000 trades are drawn: of each stretch of trades in a row the best and the worst/)
  assert.match(page, /300 instruments with the least turnover have no chart/)
  assert.match(page, /200 of 400 rows; report\.json has all of them/)
  assert.deepEqual(wrongTags(page), [])
})
