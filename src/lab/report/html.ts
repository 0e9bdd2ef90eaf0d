/**
 * The report as one page: `report.html`. It asks for nothing from anywhere and its content policy forbids it to; style and
 * script are constants of this program whose hashes the policy names, data is escaped text and JSON.
 *
 * In: a report. Out: the file's text, at most PAGE_LIMIT bytes whatever the run: what is too much is thinned and said so.
 */
import {
  shownDecimals,
  showCount,
  showExactTime,
  showFigure,
  showSigned,
  showSignedPercent,
  showTime,
} from './format.ts'
import { html, raw, scriptJson } from './markup.ts'
import type { Markup } from './markup.ts'
import { pageData } from './page-data.ts'
import { factGrid, orderSection, refusalSection, sumSection } from './page-facts.ts'
import { PAGE_SCRIPT } from './page-script.ts'
import { PAGE_STYLE } from './page-style.ts'
import { groupSection, headCell, monthGrid, periodDetails, toneOf } from './page-tables.ts'
import { DAY_US } from './ratios.ts'
import type { Named, Report } from './report-data.ts'
import { DISCLAIMER } from './text.ts'

/** No page is larger, so that any mail program and phone takes it. */
export const PAGE_LIMIT = 1_500_000

/** SHA-256 of script and style for the content policy; a test compares them with the texts. */
export const SCRIPT_HASH = 'sha256-KOeUYHXHwN7aHQZZ1/btw+YnvTiAypbJcfVJUt4tFNU='
export const STYLE_HASH = 'sha256-ztmkJvxTRyfgNjCZy2hUkLyS1LFAPzbhr9e3K0glvYU='

/** A longer configuration is cut on the page; report.json has all of it. */
const CONFIGURATION_SHOWN = 60_000
const NAMES_SHOWN = 4
const NOTICES_SHOWN = 20
const TAPES_SHOWN = 40

/** The whole file. */
export function reportPage(report: Report): string {
  const decimals = shownDecimals(report.result.equityStart)
  const { groups } = report
  const data = pageData(report)
  const title = `${report.strategies.join(', ')} on ${someOf(report.instruments)}`
  const policy = `default-src 'none'; script-src '${SCRIPT_HASH}'; style-src '${STYLE_HASH}'; base-uri 'none'; form-action 'none'`
  const page = html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta http-equiv="Content-Security-Policy" content="${raw(policy)}" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="referrer" content="no-referrer" />
        <title>${title}: ${report.run.name}</title>
        ${raw(`<style>${PAGE_STYLE}</style>`)}
      </head>
      <body>
        <main>
          ${header(report, title, decimals)} ${notices(report)} ${sumSection(report)} ${factGrid(report)}
          ${equitySection()} ${candleSection(report, data.strategies)}
          <section>
            <h2>Return by month</h2>
            ${monthGrid(groups.month, decimals)}${periodDetails('Weeks', groups.week, decimals)}${periodDetails('Days', groups.day, decimals)}
          </section>
          ${groupSection('By strategy', groups.strategy, decimals)}
          ${groupSection('By instrument', groups.instrument, decimals)}
          ${groupSection('By exit reason', groups.exitReason, decimals)}
          ${groupSection('By side', groups.side, decimals)}
          <div class="columns">${orderSection(report)}${refusalSection(report)}</div>
          ${identity(report)}
          <footer><p>${DISCLAIMER}</p></footer>
        </main>
        <script id="data" type="application/json">
          ${scriptJson(data)}
        </script>
        ${raw(`<script>${PAGE_SCRIPT}</script>`)}
      </body>
    </html> `
  return page.markup
}

function header(report: Report, title: string, decimals: number): Markup {
  const { result, asset, run, fromUs, toUs } = report
  const show = toUs - fromUs < DAY_US ? showExactTime : showTime
  const times = fromUs < Infinity ? `${show(fromUs)} to ${show(toUs)} UTC` : 'no data'
  return html`<header>
    <div>
      <h1>${title}</h1>
      <p class="soft">${times} · run ${run.name}</p>
    </div>
    <div>
      <p class="net ${toneOf(result.net)}">
        ${showSigned(result.net, decimals)}
        <small>${asset} · ${showFigure(result.returnOnStart, showSignedPercent)}</small>
      </p>
    </div>
  </header>`
}

function notices(report: Report): Markup {
  if (report.notices.length === 0) return html``
  const rest = report.notices.length - NOTICES_SHOWN
  const lines = [...report.notices.slice(0, NOTICES_SHOWN), ...(rest > 0 ? [`${rest} more in report.json`] : [])]
  return html`<section class="notices">
    <ul>
      ${lines.map((line) => html`<li>${line}</li>`)}
    </ul>
  </section>`
}

function zoomButtons(name: string): Markup {
  return html`<span class="zoom">
    <button type="button" id="${name}-in" aria-label="Zoom in">+</button>
    <button type="button" id="${name}-out" aria-label="Zoom out">−</button>
    <button type="button" id="${name}-all">All</button>
  </span>`
}

function equitySection(): Markup {
  return html`<section>
    <div class="bar">
      <h2>Equity</h2>
      <div class="tools">${zoomButtons('equity')}</div>
    </div>
    <div class="readout" id="equity-readout"></div>
    <canvas
      class="tall"
      id="equity"
      tabindex="0"
      role="img"
      aria-label="Equity, drawdown and exposure over time"
    ></canvas>
    <p class="hint">Drag to zoom, double-click for all. The band is what lies between two points of the line.</p>
    <noscript><p class="hint">Charts need JavaScript; the tables below do not.</p></noscript>
  </section>`
}

function candleSection(report: Report, strategies: readonly string[]): Markup {
  const { charts, trades } = report
  if (charts.instruments.length === 0) return html``
  const drawn = charts.trades.length
  const thinned =
    drawn < trades.count
      ? ` ${showCount(drawn)} of ${showCount(trades.count)} trades are drawn: of each stretch of trades in a row the best and the worst; trades.csv has all.`
      : ''
  const left = charts.instrumentsLeftOut
  const leftOut = left > 0 ? ` ${showCount(left)} instruments with the least turnover have no chart.` : ''
  const options = charts.instruments.map(({ instrument }, at) => html`<option value="${at}">${instrument}</option>`)
  const choice =
    strategies.length < 2
      ? html``
      : html`<select id="strategy" aria-label="Strategy">
          <option value="">All strategies</option>
          ${strategies.map((name, at) => html`<option value="${at}">${name}</option>`)}
        </select>`
  const head = [
    'Trade',
    'Strategy',
    'Side',
    'Entry (UTC)',
    'Exit (UTC)',
    'Entry price',
    'Exit price',
    'Quantity',
    'Net',
    'Entry reason',
    'Exit reason',
  ]
  return html`<section>
    <div class="bar">
      <h2>Trades</h2>
      <div class="tools">
        <select id="instrument" aria-label="Instrument">
          ${options}</select
        >${choice}${zoomButtons('candles')}
      </div>
    </div>
    <div class="readout" id="candles-readout"></div>
    <canvas
      class="tall"
      id="candles"
      tabindex="0"
      role="img"
      aria-label="Candles with trades from entry to exit"
    ></canvas>
    <p class="hint">
      Triangles are entries (pointing up: long), dots are exits; green won, red lost.${thinned}${leftOut}
    </p>
    <details id="trade-list">
      <summary>List the trades in view</summary>
      <div class="scroll">
        <table class="list">
          <thead>
            <tr>
              ${head.map(headCell)}
            </tr>
          </thead>
          <tbody id="trade-rows"></tbody>
        </table>
      </div>
      <p class="hint" id="trade-note"></p>
    </details>
  </section>`
}

function identity({ run }: Report): Markup {
  const named = ({ name, value }: Named): Markup =>
    html`<dt>${name}</dt>
      <dd>${value}</dd>`
  const code = (name: string, value: string): Markup =>
    html`<dt>${name}</dt>
      <dd><code>${value}</code></dd>`
  const tapes = run.tapes.slice(0, TAPES_SHOWN).map(
    ({ file, hash }) =>
      html`<dt>tape</dt>
        <dd>${file}<br /><code>${hash}</code></dd>`,
  )
  const more = run.tapes.length - TAPES_SHOWN
  const text = JSON.stringify(run.configuration, undefined, 2) ?? ''
  const cut =
    text.length > CONFIGURATION_SHOWN
      ? `${text.slice(0, CONFIGURATION_SHOWN)}\n… cut here; report.json has all of it`
      : text
  return html`<section>
    <h2>What was run</h2>
    <dl class="pairs long">
      ${code('run hash', run.hash)}${code('state hash', run.stateHash)}${run.settings.map(named)}${run.build.map(({ name, value }) => code(name, value))}${tapes}${
        more > 0
          ? html`<dt>tapes</dt>
              <dd>${showCount(more)} more in report.json</dd>`
          : html``
      }
    </dl>
    <details>
      <summary>Configuration</summary>
      <pre>${cut}</pre>
    </details>
  </section>`
}

function someOf(names: readonly string[]): string {
  const more = names.length - NAMES_SHOWN
  return names.slice(0, NAMES_SHOWN).join(', ') + (more > 0 ? ` and ${more} more` : '')
}
