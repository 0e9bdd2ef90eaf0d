/** Whatever is sent to the spot venue's endpoints, it answers in its own words, and no money appears or vanishes. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { RestWorld, USER } from '../../../testing/rest-world.ts'

const CALLS = [
  ['POST', '/api/v3/order'],
  ['POST', '/api/v3/order/test'],
  ['DELETE', '/api/v3/order'],
  ['GET', '/api/v3/order'],
  ['POST', '/api/v3/order/cancelReplace'],
  ['PUT', '/api/v3/order/amend/keepPriority'],
  ['POST', '/api/v3/orderList/oco'],
  ['DELETE', '/api/v3/orderList'],
  ['GET', '/api/v3/orderList'],
  ['GET', '/api/v3/allOrderList'],
  ['GET', '/api/v3/openOrderList'],
  ['DELETE', '/api/v3/openOrders'],
  ['GET', '/api/v3/openOrders'],
  ['GET', '/api/v3/allOrders'],
  ['GET', '/api/v3/myTrades'],
  ['GET', '/api/v3/account'],
  ['GET', '/api/v3/account/commission'],
  ['GET', '/api/v3/depth'],
  ['GET', '/api/v3/trades'],
  ['GET', '/api/v3/aggTrades'],
  ['GET', '/api/v3/klines'],
  ['GET', '/api/v3/avgPrice'],
  ['GET', '/api/v3/ticker'],
  ['GET', '/api/v3/ticker/24hr'],
  ['GET', '/api/v3/ticker/price'],
  ['GET', '/api/v3/exchangeInfo'],
] as const

/** Values that a parameter should have, and values that it should not. */
const VALUES: Readonly<Record<string, readonly string[]>> = {
  symbol: ['BTCUSDT', 'BTCUSDT', 'BTCUSDT', 'ETHUSDT', 'btcusdt', '', '币安人生USDT'],
  side: ['BUY', 'SELL', 'buy'],
  type: [
    'LIMIT',
    'MARKET',
    'LIMIT_MAKER',
    'STOP_LOSS',
    'STOP_LOSS_LIMIT',
    'TAKE_PROFIT',
    'TAKE_PROFIT_LIMIT',
    'STOP',
    '__proto__',
  ],
  timeInForce: ['GTC', 'IOC', 'FOK', 'GTX', ''],
  quantity: ['0.01', '0.01', '0.5', '0', '-1', '1e3', 'NaN', '99999999999999999999', '0.0000000001'],
  quoteOrderQty: ['100', '0', '9007199254740993'],
  price: ['76900', '76000', '78000.5', '0', '1e5', '0.001'],
  stopPrice: ['76000', '78000', '0'],
  trailingDelta: ['10'],
  icebergQty: ['0', '1'],
  newClientOrderId: ['a', 'b', 'x y', 'a'.repeat(40), '"'],
  orderId: ['1', '82', '83', '84', '-1', 'x', '99999999999999999999'],
  origClientOrderId: ['a', 'b', ''],
  newQty: ['0.005', '0', '9'],
  cancelReplaceMode: ['STOP_ON_FAILURE', 'ALLOW_FAILURE', 'NONE'],
  cancelOrderId: ['82', '83', '0'],
  aboveType: ['LIMIT_MAKER', 'STOP_LOSS_LIMIT', 'LIMIT'],
  belowType: ['STOP_LOSS_LIMIT', 'STOP_LOSS', 'LIMIT_MAKER'],
  abovePrice: ['78000', '0'],
  aboveStopPrice: ['78000'],
  belowPrice: ['76000'],
  belowStopPrice: ['76100'],
  belowTimeInForce: ['GTC'],
  orderListId: ['1', '2', 'z'],
  limit: ['1', '0', '5000', '-5'],
  interval: ['1m', '1M', '7m', 'constructor'],
  startTime: ['0', '1795216080000', '9999999999999'],
  endTime: ['0', '1795216080001'],
  symbols: ['["BTCUSDT"]', '[]', '{', '["X"]'],
  windowSize: ['1h', '99d', ''],
  newOrderRespType: ['ACK', 'RESULT', 'FULL', 'ALL'],
  selfTradePreventionMode: ['NONE', 'EXPIRE_BOTH', 'DECREMENT', 'TRANSFER'],
  recvWindow: ['5000', '60001', 'x'],
}

/** What makes a call right, so that one wrong value more is looked at closely. */
const RIGHT: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  '/api/v3/order': { side: 'BUY', type: 'LIMIT', timeInForce: 'GTC', quantity: '0.01', price: '76000', orderId: '83' },
  '/api/v3/order/cancelReplace': {
    side: 'SELL',
    type: 'MARKET',
    quantity: '0.01',
    cancelReplaceMode: 'ALLOW_FAILURE',
    cancelOrderId: '83',
  },
  '/api/v3/order/amend/keepPriority': { orderId: '83', newQty: '0.005' },
  '/api/v3/orderList/oco': {
    side: 'SELL',
    quantity: '0.01',
    aboveType: 'LIMIT_MAKER',
    abovePrice: '78000',
    belowType: 'STOP_LOSS',
    belowStopPrice: '76100',
  },
  '/api/v3/klines': { interval: '1m' },
}

const wrongs = fc
  .subarray(Object.keys(VALUES), { maxLength: 4 })
  .chain((names) =>
    fc.record(Object.fromEntries(names.map((name) => [name, fc.constantFrom(...(VALUES[name] ?? []))]))),
  )

test('no request makes the spot venue fail or lose money', async (context) => {
  const world = new RestWorld()
  await world.listen(context)
  world.ask(world.spot, { kind: 'transfer', account: USER, asset: 'BTC', amount: '5' })
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...CALLS), wrongs, async ([method, path], wrong) => {
      const right = method === 'GET' && path === '/api/v3/order' ? { orderId: '83' } : RIGHT[path]
      const sent: Record<string, string> = { symbol: 'BTCUSDT', ...right, ...wrong }
      // Into the next window of every limit but that of a day.
      world.pass(60_000_000)
      const { status, text, body } = await world.call(method, path, sent)
      assert.ok([200, 400, 409].includes(status), `${method} ${path} ${status} ${text}`)
      assert.notEqual(body, undefined, `${method} ${path} answers with what is no JSON: ${text}`)
      if (status !== 200) assert.ok((body as { code: number }).code < 0, text)
      for (const asset of world.spot.assets.keys()) assert.equal(world.spot.state.balances.imbalance(asset), 0n)
    }),
    { numRuns: 300 },
  )
  assert.deepEqual(world.faults, [])
  assert.ok(world.spot.views.allOrders(USER, 0).length > 10)
})
