import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { printDecimal } from '../../core/number/decimal.ts'
import { Parameters } from './parameters.ts'
import { Reader } from './reader.ts'
import { refusal } from './refusal.ts'

const reading = (query: string, dialect: 'futures' | 'spot' = 'futures'): Reader =>
  new Reader(new Parameters(query, ''), dialect)

/** What a reader refuses with when `read` reads `query`. */
function refused(query: string, read: (reader: Reader) => unknown, dialect: 'futures' | 'spot' = 'futures'): string {
  const reader = reading(query, dialect)
  read(reader)
  return reader.refusal === undefined ? '' : `${reader.refusal.code} ${reader.refusal.message}`
}

test('what is missing or empty is named', () => {
  const missing = "-1102 Mandatory parameter 'symbol' was not sent, was empty/null, or malformed."
  assert.equal(
    refused('', (reader) => reader.text('symbol')),
    missing,
  )
  assert.equal(
    refused('symbol=', (reader) => reader.text('symbol')),
    missing,
  )
  assert.equal(
    refused('limit=', (reader) => reader.integer('limit', 5)),
    "-1105 Parameter 'limit' was empty.",
  )
})

test('a number of another form names the legal range', () => {
  const integer = "-1100 Illegal characters found in parameter 'orderId'; legal range is '^[0-9]{1,20}$'."
  for (const text of ['x', '1.5', '-1', '1e3', '%20', '123456789012345678901'])
    assert.equal(
      refused(`orderId=${text}`, (reader) => reader.integer('orderId')),
      integer,
    )
  const decimal =
    "-1100 Illegal characters found in parameter 'price'; legal range is '^([0-9]{1,20})(\\.[0-9]{1,20})?$'."
  for (const text of ['x', '-1', '1e3', '.5', '1.', '1,5', 'NaN', 'Infinity'])
    assert.equal(
      refused(`price=${text}`, (reader) => reader.quanta('price', 2)),
      decimal,
    )
})

test('too many decimals are refused in the words of each market, zeros at the end are none', () => {
  const read = (reader: Reader): number => reader.quanta('price', 2)
  assert.equal(refused('price=1.001', read), '-1111 Precision is over the maximum defined for this asset.')
  const fine = refused('price=1.000000001', read, 'spot')
  assert.equal(fine, "-1111 Parameter 'price' has too much precision.")
  assert.equal(refused('price=1.001', read, 'spot'), '-1013 Filter failure: PRICE_FILTER')
  assert.equal(read(reading('price=1.10000')), 110)
})

test('every printed count is read back exactly', () => {
  fc.assert(
    fc.property(fc.maxSafeNat(), fc.integer({ min: 0, max: 8 }), (count, decimals) => {
      const reader = reading(`price=${printDecimal(count, decimals)}`)
      assert.equal(reader.quanta('price', decimals), count)
      assert.equal(reader.refusal, undefined)
    }),
  )
})

test('a quantity beyond every count is larger than any filter allows', () => {
  assert.equal(reading('quantity=99999999999999999999').quanta('quantity', 8), Number.MAX_SAFE_INTEGER)
})

test('client ids are what the venue takes for one', () => {
  assert.equal(reading('id=x-Cb7yt:_/.-Z').clientId('id'), 'x-Cb7yt:_/.-Z')
  assert.match(
    refused('id=a%20b', (reader) => reader.clientId('id')),
    /^-1100 /,
  )
  assert.equal(
    refused(`id=${'a'.repeat(37)}`, (reader) => reader.clientId('id')),
    '-4015 Client order id length should not be more than 36 chars',
  )
})

test('the first refusal stands, and words are not looked up among the names of objects', () => {
  const reader = reading('side=toString&type=NONE')
  reader.choice('side', { BUY: 0, SELL: 1 }, refusal('invalidSide'))
  reader.choice('type', { LIMIT: 0 }, refusal('invalidOrderType'))
  assert.equal(reader.refusal?.code, -1117)
})

test('truth values are words in any case', () => {
  assert.equal(reading('reduceOnly=TRUE').boolean('reduceOnly', false), true)
  assert.equal(reading('').boolean('reduceOnly', true), true)
  assert.match(
    refused('reduceOnly=1', (reader) => reader.boolean('reduceOnly', false)),
    /^-1130 /,
  )
})
