/** The client `binance` trades at the spot venue over REST, as it comes: plain orders, stops, order lists, replacements. */
import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import { MainClient } from 'binance'
import { systemClock } from '../../../node/clock.ts'
import { API_KEY, API_SECRET, RestWorld } from '../../../testing/rest-world.ts'

const BTC = { symbol: 'BTCUSDT' } as const

async function started(context: TestContext): Promise<{ world: RestWorld; client: MainClient }> {
  const world = new RestWorld(['BTCUSDT'], () => systemClock.nowMicros())
  await world.listen(context)
  context.after(() => assert.deepEqual(world.faults, []))
  return { world, client: new MainClient({ api_key: API_KEY, api_secret: API_SECRET, baseUrl: world.spotUrl }) }
}

test('a market order by value is filled and stands in the list of trades', async (context) => {
  const { client } = await started(context)
  const bought = await client.submitNewOrder({
    ...BTC,
    side: 'BUY',
    type: 'MARKET',
    quoteOrderQty: 500,
    newOrderRespType: 'FULL',
  })
  assert.equal(bought.status, 'FILLED')
  assert.equal(bought.origQuoteOrderQty, '500.00000000')
  assert.ok(Number(bought.cummulativeQuoteQty) > 499 && Number(bought.cummulativeQuoteQty) <= 500)
  const [trade] = await client.getAccountTradeList({ ...BTC, orderId: bought.orderId })
  assert.equal(trade?.commissionAsset, 'BTC')
  assert.equal(Number(trade.commission), Number((Number(bought.executedQty) / 1000).toFixed(8)))
  assert.equal(trade.isMaker, false)
})

test('an order list is placed, read back and cancelled as one', async (context) => {
  const { client } = await started(context)
  await client.submitNewOrder({ ...BTC, side: 'BUY', type: 'MARKET', quantity: 0.02 })
  const placed = await client.submitNewOrderList({
    ...BTC,
    side: 'SELL',
    quantity: 0.01,
    aboveType: 'LIMIT_MAKER',
    abovePrice: 80_000,
    belowType: 'STOP_LOSS_LIMIT',
    belowStopPrice: 70_000,
    belowPrice: 69_900,
    belowTimeInForce: 'GTC',
    newOrderRespType: 'RESULT',
  })
  assert.equal(placed.listOrderStatus, 'EXECUTING')
  assert.deepEqual(
    placed.orderReports.map(({ type, status }) => [type, status]),
    [
      ['STOP_LOSS_LIMIT', 'NEW'],
      ['LIMIT_MAKER', 'NEW'],
    ],
  )
  const account = await client.getAccountInformation()
  assert.equal(account.balances.find(({ asset }) => asset === 'BTC')?.locked, '0.01000000')
  const open = await client.getAllOpenOCO()
  assert.deepEqual(
    open.map(({ orderListId }) => orderListId),
    [placed.orderListId],
  )
  const cancelled = await client.cancelOCO({ ...BTC, orderListId: placed.orderListId })
  assert.equal(cancelled.listOrderStatus, 'ALL_DONE')
  assert.equal((await client.getOpenOrders(BTC)).length, 0)
})

test('a replaced order takes the money of the one that went', async (context) => {
  const { client } = await started(context)
  const first = await client.submitNewOrder({
    ...BTC,
    side: 'BUY',
    type: 'LIMIT',
    timeInForce: 'GTC',
    quantity: 1,
    price: 70_000,
    newOrderRespType: 'RESULT',
  })
  const replaced = await client.replaceOrder({
    ...BTC,
    cancelReplaceMode: 'STOP_ON_FAILURE',
    cancelOrderId: first.orderId,
    side: 'BUY',
    type: 'LIMIT',
    timeInForce: 'GTC',
    quantity: 1,
    price: 71_000,
  })
  assert.equal(replaced.cancelResult, 'SUCCESS')
  assert.equal(replaced.newOrderResult, 'SUCCESS')
  const [open] = await client.getOpenOrders(BTC)
  assert.equal(open?.price, '71000.00000000')
  const again = { cancelReplaceMode: 'STOP_ON_FAILURE', cancelOrderId: first.orderId } as const
  await assert.rejects(
    client.replaceOrder({ ...BTC, ...again, side: 'BUY', type: 'MARKET', quantity: 0.01 }),
    ({ code, message }: { code: number; message: string }) => code === -2022 && /cancel-replace failed/.test(message),
  )
})

test('what the venue refuses reaches the caller with its code', async (context) => {
  const { client } = await started(context)
  const order = { ...BTC, side: 'BUY', type: 'LIMIT', timeInForce: 'GTC' } as const
  const refusals: readonly (readonly [quantity: number, price: number, code: number, text: string])[] = [
    [0.000_01, 70_000, -1013, 'Filter failure: NOTIONAL'],
    [9_001, 70_000, -1013, 'Filter failure: LOT_SIZE'],
    [2, 70_000, -2010, 'Account has insufficient balance for requested action.'],
    [0.010_001, 70_000, -1013, 'Filter failure: LOT_SIZE'],
  ]
  for (const [quantity, price, code, text] of refusals)
    await assert.rejects(
      client.submitNewOrder({ ...order, quantity, price }),
      (error: { code: number; message: string }) => error.code === code && error.message.includes(text),
      text,
    )
})
