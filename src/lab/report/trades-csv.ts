/** Closed trades as lines of `trades.csv`: exact decimals, times in UTC, money in the report's asset, which the header names. */
import { printTime } from '../../core/calendar.ts'
import type { Trade } from './report-data.ts'

/** The first line; `asset` is the report's. It ends with a line break, as all lines do. */
export function tradesCsvHeader(asset: string): string {
  const columns = ['number', 'strategy', 'instrument', 'side', 'entry_time', 'exit_time', 'duration_seconds']
  columns.push('entry_price', 'exit_price', 'quantity')
  columns.push(...['gross', 'fees', 'funding', 'net'].map((name) => `${name}_${asset}`))
  columns.push('fills', 'maker_share', 'entry_reason', 'exit_reason')
  return lineOf(columns)
}

export function tradeCsvLine(trade: Trade): string {
  return lineOf([
    String(trade.number),
    trade.strategy,
    trade.instrument,
    trade.side,
    printTime(trade.entryUs),
    printTime(trade.exitUs),
    String((trade.exitUs - trade.entryUs) / 1e6),
    trade.entryPrice,
    trade.exitPrice,
    trade.quantity,
    trade.gross,
    trade.fees,
    trade.funding,
    trade.net,
    String(trade.fills),
    String(Number(trade.makerShare.toFixed(6))),
    trade.entryReason,
    trade.exitReason,
  ])
}

function lineOf(cells: readonly string[]): string {
  return `${cells.map(quoted).join(',')}\n`
}

/** RFC 4180: quotes around what would break a line into other cells. */
function quoted(cell: string): string {
  return /[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell
}
