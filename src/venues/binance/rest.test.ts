import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { gunzipSync } from 'node:zlib'
import { printDecimal } from '../../core/number/decimal.ts'
import { printRow } from '../../core/tape/print.ts'
import { instrumentOf, kindOf, recordRows, RowBuffer } from '../../core/tape/row-buffer.ts'
import { AGGREGATE_TRADE, CANDLE, DEPTH_SNAPSHOT, FUNDING_RATE, MARK_PRICE, TRADE } from '../../core/tape/kinds.ts'
import { encodeUtf8 } from '../../core/utf8.ts'
import { dataTest } from '../../testing/data.ts'
import { exampleInstrument } from '../../testing/instruments.ts'
import { BUFFER_FULL, type BinanceVenue } from './decoder.ts'
import { InstrumentSurvey } from './instrument-survey.ts'
import { RestDecoder } from './rest.ts'

const receive = Float64Array.of(1_795_216_100_200_000)
const instruments = [exampleInstrument('BTCUSDT', { priceDecimals: 2 })]

/** The rows of an answer as lines, and the reasons of what gave none. */
function decode(url: string, body: string): { readonly lines: string[]; readonly reasons: string[] } {
  const decoder = new RestDecoder({ venue: 'binance-usdm', instruments })
  const out = new RowBuffer(64)
  const bytes = encodeUtf8(body)
  assert.equal(decoder.decode(url, bytes, 0, bytes.length, receive, 0, out), out.length)
  const lines: string[] = []
  for (let row = 0; row < out.length; row += recordRows(out, row)) {
    lines.push(printRow(out, row, instruments).replace('binance-usdm:BTCUSDT at 2026-11-20T23:08:20.200000Z ', ''))
  }
  return { lines, reasons: decoder.problems.map(({ reason }) => reason) }
}

const ANSWERS: readonly (readonly [url: string, body: string, line: string])[] = [
  [
    'https://host/fapi/v1/depth?symbol=BTCUSDT&limit=5',
    '{"lastUpdateId":9201334455,"E":1795216100123,"T":1795216100118,"bids":[["76900.00","3.210"]],"asks":[["76900.10","1.004"]]}',
    'depth-snapshot venue 2026-11-20T23:08:20.118000Z version 9201334455 source 0: limit 5, 1 bids [76900 × 3.21], 1 asks [76900.1 × 1.004]',
  ],
  [
    '/fapi/v1/trades?symbol=BTCUSDT',
    '[{"id":6500100200,"price":"76900.10","qty":"0.015","quoteQty":"1153.50","time":1795216100100,"isBuyerMaker":false,"isRPITrade":false}]',
    'trade venue 2026-11-20T23:08:20.100000Z version 6500100200 source 0: taker side buy, price 76900.1, quantity 0.015, id 6500100200',
  ],
  [
    '/fapi/v1/aggTrades?limit=1&symbol=BTCUSDT',
    '[{"a":3001002003,"p":"76900.10","q":"0.040","nq":"0.040","f":6500100199,"l":6500100200,"T":1795216100100,"m":true}]',
    'aggregate-trade venue 2026-11-20T23:08:20.100000Z version 3001002003 source 0: taker side sell, price 76900.1, quantity 0.04, first trade id 6500100199, last trade id 6500100200',
  ],
  [
    '/fapi/v1/klines?symbol=BTCUSDT&interval=1m',
    '[[1795216020000,"76880.00","76910.50","76875.10","76900.10","123.456",1795216079999,"9493210.44",2311,"60.120","4622003.11","0"]]',
    'candle venue 2026-11-20T23:08:00.000000Z source 0: closed, open 76880, high 76910.5, low 76875.1, close 76900.1, volume 123.456, quote volume 9493210.44, open time 2026-11-20T23:07:00.000000Z, interval 60000000 µs, trades 2311, taker buy volume 60.12, last trade id 0',
  ],
  [
    '/fapi/v1/klines?symbol=BTCUSDT&interval=1m',
    '[[1795216080000,"76880.00","76910.50","76875.10","76900.10","123.456",1795216139999,"9493210.44",2311,"60.120","4622003.11","0"]]',
    'candle source 0: open 76880, high 76910.5, low 76875.1, close 76900.1, volume 123.456, quote volume 9493210.44, open time 2026-11-20T23:08:00.000000Z, interval 60000000 µs, trades 2311, taker buy volume 60.12, last trade id 0',
  ],
  [
    '/fapi/v1/premiumIndex',
    '{"symbol":"BTCUSDT","markPrice":"76899.71000000","indexPrice":"76930.10244681","estimatedSettlePrice":"76921.55020011","lastFundingRate":"0.00004220","interestRate":"0.00010000","nextFundingTime":1795219200000,"time":1795216100000}',
    'mark-price venue 2026-11-20T23:08:20.000000Z source 0: mark 76899.71, index 76930.10244681, funding rate 0.0000422, next funding time 2026-11-21T00:00:00.000000Z',
  ],
  [
    '/fapi/v1/fundingRate?symbol=BTCUSDT',
    '[{"symbol":"BTCUSDT","fundingTime":1795190400000,"fundingRate":"-0.00004220","markPrice":"76512.34000000","rateType":"Regular"}]',
    'funding-rate venue 2026-11-20T16:00:00.000000Z source 0: rate -0.0000422, mark 76512.34, interval 0 µs',
  ],
]

for (const [url, body, line] of ANSWERS) {
  test(`the answer of ${url} becomes a ${line.split(' ')[0]} row`, () => {
    assert.deepEqual(decode(url, body), { lines: [line], reasons: [] })
  })
}

test('what has no exact row is told, and the elements beside it are kept', () => {
  const good = ANSWERS[1]?.[1].slice(1, -1) ?? ''
  const { lines, reasons } = decode(
    '/fapi/v1/trades?symbol=BTCUSDT',
    `[${good.replace('0.015', '0.0155')},${good},null]`,
  )
  assert.equal(lines.length, 1)
  assert.deepEqual(reasons, [
    'quantity finer than the quantum: qty is "0.0155", and the quantity quantum of BTCUSDT has 3 decimals',
    'an element that is no object',
  ])
})

test('errors, unknown addresses and unknown symbols are told', () => {
  assert.match(
    decode('/fapi/v1/klines?symbol=X', '{"code":-1121,"msg":"Invalid symbol."}').reasons[0] ?? '',
    /error: Invalid symbol\.$/,
  )
  assert.match(
    decode('/fapi/v1/openInterest?symbol=BTCUSDT', '{}').reasons[0] ?? '',
    /^answers of openInterest are not known$/,
  )
  assert.match(
    decode('/fapi/v1/trades?symbol=ETHUSDT', '[]').reasons[0] ?? '',
    /^symbol ETHUSDT is not among the instruments$/,
  )
  assert.match(decode('/fapi/v1/trades', '[{}]').reasons[0] ?? '', /^the address names no symbol$/)
  assert.deepEqual(decode('/fapi/v1/exchangeInfo', '{"symbols":[]}'), { lines: [], reasons: [] })
})

test('an answer that does not fit is not begun', () => {
  const decoder = new RestDecoder({ venue: 'binance-usdm', instruments })
  const [url, body] = ANSWERS[0] ?? ['', '']
  const bytes = encodeUtf8(body)
  const out = new RowBuffer(1)
  assert.equal(decoder.decode(url, bytes, 0, bytes.length, receive, 0, out), BUFFER_FULL)
  assert.equal(out.length, 0)
})

interface RecordedCall {
  readonly data: unknown
  readonly queryString: string
}

/** What a row says, in the order of the fields that the answer has. */
function figures(out: RowBuffer, row: number, decoder: RestDecoder): number[] {
  const { priceDecimals: p, quantityDecimals: q } =
    decoder.instruments[instrumentOf(out, row)] ?? exampleInstrument('X')
  const slot = row * 8
  const at = (offset: number, decimals: number): number => Number(printDecimal(out.f64[slot + offset] ?? NaN, decimals))
  switch (kindOf(out, row)) {
    case TRADE.kind:
      return [at(3, 0), at(TRADE.price, p), at(TRADE.quantity, q), at(2, 3)]
    case AGGREGATE_TRADE.kind:
      return [at(3, 0), at(AGGREGATE_TRADE.price, p), at(AGGREGATE_TRADE.quantity, q), at(2, 3)]
    case CANDLE.kind:
      return [
        at(CANDLE.openTime, 3),
        at(CANDLE.open, p),
        at(CANDLE.high, p),
        at(CANDLE.low, p),
        at(CANDLE.close, p),
        at(CANDLE.volume, q),
        at(CANDLE.trades, 0),
        at(CANDLE.takerBuyVolume, q),
      ]
    case MARK_PRICE.kind:
      return [at(MARK_PRICE.mark, 8), at(MARK_PRICE.index, 8), at(MARK_PRICE.fundingRate, 12), at(2, 3)]
    case FUNDING_RATE.kind:
      return [at(FUNDING_RATE.rate, 12), at(2, 3)]
    case DEPTH_SNAPSHOT.kind:
      return [at(3, 0), at(DEPTH_SNAPSHOT.levels, p), at(DEPTH_SNAPSHOT.levels + 1, q)]
    default:
      return []
  }
}

/** The same of an element as it was recorded. */
function recordedFigures(route: string, item: unknown): number[] {
  const fields = item as Record<string, string | number>
  const pick = (...keys: (string | number)[]): number[] => keys.map((key) => Number(fields[key]))
  switch (route) {
    case 'trades':
    case 'historicalTrades':
      return pick('id', 'price', 'qty', 'time')
    case 'aggTrades':
      return pick('a', 'p', 'q', 'T')
    case 'klines':
      return pick(0, 1, 2, 3, 4, 5, 8, 9)
    case 'premiumIndex':
      return pick('markPrice', 'indexPrice', 'lastFundingRate', 'time')
    case 'fundingRate':
      return pick('fundingRate', 'fundingTime')
    default: {
      const book = item as { lastUpdateId: number; bids: string[][] }
      return [book.lastUpdateId, Number(book.bids[0]?.[0]), Number(book.bids[0]?.[1])]
    }
  }
}

const ROUTES = ['depth', 'trades', 'historicalTrades', 'aggTrades', 'klines', 'premiumIndex', 'fundingRate']

for (const [venue, prefix] of [
  ['binance-usdm', '/fapi/v1/'],
  ['binance-spot', '/api/v3/'],
] as const) {
  dataTest(
    `recorded ${venue} answers become rows with the recorded figures`,
    'venue-payloads/binance_http.json.gz',
    (path) => {
      const { routes } = JSON.parse(gunzipSync(readFileSync(path)).toString()) as {
        routes: Record<string, { GET?: RecordedCall[] }>
      }
      let compared = 0
      for (const route of ROUTES) {
        for (const call of routes[prefix + route]?.GET ?? [])
          compared += compareCall(venue, `${prefix}${route}?${call.queryString}`, route, call.data)
      }
      assert.ok(compared > 200, `compared ${compared} elements`)
    },
  )
}

/** Decodes one recorded answer, instruments inferred from it, and compares every element; returns how many there were. */
function compareCall(venue: BinanceVenue, url: string, route: string, data: unknown): number {
  const bytes = encodeUtf8(JSON.stringify(data))
  const out = new RowBuffer(8192)
  const survey = new InstrumentSurvey(venue)
  let decoder: RestDecoder
  do {
    out.clear()
    decoder = new RestDecoder({ venue, instruments: survey.instruments })
    decoder.decode(url, bytes, 0, bytes.length, receive, 0, out)
  } while (survey.learn(decoder.problems))
  const items = (Array.isArray(data) ? data : [data]) as unknown[]
  // In some recorded elements the publisher has emptied keys, and some answers are null.
  const whole = items.filter((item) => item !== null && !Object.keys(item as object).includes(''))
  assert.equal(items.length - whole.length, decoder.problems.length, `${url}: ${decoder.problems[0]?.reason}`)
  let row = 0
  for (const item of whole) {
    assert.deepEqual(figures(out, row, decoder), recordedFigures(route, item), url)
    row += recordRows(out, row)
  }
  assert.equal(row, out.length)
  return whole.length
}
