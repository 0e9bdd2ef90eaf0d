/** Tables of the report page: breakdowns, periods, and the grid of months. */
import { showCount, showMoney, showNumber, showPercent, showSigned, showSignedPercent, signOf } from './format.ts'
import { html } from './markup.ts'
import type { Markup } from './markup.ts'
import type { Figure, GroupRow, Money, PeriodRow } from './report-data.ts'

/** Longer tables are cut, and say so; report.json has all. */
const MOST_GROUPS = 200
const MOST_PERIODS = 400
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']
/** Monthly returns from which the colour deepens. */
const DEEP = [0.02, 0.08]

/** A breakdown as a section. */
export function groupSection(title: string, rows: readonly GroupRow[], decimals: number): Markup {
  const head = ['', 'Trades', 'Won', 'Profit factor', 'Average', 'Gross', 'Fees', 'Funding', 'Net']
  const body = rows.slice(0, MOST_GROUPS).map(
    (row) =>
      html`<tr>
        <th scope="row" title="${row.name}">${row.name}</th>
        <td>${showCount(row.trades)}</td>
        <td>${short(row.winRate, showPercent)}</td>
        <td>${short(row.profitFactor, showNumber)}</td>
        <td>${row.trades === 0 ? '' : showSigned(row.expectancy, decimals)}</td>
        <td>${showSigned(row.gross, decimals)}</td>
        <td>${showMoney(row.fees, decimals)}</td>
        <td>${showSigned(row.funding, decimals)}</td>
        ${signedCell(row.net, decimals)}
      </tr>`,
  )
  return html`<section>
    <h2>${title}</h2>
    <div class="scroll">
      <table>
        <thead>
          <tr>
            ${head.map(headCell)}
          </tr>
        </thead>
        <tbody>
          ${body}
        </tbody>
      </table>
    </div>
    ${cutNote(rows.length, MOST_GROUPS)}
  </section>`
}

/** Days or weeks, newest first, behind a line to click. */
export function periodDetails(title: string, rows: readonly PeriodRow[], decimals: number): Markup {
  const head = ['', 'Net', 'Return', 'Gross', 'Fees', 'Funding', 'Equity', 'Trades', 'Won', 'By entry']
  const body = rows
    .slice(-MOST_PERIODS)
    .toReversed()
    .map(
      (row) =>
        html`<tr>
          <th scope="row">${row.period}</th>
          ${signedCell(row.net, decimals)}
          <td>${short(row.fraction, showSignedPercent)}</td>
          <td>${showSigned(row.gross, decimals)}</td>
          <td>${showMoney(row.fees, decimals)}</td>
          <td>${showSigned(row.funding, decimals)}</td>
          <td>${showMoney(row.equityEnd, decimals)}</td>
          <td>${showCount(row.trades)}</td>
          <td>${row.trades === 0 ? '' : showPercent(row.wins / row.trades)}</td>
          <td>${row.entries === 0 ? '' : showSigned(row.netByEntry, decimals)}</td>
        </tr>`,
    )
  return html`<details>
    <summary>${title} (${showCount(rows.length)})</summary>
    <div class="scroll">
      <table>
        <thead>
          <tr>
            ${head.map(headCell)}
          </tr>
        </thead>
        <tbody>
          ${body}
        </tbody>
      </table>
    </div>
    ${cutNote(rows.length, MOST_PERIODS)}
  </details>`
}

/** Years down, months across, returns in the cells. */
export function monthGrid(rows: readonly PeriodRow[], decimals: number): Markup {
  const years = Map.groupBy(rows, ({ period }) => period.slice(0, -3))
  const head = ['', ...MONTHS, 'Year']
  const body = [...years].map(([year, months]) => {
    const cells = MONTHS.map((_, at) =>
      monthCell(
        months.find(({ period }) => Number(period.slice(-2)) === at + 1),
        decimals,
      ),
    )
    const growth = months.reduce((sum, { fraction }) => sum * (1 + ('na' in fraction ? 0 : fraction.value)), 1) - 1
    const tone = growth < 0 ? 'loss' : 'gain'
    return html`<tr>
      <th scope="row">${year}</th>
      ${cells}
      <td class="${tone}">${showSignedPercent(growth)}</td>
    </tr>`
  })
  return html`<div class="scroll">
    <table class="months">
      <thead>
        <tr>
          ${head.map(headCell)}
        </tr>
      </thead>
      <tbody>
        ${body}
      </tbody>
    </table>
  </div>`
}

function monthCell(row: PeriodRow | undefined, decimals: number): Markup {
  if (row === undefined || 'na' in row.fraction) return html`<td></td>`
  const { value } = row.fraction
  const depth = 1 + DEEP.filter((limit) => Math.abs(value) >= limit).length
  const tone = signOf(row.net) === 0 ? '' : `${value < 0 ? 'l' : 'g'}${depth}`
  return html`<td class="${tone}" title="${row.period}: ${showSigned(row.net, decimals)}">
    ${showSignedPercent(value)}
  </td>`
}

export function signedCell(amount: Money, decimals: number): Markup {
  return html`<td class="${toneOf(amount)}">${showSigned(amount, decimals)}</td>`
}

/** Class that colours an amount by its sign. */
export function toneOf(amount: Money): string {
  return ['loss', '', 'gain'][signOf(amount) + 1] ?? ''
}

export function headCell(title: string): Markup {
  return html`<th scope="col">${title}</th>`
}

/** A figure in a table, where there is no room for reasons. */
function short(figure: Figure, show: (value: number) => string): string {
  return 'na' in figure ? '' : show(figure.value)
}

function cutNote(length: number, most: number): Markup {
  return length <= most
    ? html``
    : html`<p class="hint">${showCount(most)} of ${showCount(length)} rows; report.json has all of them.</p>`
}
