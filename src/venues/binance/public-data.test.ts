import assert from 'node:assert/strict'
import { test } from 'node:test'
import { printRow } from '../../core/tape/print.ts'
import { recordRows, RowBuffer } from '../../core/tape/row-buffer.ts'
import { encodeUtf8 } from '../../core/utf8.ts'
import { exampleInstrument } from '../../testing/instruments.ts'
import { recogniseTable, symbolFromPath, type CsvForm } from './csv-form.ts'
import { BUFFER_FULL } from './decoder.ts'
import { CsvDecoder } from './public-data.ts'

const MINUTE = 60_000_000
const instruments = [exampleInstrument('BTCUSDT', { priceDecimals: 2 })]

/** The form of the table, its rows as lines, and the reasons of what gave none. */
function decode(text: string, path = 'data.csv'): { form: CsvForm; lines: string[]; reasons: string[] } {
  const rows = text.split('\n')
  const result = recogniseTable(rows[0] ?? '', path)
  assert.ok(result.ok, result.ok ? '' : result.reason)
  const { table } = result
  const decoder = new CsvDecoder({ venue: 'binance-usdm', instruments, table, instrument: 0, interval: MINUTE })
  const out = new RowBuffer(64)
  const reasons: string[] = []
  for (const row of rows.slice(table.hasHeader ? 1 : 0)) {
    const bytes = encodeUtf8(`before\n${row}\nbehind`)
    decoder.decodeLine(bytes, 7, bytes.length - 7, 0, out)
    reasons.push(...decoder.problems.map(({ reason, offset }) => `${offset - 7}: ${reason}`))
  }
  const lines: string[] = []
  for (let row = 0; row < out.length; row += recordRows(out, row)) {
    lines.push(printRow(out, row, instruments).replace(' binance-usdm:BTCUSDT', ''))
  }
  return { form: table.form, lines, reasons }
}

const CANDLE =
  'candle at 2025-01-08T15:56:00.000000Z venue 2025-01-08T15:56:00.000000Z source 0: closed, open 95261.8, high 95291.6, low 95196.2, close 95223.1, volume 180.76, '
const KLINE =
  '1736351700000,95261.80,95291.60,95196.20,95223.10,180.760,1736351759999,17214864.01,3401,124.045,11813167.63,0'
const KLINE_HEADER =
  'open_time,open,high,low,close,volume,close_time,quote_volume,count,taker_buy_volume,taker_buy_quote_volume,ignore'
const KLINE_ROW = `${CANDLE}quote volume 17214864.01, open time 2025-01-08T15:55:00.000000Z, interval 60000000 µs, trades 3401, taker buy volume 124.045, last trade id 0`

test('candles come with and without header, in milliseconds and microseconds', () => {
  assert.deepEqual(decode(`${KLINE_HEADER}\n${KLINE}`), { form: 'klines', lines: [KLINE_ROW], reasons: [] })
  assert.deepEqual(decode(KLINE).lines, [KLINE_ROW])
  assert.deepEqual(
    decode(KLINE.replace('1736351700000', '1736351700000000').replace('1736351759999', '1736351759999999')).lines,
    [KLINE_ROW],
  )
})

test('a plain candle file has no quote volume, and its interval is what the caller found', () => {
  const { form, lines } = decode(
    'open_time,open,high,low,close,volume\n1736351700000,95261.8,95291.6,95196.2,95223.1,180.76',
  )
  assert.equal(form, 'candles')
  assert.deepEqual(lines, [
    `${CANDLE}quote volume 0, open time 2025-01-08T15:55:00.000000Z, interval 60000000 µs, trades 0, taker buy volume 0, last trade id 0`,
  ])
})

test('candles of the mark price become mark prices at their end, told by their folder', () => {
  const kline = '1736351700000,95261.81111111,95291.6,95196.2,95223.12345678,0,1736351759999,0,60,0,0,0'
  assert.deepEqual(decode(kline, 'futures/um/daily/markPriceKlines/BTCUSDT/1m/BTCUSDT-1m-2025-01-08.zip').lines, [
    'mark-price at 2025-01-08T15:56:00.000000Z venue 2025-01-08T15:56:00.000000Z source 0: mark 95223.12345678, index none, funding rate 0, next funding time none',
  ])
})

const TRADE_ROW =
  'trade at 2025-01-08T15:55:00.123000Z venue 2025-01-08T15:55:00.123000Z version 5600001 source 0: taker side sell, price 95261.8, quantity 0.5, id 5600001'

test('trades of futures and spot, true or True', () => {
  assert.deepEqual(
    decode('id,price,qty,quote_qty,time,is_buyer_maker\n5600001,95261.80,0.500,47630.9,1736351700123,true').lines,
    [TRADE_ROW],
  )
  const spot = decode('5600001,95261.80000000,0.50000000,47630.90000000,1736351700123000,True,True')
  assert.deepEqual(spot, { form: 'trades', lines: [TRADE_ROW], reasons: [] })
})

const AGGREGATE_ROW =
  'aggregate-trade at 2025-01-08T15:55:00.123000Z venue 2025-01-08T15:55:00.123000Z version 26129 source 0: taker side buy, price 95261.8, quantity 0.5, first trade id 27781, last trade id 27783'

test('aggregated trades of futures and spot', () => {
  const futures =
    'agg_trade_id,price,quantity,first_trade_id,last_trade_id,transact_time,is_buyer_maker\n26129,95261.8,0.5,27781,27783,1736351700123,false'
  assert.deepEqual(decode(futures).lines, [AGGREGATE_ROW])
  assert.deepEqual(decode(futures.split('\n')[1] ?? '').lines, [AGGREGATE_ROW])
  assert.deepEqual(decode('26129,95261.8,0.5,27781,27783,1736351700123,False,True').lines, [AGGREGATE_ROW])
})

test('best bid and ask', () => {
  const header = 'update_id,best_bid_price,best_bid_qty,best_ask_price,best_ask_qty,transaction_time,event_time'
  assert.deepEqual(decode(`${header}\n3774,95261.80,1.5,95261.90,0.25,1736351700123,1736351700125`).lines, [
    'best-bid-ask at 2025-01-08T15:55:00.123000Z venue 2025-01-08T15:55:00.123000Z version 3774 source 0: bid 95261.8, bid quantity 1.5, ask 95261.9, ask quantity 0.25',
  ])
})

test('fundings keep their stated millisecond and understand exponents', () => {
  assert.deepEqual(decode('calc_time,funding_interval_hours,last_funding_rate\n1736352000001,8,-0.00012345').lines, [
    'funding-rate at 2025-01-08T16:00:00.001000Z venue 2025-01-08T16:00:00.001000Z source 0: rate -0.00012345, mark none, interval 28800000000 µs',
  ])
  assert.deepEqual(decode('funding_time,funding_rate\n1741276800000,6.818e-05\n1741305600001,-6.12e-06'), {
    form: 'funding',
    lines: [
      'funding-rate at 2025-03-06T16:00:00.000000Z venue 2025-03-06T16:00:00.000000Z source 0: rate 0.00006818, mark none, interval 0 µs',
      'funding-rate at 2025-03-07T00:00:00.001000Z venue 2025-03-07T00:00:00.001000Z source 0: rate -0.00000612, mark none, interval 0 µs',
    ],
    reasons: [],
  })
})

test('a bad line is told by byte, column and reason, and the next one is read', () => {
  const rows = [
    KLINE.replace('95291.60', '95291.605'),
    KLINE.replace('180.760', ''),
    KLINE.replace('1736351759999', 'soon'),
    '1736351700000,95261.80',
    KLINE.replace('95196.20', '-1'),
    KLINE,
  ]
  const { lines, reasons } = decode([KLINE_HEADER, ...rows].join('\n'))
  assert.deepEqual(lines, [KLINE_ROW])
  assert.deepEqual(reasons, [
    '23: price finer than the quantum: high is "95291.605", and the price quantum of BTCUSDT has 2 decimals',
    '50: volume is empty',
    '58: closeTime is no whole number',
    '0: 2 cells where 10 are needed',
    '32: low is negative: -1',
  ])
})

test('a row that does not fit is not begun', () => {
  const result = recogniseTable(KLINE, '')
  assert.ok(result.ok)
  const decoder = new CsvDecoder({ venue: 'binance-usdm', instruments, table: result.table, instrument: 0 })
  const bytes = encodeUtf8(KLINE)
  assert.equal(decoder.decodeLine(bytes, 0, bytes.length, 0, new RowBuffer(1)), BUFFER_FULL)
})

test('tables that are not known are refused, not guessed at', () => {
  const reason = (row: string, path: string): string => {
    const result = recogniseTable(row, path)
    return result.ok ? '' : result.reason
  }
  assert.match(reason('1,2,3,4,5,6,7', 'x.csv'), /^the columns are not known: a first row of 7 cells/)
  assert.match(reason('timestamp,percentage,depth,notional', 'x.csv'), /^the header names no known table/)
  assert.match(
    reason('open_time,open', 'BTCUSDT-trades-2025-01-01.csv'),
    /^the header of trades lacks id, price, quantity, time, buyerMaker$/,
  )
  assert.match(
    reason(KLINE, 'um/daily/indexPriceKlines/BTCUSDT/1m/BTCUSDT-1m-2025-01-08.zip'),
    /^index and premium prices have no rows/,
  )
})

test('the symbol stands at the beginning of the file name', () => {
  assert.equal(symbolFromPath('candles/BTCUSDT.csv.gz'), 'BTCUSDT')
  assert.equal(symbolFromPath('a/b/1000SHIBUSDT-1m-2024-01.zip'), '1000SHIBUSDT')
  assert.equal(symbolFromPath('BTCUSDT_240927-trades-2024-09-01.csv'), 'BTCUSDT_240927')
  assert.equal(symbolFromPath('recording.csv'), undefined)
})
