/** The figures at the top of the report page, and the lists of orders, blocks and rejections. */
import { counted } from './figures.ts'
import {
  shownDecimals,
  showCount,
  showDuration,
  showMoney,
  showNumber,
  showPercent,
  showSigned,
  showSignedPercent,
  showTime,
} from './format.ts'
import { html } from './markup.ts'
import type { Markup } from './markup.ts'
import { toneOf } from './page-tables.ts'
import type { Figure, Report } from './report-data.ts'

/** How the net result came about, as a sum. */
export function sumSection(report: Report): Markup {
  const { result, asset } = report
  const decimals = shownDecimals(result.equityStart)
  const part = (name: string, amount: string, tone = ''): Markup =>
    html`<span><span class="soft">${name}</span><b class="${tone}">${amount}</b></span>`
  return html`<section class="sum">
    ${part('Gross', showSigned(result.gross, decimals))}<em>−</em>${part('Fees', showMoney(result.fees, decimals))}<em>+</em>${part('Funding', showSigned(result.funding, decimals))}<em>=</em>${part(`Net ${asset}`, showSigned(result.net, decimals), toneOf(result.net))}
  </section>`
}

/** The grid of figures. */
export function factGrid(report: Report): Markup {
  const { result, trades, drawdown, ratios, hold, exposure, trading, orders, asset } = report
  const decimals = shownDecimals(result.equityStart)
  const show = (amount: string): string => showSigned(amount, decimals)
  const streak = trades.longestLosingStreak
  const noTrades = { na: 'no trades' }
  const traded = (amount: string): Figure | string => (trades.count === 0 ? noTrades : show(amount))
  const cells = [
    fact(
      'Equity',
      `${showMoney(result.equityEnd, decimals)} ${asset}`,
      `from ${showMoney(result.equityStart, decimals)}${transfersNote(report, decimals)}`,
    ),
    fact(
      'Max drawdown',
      drawdown === null ? 'none' : showPercent(report.maxDrawdownFraction),
      drawdown === null
        ? ''
        : `${showMoney(drawdown.amount, decimals)} in money, ${showDuration(drawdown.durationUs)}, ${drawdown.recoveredUs === null ? 'not recovered' : 'recovered'}`,
    ),
    fact(
      'Longest below a peak',
      report.longestDrawdownUs === 0 ? 'never' : showDuration(report.longestDrawdownUs),
      drawdown === null ? '' : `deepest from ${showTime(drawdown.peakUs)}`,
    ),
    fact(
      'Buy and hold',
      'na' in hold.fraction ? hold.fraction : showSignedPercent(hold.fraction.value),
      'na' in hold.fraction
        ? ''
        : `${show(hold.net)}, equal weights, no fees; drawdown ${figureText(hold.maxDrawdown, showPercent)}`,
    ),
    fact('Sharpe', [ratios.sharpe, showNumber], 'na' in ratios.sharpe ? '' : ratios.basis),
    fact('Sortino', [ratios.sortino, showNumber], 'na' in ratios.sortino ? '' : 'against falling returns only'),
    fact('Calmar', [ratios.calmar, showNumber], 'na' in ratios.calmar ? '' : ratios.calmarBasis),
    fact('Net / drawdown', [ratios.netOverDrawdown, showNumber], ''),
    fact(
      'Trades',
      showCount(trades.count),
      `${showNumber(trades.perDay)} a day${trades.open > 0 ? `, ${trades.open} still open` : ''}`,
    ),
    fact('Won', [trades.winRate, showPercent], `${showCount(trades.wins)} won, ${showCount(trades.losses)} lost`),
    fact(
      'Profit factor',
      [trades.profitFactor, showNumber],
      `average win / loss: ${figureText(trades.payoff, showNumber)}`,
    ),
    fact('Expectancy', traded(trades.expectancy), 'average net of a trade'),
    fact(
      'Average win and loss',
      trades.count === 0 ? noTrades : `${show(trades.averageWin)} / ${show(trades.averageLoss)}`,
      trades.count === 0 ? '' : `largest ${show(trades.largestWin)} / ${show(trades.largestLoss)}`,
    ),
    fact(
      'Losing streak',
      streak === null ? 'none' : counted(streak.trades, 'trade'),
      streak === null ? '' : `${show(streak.net)}, ${showTime(streak.fromUs)} to ${showTime(streak.toUs)}`,
    ),
    fact(
      'Average trade',
      trades.count === 0 ? noTrades : showDuration(trades.averageDurationUs),
      trades.losses === 0 ? '' : `longest losing one ${showDuration(trades.longestLosingTradeUs)}`,
    ),
    fact(
      'Net at double fees',
      show(result.netAtDoubleFees),
      'every fee and rebate twice as large',
      toneOf(result.netAtDoubleFees),
    ),
    fact(
      'Time in market',
      [exposure.timeInMarket, showPercent],
      `exposure ${figureText(exposure.average, showPercent)} on average, ${figureText(exposure.max, showPercent)} at most`,
    ),
    fact(
      'Turnover',
      [trading.turnoverRatio, (value) => `${showNumber(value)} ×`],
      `${showMoney(trading.turnover, decimals)} in ${counted(trading.fills, 'fill')}`,
    ),
    fact('Maker share', [trading.makerShare, showPercent], 'of the value of fills'),
    fact(
      'Orders filled',
      [orders.fillRatio, showPercent],
      `${figureText(orders.quantityRatio, showPercent)} of the quantity`,
    ),
  ]
  return html`<dl class="facts">${cells}</dl>`
}

function transfersNote({ result }: Report, decimals: number): string {
  return result.transfers === '0' ? '' : `, ${showSigned(result.transfers, decimals)} put in`
}

type Shown = string | Figure | readonly [Figure, (value: number) => string]

/** A figure with its name, and a line of explanation; one that is not available says why instead. */
function fact(name: string, value: Shown, note: string, tone = ''): Markup {
  const line = note === '' ? html`` : html`<p>${note}</p>`
  if (typeof value === 'string')
    return html`<div>
      <dt>${name}</dt>
      <dd class="${tone}">${value}</dd>
      ${line}
    </div>`
  const [figure, show] = Array.isArray(value) ? value : [value as Figure, String]
  return 'na' in figure
    ? html`<div>
        <dt>${name}</dt>
        <dd class="none">n/a: ${figure.na}</dd>
        ${line}
      </div>`
    : html`<div>
        <dt>${name}</dt>
        <dd>${show(figure.value)}</dd>
        ${line}
      </div>`
}

function figureText(figure: Figure, show: (value: number) => string): string {
  return 'na' in figure ? 'n/a' : show(figure.value)
}

/** What became of the orders, and why some were never sent or not taken. */
export function orderSection({ orders, trading }: Report): Markup {
  const counts: readonly (readonly [string, number])[] = [
    ['Signals', orders.signals],
    ['Placed', orders.placed],
    ['Filled whole', orders.filled],
    ['Filled in part', orders.partlyFilled],
    ['Cancelled', orders.cancelled],
    ['Expired', orders.expired],
    ['Rejected by the venue', orders.rejected],
    ['Blocked before sending', orders.blocked],
    ['Fills', trading.fills],
  ]
  const rows = counts.map(
    ([name, count]) =>
      html`<dt>${name}</dt>
        <dd>${showCount(count)}</dd>`,
  )
  return html`<section>
    <h2>Orders</h2>
    <dl class="pairs">${rows}</dl>
  </section>`
}

export function refusalSection({ orders }: Report): Markup {
  const blocked = orders.blockedBy.map(
    ({ reason, count }) =>
      html`<tr>
        <th scope="row">${reason}</th>
        <td>${showCount(count)}</td>
      </tr>`,
  )
  const rejected = orders.rejectedBy.map(
    ({ code, message, count }) =>
      html`<tr>
        <th scope="row" title="${message}">${code} ${message}</th>
        <td>${showCount(count)}</td>
      </tr>`,
  )
  const tableOf = (title: string, rows: readonly Markup[], none: string): Markup =>
    rows.length === 0
      ? html`<p class="soft">${none}</p>`
      : html`<div class="scroll">
          <table class="reasons">
            <thead>
              <tr>
                <th scope="col">${title}</th>
                <th scope="col">Orders</th>
              </tr>
            </thead>
            <tbody>
              ${rows}
            </tbody>
          </table>
        </div>`
  return html`<section>
    <h2>Blocked and rejected</h2>
    ${tableOf('Blocked before sending, by reason', blocked, 'No order was blocked before sending.')}${tableOf('Rejected by the venue', rejected, 'No order was rejected by the venue.')}
  </section>`
}
