/**
 * The short result of a run for a terminal of 100 columns: what it earned and where that came from, and what speaks against
 * trusting it. In: a report. Out: lines of text, coloured if asked. Everything else is in the page.
 */
import { counted } from './figures.ts'
import {
  shownDecimals,
  showCount,
  showDuration,
  showExactTime,
  showFigure,
  showMoney,
  showNumber,
  showPercent,
  showSigned,
  showSignedPercent,
  showTime,
  signOf,
} from './format.ts'
import { DAY_US } from './ratios.ts'
import type { GroupRow, Money, Report } from './report-data.ts'

/** Said wherever results are shown. */
export const DISCLAIMER = 'Results of examples say nothing about the future.'

const COLUMNS = 100
const LABEL = 15
/** Width of the left one of two facts in a line. */
const HALF = 46
/** Larger tables are left to the page. */
const MOST_ROWS = 6
const MOST_REASONS = 3
const MOST_NOTICES = 5

const COLOURS = { red: 31, green: 32, yellow: 33, bold: 1, dim: 2 } as const
type Colour = keyof typeof COLOURS
/** Puts a colour on a text that is already padded. */
type Paint = (text: string, colour: Colour) => string

export interface TextOptions {
  /** ANSI colours. */
  readonly colour: boolean
}

/** The result as lines, the last one ended too. */
export function reportText(report: Report, options: TextOptions): string {
  const paint: Paint = options.colour
    ? (text, colour) => `\u001b[${COLOURS[colour]}m${text}\u001b[0m`
    : (text): string => text
  const decimals = shownDecimals(report.result.equityStart)
  const lines = [
    ...headLines(report, paint),
    '',
    ...resultLines(report, decimals, paint),
    ...riskLines(report, decimals, paint),
    ...orderLines(report, paint),
    ...tables(report, decimals, paint),
    ...noticeLines(report, paint),
    '',
    paint(DISCLAIMER, 'dim'),
  ]
  return `${lines.map((line) => line.trimEnd()).join('\n')}\n`
}

function headLines(report: Report, paint: Paint): readonly string[] {
  const [first, second, ...more] = report.instruments
  const others = more.length > 0 ? ` and ${more.length} more` : ''
  const instruments = [first, second].filter((name) => name !== undefined).join(', ') + others
  const span = report.toUs > report.fromUs ? ` (${showDuration(report.toUs - report.fromUs)})` : ''
  const show = timesOf(report)
  const times = report.fromUs < Infinity ? `${show(report.fromUs)} to ${show(report.toUs)} UTC${span}` : 'no data'
  return [
    paint(`${report.strategies.join(', ')} on ${instruments}`, 'bold'),
    paint(`${times}, run ${report.run.name}`, 'dim'),
  ]
}

function resultLines(report: Report, decimals: number, paint: Paint): readonly string[] {
  const { result, hold, asset, trades } = report
  const show = (amount: Money): string => showSigned(amount, decimals)
  const net = `${show(result.net)} ${asset} (${showFigure(result.returnOnStart, showSignedPercent)})`
  const split = `gross ${show(result.gross)} - fees ${showMoney(result.fees, decimals)} + funding ${show(result.funding)}`
  const open = signOf(result.open) === 0 ? '' : `, of it ${show(result.open)} still open`
  const held =
    'na' in hold.fraction
      ? showFigure(hold.fraction, String)
      : `${show(hold.net)} (${showFigure(hold.fraction, showSignedPercent)})`
  const won =
    trades.count === 0
      ? 'n/a (no trades)'
      : `${showFigure(trades.winRate, showPercent)}, average ${show(trades.averageWin)}, loss ${show(trades.averageLoss)}`
  return [
    label('Net', paint) + paint(net.padEnd(HALF - LABEL), signOf(result.net) < 0 ? 'red' : 'green') + split,
    label('Equity', paint) +
      `${showMoney(result.equityStart, decimals)} to ${showMoney(result.equityEnd, decimals)} ${asset}${open}`,
    pair('Double fees', show(result.netAtDoubleFees), 'Buy and hold', held, paint),
    pair('Trades', tradeCount(report), 'Won', won, paint),
    pair(
      'Profit factor',
      showFigure(trades.profitFactor, showNumber),
      'Expectancy',
      trades.count === 0 ? 'n/a (no trades)' : `${show(trades.expectancy)} a trade`,
      paint,
    ),
  ]
}

/** Times to the minute, or to the second in a run of less than a day. */
function timesOf(report: Report): (timeUs: number) => string {
  return report.toUs - report.fromUs < DAY_US ? showExactTime : showTime
}

function tradeCount({ trades }: Report): string {
  const open = trades.open > 0 ? `, ${trades.open} open` : ''
  return `${showCount(trades.count)} (${showNumber(trades.perDay)} a day)${open}`
}

function riskLines(report: Report, decimals: number, paint: Paint): readonly string[] {
  const { drawdown, ratios, exposure, trades } = report
  const fell =
    drawdown === null
      ? 'none'
      : `${showMoney(drawdown.amount, decimals)} (${showPercent(drawdown.fraction)}) in ${showDuration(drawdown.durationUs)} from ${timesOf(report)(drawdown.peakUs)}, ` +
        (drawdown.recoveredUs === null ? 'not recovered' : 'recovered')
  const streak = trades.longestLosingStreak
  const losses = streak === null ? 'none' : `${counted(streak.trades, 'trade')}, ${showSigned(streak.net, decimals)}`
  const inMarket =
    'na' in exposure.timeInMarket
      ? showFigure(exposure.timeInMarket, showPercent)
      : `${showPercent(exposure.timeInMarket.value)} of the time, ${showFigure(exposure.average, showPercent)} of equity on average, ${showFigure(exposure.max, showPercent)} at most`
  const basis = 'na' in ratios.sharpe ? '' : ` (${ratios.basis})`
  return [
    label('Drawdown', paint) + fell,
    label('Losing streak', paint) + losses,
    pair(
      'Sharpe',
      showFigure(ratios.sharpe, showNumber),
      'Sortino',
      showFigure(ratios.sortino, showNumber) + basis,
      paint,
    ),
    pair(
      'Calmar',
      showFigure(ratios.calmar, showNumber),
      'Net/drawdown',
      showFigure(ratios.netOverDrawdown, showNumber),
      paint,
    ),
    label('In market', paint) + inMarket,
  ]
}

function orderLines(report: Report, paint: Paint): readonly string[] {
  const { orders, trading } = report
  const filled = 'na' in orders.fillRatio ? '' : `, ${showPercent(orders.fillRatio.value)} filled`
  const placed = `${showCount(orders.placed)} placed${filled}`
  const turnover =
    trading.fills === 0
      ? 'none'
      : `${showFigure(trading.turnoverRatio, showNumber)} times the start, ${showFigure(trading.makerShare, showPercent)} as maker`
  const lines = [pair('Orders', placed, 'Turnover', turnover, paint)]
  const blocked = orders.blockedBy.map(({ reason, count }) => `${reason} ${showCount(count)}`)
  const rejected = orders.rejectedBy.map(({ code, message, count }) => `${code} ${message} ${showCount(count)}`)
  if (orders.blocked > 0) lines.push(label('Blocked', paint) + top(orders.blocked, blocked))
  if (orders.rejected > 0) lines.push(label('Rejected', paint) + top(orders.rejected, rejected))
  return lines
}

/** `12: insufficient funds 9, paused 3` */
function top(total: number, reasons: readonly string[]): string {
  const more = reasons.length > MOST_REASONS ? `, ${reasons.length - MOST_REASONS} more` : ''
  return shortened(`${showCount(total)}: ${reasons.slice(0, MOST_REASONS).join(', ')}${more}`, COLUMNS - LABEL)
}

function tables(report: Report, decimals: number, paint: Paint): readonly string[] {
  const { strategy, instrument, exitReason } = report.groups
  return [
    ...(strategy.length > 1 ? table('Strategy', strategy, decimals, paint) : []),
    ...(instrument.length > 1 ? table('Instrument', instrument, decimals, paint) : []),
    ...(exitReason.length > 1 ? table('Exit', exitReason, decimals, paint) : []),
  ]
}

function table(title: string, rows: readonly GroupRow[], decimals: number, paint: Paint): readonly string[] {
  if (rows.length > MOST_ROWS) return []
  const head = [title, 'Trades', 'Won', 'Gross', 'Fees', 'Funding', 'Net']
  const cells = rows.map((row) => [
    shortened(row.name, 24),
    showCount(row.trades),
    'na' in row.winRate ? '' : showPercent(row.winRate.value),
    showSigned(row.gross, decimals),
    showMoney(row.fees, decimals),
    showSigned(row.funding, decimals),
    showSigned(row.net, decimals),
  ])
  const widths = head.map((name, at) => Math.max(name.length, ...cells.map((row) => (row[at] ?? '').length)))
  const line = (row: readonly string[]): string =>
    row.map((cell, at) => (at === 0 ? cell.padEnd(widths[at] ?? 0) : cell.padStart((widths[at] ?? 0) + 3))).join('')
  return ['', paint(line(head), 'dim'), ...cells.map(line)]
}

function noticeLines(report: Report, paint: Paint): readonly string[] {
  const { notices } = report
  if (notices.length === 0) return []
  const more = notices.length > MOST_NOTICES ? [`${notices.length - MOST_NOTICES} more in the report`] : []
  return ['', ...[...notices.slice(0, MOST_NOTICES), ...more].map((notice) => paint(`Note: ${notice}`, 'yellow'))]
}

function label(text: string, paint: Paint): string {
  return paint(text.padEnd(LABEL), 'dim')
}

/** Two facts in a line; in two lines when the first is too long. */
function pair(left: string, leftText: string, right: string, rightText: string, paint: Paint): string {
  const first = label(left, paint) + leftText
  const second = label(right, paint) + rightText
  return leftText.length > HALF - LABEL - 2
    ? `${first}\n${second}`
    : label(left, paint) + leftText.padEnd(HALF - LABEL) + second
}

function shortened(text: string, length: number): string {
  return text.length > length ? `${text.slice(0, length - 1)}…` : text
}
