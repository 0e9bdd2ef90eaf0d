import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Parameters } from './parameters.ts'

test('query and body are read, and the query counts where a name is in both', () => {
  const parameters = new Parameters('symbol=BTCUSDT&side=BUY', 'side=SELL&quantity=1')
  assert.equal(parameters.find('symbol'), 'BTCUSDT')
  assert.equal(parameters.find('side'), 'BUY')
  assert.equal(parameters.find('quantity'), '1')
  assert.equal(parameters.find('price'), undefined)
  assert.equal(parameters.problem, undefined)
})

test('values are decoded: percent signs, plus signs, and what is no ASCII', () => {
  const parameters = new Parameters('a=%7B%22x%22%3A1%7D&b=c+d&symbol=%E5%B8%81USDT&list=[%22A%22,%22B%22]', '')
  assert.equal(parameters.find('a'), '{"x":1}')
  assert.equal(parameters.find('b'), 'c d')
  assert.equal(parameters.find('symbol'), '币USDT')
  assert.equal(parameters.find('list'), '["A","B"]')
})

test('only the first equals sign separates', () => {
  assert.equal(new Parameters('', 'batchOrders=[{"a":"b=c"}]').find('batchOrders'), '[{"a":"b=c"}]')
})

test('a broken percent sign and a name twice are noted', () => {
  assert.equal(new Parameters('a=%zz', '').problem?.code, -1100)
  assert.equal(new Parameters('a=1&a=2', '').problem?.code, -1101)
  assert.equal(new Parameters('a=1', 'a=1').problem, undefined)
})

test('names of lists are found in any case', () => {
  assert.equal(new Parameters('orderidlist=[1]', '').findLoosely('orderIdList'), '[1]')
})

test('ten thousand pairs cost no more than the first few', () => {
  const text = Array.from({ length: 10_000 }, (_, i) => `p${i}=1`).join('&')
  assert.ok(new Parameters(text, text).names.length <= 64)
})

test('JSON values become their texts', () => {
  const parameters = Parameters.fromRecord({ symbol: 'BTCUSDT', quantity: 0.01, reduceOnly: true, x: null, list: [1] })
  assert.deepEqual(parameters.names, ['symbol', 'quantity', 'reduceOnly', 'list'])
  assert.deepEqual(parameters.values, ['BTCUSDT', '0.01', 'true', '[1]'])
})
