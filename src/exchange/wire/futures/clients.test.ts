/** The official connector and ccxt trade at the futures venue over REST, as they come. */
import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import {
  DerivativesTradingUsdsFutures,
  DerivativesTradingUsdsFuturesRestAPI as Api,
} from '@binance/derivatives-trading-usds-futures'
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
  const client = new DerivativesTradingUsdsFutures({
    configurationRestAPI: { apiKey: API_KEY, apiSecret: API_SECRET, basePath: world.futuresUrl, timeout: 5000 },
  })
  const api = client.restAPI
  const info = await (await api.exchangeInformation()).data()
  assert.deepEqual(
    info.symbols?.map(({ symbol }) => symbol),
    ['BTCUSDT', 'ETHUSDT'],
  )
  const book = await (await api.orderBook({ symbol: 'BTCUSDT', limit: 5 })).data()
  assert.deepEqual(book.bids?.[0], ['76899.90', '1.000'])
  const bought = await (
    await api.newOrder({
      symbol: 'BTCUSDT',
      side: Api.NewOrderSideEnum.BUY,
      type: Api.NewOrderTypeEnum.MARKET,
      quantity: 0.01,
      newOrderRespType: Api.NewOrderNewOrderRespTypeEnum.RESULT,
    })
  ).data()
  assert.equal(bought.status, 'FILLED')
  const resting = await (
    await api.newOrder({
      symbol: 'BTCUSDT',
      side: Api.NewOrderSideEnum.SELL,
      type: Api.NewOrderTypeEnum.LIMIT,
      quantity: 0.01,
      price: 77_000.5,
      timeInForce: Api.NewOrderTimeInForceEnum.GTC,
    })
  ).data()
  assert.equal(resting.status, 'NEW')
  const positions = await (await api.positionInformationV3({ symbol: 'BTCUSDT' })).data()
  assert.equal(positions[0]?.positionAmt, '0.010')
  const canceled = await (await api.cancelOrder({ symbol: 'BTCUSDT', orderId: resting.orderId ?? 0 })).data()
  assert.equal(canceled.status, 'CANCELED')
  const stop = await (
    await api.newAlgoOrder({
      algoType: Api.NewAlgoOrderAlgoTypeEnum.CONDITIONAL,
      symbol: 'BTCUSDT',
      side: Api.NewAlgoOrderSideEnum.SELL,
      type: Api.NewAlgoOrderTypeEnum.STOP_MARKET,
      triggerPrice: 75_000,
      closePosition: Api.NewAlgoOrderClosePositionEnum.TRUE,
    })
  ).data()
  assert.equal(stop.algoStatus, 'NEW')
  await assert.rejects(
    api.newOrder({
      symbol: 'BTCUSDT',
      side: Api.NewOrderSideEnum.BUY,
      type: Api.NewOrderTypeEnum.LIMIT,
      quantity: 100,
      price: 76_000,
      timeInForce: Api.NewOrderTimeInForceEnum.GTC,
    }),
    /Margin is insufficient/,
  )
})

/** ccxt with all its futures addresses on the box. */
function ccxtOf(world: RestWorld): InstanceType<typeof ccxt.binance> {
  const exchange = new ccxt.binance({
    apiKey: API_KEY,
    secret: API_SECRET,
    options: { defaultType: 'swap', fetchMarkets: { types: ['linear'] }, fetchMargins: false },
  })
  exchange.has['fetchCurrencies'] = false
  // The addresses stay as they are: which errors ccxt tells apart depends on them.
  exchange.fetchImplementation = (url: string, init: RequestInit) =>
    fetch(url.replace(/^https:\/\/[^/]+/, world.futuresUrl), init)
  return exchange
}

test('ccxt reads the market and trades', async (context) => {
  const world = await started(context)
  const exchange = ccxtOf(world)
  const symbol = 'BTC/USDT:USDT'
  const markets = await exchange.loadMarkets()
  assert.ok(symbol in markets)
  const book = await exchange.fetchOrderBook(symbol, 5)
  assert.deepEqual(book.asks[0]?.slice(0, 2), [76_900.1, 1])
  const bought = await exchange.createOrder(symbol, 'market', 'buy', 0.02)
  assert.equal(bought.status, 'closed')
  assert.equal(bought.filled, 0.02)
  const [position] = await exchange.fetchPositions([symbol])
  assert.equal(position?.contracts, 0.02)
  assert.equal(position.side, 'long')
  const resting = await exchange.createOrder(symbol, 'limit', 'sell', 0.01, 77_000)
  assert.equal(resting.status, 'open')
  const edited = await exchange.editOrder(resting.id ?? '', symbol, 'limit', 'sell', 0.01, 77_010)
  assert.equal(edited.price, 77_010)
  assert.equal((await exchange.fetchOpenOrders(symbol)).length, 1)
  await exchange.cancelOrder(resting.id ?? '', symbol)
  assert.equal((await exchange.fetchOpenOrders(symbol)).length, 0)
  assert.equal((await exchange.fetchMyTrades(symbol)).length, 1)
  const stop = await exchange.createOrder(symbol, 'market', 'sell', 0.02, undefined, {
    stopLossPrice: 75_000,
    reduceOnly: true,
  })
  assert.equal(stop.status, 'open')
  const balance = await exchange.fetchBalance()
  assert.ok((balance['USDT']?.total ?? 0) > 99_000)
  await assert.rejects(exchange.createOrder(symbol, 'limit', 'buy', 100, 76_000), ccxt.InsufficientFunds)
  await assert.rejects(
    exchange.createOrder(symbol, 'limit', 'buy', 0.01, 76_901, { postOnly: true }),
    ccxt.OrderNotFillable,
  )
})
