import assert from 'node:assert/strict'
import { test } from 'node:test'
import { printRow } from '../../core/tape/print.ts'
import { recordRows, RowBuffer } from '../../core/tape/row-buffer.ts'
import { encodeUtf8 } from '../../core/utf8.ts'
import { exampleInstrument } from '../../testing/instruments.ts'
import { BinanceDecoder, BUFFER_FULL, type BinanceVenue } from './decoder.ts'

const receive = Float64Array.of(1_795_216_100_200_000)
const futures = [
  exampleInstrument('BTCUSDT', { priceDecimals: 2 }),
  exampleInstrument('STGUSDT', { priceDecimals: 4, quantityDecimals: 0 }),
  exampleInstrument('币安人生USDT', { priceDecimals: 5, quantityDecimals: 0 }),
]
const spot = [
  exampleInstrument('BTCUSDT', { venue: 'binance-spot', market: 'spot', priceDecimals: 2, quantityDecimals: 5 }),
]

function decoderFor(venue: BinanceVenue): BinanceDecoder {
  const decoder = new BinanceDecoder({ venue, instruments: venue === 'binance-spot' ? spot : futures })
  decoder.context = 0
  return decoder
}

/** Every record as a line, without what all of them share. */
function decode(text: string, venue: BinanceVenue = 'binance-usdm', decoder = decoderFor(venue)): string[] {
  const bytes = encodeUtf8(text)
  const out = new RowBuffer(64)
  const rows = decoder.decode(bytes, 0, bytes.length, receive, 3, out)
  assert.equal(rows, out.length)
  if (decoder.problems.length === 0) assert.equal(decoder.end, bytes.length)
  const lines: string[] = []
  for (let row = 0; row < out.length; row += recordRows(out, row)) {
    lines.push(
      printRow(out, row, venue === 'binance-spot' ? spot : futures).replace(' at 2026-11-20T23:08:20.200000Z', ''),
    )
  }
  return lines
}

/** Decodes the same message as it is and with white space, which only the slow path reads, and expects no difference. */
function decodeBothWays(text: string, venue: BinanceVenue = 'binance-usdm'): string[] {
  const decoder = decoderFor(venue)
  const fast = decode(text, venue, decoder)
  assert.equal(decoder.slowMessages, 0, "the scanner knows the venue's own form")
  assert.deepEqual(decode(text.replaceAll('":', '" : '), venue, decoder), fast)
  assert.equal(decoder.slowMessages, 1)
  return fast
}

const E = 'venue 2026-11-20T23:08:20'

/** One message of each kind as the venue's documents show it, and the row it becomes. */
const FUTURES: readonly (readonly [name: string, message: string, rows: readonly string[]])[] = [
  [
    'an aggregate trade',
    '{"e":"aggTrade","E":1795216100152,"a":3001002003,"s":"BTCUSDT","p":"76900.10","q":"0.040","nq":"0.040","f":6500100199,"l":6500100200,"T":1795216100100,"m":false,"st":1}',
    [
      `aggregate-trade binance-usdm:BTCUSDT ${E}.100000Z version 3001002003 source 3: taker side buy, price 76900.1, quantity 0.04, first trade id 6500100199, last trade id 6500100200`,
    ],
  ],
  [
    "a trade whose buyer rested is a taker's sale",
    '{"e":"trade","E":1795216100101,"T":1795216100100,"s":"BTCUSDT","t":6500100200,"p":"76900.10","q":"0.015","X":"MARKET","m":true}',
    [
      `trade binance-usdm:BTCUSDT ${E}.100000Z version 6500100200 source 3: taker side sell, price 76900.1, quantity 0.015, id 6500100200`,
    ],
  ],
  [
    'a trade outside the book gives no row',
    '{"e":"trade","E":1795216100101,"T":1795216100100,"s":"BTCUSDT","t":6500100201,"p":"76900.10","q":"0.015","X":"INSURANCE_FUND","m":true}',
    [],
  ],
  [
    'mark prices of several symbols, one of which has no funding',
    '{"stream":"!markPrice@arr","data":[{"e":"markPriceUpdate","E":1795216101000,"s":"BTCUSDT","p":"76899.71000000","ap":"76899.68000000","P":"76921.55020011","i":"76930.10244681","r":"-0.00004220","T":1795219200000,"st":1},{"e":"markPriceUpdate","E":1795216101000,"s":"STGUSDT","p":"0.13360000","P":"0","i":"0.1","r":"","T":0}]}',
    [
      'mark-price binance-usdm:BTCUSDT venue 2026-11-20T23:08:21.000000Z source 3: mark 76899.71, index 76930.10244681, funding rate -0.0000422, next funding time 2026-11-21T00:00:00.000000Z',
      'mark-price binance-usdm:STGUSDT venue 2026-11-20T23:08:21.000000Z source 3: mark 0.1336, index 0.1, funding rate 0, next funding time none',
    ],
  ],
  [
    'a forming candle',
    '{"e":"kline","E":1795216100250,"s":"BTCUSDT","k":{"t":1795216080000,"T":1795216139999,"s":"BTCUSDT","i":"1m","f":6500099000,"L":6500100200,"o":"76880.00","c":"76900.10","h":"76910.50","l":"76875.10","v":"41.200","n":1201,"x":false,"q":"3168002.10","V":"20.100","Q":"1545811.02","B":"0"}}',
    [
      `candle binance-usdm:BTCUSDT ${E}.250000Z version 6500100200 source 3: open 76880, high 76910.5, low 76875.1, close 76900.1, volume 41.2, quote volume 3168002.1, open time 2026-11-20T23:08:00.000000Z, interval 60000000 µs, trades 1201, taker buy volume 20.1, last trade id 6500100200`,
    ],
  ],
  [
    'a closed candle in which nothing traded',
    '{"e":"kline","E":1795216140001,"s":"BTCUSDT","k":{"t":1795216080000,"T":1795216139999,"s":"BTCUSDT","i":"1m","f":-1,"L":-1,"o":"76880.00","c":"76880.00","h":"76880.00","l":"76880.00","v":"0","n":0,"x":true,"q":"0","V":"0","Q":"0","B":"0"}}',
    [
      'candle binance-usdm:BTCUSDT venue 2026-11-20T23:09:00.001000Z source 3: closed, open 76880, high 76880, low 76880, close 76880, volume 0, quote volume 0, open time 2026-11-20T23:08:00.000000Z, interval 60000000 µs, trades 0, taker buy volume 0, last trade id 0',
    ],
  ],
  [
    'statistics of a day',
    '{"e":"24hrTicker","E":1795216101000,"s":"BTCUSDT","p":"812.40","P":"1.068","w":"76410.22","c":"76900.10","Q":"0.015","o":"76087.70","h":"77240.00","l":"75610.00","v":"145002.113","q":"11079644101.12","O":1795129680000,"C":1795216100100,"F":6498000000,"L":6500100200,"n":2098123,"ps":"BTCUSDT","st":1}',
    [
      'ticker binance-usdm:BTCUSDT venue 2026-11-20T23:08:21.000000Z source 3: last 76900.1, open 76087.7, high 77240, low 75610, volume 145002.113, quote volume 11079644101.12, open time 2026-11-19T23:08:00.000000Z, last trade id 6500100200, trades 2098123',
    ],
  ],
  [
    'best bid and ask',
    '{"e":"bookTicker","u":9201334455,"s":"BTCUSDT","ps":"BTCUSDT","b":"76900.00","B":"3.210","a":"76900.10","A":"1.004","T":1795216100118,"E":1795216100123,"st":1}',
    [
      `best-bid-ask binance-usdm:BTCUSDT ${E}.118000Z version 9201334455 source 3: bid 76900, bid quantity 3.21, ask 76900.1, ask quantity 1.004`,
    ],
  ],
  [
    'changes of a book',
    '{"e":"depthUpdate","E":1795216100123,"T":1795216100118,"s":"BTCUSDT","ps":"BTCUSDT","U":9201334300,"u":9201334455,"pu":9201334299,"b":[["76900.00","3.210"],["76899.90","0.000"]],"a":[["76900.10","1.004"]],"st":1}',
    [
      `depth-diff binance-usdm:BTCUSDT ${E}.118000Z version 9201334455 source 3: first update id 9201334300, previous update id 9201334299, 2 bids [76900 × 3.21, 76899.9 × 0], 1 asks [76900.1 × 1.004]`,
    ],
  ],
  [
    'the top of a book, told by the name of its stream',
    '{"stream":"btcusdt@depth5@100ms","data":{"e":"depthUpdate","E":1795216100123,"T":1795216100118,"s":"BTCUSDT","U":9201334300,"u":9201334455,"pu":9201334299,"b":[["76900.00","3.210"]],"a":[["76900.10","1.004"]]}}',
    [
      `depth-partial binance-usdm:BTCUSDT ${E}.118000Z version 9201334455 source 3: limit 5, 1 bids [76900 × 3.21], 1 asks [76900.1 × 1.004]`,
    ],
  ],
  [
    'a snapshot in line, known as far as it goes',
    '{"lastUpdateId":9201334455,"E":1795216100123,"T":1795216100118,"bids":[["76900.00","3.210"]],"asks":[["76900.10","1.004"],["76900.20","2"]]}',
    [
      `depth-snapshot binance-usdm:BTCUSDT ${E}.118000Z version 9201334455 source 3: limit 2, 1 bids [76900 × 3.21], 2 asks [76900.1 × 1.004, 76900.2 × 2]`,
    ],
  ],
  [
    'a liquidation',
    '{"e":"forceOrder","E":1795216100300,"o":{"s":"BTCUSDT","ps":"BTCUSDT","S":"SELL","o":"LIMIT","f":"IOC","q":"0.014","p":"76500.00","ap":"76880.10","X":"FILLED","l":"0.014","z":"0.014","T":1795216100298},"st":1}',
    [
      `liquidation binance-usdm:BTCUSDT ${E}.298000Z source 3: taker side sell, price 76500, quantity 0.014, average price 76880.1, filled quantity 0.014`,
    ],
  ],
  [
    'a symbol outside ASCII',
    '{"e":"bookTicker","u":1,"s":"币安人生USDT","b":"0.25","B":"3","a":"0.26","A":"1","T":1795216100118,"E":1795216100123}',
    [
      `best-bid-ask binance-usdm:币安人生USDT ${E}.118000Z version 1 source 3: bid 0.25, bid quantity 3, ask 0.26, ask quantity 1`,
    ],
  ],
]

const SPOT: readonly (readonly [name: string, message: string, rows: readonly string[]])[] = [
  [
    'a spot trade',
    '{"e":"trade","E":1795216100101,"s":"BTCUSDT","t":5600001,"p":"76900.00","q":"0.01000000","T":1795216100100,"m":true,"M":true}',
    [
      `trade binance-spot:BTCUSDT ${E}.100000Z version 5600001 source 3: taker side sell, price 76900, quantity 0.01, id 5600001`,
    ],
  ],
  [
    'changes of a spot book, which name no previous id',
    '{"e":"depthUpdate","E":1795216100200,"s":"BTCUSDT","U":157001,"u":157009,"b":[["76899.99","1.20000000"]],"a":[["76900.01","0.00000000"]]}',
    [
      `depth-diff binance-spot:BTCUSDT ${E}.200000Z version 157009 source 3: first update id 157001, previous update id 0, 1 bids [76899.99 × 1.2], 1 asks [76900.01 × 0]`,
    ],
  ],
  [
    'a partial spot book, whose stream alone names the symbol',
    '{"stream":"btcusdt@depth10","data":{"lastUpdateId":157009,"bids":[["76899.99","1.20000000"]],"asks":[["76900.01","0.80000000"]]}}',
    [
      'depth-partial binance-spot:BTCUSDT version 157009 source 3: limit 10, 1 bids [76899.99 × 1.2], 1 asks [76900.01 × 0.8]',
    ],
  ],
  [
    'best bid and ask of spot, which has neither event name nor time',
    '{"u":157009,"s":"BTCUSDT","b":"76899.99","B":"1.20000000","a":"76900.01","A":"0.80000000"}',
    [
      'best-bid-ask binance-spot:BTCUSDT version 157009 source 3: bid 76899.99, bid quantity 1.2, ask 76900.01, ask quantity 0.8',
    ],
  ],
  [
    'spot times in microseconds, told by their size',
    '{"e":"trade","E":1795216100101123,"s":"BTCUSDT","t":5600001,"p":"76900.00","q":"0.01000000","T":1795216100100987,"m":true,"M":true}',
    [
      `trade binance-spot:BTCUSDT ${E}.100987Z version 5600001 source 3: taker side sell, price 76900, quantity 0.01, id 5600001`,
    ],
  ],
]

for (const [name, message, rows] of FUTURES) {
  test(`futures: ${name}`, () => assert.deepEqual(decodeBothWays(message), rows))
}
for (const [name, message, rows] of SPOT) {
  test(`spot: ${name}`, () => assert.deepEqual(decodeBothWays(message, 'binance-spot'), rows))
}

test('an average price finer than the quantum is left out, the liquidation is kept', () => {
  const message = FUTURES.find(([name]) => name === 'a liquidation')?.[1] ?? ''
  assert.match(
    decode(message.replace('76880.10', '76880.1234567'))[0] ?? '',
    /average price none, filled quantity 0.014$/,
  )
})

test('a trade id beyond 2^53 stays exact; only the version, which is a double, is left out', () => {
  const message = FUTURES.find(([name]) => name.startsWith('a trade whose'))?.[1] ?? ''
  const [line] = decode(message.replace('6500100200', '18446744073709551615'))
  assert.equal(
    line,
    `trade binance-usdm:BTCUSDT ${E}.100000Z source 3: taker side sell, price 76900.1, quantity 0.015, id 18446744073709551615`,
  )
})

test('events that no row is made of and answers to subscriptions are counted, not refused', () => {
  const decoder = decoderFor('binance-usdm')
  assert.deepEqual(decode('{"result":null,"id":1}', 'binance-usdm', decoder), [])
  assert.deepEqual(decode('{"e":"24hrMiniTicker","E":1795216101000,"s":"BTCUSDT"}', 'binance-usdm', decoder), [])
  const rpi =
    '{"stream":"btcusdt@rpiDepth@500ms","data":{"e":"depthUpdate","E":1,"T":1,"s":"BTCUSDT","U":1,"u":2,"pu":0,"b":[],"a":[]}}'
  assert.deepEqual(decode(rpi, 'binance-usdm', decoder), [])
  assert.deepEqual(decoder.problems, [])
  assert.equal(decoder.skipped, 3)
})

test('one bad element of an array does not take the others with it', () => {
  const decoder = decoderFor('binance-usdm')
  const mark = (symbol: string): string =>
    `{"e":"markPriceUpdate","E":1795216101000,"s":"${symbol}","p":"1.5","i":"1.5","r":"0","T":0}`
  const text = `[${mark('BTCUSDT')},${mark('NEWUSDT')},${mark('STGUSDT')}]`
  assert.equal(decode(text, 'binance-usdm', decoder).length, 2)
  assert.deepEqual(decoder.problems, [
    {
      code: 'unknown-symbol',
      reason: 'symbol NEWUSDT is not among the instruments',
      offset: text.indexOf('"NEWUSDT"'),
      field: 's',
      symbol: 'NEWUSDT',
    },
  ])
})

const TICKER =
  '{"e":"bookTicker","u":9201334455,"s":"BTCUSDT","b":"76900.00","B":"3.210","a":"76900.10","A":"1.004","T":1795216100118,"E":1795216100123}'
const DIFF =
  '{"e":"depthUpdate","E":1795216100123,"T":1795216100118,"s":"BTCUSDT","U":9201334300,"u":9201334455,"pu":9201334299,"b":[["76900.00","3.210"]],"a":[["76900.10","1.004"]]}'

/** What must be refused: what is replaced in a good message by what, and the reason given. */
const REFUSED: readonly (readonly [name: string, message: string, from: string, to: string, reason: RegExp])[] = [
  [
    'a price finer than the quantum',
    TICKER,
    '76900.10',
    '76900.105',
    /^price finer than the quantum: a is "76900.105", and the price quantum of BTCUSDT has 2 decimals$/,
  ],
  [
    'a quantity finer than the quantum',
    DIFF,
    '1.004',
    '1.0041',
    /^quantity finer than the quantum: a\[0\] is "1.0041"/,
  ],
  ['a price beyond 2^53', TICKER, '76900.10', '90071992547409.92', /^price too large to count exactly/],
  ['a negative price', TICKER, '"76900.10"', '"-76900.10"', /^a is negative/],
  ['a price that is no number', TICKER, '76900.10', '76,900.10', /^a is "76,900.10", which is no decimal number$/],
  ['an update id beyond 2^53', TICKER, '9201334455', '9007199254740992', /^u is 9007199254740992, beyond 2\^53 - 1$/],
  ['a previous id beyond 2^53', DIFF, '9201334299', '9007199254740993', /^pu is 9007199254740993, beyond 2\^53 - 1$/],
  ['a missing field', DIFF, '"pu":9201334299,', '', /^pu is missing$/],
  ['an unknown event', TICKER, 'bookTicker', 'bookTucker', /^unknown event "bookTucker"$/],
  ['a key given twice', TICKER, '"B":"3.210"', '"B":"3.210","B":"3.211"', /^no JSON: key "B" is given twice$/],
  [
    'a level without quantity',
    DIFF,
    '["76900.10","1.004"]',
    '["76900.10"]',
    /^a\[0\] is no pair of price and quantity$/,
  ],
  ['a number with leading zeros', TICKER, '9201334455', '09201334455', /^no JSON: 09201334455 is no number of JSON$/],
  [
    'a message cut short',
    TICKER,
    ',"T":1795216100118,"E":1795216100123}',
    '',
    /^no JSON: "," or "}" should stand here and the text ends$/,
  ],
  [
    'a message with something behind it',
    TICKER,
    '100123}',
    '100123}}',
    /^no JSON: more follows behind the JSON value$/,
  ],
  [
    'an error of the venue',
    '{"code":-1121,"msg":"Invalid symbol."}',
    '',
    '',
    /^the venue answered with an error: Invalid symbol\.$/,
  ],
  ['an object of no known form', '{"hello":1}', '', '', /^a message of no known form$/],
]

for (const [name, message, from, to, reason] of REFUSED) {
  test(`refused with a reason: ${name}`, () => {
    const decoder = decoderFor('binance-usdm')
    assert.deepEqual(decode(message.replace(from, to), 'binance-usdm', decoder), [])
    assert.equal(decoder.problems.length, 1)
    assert.match(decoder.problems[0]?.reason ?? '', reason)
  })
}

test('a problem names its byte, wherever in memory the message lies', () => {
  const text = TICKER.replace('76900.10', '76900.105')
  const encoded = encodeUtf8(text)
  const memory = new Uint8Array(encoded.length + 100)
  memory.set(encoded, 37)
  for (const bytes of [memory.subarray(17), memory.slice(17, 37 + encoded.length)]) {
    const decoder = decoderFor('binance-usdm')
    decoder.decode(bytes, 20, 20 + encoded.length, receive, 3, new RowBuffer(4))
    assert.equal(decoder.problems[0]?.offset, 20 + text.indexOf('"76900.105"'))
    assert.equal(decoder.end, 20 + encoded.length)
  }
})

test('a book whose symbol nobody names is refused', () => {
  const decoder = decoderFor('binance-usdm')
  decoder.context = -1
  decode('{"lastUpdateId":1,"bids":[],"asks":[]}', 'binance-usdm', decoder)
  assert.match(decoder.problems[0]?.reason ?? '', /^a book without a symbol/)
})

test('a line ends at its line break, and the next one is left alone', () => {
  const decoder = decoderFor('binance-usdm')
  const out = new RowBuffer(8)
  const bytes = encodeUtf8(`${TICKER}\r\n{"cut":\n${TICKER}`)
  const lines = [TICKER.length, TICKER.length + 9, bytes.length]
  assert.equal(decoder.decodeLine(bytes, 0, bytes.length, receive, 3, out), 1)
  assert.equal(decoder.end, lines[0])
  assert.equal(decoder.decodeLine(bytes, TICKER.length + 2, bytes.length, receive, 3, out), 0)
  assert.equal(decoder.end, lines[1])
  assert.match(decoder.problems[0]?.reason ?? '', /^no JSON: a value should stand here/)
  assert.equal(decoder.decodeLine(bytes, TICKER.length + 10, bytes.length, receive, 3, out), 1)
  assert.equal(decoder.end, lines[2])
  assert.deepEqual(decoder.problems, [])
})

test('rows that do not fit are not begun, on either way of reading', () => {
  for (const text of [DIFF, DIFF.replace('":', '": ')]) {
    const decoder = decoderFor('binance-usdm')
    const bytes = encodeUtf8(text)
    const out = new RowBuffer(4)
    out.append(1, 0, 0, 0, 2)
    assert.equal(decoder.decode(bytes, 0, bytes.length, receive, 3, out), BUFFER_FULL)
    assert.equal(out.length, 3)
    assert.deepEqual(decoder.problems, [])
    out.clear()
    assert.equal(decoder.decode(bytes, 0, bytes.length, receive, 3, out), 2)
  }
})
