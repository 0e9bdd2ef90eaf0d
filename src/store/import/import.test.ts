import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Instrument } from '../../core/market/instrument.ts'
import { printRow } from '../../core/tape/print.ts'
import { recordRows, type RowBuffer } from '../../core/tape/row-buffer.ts'
import { APPEND_TIME } from '../../core/tape/layout.ts'
import { encodeUtf8 } from '../../core/utf8.ts'
import { InputError, type InputFile } from '../../live/input-files.ts'
import { exampleInstrument } from '../../testing/instruments.ts'
import { importFiles, type ImportOptions, type ImportResult } from './import.ts'
import type { ImportFile } from './survey.ts'

/** A file in memory, given in pieces that split lines and characters; `cut` is what reading it ends with. */
function fileOf(name: string, text: string, cut?: InputError): InputFile {
  const content = encodeUtf8(text)
  return {
    name,
    async *read() {
      for (let at = 0; at < content.length; at += 97) yield content.slice(at, at + 97)
      if (cut !== undefined) throw cut
    },
  }
}

interface Imported extends ImportResult {
  /** Every record as a line. */
  readonly lines: readonly string[]
  readonly table: readonly Instrument[]
}

/** Imports into memory, and checks what holds for every tape: time never runs backwards. */
async function importAll(files: readonly (InputFile | ImportFile)[], options: ImportOptions): Promise<Imported> {
  const lines: string[] = []
  let table: readonly Instrument[] = []
  let rows = 0
  let last = 0
  const result = await importFiles(
    files.map((file) => ('file' in file ? file : { file })),
    async (instruments) => {
      table = instruments
      return {
        async append(buffer: RowBuffer) {
          rows += buffer.length
          for (let row = 0; row < buffer.length; row += recordRows(buffer, row)) {
            const time = buffer.f64[row * 8 + APPEND_TIME] ?? NaN
            assert.ok(time >= last, `row at ${time} follows one at ${last}`)
            last = time
            lines.push(printRow(buffer, row, table))
          }
        },
        async seal() {
          return { rows, hash: 'abc' }
        },
      }
    },
    options,
  )
  assert.equal(result.rows, rows)
  return { ...result, lines, table }
}

const trade = (symbol: string, id: number | string, price: string, time: number, more = ''): string =>
  `{"e":"trade","E":${time},"T":${time},"s":"${symbol}","t":${id},"p":"${price}","q":"0.5","X":"MARKET","m":false${more}}`
const diff = (u: number, pu: number, price = '100.1'): string =>
  `{"stream":"btcusdt@depth","data":{"e":"depthUpdate","E":1700000000000,"T":1700000000000,"s":"BTCUSDT","U":${pu + 1},"u":${u},"pu":${pu},"b":[["${price}","1"]],"a":[]}}`

test('receive times may be nano-, micro-, milliseconds or seconds; what runs backwards waits', async () => {
  const { lines } = await importAll(
    [
      fileOf(
        'a.txt',
        [
          `1700000000000000 ${trade('BTCUSDT', 1, '100', 1_700_000_000_000)}`,
          `1700000000000001999 ${trade('BTCUSDT', 2, '100', 1_700_000_000_000)}`,
          `1700000000001 ${trade('BTCUSDT', 3, '100', 1_700_000_000_000)}`,
          `1700000000000500 ${trade('BTCUSDT', 4, '100', 1_700_000_000_000)}`,
          `1700000001 ${trade('BTCUSDT', 5, '100', 1_700_000_000_000)}`,
          `1700000002.1234567: ${trade('BTCUSDT', 6, '100', 1_700_000_000_000)}`,
        ].join('\n'),
      ),
    ],
    { venue: 'binance-usdm' },
  )
  assert.deepEqual(
    lines.map((line) => / at \S+T22:13:(\S+)Z venue/.exec(line)?.[1]),
    ['20.000000', '20.000001', '20.001000', '20.001000', '21.000000', '22.123456'],
  )
})

test('instruments are inferred with as many decimals as their finest number, and marked so', async () => {
  const { table, lines, rejected } = await importAll(
    [
      fileOf(
        'a.txt',
        [
          trade('BTCUSDT', 1, '100.50', 1e12),
          trade('1000SHIBUSDT', 1, '0.0123', 1e12),
          trade('BTCUSDT', 2, '100.25000000', 1e12),
        ].join('\n'),
      ),
    ],
    { venue: 'binance-usdm' },
  )
  assert.deepEqual(
    table.map(({ symbol, base, quote, priceDecimals, quantityDecimals, inferred }) => [
      symbol,
      base,
      quote,
      priceDecimals,
      quantityDecimals,
      inferred,
    ]),
    [
      ['BTCUSDT', 'BTC', 'USDT', 2, 1, true],
      ['1000SHIBUSDT', '1000SHIB', 'USDT', 4, 1, true],
    ],
  )
  assert.match(lines[0] ?? '', /price 100.5, quantity 0.5, id 1$/)
  assert.deepEqual(rejected, [])
})

test('a number that no inferred quantum can hold spoils its own line only', async () => {
  const { table, lines, rejected } = await importAll(
    [
      fileOf(
        'a.txt',
        [
          trade('BTCUSDT', 1, '100.5', 1e12),
          trade('BTCUSDT', 2, '100.123456789', 1e12),
          trade('BTCUSDT', 3, '99', 1e12),
        ].join('\n'),
      ),
    ],
    { venue: 'binance-usdm' },
  )
  assert.equal(table[0]?.priceDecimals, 1)
  assert.equal(lines.length, 2)
  assert.deepEqual(rejected, [
    {
      file: 'a.txt',
      line: 2,
      reason: 'price finer than the quantum: p is "100.123456789", and the price quantum of BTCUSDT has 1 decimals',
    },
  ])
})

test('bad lines are told by file and line, and the lines beside them are kept', async () => {
  const text = [
    `1700000000000000 ${trade('BTCUSDT', 1, '100.5', 1.7e12)}`,
    `1700000000000000 ${trade('BTCUSDT', 2, '100.55', 1.7e12)}`,
    `1700000000000000 ${trade('BTCUSDT', 3, '100.5', 1.7e12).slice(0, -20)}`,
    `1700000000000000 ${diff(9_007_199_254_740_992, 5)}`,
    'what is this',
    '',
    `170000000000000 ${trade('BTCUSDT', 4, '100.5', 1.7e12)}`,
    `1700000000000000 ${trade('BTCUSDT', 5, '100.5', 1.7e12)}\r`,
  ].join('\n')
  const { lines, rejected } = await importAll([fileOf('a.txt', text)], {
    venue: 'binance-usdm',
    instruments: [exampleInstrument('BTCUSDT')],
  })
  assert.equal(lines.length, 2)
  assert.deepEqual(
    rejected.map(({ file, line, reason }) => `${file}:${line} ${reason.slice(0, 40)}`),
    [
      'a.txt:2 price finer than the quantum: p is "100.',
      'a.txt:3 no JSON: ":" should stand here and the t',
      'a.txt:4 u is 9007199254740992, beyond 2^53 - 1',
      'a.txt:5 the line is neither a message nor an ans',
      'a.txt:7 the line is neither a message nor an ans',
    ],
  )
})

test('an unknown symbol is told once, with how often it came', async () => {
  const text = Array.from({ length: 5 }, (_, id) => trade(id === 1 ? 'BTCUSDT' : 'NEWUSDT', id, '100.5', 1e12)).join(
    '\n',
  )
  const { rejected, lines } = await importAll([fileOf('a.txt', text)], {
    venue: 'binance-usdm',
    instruments: [exampleInstrument('BTCUSDT')],
  })
  assert.equal(lines.length, 1)
  assert.deepEqual(rejected, [
    {
      file: 'a.txt',
      line: 1,
      reason: 'symbol NEWUSDT is not among the instruments: give its rules with --instruments (and 3 more)',
    },
  ])
})

test('a symbol whose quote asset is not known is told, not guessed at', async () => {
  const { rejected } = await importAll([fileOf('a.txt', trade('NOBODYKNOWS', 1, '1', 1e12))], { venue: 'binance-usdm' })
  assert.match(rejected[0]?.reason ?? '', /^symbol NOBODYKNOWS is not among the instruments: give its rules/)
})

test('of many alike rejections a hundred are listed and the rest counted', async () => {
  const { rejected } = await importAll([fileOf('a.txt', `[]\n${'nonsense\n'.repeat(250)}`)], { venue: 'binance-usdm' })
  assert.equal(rejected.length, 100)
  assert.match(rejected[99]?.reason ?? '', / \(and 150 more\)$/)
})

test('a gap in the depth diffs becomes a row in front of what revealed it, and a located rejection', async () => {
  const text = [diff(10, 5), diff(12, 10), diff(20, 18, '100.2'), diff(21, 20)]
    .map((line) => `1700000000000000 ${line}`)
    .join('\n')
  const { lines, rejected, instruments } = await importAll([fileOf('a.txt', text)], { venue: 'binance-usdm' })
  assert.deepEqual(
    lines.map((line) => line.split(' ')[0]),
    ['depth-diff', 'depth-diff', 'gap', 'depth-diff', 'depth-diff'],
  )
  assert.match(lines[2] ?? '', /expected 12, received 18, reason update-ids, stream 4$/)
  assert.deepEqual(rejected, [
    { file: 'a.txt', line: 3, reason: 'gap in the depth diffs of BTCUSDT: update id 12 should have followed, 18 came' },
  ])
  assert.equal(instruments[0]?.gaps, 1)
  assert.equal(instruments[0]?.depthMessages, 4)
})

test('a snapshot in line belongs to the only symbol of its file, and may be finer than all else in it', async () => {
  const snapshot = '{"lastUpdateId": 10, "bids": [["100.12", "1.25"]], "asks": [["100.13", "2"]]}'
  const text = `1700000000000000 ${diff(10, 5)}\n1700000000000001 ${snapshot}\n1700000000000002 ${diff(12, 10, '100.1')}`
  const { lines, instruments, rejected } = await importAll([fileOf('a.txt', text)], { venue: 'binance-usdm' })
  assert.deepEqual(rejected, [])
  assert.match(lines[1] ?? '', /^depth-snapshot .* limit 1, 1 bids \[100.12 × 1.25\], 1 asks \[100.13 × 2\]$/)
  assert.deepEqual(instruments[0]?.bestBid, { price: '100.12', quantity: '1.25' })
  assert.equal(instruments[0]?.bidLevels, 2)
  const two = await importAll([fileOf('a.txt', `${text}\n1700000000000003 ${trade('ETHUSDT', 1, '5', 1.7e12)}`)], {
    venue: 'binance-usdm',
  })
  assert.match(two.rejected[0]?.reason ?? '', /^a book without a symbol/)
  const told = await importAll([fileOf('a.txt', snapshot.replace(', "bids', ',"T":1700000000000, "bids'))], {
    venue: 'binance-usdm',
    symbol: 'BTCUSDT',
  })
  assert.equal(told.instruments[0]?.bidLevels, 1)
})

test('trades outside the book are counted but are no rows', async () => {
  const { lines, instruments } = await importAll(
    [
      fileOf(
        'a.txt',
        [trade('BTCUSDT', 7, '100', 1e12), trade('BTCUSDT', 8, '90', 1e12).replace('MARKET', 'ADL')].join('\n'),
      ),
    ],
    { venue: 'binance-usdm' },
  )
  assert.equal(lines.length, 1)
  const { trades, firstTradeId, lastTradeId, volume } = instruments[0] ?? {}
  assert.deepEqual([trades, firstTradeId, lastTradeId, volume], [2, 7, 8, '1.0'])
})

test('a file that is cut short keeps everything before, and says so once', async () => {
  const text = `${trade('BTCUSDT', 1, '100', 1e12)}\n${trade('BTCUSDT', 2, '100', 1e12)}\n${trade('BTCUSDT', 3, '100', 1e12).slice(0, 30)}`
  const { lines, rejected } = await importAll(
    [fileOf('a.gz', text, new InputError('the gzip data ends before its end'))],
    { venue: 'binance-usdm' },
  )
  assert.equal(lines.length, 2)
  assert.deepEqual(rejected, [
    { file: 'a.gz', line: 3, reason: 'the gzip data ends before its end; everything before line 3 is kept' },
  ])
})

test('candles of several symbols come in order of time, each when it is complete', async () => {
  const table = (rows: readonly string[]): string => `open_time,open,high,low,close,volume\n${rows.join('\n')}\n`
  const btc = fileOf(
    'x/BTCUSDT.csv',
    table(['1700000000000,1,2,1,2,10', '1700000060000,2,3,2,3,11', '1700000120000,3,4,3,4,12']),
  )
  const eth = fileOf('x/ETHUSDT.csv', table(['1700000060000,5,6,5,6.5,1', '1700000120000,6,7,6,7,1.25']))
  const { lines, instruments, rejected } = await importAll([eth, btc], { venue: 'binance-usdm' })
  assert.deepEqual(rejected, [])
  assert.deepEqual(
    lines.map((line) => /^candle \S+:(\w+) at \S+T(\S+)Z .* interval (\d+)/.exec(line)?.slice(1).join(' ')),
    [
      'BTCUSDT 22:14:20.000000 60000000',
      'ETHUSDT 22:15:20.000000 60000000',
      'BTCUSDT 22:15:20.000000 60000000',
      'ETHUSDT 22:16:20.000000 60000000',
      'BTCUSDT 22:16:20.000000 60000000',
    ],
  )
  assert.deepEqual(
    instruments.map(({ symbol, candles }) => `${symbol} ${candles}`),
    ['ETHUSDT 2', 'BTCUSDT 3'],
  )
})

test('a candle that is not later than the one before is refused, and a stretch cuts at its ends', async () => {
  const row = (time: number): string => `${time},1,2,1,2,10`
  const text = [1.7e12, 1.70000006e12, 1.70000006e12, 1.70000012e12].map(row).join('\n')
  const all = await importAll([fileOf('BTCUSDT.csv', text)], { venue: 'binance-usdm' })
  assert.deepEqual(all.rejected, [
    { file: 'BTCUSDT.csv', line: 3, reason: 'the row is not later than the one before it' },
  ])
  const stretch = { from: 1.70000006e15, to: 1.70000012e15 }
  const part = await importAll([{ file: fileOf('BTCUSDT.csv', text), stretch }], { venue: 'binance-usdm' })
  assert.equal(part.lines.length, 1)
})

test('a table needs a symbol: from its name or from the user', async () => {
  const text = 'funding_time,funding_rate\n1741276800000,6.818e-05\n'
  const nameless = await importAll([fileOf('data.csv', text)], { venue: 'binance-usdm' })
  assert.deepEqual(nameless.rejected, [
    {
      file: 'data.csv',
      line: 0,
      reason: 'the file name does not begin with a symbol (BTCUSDT.csv): say which it is with --symbol',
    },
  ])
  const named = await importAll([fileOf('data.csv', text)], { venue: 'binance-usdm', symbol: 'BTCUSDT' })
  assert.match(named.lines[0] ?? '', /^funding-rate binance-usdm:BTCUSDT .* rate 0.00006818/)
})

test('files that are nothing known are refused, and the others imported', async () => {
  const { rejected, lines } = await importAll(
    [fileOf('photo.jpg', '\u0001\u0002'), fileOf('empty.csv', ''), fileOf('a.txt', trade('BTCUSDT', 1, '1', 1e12))],
    { venue: 'binance-usdm' },
  )
  assert.equal(lines.length, 1)
  assert.deepEqual(
    rejected.map(({ file, line, reason }) => `${file}:${line} ${reason}`),
    [
      'photo.jpg:0 neither recorded messages nor a table: the first line is no JSON and has no commas',
      'empty.csv:0 the file is empty',
    ],
  )
})

test('answers of REST lie between frames in the order of their times', async () => {
  const answer =
    'https://host/fapi/v1/depth?symbol=BTCUSDT&limit=5 -> 1700000000.5: {"lastUpdateId":10,"bids":[["100.1","1"]],"asks":[]}'
  const frames = `wss://host/stream <-> 1700000000.1\n1700000000.25: ${diff(10, 5)}\n1700000000.75: ${diff(12, 10)}\n`
  const { lines, rejected } = await importAll([fileOf('x.ws.1', frames), fileOf('x.http.0', `${answer}\n\n`)], {
    venue: 'binance-usdm',
  })
  assert.deepEqual(rejected, [])
  assert.deepEqual(
    lines.map((line) => line.split(' ')[0]),
    ['depth-diff', 'depth-snapshot', 'depth-diff'],
  )
})

test('only instruments that occur are in the table, with their given rules', async () => {
  const given = ['AUSDT', 'BTCUSDT', 'CUSDT'].map((symbol) => exampleInstrument(symbol))
  const { table } = await importAll([fileOf('a.txt', trade('CUSDT', 1, '1', 1e12))], {
    venue: 'binance-usdm',
    instruments: given,
  })
  assert.deepEqual(table, [given[2]])
})
