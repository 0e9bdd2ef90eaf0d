/** The official connector and ccxt trade at the spot venue over REST, as they come. */
import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import { Spot, SpotRestAPI as Api } from '@binance/spot'
import ccxt from 'ccxt'
import { systemClock } from '../../../node/clock.ts'
import { API_KEY, API_SECRET, RestWorld } from '../../../testing/rest-world.ts'

async function started(context: TestContext): Promise<RestWorld> {
  const world = new RestWorld(['BTCUSDT', 'ETHUSDT'], () => systemClock.nowMicros())
  await world.listen(context)
  context.after(() => assert.deepEqual(world.faults, []))
  return world
}

test('the official connector reads the market and trades', async (context) => {
  const world = await started(context)
  const api = new Spot({
    configurationRestAPI: { apiKey: API_KEY, apiSecret: API_SECRET, basePath: world.spotUrl, timeout: 5000 },
  }).restAPI
  const info = await (await api.exchangeInfo({ symbols: ['BTCUSDT'] })).data()
  assert.equal(info.symbols?.[0]?.symbol, 'BTCUSDT')
  const book = await (await api.depth({ symbol: 'BTCUSDT', limit: 5 })).data()
  assert.deepEqual(book.asks?.[0], ['76900.01000000', '0.01000000'])
  const order = { symbol: 'BTCUSDT', side: Api.NewOrderSideEnum.BUY }
  const bought = await (await api.newOrder({ ...order, type: Api.NewOrderTypeEnum.MARKET, quoteOrderQty: 100 })).data()
  assert.equal(bought.status, 'FILLED')
  const resting = await (
    await api.newOrder({
      ...order,
      type: Api.NewOrderTypeEnum.LIMIT,
      quantity: 0.01,
      price: 76_000,
      timeInForce: Api.NewOrderTimeInForceEnum.GTC,
    })
  ).data()
  assert.equal(resting.status, 'NEW')
  const canceled = await (await api.deleteOrder({ symbol: 'BTCUSDT', orderId: resting.orderId ?? 0 })).data()
  assert.equal(canceled.status, 'CANCELED')
  const account = await (await api.getAccount({ omitZeroBalances: true })).data()
  assert.deepEqual(
    account.balances?.map(({ asset }) => asset),
    ['BTC', 'USDT'],
  )
})

test('ccxt reads the market and trades', async (context) => {
  const world = await started(context)
  const exchange = new ccxt.binance({
    apiKey: API_KEY,
    secret: API_SECRET,
    options: { defaultType: 'spot', fetchMarkets: { types: ['spot'] }, fetchMargins: false },
  })
  exchange.has['fetchCurrencies'] = false
  exchange.fetchImplementation = (url: string, init: RequestInit) =>
    fetch(url.replace(/^https:\/\/[^/]+/, world.spotUrl), init)
  const symbol = 'BTC/USDT'
  await exchange.loadMarkets()
  const book = await exchange.fetchOrderBook(symbol, 5)
  assert.deepEqual(book.bids[0]?.slice(0, 2), [76_899.99, 0.01])
  const bought = await exchange.createOrder(symbol, 'market', 'buy', 0.02)
  assert.equal(bought.status, 'closed')
  assert.equal(bought.filled, 0.02)
  const resting = await exchange.createOrder(symbol, 'limit', 'sell', 0.01, 77_000)
  assert.equal(resting.status, 'open')
  const edited = await exchange.editOrder(resting.id ?? '', symbol, 'limit', 'sell', 0.01, 77_010)
  assert.equal(edited.status, 'open')
  assert.equal((await exchange.fetchOpenOrders(symbol)).length, 1)
  await exchange.cancelOrder(edited.id ?? '', symbol)
  const stop = await exchange.createOrder(symbol, 'limit', 'sell', 0.01, 74_900, { stopLossPrice: 75_000 })
  assert.equal((await exchange.fetchOrder(stop.id ?? '', symbol)).triggerPrice, 75_000)
  assert.equal((await exchange.fetchMyTrades(symbol)).length, 2)
  const balance = await exchange.fetchBalance()
  assert.equal(balance['BTC']?.used, 0.01)
  await assert.rejects(exchange.createOrder(symbol, 'limit', 'buy', 100, 76_000), ccxt.InsufficientFunds)
  await assert.rejects(
    exchange.createOrder(symbol, 'limit', 'buy', 0.01, 76_901, { postOnly: true }),
    ccxt.OrderImmediatelyFillable,
  )
})
