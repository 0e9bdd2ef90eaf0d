import assert from 'node:assert/strict'
import { test } from 'node:test'
import { recordStarts, sampleInstruments, sampleRecords } from '../../testing/sample-records.ts'
import { KIND_FIELDS, kindName } from './fields.ts'
import { BEST_BID_ASK, FILL, TEXT, TRADE } from './kinds.ts'
import { NO_INSTRUMENT } from './layout.ts'
import { printRow } from './print.ts'
import { kindOf, RowBuffer } from './row-buffer.ts'

const records = sampleRecords()

/** The sample of a kind as text. */
function printed(kind: number): string {
  const row = recordStarts(records).find((start) => kindOf(records, start) === kind)
  assert.notEqual(row, undefined)
  return printRow(records, row as number, sampleInstruments)
}

test('every kind prints as one line that begins with its name', () => {
  assert.equal(recordStarts(records).length, KIND_FIELDS.length)
  for (const row of recordStarts(records)) {
    const line = printRow(records, row, sampleInstruments)
    assert.ok(line.startsWith(`${kindName(kindOf(records, row))} `), line)
    assert.doesNotMatch(line, /\n|undefined|NaN|damaged/)
  }
})

test('decimals are exact and carry their instrument’s scale', () => {
  assert.equal(
    printed(TRADE.kind),
    'trade binance-usdm:BTCUSDT at 2024-08-08T00:00:00.001000Z venue 2024-08-07T23:59:59.998000Z ' +
      'version 5193123456 source 2: taker side sell, price 61234.5, quantity 0.017, id 5193123456',
  )
  assert.match(
    printed(FILL.kind),
    /maker, side sell, intent 58, why queue-reached, fee asset USDT, .* fee -0\.0306173,/,
  )
  assert.match(printed(TEXT.kind), /text 1, content "drop of 1 %"$/)
})

test('without its instrument a row is printed in quanta', () => {
  const row = recordStarts(records).find((start) => kindOf(records, start) === BEST_BID_ASK.kind) as number
  assert.match(printRow(records, row, []), /^best-bid-ask #0 at .*: bid 612345 quanta, /)
})

test('a kind of a newer build is named by its number', () => {
  const rows = new RowBuffer(4)
  rows.append(60, 0, 0, NO_INSTRUMENT, 2)
  assert.equal(
    printRow(rows, 0, []),
    'row at 1970-01-01T00:00:00.000000Z source 0: kind 60 is not known to this build (2 raw rows)',
  )
})

test('a row that does not hold its fields is called damaged instead of being misread', () => {
  const short = new RowBuffer(4)
  short.append(FILL.kind, 0, 0, 0, 0)
  assert.match(printRow(short, 0, sampleInstruments), /damaged, 0 raw rows do not hold it$/)
  const text = new RowBuffer(4)
  text.append(TEXT.kind, 0, 0, NO_INSTRUMENT, 1)
  text.u32[TEXT.textBytesByte / 4] = 65
  assert.match(printRow(text, 0, sampleInstruments), /damaged/)
})

test('values that no writer writes are shown as they are', () => {
  const rows = new RowBuffer(1)
  rows.append(TRADE.kind, 0, 0, 0, 0)
  rows.f64[TRADE.price] = 1.5
  rows.f64[1] = Number.NaN
  assert.match(printRow(rows, 0, sampleInstruments), /at NaN µs \(no integer\).*price 1\.5 \(no integer\), quantity 0,/)
})
